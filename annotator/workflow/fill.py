"""Fill a queue from a source: list, choose, keep, and bring the payloads. Can be stopped anywhere and goes on where it was."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from annotator.domain.annotation import Target, TargetKind
from annotator.domain.queue import NewItem, Queue
from annotator.domain.source import BadLine, Page, Sink, Source
from annotator.domain.store import Store
from annotator.workflow.answers import answers_of, labels_of
from annotator.workflow.selection import choose, ordered

SPANS_A_REQUEST = 100
"""A page of 100 spans (0.2 MB of JSON) holds the interpreter for about 1 ms."""
TRACES_A_REQUEST = 25


@dataclass(frozen=True, slots=True)
class Progress:
    """How far filling is."""

    traces: int = 0
    items: int = 0
    read: int = 0
    total: int | None = None
    bad: tuple[BadLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """Who fills which queue from where."""

    store: Store
    source: Source
    queue: Queue
    identifier: str = ""
    """Mine; '' where nobody's rows are to be looked up."""
    sink: Sink | None = None
    stopped: Callable[[], bool] = lambda: False
    report: Callable[[Progress], None] = lambda progress: None
    unread: Callable[[BadLine], None] = lambda bad: None
    """Told of what was listed and then not given."""


def streams(queue: Queue, source: Source) -> bool:
    """True where items can join the queue while the source is still listed, because it lists in the queue's order."""
    order = queue.selection.order
    return order == "listed" or (order in ("newest", "oldest") and not source.capabilities.payloads_with_listing)


def fill(work: Filling) -> Progress:
    """List the source to its end (or the queue's limit) and add its items. Raises what the source raises; what came is kept."""
    store, queue = work.store, work.queue
    streaming = streams(queue, work.source)
    done = Progress(items=store.counts(queue.id).items)
    was_complete = queue.complete
    whole_traces = not work.source.capabilities.payloads_with_listing
    if was_complete and not whole_traces:
        return done
    # Traces whose root may still come; after an interruption those that were listed before it too.
    waiting = dict.fromkeys(store.trace_ids(queue.source_id) if queue.cursor and not whole_traces else ())
    for page in work.source.pages(queue.selection, None if was_complete else queue.cursor):
        news = not was_complete or queue.selection.order == "oldest" or _has_news(work, page)
        touched = store.add_page(queue.source_id, page)
        added = 0
        if streaming:
            if not whole_traces:
                waiting.update(dict.fromkeys(touched))
            added = _add(work, _items(work, touched, whole_traces), done.items)
        done = Progress(done.traces + len(touched), done.items + added, page.read, page.total, done.bad + page.bad)
        work.report(done)
        # What is left of a file may hold more of the traces that were chosen.
        if streaming and whole_traces and (_full(queue, done.items) or not (news or added)):
            break
        if not was_complete:
            store.set_listing(queue.id, page.cursor, complete=False)
        if work.stopped():
            return done
    strays = store.settle_records(queue.source_id)
    if strays:
        waiting.update(dict.fromkeys(strays))
        done = replace(done, bad=(*done.bad, _strayed(strays)))
    added = 0
    if not streaming:
        added = _add(work, ordered(_all(work), queue.selection), done.items)
    elif not _full(queue, done.items):
        added = _add(work, _items(work, list(waiting), whole=True), done.items)
    done = replace(done, items=done.items + added)
    store.set_listing(queue.id, None, complete=True)
    work.report(done)
    return done


def _strayed(strays: Mapping[str, int]) -> BadLine:
    count, traces = sum(strays.values()), len(strays)
    records = "1 log record is" if count == 1 else f"{count:,} log records are"
    where = f"trace {next(iter(strays))}" if traces == 1 else f"{traces:,} traces"
    return BadLine(0, f"{records} of spans of {where} that did not come, and shown in their place: give the file with the spans too")


def _has_news(work: Filling, page: Page) -> bool:
    """A trace that no listing brought before. A complete queue in another order than the oldest first has its news on top."""
    trace_ids = {span.trace_id for span in (*page.headers, *page.spans)}
    return not trace_ids or any(not work.store.headers(work.queue.source_id, trace_id) for trace_id in trace_ids)


