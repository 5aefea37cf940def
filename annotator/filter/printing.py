"""From a condition back to text that parses to the same."""

from annotator.domain.filter import (
    And,
    AnySpan,
    Attribute,
    Comparison,
    Condition,
    Disagreement,
    Field,
    Not,
    OneOf,
    Or,
    Present,
    Subject,
    Value,
    Versus,
)
from annotator.filter.scanning import BARE, PIECE
from annotator.filter.times import duration_text, time_text
from annotator.filter.values import NUMBER
from annotator.filter.words import ANNOTATION, SCOPES, WORDS


def to_text(condition: Condition) -> str:
    """On one line, times in UTC, quotes only where they are needed or names may not be known."""
    if isinstance(condition, Comparison):
        return f"{_subject(condition.subject)} {condition.op} {_value(condition.subject, condition.value)}"
    if isinstance(condition, OneOf):
        return f"{_subject(condition.subject)} in ({', '.join(_value(condition.subject, value) for value in condition.values)})"
    if isinstance(condition, Present):
        return _subject(condition.subject)
    if isinstance(condition, Versus):
        return f"{_subject(condition.left)} {condition.op} {_subject(condition.right)}"
    if isinstance(condition, Disagreement):
        return f"disagreement.{name_text(condition.name)}" if condition.name else "disagreement"
    if isinstance(condition, AnySpan):
        return f"any({to_text(condition.condition)})"
    if isinstance(condition, Not):
        inner = to_text(condition.condition)
        return f"not ({inner})" if isinstance(condition.condition, And | Or) else f"not {inner}"
    if isinstance(condition, And):
        return " and ".join(f"({to_text(one)})" if isinstance(one, Or) else to_text(one) for one in condition.conditions)
    return " or ".join(to_text(one) for one in condition.conditions)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _subject(subject: Subject) -> str:
    if isinstance(subject, Field):
        return subject.name
    if isinstance(subject, Attribute):
        return f"attribute[{quote(subject.key)}]"
    if not subject.name:
        return subject.scope or ANNOTATION
    return ".".join(part for part in (subject.scope, name_text(subject.name), subject.member) if part)


def name_text(name: str) -> str:
    """The name of an annotation: in quotes where it would be taken for something else."""
    return name if PIECE.fullmatch(name) and name.casefold() not in WORDS else quote(name)


def _value(subject: Subject, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text_value(value)
    if isinstance(subject, Field) and subject.name == "latency":
        return duration_text(int(value))
    if isinstance(subject, Field) and subject.name == "start":
        return time_text(int(value))
    return repr(value)


def text_value(text: str) -> str:
    """A text as a value: in quotes where it would be taken for something else."""
    bare = BARE.fullmatch(text) and not NUMBER.fullmatch(text) and text not in ("true", "false")
    whose, dot, _ = text.partition(".")
    return text if bare and not (dot and whose in SCOPES) else quote(text)
