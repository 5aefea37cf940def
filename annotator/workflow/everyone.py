"""Everybody's annotations: read from a server for whole traces, and kept."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence

from annotator.domain.annotation import Identity, Target, TargetKind
from annotator.domain.source import ServerRow, Sink
from annotator.domain.store import Store
from annotator.workflow.filling import Filling

TRACES = 100
"""Traces that are read together; the server is asked for at most 200 ids at a time."""
FEW = 200
"""Spans of a trace up to which all are asked for annotations of documents, not only those that retrieve."""
RETRIEVES = ("RETRIEVER", "RERANKER")


def pull(
    store: Store, sink: Sink, server: str, source_id: int, trace_ids: Collection[str], clock: Callable[[], float] = time.time
) -> list[ServerRow]:
    """Read every row on these traces, their spans, documents and sessions; what others took away there goes here too."""
    started = clock()
    headers = store.headers_of(source_id, trace_ids)
    spans = [span for trace in headers.values() for span in trace]
    few = len(spans) <= FEW
    asked: dict[TargetKind, Collection[str]] = {
        "span": [span.span_id for span in spans],
        "document": [span.span_id for span in spans if few or span.kind in RETRIEVES],
        "trace": list(headers),
        "session": list(dict.fromkeys(span.session_id for span in spans if span.session_id)),
    }
    rows = [row for kind, ids in asked.items() if ids for row in _read(store, sink, server, kind, ids, started)]
    store.set_rows_read(source_id, list(headers), started)
    return rows


def pull_on(
    store: Store, sink: Sink, server: str, targets: Collection[Target], clock: Callable[[], float] = time.time
) -> list[ServerRow]:
    """`pull` of these targets alone."""
    started = clock()
    asked = {kind: list(dict.fromkeys(one.id for one in targets if one.kind == kind)) for kind in {one.kind for one in targets}}
    return [row for kind, ids in asked.items() for row in _read(store, sink, server, kind, ids, started)]


def _read(store: Store, sink: Sink, server: str, kind: TargetKind, ids: Collection[str], started: float) -> Sequence[ServerRow]:
    rows = sink.read(kind, ids)
    if not (kind == "document" and sink.capabilities.no_documents):  # else the server cannot tell: nothing is gone for that
        store.keep_read(rows, started)
        store.forget_gone(server, kind, ids, rows)
        if gone := store.gone_of_ours(server, kind, ids, rows, started):
            _dispute(store, sink, kind, gone, started)
    return rows


def _dispute(store: Store, sink: Sink, kind: TargetKind, gone: Sequence[Identity], started: float) -> None:
    """Rows of mine that another client deleted are conflicts, after a second look: between two pages one may have been written again."""
    ids, names, identifiers = ({one.target.id for one in gone}, {one.name for one in gone}, {one.identifier for one in gone})
    held = {row.annotation.identity for row in sink.read(kind, sorted(ids), names=sorted(names), identifiers=sorted(identifiers))}
    store.dispute_gone([one for one in gone if one not in held], started)


def pull_unread(work: Filling) -> Iterator[int]:
    """Read the rows of every item's trace that were never read; yields how many traces each time."""
    after, there = 0, work.queue.source.is_server
    while there and work.sink is not None and not work.stopped() and (some := work.store.rows_unread(work.queue.id, after, TRACES)):
        trace_ids = list(dict.fromkeys(trace_id for _, trace_id in some))
        pull(work.store, work.sink, work.queue.source.server, work.queue.source_id, trace_ids)
        after = some[-1][0]
        yield len(trace_ids)


def is_due(store: Store, source_id: int, trace_id: str, now: float, fresh: float) -> bool:
    """The rows of the trace are older than so many seconds. A time in the future was kept before the clock was set back."""
    read_at = store.rows_read_at(source_id, trace_id)
    return not now - fresh <= read_at <= now
