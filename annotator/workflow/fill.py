"""Fill a queue from a source: list, choose, keep, and bring the payloads. Can be stopped anywhere and goes on where it was."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from itertools import islice

from annotator.domain.annotation import Target, TargetKind
from annotator.domain.queue import NewItem, Queue
from annotator.domain.record import record
from annotator.domain.source import BadLine, Page, Sink, Source
from annotator.domain.span import Span, SpanHeader
from annotator.domain.store import Store
from annotator.workflow.ahead import Ahead
from annotator.workflow.answers import answers_of, labels_of
from annotator.workflow.batched import batched
from annotator.workflow.changes import Changes, trace_ids_of
from annotator.workflow.selection import choose, ordered

SPANS_A_REQUEST = 100
"""A page of 100 spans (0.2 MB of JSON) holds the interpreter for about 1 ms."""
TRACES_A_REQUEST = 100


@record
class Progress:
    """How far filling is."""

    traces: int = 0
    items: int = 0
    read: int = 0
    total: int | None = None
    bad: tuple[BadLine, ...] = ()
    spans: int = 0
    """Those that came, log records not counted."""
    added: int = 0
    """Items that are new in the queue."""
    updated: Mapping[int, int] = field(default_factory=dict)
    """How many traces that were here before have changed, by source: log records join the spans of every source."""
    differing: Mapping[int, int] = field(default_factory=dict)
    """How many of the traces have other content in another source."""


@record
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
    if was_complete and not whole_traces and queue.stamp == work.source.stamp != "":
        return done
    changes = Changes(store)
    # Traces that give nothing yet, as their root may still come; after an interruption all that were listed before it.
    waiting = dict.fromkeys(store.trace_ids(queue.source_id) if queue.cursor and not whole_traces else ())
    pages = work.source.pages(queue.selection, None if was_complete else queue.cursor)
    for page in _ahead(pages) if whole_traces else pages:
        news = not was_complete or queue.selection.order == "oldest" or _has_news(work, page)
        # What asks a server in between must not hold the store's lock.
        with store.together() if work.sink is None else nullcontext():
            changes.before(trace_ids_of(page))
            touched = store.add_page(queue.source_id, page)
            added = 0
            if streaming:
                headers, items = _choice(work, touched, whole_traces)
                if not whole_traces:
                    given = {item.trace_id for item in items}
                    waiting.update(dict.fromkeys(trace_id for trace_id in touched if trace_id not in given))
                added = _add(work, items, done.items, headers)
            spans = done.spans + len(page.headers) + len(page.spans) + len(page.packed)
            done = Progress(
                done.traces + len(touched), done.items + added, page.read, page.total, done.bad + page.bad, spans, done.added + added
            )
            # What is left of a file may hold more of the traces that were chosen.
            last = streaming and whole_traces and (_full(queue, done.items) or not (news or added))
            if not (was_complete or last):
                store.set_listing(queue.id, page.cursor, complete=False)
        work.report(done)
        if last:
            break
        if work.stopped():
            return done
    strays = store.settle_records(queue.source_id)
    if strays:
        waiting.update(dict.fromkeys(strays))
        done = replace(done, bad=(*done.bad, _strayed(strays)))
    if not streaming:
        for items in batched(ordered(_all(work), queue.selection)):
            done = _grown(done, _add(work, items, done.items, _headers(work, items)))
    elif not _full(queue, done.items):
        for trace_ids in batched(waiting):
            headers, items = _choice(work, dict.fromkeys(trace_ids), whole=True)
            done = _grown(done, _add(work, items, done.items, headers))
    # What an interrupted listing brought a moment ago is no news.
    updated, differing = changes.after(queue.source_id, resumed=bool(queue.cursor))
    done = replace(done, updated=updated, differing=differing)
    store.set_listing(queue.id, None, complete=True)
    store.set_stamp(queue.id, work.source.stamp)
    store.set_pulled(queue.source_id)
    work.report(done)
    return done


def _ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The first page alone, since the payloads of the first items are asked for when it is here; then each while the last is stored."""
    yield from islice(pages, 1)
    yield from Ahead(pages)


def _grown(done: Progress, added: int) -> Progress:
    return replace(done, items=done.items + added, added=done.added + added)


def _strayed(strays: Mapping[str, int]) -> BadLine:
    count, traces = sum(strays.values()), len(strays)
    records = "1 log record is" if count == 1 else f"{count:,} log records are"
    where = f"trace {next(iter(strays))}" if traces == 1 else f"{traces:,} traces"
    return BadLine(0, f"{records} of spans of {where} that did not come, and shown in their place: give the file with the spans too")


def _has_news(work: Filling, page: Page) -> bool:
    """A trace that no listing brought before. A complete queue in another order than the oldest first has its news on top."""
    trace_ids = trace_ids_of(page)
    return not trace_ids or not all(work.store.headers_of(work.queue.source_id, trace_ids).values())


