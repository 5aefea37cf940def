"""Bring the payloads of a queue's items, those that are looked at first before the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from annotator.domain.source import BadLine, Page
from annotator.domain.span import Span
from annotator.workflow.ahead import Ahead
from annotator.workflow.filling import Filling

SPANS_A_REQUEST = 100
"""A page of 100 spans (0.2 MB of JSON) holds the interpreter for about 1 ms."""
TRACES_A_REQUEST = 100
Asked = tuple[list[str], Iterator[Sequence[Span]]]
"""Traces, and their spans on their way."""


def load(work: Filling, position: Callable[[], int]) -> Iterator[int]:
    """Bring every missing payload, those after the position that is being looked at first; yields how many traces came each time.

    The next ones are asked for before the last ones are stored, so that the server never waits for us.
    """
    asked = _ask(work, position())
    while asked is not None and not work.stopped():
        ids, pages = asked
        asked = _ask(work, position(), ids)
        keep(work, ids, pages)
        yield len(ids)


def load_some(work: Filling, position: int) -> int:
    """Bring about 100 spans of missing payloads, those after the position first; how many traces came."""
    asked = _ask(work, position)
    if asked is None:
        return 0
    keep(work, *asked)
    return len(asked[0])


def bring(work: Filling, traces: Mapping[str, int]) -> Iterator[int]:
    """The payloads of these traces that are not here, by their number of spans; yields how many came each time, until somebody stops it."""
    store, source_id = work.store, work.queue.source_id
    missing = [(trace_id, count) for trace_id, count in traces.items() if not store.has_payload(source_id, trace_id)]

    def ask() -> Asked | None:
        ids = _batch(missing)
        del missing[: len(ids)]
        return (ids, Ahead(work.source.spans(ids))) if ids else None

    asked = ask()
    while asked is not None and not work.stopped():
        ids, pages = asked
        asked = ask()
        keep(work, ids, pages)
        yield len(ids)


def _ask(work: Filling, position: int, coming: Sequence[str] = ()) -> Asked | None:
    """Traces of which something is missing and that are not coming already, and their spans on their way; None where there is none."""
    for start in (max(0, position - 1), 0):
        missing = work.store.missing(work.queue.id, start, TRACES_A_REQUEST + len(coming))
        if ids := _batch([one for one in missing if one[0] not in coming][:TRACES_A_REQUEST]):
            return ids, Ahead(work.source.spans(ids))
    return None


def keep(work: Filling, ids: Sequence[str], pages: Iterator[Sequence[Span]]) -> None:
    """The spans of these traces, as they come, and what of them did not."""
    store, source_id = work.store, work.queue.source_id
    came: set[str] = set()
    for spans in pages:
        store.add_page(source_id, Page(spans=tuple(spans)))
        came.update(span.span_id for span in spans)
    store.set_loaded(source_id, ids)
    for trace_id, headers in store.headers_of(source_id, ids).items():
        lost = [span.span_id for span in headers if span.span_id not in came]
        if lost:
            spans_lost = f"span {lost[0]}" if len(lost) == 1 else f"{len(lost)} spans"
            work.unread(BadLine(0, f"the source did not give {spans_lost} of trace {trace_id}, which it listed"))


def _batch(missing: Sequence[tuple[str, int]]) -> list[str]:
    """As many traces as make about 100 spans."""
    ids: list[str] = []
    spans = 0
    for trace_id, count in missing:
        if ids and spans + count > SPANS_A_REQUEST:
            break
        ids.append(trace_id)
        spans += count
    return ids
