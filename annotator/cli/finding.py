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


def find(store: "SqliteStore", text: str) -> Found:
    """Raises UsageError where nothing has the id, or more than one thing."""
    rows = store.find(text, 4) or store.find(text.lower(), 4)
    # LangSmith and Langfuse name a root after its trace.
    matches = [Found(source, trace, "" if span == trace else span) for source, trace, span in rows]
    exact = [found for found in matches if text.lower() in (found.trace_id.lower(), found.span_id.lower())]
    ids = {(found.trace_id, found.span_id) for found in exact or matches}
    if not matches or not text:
        raise UsageError(f"Nothing in the store has the id {text!r}.", "annotator list shows the ids; annotator pull brings traces.")
    if len(ids) > 1:
        several = ", ".join(sorted(span or trace for trace, span in ids))
        raise UsageError(f"{text!r} begins more than one id.", f"Type more of it: {several}.")
    return (exact or matches)[0]
