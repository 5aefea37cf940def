"""How the rows of anybody's feedback become annotations: which column says what."""

from collections.abc import Mapping
from dataclasses import field

from annotator.domain.record import record


@record
class Cell:
    """A constant, or what a column holds."""

    constant: str | float | bool | None = None
    column: str = ""


@record
class TargetColumns:
    """The columns with the ids of what a row is about; '' for none. The narrowest that a row fills counts."""

    span_id: str = ""
    trace_id: str = ""
    session_id: str = ""
    document_position: str = ""


@record
class Meaning:
    """What one value of a column says."""

    label: str | None = None
    score: float | None = None
    explanation: str | None = None


@record
class MappedAnnotation:
    """One annotation that a row may make."""

    target: TargetColumns
    name: Cell
    kind: Cell
    label: Cell = Cell()
    score: Cell = Cell()
    explanation: Cell = Cell()
    identifier: Cell = Cell()
    """Tells several people's rows on one target apart."""
    column: str = ""
    """Whose value is looked up in `values`; '' for none."""
    values: Mapping[str, Meaning] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    """Values of `column` that say nothing, beside an empty one."""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Only of rows that hold one of these values in each of these columns."""
    metadata: Mapping[str, Cell] = field(default_factory=dict)


@record
class FeedbackMap:
    """All that a row may make."""

    name: str
    annotations: tuple[MappedAnnotation, ...]
