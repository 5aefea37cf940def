"""Fill a queue from a source: list, choose, keep. Can be stopped anywhere and goes on where it was."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import islice

from annotator.domain.queue import NewItem, Queue, Selection
from annotator.domain.source import BadLine, Page, Source
from annotator.domain.span import SpanHeader
from annotator.workflow.adding import Headers, add, fresh
from annotator.workflow.ahead import Ahead
from annotator.workflow.batched import batched
from annotator.workflow.changes import Changes, trace_ids_of
from annotator.workflow.choosing import Choosing
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.limits import limited, starved, within_limit
from annotator.workflow.ranking import Ranking
from annotator.workflow.selection import Ranked, mixes, ordered, ranked, runs


def streams(queue: Queue, source: Source) -> bool:
    """True where items can join the queue while the source is still listed, because it lists in the queue's order."""
    if mixes(queue.selection):
        return False
    return queue.selection.order == "listed" or not source.capabilities.payloads_with_listing


def fill(work: Filling) -> Progress:
    """List the source to its end (or the queue's limit) and add its items. Raises what the source raises; what came is kept."""
    store, queue = work.store, work.queue
    done = Progress(items=store.counts(queue.id).items)
    was_complete = queue.complete
    whole_traces = not work.source.capabilities.payloads_with_listing
    if was_complete and not whole_traces and queue.stamp == work.source.stamp != "":
        return done
    changes = Changes(store)
    choosing = Choosing(work)
    streaming = streams(queue, work.source) and not choosing.gathers
    # Traces that give nothing yet, as their root may still come; after an interruption all that were listed before it.
    waiting = dict.fromkeys(store.trace_ids(queue.source_id) if queue.cursor and not whole_traces else ())
    pages = work.source.pages(queue.selection, None if was_complete else queue.cursor, choosing.wanted())
    for page in _ahead(pages) if whole_traces else pages:
        news = not was_complete or queue.selection.order == "oldest" or choosing.everything_again or _has_news(work, page)
        before = done.added
        # What asks a server in between, or reads payloads, must not hold the store's lock.
        with store.together() if work.sink is None and not choosing.waits else nullcontext():
            changes.before(trace_ids_of(page))
            touched = store.add_page(queue.source_id, page)
            done = _listed(done, page, len(touched))
            if streaming:
                headers = settled(work, _headers(work, touched), time.time())
                found = choosing.candidates(headers, whole_traces)
                if not whole_traces:
                    given = {item.trace_id for item in found}
                    waiting.update(dict.fromkeys(trace_id for trace_id in touched if trace_id not in given))
                done = _chosen(work, choosing, found, done, headers)
                if work.stopped() and choosing.waits:
                    return done
            # What is left of a file may hold more of the traces that were chosen.
            last = streaming and whole_traces and (_full(queue, done.items) or not (news or done.added > before))
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
    if choosing.gathers:
        done = _gathered(work, choosing, done)
        if work.stopped():
            return done
    elif not streaming:
        done = _chosen(work, choosing, ordered(_all(work, choosing), queue.selection), done)
    elif not _full(queue, done.items):
        for trace_ids in batched(waiting):
            headers = settled(work, _headers(work, dict.fromkeys(trace_ids)), time.time())
            done = _chosen(work, choosing, choosing.candidates(headers, whole=True), done, headers)
    if work.stopped() and choosing.waits:
        return done
    if queue.selection.limit is not None and not _full(queue, done.items):
        store.settle_limit(queue.id)
    # What an interrupted listing brought a moment ago is no news.
    updated, differing = changes.after(queue.source_id, resumed=bool(queue.cursor))
    done = replace(done, updated=updated, differing=differing, sessionless=done.sessionless + len(choosing.sessionless))
    store.set_listing(queue.id, None, complete=True)
    store.set_stamp(queue.id, work.source.stamp)
    store.set_pulled(queue.source_id)
    work.report(done)
    return done


def _listed(done: Progress, page: Page, traces: int) -> Progress:
    spans = done.spans + len(page.headers) + len(page.spans) + len(page.packed)
    sessionless = done.sessionless + page.sessionless
    return replace(
        done, traces=done.traces + traces, read=page.read, total=page.total, bad=done.bad + page.bad, spans=spans, sessionless=sessionless
    )