def _full(queue: Queue, items: int) -> bool:
    return queue.selection.limit is not None and items >= queue.selection.limit


Headers = Mapping[str, Sequence[SpanHeader]]
"""The spans of traces, by trace id."""


def _choice(work: Filling, traces: Mapping[str, Sequence[SpanHeader] | None], whole: bool) -> tuple[Headers, list[NewItem]]:
    """The spans of these traces, where they are not known asked of the store, and the items that they give."""
    asked = work.store.headers_of(work.queue.source_id, [trace_id for trace_id, spans in traces.items() if spans is None])
    headers = {trace_id: asked[trace_id] if spans is None else spans for trace_id, spans in traces.items()}
    return headers, [item for spans in headers.values() for item in choose(spans, work.queue.selection, whole)]


def _headers(work: Filling, items: Sequence[NewItem]) -> Headers:
    return work.store.headers_of(work.queue.source_id, {item.trace_id for item in items})


def _all(work: Filling) -> Iterator[tuple[int | None, NewItem]]:
    for trace_ids in batched(work.store.trace_ids(work.queue.source_id)):
        headers, items = _choice(work, dict.fromkeys(trace_ids), whole=True)
        starts = {span.span_id: span.start_ns for spans in headers.values() for span in spans}
        for item in items:
            yield starts.get(item.span_id), item


def _add(work: Filling, items: Sequence[NewItem], have: int, headers: Headers) -> int:
    """Add items up to the limit; those that I judged before, on the server or in another queue, come in as done."""
    limit = work.queue.selection.limit
    fresh = _fresh(work, items, headers)
    if limit is not None:
        fresh = fresh[: max(0, limit - have)]
    if work.sink is not None and work.identifier:
        pull_mine(work.store, work.sink, work.identifier, [item.target for item in items])
    added = work.store.add_items(work.queue.id, fresh)
    if work.identifier:
        settle_done(work, items)
    return added


def _fresh(work: Filling, items: Sequence[NewItem], headers: Headers) -> list[NewItem]:
    """Those that the queue does not have; with one item a trace, neither another span of it that stood for it when it was listed."""
    store, queue = work.store, work.queue
    had: set[tuple[TargetKind, str]] = set()
    for kind in {item.target.kind for item in items}:
        ids = [item.target.id for item in items if item.target.kind == kind]
        had.update((kind, id_) for id_ in store.among_items(queue.id, kind, ids))
    stood: set[str] = set()
    if queue.selection.target == "root":
        spans = {span.span_id: item.trace_id for item in items for span in headers[item.trace_id] if len(headers[item.trace_id]) > 1}
        stood = {spans[span_id] for span_id in store.among_items(queue.id, "span", spans)}
    return [item for item in items if (item.target.kind, item.target.id) not in had and item.trace_id not in stood]


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
    known: set[tuple[TargetKind, str]] = set()
    for kind in {item.target.kind for item in items}:
        ids = [item.target.id for item in items if item.target.kind == kind]
        known.update((kind, id_) for id_ in store.among_judged(queue.source.server, kind, ids))
    for new in items:
        if (new.target.kind, new.target.id) not in known:
            continue
        rows = store.on_target(queue.source.server, new.target)
        labels = labels_of(queue.rubric, answers_of(queue.rubric, rows, work.identifier))
        item = store.item_of(queue.id, new.target)
        if item is not None and item.state == "todo" and queue.rubric.is_complete(labels):
            judged.append(item.id)
    if judged:
        store.complete(queue.id, judged)


def load(work: Filling, position: Callable[[], int]) -> Iterator[int]:
    """Bring every missing payload, those after the position that is being looked at first; yields how many traces came each time.

    The next ones are asked for before the last ones are stored, so that the server never waits for us.
    """
    asked = _ask(work, position())
    while asked is not None and not work.stopped():
        ids, pages = asked
        asked = _ask(work, position(), ids)
        _keep(work, ids, pages)
        yield len(ids)


def load_some(work: Filling, position: int) -> int:
    """Bring about 100 spans of missing payloads, those after the position first; how many traces came."""
    asked = _ask(work, position)
    if asked is None:
        return 0
    _keep(work, *asked)
    return len(asked[0])


def _ask(work: Filling, position: int, coming: Sequence[str] = ()) -> tuple[list[str], Iterator[Sequence[Span]]] | None:
    """Traces of which something is missing and that are not coming already, and their spans on their way; None where there is none."""
    for start in (max(0, position - 1), 0):
        missing = work.store.missing(work.queue.id, start, TRACES_A_REQUEST + len(coming))
        if ids := _batch([one for one in missing if one[0] not in coming][:TRACES_A_REQUEST]):
            return ids, Ahead(work.source.spans(ids))
    return None


def _keep(work: Filling, ids: Sequence[str], pages: Iterator[Sequence[Span]]) -> None:
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
