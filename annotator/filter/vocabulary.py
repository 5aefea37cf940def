"""What is known to exist, for completion and for noticing a slip of the finger."""

from collections.abc import Mapping
from dataclasses import field

from annotator.domain.record import record


@record
class Vocabulary:
    """Words that are not quoted must be known: names of annotations, labels of categorical configs, span kinds."""

    names: tuple[str, ...] = ()
    """Of annotations."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By name of annotation: of its categorical config, and in use. No key where any label may be."""
    kinds: tuple[str, ...] = ()
    """Span kinds beside OpenInference's."""
    attributes: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    """Names of spans."""
    models: tuple[str, ...] = ()
