"""What a row of somebody's evaluations or feedback says, before it is an annotation here."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Literal, NamedTuple

from annotator.domain.annotation import Target
from annotator.domain.record import record

KINDS = ("LLM", "CODE", "HUMAN")
SAME_KIND = {"HEURISTIC": "CODE"}
"""What evaluators called a kind before Phoenix had its three."""
NOTHING = ("", "nan", "null", "none", "<na>")
"""How tables write a number that is not there."""


PREFIX = "import:"
"""Of the identifiers of rows without one of their own; the name of the file or the map follows."""


class BadRow(ValueError):
    """A cell that cannot be read; the text says why."""


class Written(NamedTuple):
    """Whose a row is and when it was made, as a person's own export says."""

    author: str = ""
    """'' where nobody is named."""
    at: float = 0.0
    """Seconds since 1970; 0 where that is not known."""


@record
class ImportedRow:
    """One annotation of a row; not validated yet."""

    line: int
    """1-based, of the file; of Parquet the row."""
    target: Target
    name: str
    label: str | None
    score: float | None
    explanation: str | None
    annotator_kind: str
    identifier: str = ""
    """As the row has it; '' where it has none."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    written: Written | None = None
    """Of a row that annotator exported: it comes back under the name and the identifier that it had."""


@record
class Import:
    """One import, whose rows are taken back together."""

    name: str
    """For people: the file."""
    annotator: str
    """Who imports, and under whose account the rows are sent; '' where nobody said."""
    queue_id: int | None = None
    project: str = ""
    """Of the server that the rows go to."""
    send: bool = False
    """They go to the server; else only those that went there before."""
    command: str = "import"
    id: int = 0
    """0 until something was changed."""

    def begun(self, first: int) -> "Import":
        """The same, known by the first line that it has in the journal."""
        return replace(self, id=first)


class Kept(NamedTuple):
    """What became of one row."""

    how: Literal["new", "changed", "withdrawn", "unchanged", "refused"]
    reason: str = ""
    """Why it was refused."""


def text_of(cell: Any, what: str) -> str | None:
    """The text of a cell without blanks around it; None where there is none. Raises BadRow for a list or an object."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # Parquet makes floats of integers where a cell is empty
    if not isinstance(cell, str | int | float):
        raise BadRow(f"{what} is {'a list' if isinstance(cell, list | tuple) else 'an object'}")
    return str(cell).strip() or None


def score_of(cell: Any, what: str = "score") -> float | None:
    """The number in a cell, infinite ones too; None where there is none. Raises BadRow."""
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in NOTHING):
        return None
    try:
        if (isinstance(cell, str) and "_" in cell) or not isinstance(cell, str | int | float):
            raise ValueError
        score = float(cell)
    except (ValueError, OverflowError):
        raise BadRow(f"{what} {_short(cell)} is not a number") from None
    return None if score != score else score


def position_of(cell: Any) -> int | None:
    """A 0-based document position; None where there is none. Raises BadRow."""
    position = score_of(cell, "document_position")
    if position is None:
        return None
    if isinstance(cell, bool) or position < 0 or not position.is_integer():
        raise BadRow(f"document_position {_short(cell)} is not a whole number from 0 on")
    return int(position)


def kind_of(cell: Any) -> str | None:
    """LLM, CODE or HUMAN; None where there is none. Raises BadRow."""
    text = text_of(cell, "annotator_kind")
    if text is None:
        return None
    kind = SAME_KIND.get(text.upper(), text.upper())
    if kind not in KINDS:
        raise BadRow(f"annotator_kind {_short(text)} is not LLM, CODE or HUMAN")
    return kind


def target_of(span: str, position: int | None, trace: str, session: str) -> Target:
    """What a row is about: the narrowest that it names. Raises BadRow."""
    if span:
        return Target("span", span) if position is None else Target("document", span, position)
    if position is not None:
        raise BadRow("a document_position without a span_id")
    if trace or session:
        return Target("trace", trace) if trace else Target("session", session)
    raise BadRow("no span_id, trace_id or session_id")


def _short(cell: Any) -> str:
    text = repr(cell)
    return text if len(text) <= 40 else text[:39] + "…"
