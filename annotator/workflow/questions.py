"""The first words of what was asked, for lists of items: read once, kept with the span, read again when its trace has changed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from annotator.domain.queue import Item, Listed
from annotator.domain.span import Span, Trace
from annotator.domain.store import Store
from annotator.errors import StoreError
from annotator.text.escape import BLANK
from annotator.text.shape.scope import Scope
from annotator.text.trace.ends import question
from annotator.workflow.turns import Readings

KEPT = 300
"""Characters that are kept."""
TOGETHER = 10
"""Questions that are kept in one transaction while a person works."""
HEAVY = 200_000
"""Bytes in the store of a trace that is not read only for a list while a person works: it would hold the interpreter."""


def question_of(trace: Trace, span_id: str) -> str:
    """What was asked, whole; '' where nothing was recorded."""
    shown = next((span for span in trace.spans if span.span_id == span_id), None)
    alone = _asked(Trace(trace.trace_id, (shown,)), span_id) if shown is not None else ""
    # JSON may hold the words of a model span below.
    return alone if alone[:1] not in ("", "{", "[") else _asked(trace, span_id) or alone


def _asked(trace: Trace, span_id: str) -> str:
    spans: tuple[Span, ...] = trace.spans
    return (question(Scope(trace, Readings(trace), span_id)).text or "").strip(BLANK) if spans else ""


def whole_question(store: Store, source_id: int, item: Item) -> str | None:
    """None while the payload is not here, or is damaged, which is said where the trace is to be shown."""
    try:
        trace = store.trace(source_id, item.trace_id)
    except StoreError:
        return None
    return None if trace is None else question_of(trace, item.span_id)


def with_questions(
    store: Store, source_id: int, rows: Sequence[Listed], going_on: Callable[[], bool] = lambda: True
) -> Iterator[str | None]:
    """The first words for each row, in order; those that were not known are read, as long as `going_on`, and kept."""
    read: dict[tuple[str, str], str] = {}
    for row in rows:
        found = row.question
        if found is None and going_on():
            found = whole_question(store, source_id, row.item)
            if found is not None:
                found = read[row.item.trace_id, row.item.span_id] = found[:KEPT]
        yield found
    keep(store, source_id, read)


def keep(store: Store, source_id: int, read: dict[tuple[str, str], str]) -> None:
    """They can be read again: no reason to wait for another program, or to show nothing where the disk is full."""
    if read:
        with suppress(StoreError):
            store.keep_questions(source_id, read)


def read_some(store: Store, queue_id: int, source_id: int, after: int) -> int | None:
    """Read and keep some questions of a queue after a position; the position to go on after, None at the end."""
    items = store.unread(queue_id, after, TOGETHER)
    light = [item for item in items if store.payload_size(source_id, item.trace_id) <= HEAVY]
    read = {(item.trace_id, item.span_id): (whole_question(store, source_id, item) or "")[:KEPT] for item in light}
    keep(store, source_id, read)
    return items[-1].position if items else None