def _full(queue: Queue, items: int) -> bool:
    return queue.selection.limit is not None and items >= queue.selection.limit


def _items(work: Filling, trace_ids: Sequence[str], whole: bool) -> list[NewItem]:
    chosen: list[NewItem] = []
    for trace_id in trace_ids:
        chosen.extend(choose(work.store.headers(work.queue.source_id, trace_id), work.queue.selection, whole))
    return chosen


def _all(work: Filling) -> Iterator[tuple[int | None, NewItem]]:
    for trace_id in work.store.trace_ids(work.queue.source_id):
        headers = work.store.headers(work.queue.source_id, trace_id)
        starts = {span.span_id: span.start_ns for span in headers}
        for item in choose(headers, work.queue.selection):
            yield starts.get(item.span_id), item


def _add(work: Filling, items: Sequence[NewItem], have: int) -> int:
    """Add items up to the limit; those that I judged before, on the server or in another queue, come in as done."""
    limit = work.queue.selection.limit
    fresh = [item for item in items if not _waits(work, item)]
    if limit is not None:
        fresh = fresh[: max(0, limit - have)]
    if work.sink is not None and work.identifier:
        pull_mine(work.store, work.sink, work.identifier, [item.target for item in items])
    added = work.store.add_items(work.queue.id, fresh)
    if work.identifier:
        settle_done(work, items)
    return added


def _waits(work: Filling, item: NewItem) -> bool:
    """True where the queue has the item, or, with one item a trace, another span of its trace that stood for it when it was listed."""
    store, queue = work.store, work.queue
    if store.item_of(queue.id, item.target) is not None:
        return True
    if queue.selection.target != "root":
        return False
    spans = store.headers(queue.source_id, item.trace_id)
    return len(spans) > 1 and any(store.item_of(queue.id, Target("span", span.span_id)) for span in spans)


def pull_mine(store: Store, sink: Sink, identifier: str, targets: Sequence[Target]) -> None:
    """Read my rows on these targets from the server and keep them."""
    by_kind: dict[TargetKind, list[str]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target.id)
    for kind, ids in by_kind.items():
        started = time.time()
        rows = sink.read(kind, ids, identifiers=[identifier])
        if rows:
            store.keep_pulled([row.annotation for row in rows], started)


def settle_done(work: Filling, items: Sequence[NewItem]) -> None:
    """Mark items done that already have my whole verdict."""
    store, queue = work.store, work.queue
    judged: list[int] = []
    for new in items:
        rows = store.on_target(queue.source.server, new.target)
        if not rows:
            continue
        labels = labels_of(queue.rubric, answers_of(queue.rubric, rows, work.identifier))
        item = store.item_of(queue.id, new.target)
        if item is not None and item.state == "todo" and queue.rubric.is_complete(labels):
            judged.append(item.id)
    if judged:
        store.complete(queue.id, judged)


def load(work: Filling, position: Callable[[], int]) -> Iterator[int]:
    """Bring every missing payload, those after the position that is being looked at first; yields how many traces came each time."""
    while not work.stopped() and (count := load_some(work, position())):
        yield count


def load_some(work: Filling, position: int) -> int:
    """Bring about 100 spans of missing payloads, those after the position first; how many traces came."""
    store, queue = work.store, work.queue
    missing = store.missing(queue.id, max(0, position - 1), TRACES_A_REQUEST) or store.missing(queue.id, 0, TRACES_A_REQUEST)
    if not missing:
        return 0
    ids = _batch(missing)
    came: set[str] = set()
    for spans in work.source.spans(ids):
        store.add_page(queue.source_id, Page(spans=tuple(spans)))
        came.update(span.span_id for span in spans)
    store.set_loaded(queue.source_id, ids)
    for trace_id in ids:
        lost = [span.span_id for span in store.headers(queue.source_id, trace_id) if span.span_id not in came]
        if lost:
            spans_lost = f"span {lost[0]}" if len(lost) == 1 else f"{len(lost)} spans"
            work.unread(BadLine(0, f"the source did not give {spans_lost} of trace {trace_id}, which it listed"))
    return len(ids)


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
