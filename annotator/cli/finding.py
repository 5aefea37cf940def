"""An ID on the command line: a trace id, a span id, or a unique prefix of either."""

from typing import TYPE_CHECKING, NamedTuple

from annotator.errors import UsageError

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


class Found(NamedTuple):
    """What an ID means."""

    source_id: int
    trace_id: str
    span_id: str
    """'' where the ID is a trace's."""
    others: tuple[int, ...] = ()
    """More sources that have it."""


def find(store: "SqliteStore", text: str, source_id: int | None = None) -> Found:
    """In the source that was pulled last, or in this one. Raises UsageError where nothing has the id, or more than one thing."""
    rows = store.find(text, 4) or store.find(text.lower(), 4)
    if source_id is not None:
        rows = [row for row in rows if row[0] == source_id]
    # LangSmith and Langfuse name a root after its trace.
    matches = [Found(source, trace, "" if span == trace else span) for source, trace, span in rows]
    exact = [found for found in matches if text.lower() in (found.trace_id.lower(), found.span_id.lower())]
    ids = {(found.trace_id, found.span_id) for found in exact or matches}
    if not matches or not text:
        raise UsageError(f"Nothing in the store has the id {text!r}.", "annotator list shows the ids; annotator pull brings traces.")
    if len(ids) > 1:
        several = ", ".join(sorted(span or trace for trace, span in ids))
        raise UsageError(f"{text!r} begins more than one id.", f"Type more of it: {several}.")
    first, *others = exact or matches
    return first._replace(others=tuple(dict.fromkeys(other.source_id for other in others if other.source_id != first.source_id)))
