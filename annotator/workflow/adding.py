"""Items on their way into a queue: those that are new to it; what I judged before comes in as done."""

import time
from collections.abc import Mapping, Sequence

from annotator.domain.annotation import Target, TargetKind
from annotator.domain.queue import NewItem
from annotator.domain.source import Sink
from annotator.domain.span import SpanHeader
from annotator.domain.store import Store
from annotator.workflow.filling import Filling
from annotator.workflow.judge import Judge

Headers = Mapping[str, Sequence[SpanHeader]]
"""The spans of traces, by trace id."""


def add(work: Filling, items: Sequence[NewItem], have: int, headers: Headers) -> int:
    """Add items up to the limit; those that I judged before, on the server or in another queue, come in as done."""
    limit = work.queue.selection.limit
    new = fresh(work, items, headers)
    if work.queue.selection.target == "session":
        work.store.show_at(work.queue.id, items)
    if limit is not None:
        new = new[: max(0, limit - have)]
    if work.sink is not None and work.identifier:
        pull_mine(work.store, work.sink, work.identifier, [item.target for item in items])
    coming = {item.target for item in new}
    # What is an item already was not cut: of the limit alone nothing is kept for it.
    met = [item for item in items if item.target not in coming and any(one.rule for one in item.met)]
    work.store.keep_met(work.queue.id, met)
    added = work.store.add_items(work.queue.id, new)
    if work.identifier:
        settle_done(work, items)
    return added


def fresh(work: Filling, items: Sequence[NewItem], headers: Headers) -> list[NewItem]:
    """Those that the queue does not have; with one item a trace, neither another span of it that stood for it when it was listed."""
    store, queue = work.store, work.queue
    had: set[Target] = set()
    for kind in {item.target.kind for item in items}:
        had.update(store.among_items(queue.id, kind, [item.target.id for item in items if item.target.kind == kind]))
    stood: set[str] = set()
    if queue.selection.target == "root":
        spans = {span.span_id: item.trace_id for item in items for span in headers[item.trace_id] if len(headers[item.trace_id]) > 1}
        stood = {spans[target.id] for target in store.among_items(queue.id, "span", spans)}
    return [item for item in items if item.target not in had and item.trace_id not in stood]


def pull_mine(store: Store, sink: Sink, identifier: str, targets: Sequence[Target]) -> None:
    """Read my rows on these targets from the server and keep them."""
    by_kind: dict[TargetKind, list[str]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target.id)
    for kind, ids in by_kind.items():
        started = time.time()
        rows = sink.read(kind, ids, identifiers=[identifier])
        if rows:
            store.keep_read(rows, started)


def settle_done(work: Filling, items: Sequence[NewItem]) -> None:
    """Mark items done that already have my whole verdict.

    What a rubric asks of documents and spans is known when their trace is here: such items are opened.
    """
    store, queue = work.store, work.store.queue(work.queue.id)  # its rubric may be another since the filling began
    if queue.rubric.binds:
        return
    judge = Judge(store, queue, "", work.identifier)
    judged: list[int] = []
    known: set[tuple[TargetKind, str]] = set()
    for kind in {item.target.kind for item in items}:
        ids = [item.target.id for item in items if item.target.kind == kind]
        known.update((kind, id_) for id_ in store.among_judged(queue.source.server, kind, ids))
    for new in items:
        if (new.target.kind, new.target.id) not in known:
            continue
        item = store.item_of(queue.id, new.target)
        if item is not None and item.state == "todo" and judge.view(item).complete:
            judged.append(item.id)
    if judged:
        store.complete(queue.id, judged)