def _chosen(work: Filling, choosing: Choosing, found: Sequence[NewItem], done: Progress, headers: Headers | None = None) -> Progress:
    """Add those of the candidates that fit, until the queue is full or somebody stops it."""
    cuts = work.queue.selection.limit is not None and choosing.rules is None
    for chosen in choosing.choose(found, headers):
        items = chosen.items
        if cuts and not _full(work.queue, done.items):  # not known before the listing ends below the limit
            items = [limited(item, None) for item in items]
        added = add(work, items, done.items, chosen.headers)
        looked = done.looked + chosen.looked if choosing.waits or choosing.rules or work.queue.selection.filter else 0
        done = replace(done, items=done.items + added, added=done.added + added, looked=looked)
        if choosing.waits:
            work.report(done)
            if work.stopped() or _full(work.queue, done.items):
                break
    return done


def _gathered(work: Filling, choosing: Choosing, done: Progress) -> Progress:
    """Add those that fit in an order that is known when all of them are: what is fetched for that is kept, also when somebody stops it."""
    ranking, rows = Ranking(work), list[Ranked]()
    # A session comes once with each of its traces.
    for chosen in choosing.choose(list({row.item.target: row.item for row in _all(work, choosing)}.values())):
        done = replace(done, looked=done.looked + chosen.looked)
        for some in batched(chosen.items):
            rows += ranking.look(some, chosen.headers, lambda so_far=done: work.report(so_far))  # type: ignore[misc]
        work.report(done)
        if work.stopped():
            return done
    return place(work, choosing.rules.settle(rows) if choosing.rules else rows, done)


def place(work: Filling, rows: Sequence[Ranked], done: Progress) -> Progress:
    """Add the items of `rows` behind those that are there, in their order, as far as the limit goes."""
    queue, limit = work.queue, work.queue.selection.limit
    if queue.complete:  # what is there has its probability, and what is new competes for the room that is left
        new = {item.target for some in batched(row.item for row in rows) for item in fresh(work, some, _headers(work, _traces(some)))}
        work.store.keep_met(queue.id, [row.item for row in rows if row.item.target not in new and row.item.met])
        rows = [row for row in rows if row.item.target in new]
        limit = None if limit is None else limit - done.items
    first = _first(rows, queue.selection, limit)
    if not queue.complete:
        done = replace(done, starved=starved([row.item for row in rows], first, queue.selection))
    for items in batched(first):
        added = add(work, items, done.items, _headers(work, _traces(items)))
        done = replace(done, items=done.items + added, added=done.added + added)
    return done


def _traces(items: Sequence[NewItem]) -> dict[str, None]:
    return dict.fromkeys(item.trace_id for item in items)


def _first(rows: Sequence[Ranked], selection: Selection, room: int | None) -> list[NewItem]:
    """At most `room` items in the queue's order. Of several reviewers each takes the same, and walks them in an own order."""
    all_of_them = replace(selection, reviewer="")
    found = within_limit(ranked(rows, all_of_them), all_of_them, room)
    if not selection.reviewer:
        return found
    by_target = {row.item.target: row for row in rows}
    return ordered((by_target[item.target]._replace(item=item) for item in found), selection)


def _ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The first page alone, since the payloads of the first items are asked for when it is here; then each while the last is stored."""
    yield from islice(pages, 1)
    yield from Ahead(pages)


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


def _headers(work: Filling, traces: Mapping[str, Sequence[SpanHeader] | None]) -> Headers:
    """The spans of these traces, where they are not known asked of the store."""
    asked = work.store.headers_of(work.queue.source_id, [trace_id for trace_id, spans in traces.items() if spans is None])
    return {trace_id: asked[trace_id] if spans is None else spans for trace_id, spans in traces.items()}


def settled(work: Filling, headers: Headers, now: float) -> Headers:
    """Without traces that still run, where those are waited for. A session is never known to be over."""
    if work.running is None or work.queue.selection.target == "session":
        return headers
    run = {trace_id for trace_id, spans in headers.items() if runs(spans, now)}
    work.running.update(run)
    return {trace_id: spans for trace_id, spans in headers.items() if trace_id not in run}


def _all(work: Filling, choosing: Choosing) -> Iterator[Ranked]:
    for trace_ids in batched(work.store.trace_ids(work.queue.source_id)):
        headers = settled(work, _headers(work, dict.fromkeys(trace_ids)), time.time())
        starts = {span.span_id: span.start_ns for spans in headers.values() for span in spans}
        for item in choosing.candidates(headers, whole=True):
            yield Ranked(starts.get(item.span_id), item)
