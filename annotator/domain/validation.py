"""What may be stored as an answer. The server checks nothing (it stores Infinity, empty names, labels no config has)."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.annotation import LEASE, NOTE, Annotation
from annotator.domain.annotation_config import (
    RESERVED_NAME,
    AnnotationConfig,
    CategoricalConfig,
    ContinuousConfig,
    Value,
)
from annotator.errors import InvalidAnnotation


def check_text(text: str, what: str) -> str:
    """The text, or InvalidAnnotation where it holds half of a surrogate pair (Phoenix answers 500 to it)."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidAnnotation(f"The {what} holds half of a character (a lone surrogate).", "Type it again.")
    return text


def check_name(name: str) -> str:
    """The name of an annotation; empty ones and `note` are refused."""
    if not name.strip():
        raise InvalidAnnotation("An annotation has an empty name.", "Give the annotation config a name.")
    if name == RESERVED_NAME:
        raise InvalidAnnotation("The name 'note' is reserved for notes.", "Rename the annotation config, or add a note.")
    if name == LEASE:
        raise InvalidAnnotation(f"The name {LEASE!r} is that of rows that keep items for their reviewers.", "Rename the annotation.")
    return check_text(name, "name")


def check_score(score: float, config: ContinuousConfig) -> float:
    """A finite number within the bounds, both included."""
    if not math.isfinite(score):
        raise InvalidAnnotation(f"{score} is not a score.", "Type a plain number.")
    lower, upper = config.bounds
    if not lower <= score <= upper:
        raise InvalidAnnotation(f"{score:g} is outside {lower:g} to {upper:g}.", f"{config.name} takes any number between.")
    return score


def value_of(label: str, config: CategoricalConfig) -> Value:
    """The config's value with that label."""
    for value in config.values:
        if value.label == label:
            return value
    labels = ", ".join(value.label for value in config.values)
    raise InvalidAnnotation(f"{config.name} has no label {label!r}.", f"Choose one of: {labels}.")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _strings(inner)


def check(annotation: Annotation, config: AnnotationConfig | None) -> Annotation:
    """The annotation with empty strings as None, or InvalidAnnotation. A note has no config."""
    row = annotation.normal()
    identity = row.identity
    if identity.name == NOTE:
        if config is not None or not row.explanation or not row.explanation.strip():
            raise InvalidAnnotation("A note has no text.", "Type the note, or leave with Esc.")
    else:
        check_name(identity.name)
    if not identity.target.id:
        raise InvalidAnnotation("The item has no id to annotate.", "Skip it and report the trace's source.")
    if not identity.identifier:
        raise InvalidAnnotation("The annotation has no identifier.", "Say who judges with --as NAME.")
    for what, text in (("label", row.label), ("explanation", row.explanation), ("identifier", identity.identifier)):
        if text is not None:
            check_text(text, what)
    for text in _strings(row.metadata):
        check_text(text, "metadata")
    if row.score is not None and not math.isfinite(row.score):
        raise InvalidAnnotation(f"{row.score} is not a score.", "Type a plain number.")
    if isinstance(config, CategoricalConfig) and row.label is not None:
        value = value_of(row.label, config)
        if value.score is not None and row.score != value.score:
            raise InvalidAnnotation(f"The score of {value.label} is {value.score:g}, not {row.score}.", "Choose the label again.")
    elif isinstance(config, ContinuousConfig) and row.score is not None:
        check_score(row.score, config)
    return row
