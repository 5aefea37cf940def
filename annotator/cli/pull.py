"""`annotator pull`: fill a queue without a screen."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from annotator.cli import opening, options, place, watching
from annotator.cli.saying import Meter, say, were
from annotator.domain.queue import Queue
from annotator.errors import SourceError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.domain.source import BadLine
    from annotator.sources.phoenix import Phoenix
    from annotator.store.store import SqliteStore
    from annotator.workflow.filling import Progress

SESSIONS = 10_000
"""Looked through for one that is missing."""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "pull",
        help="fill a queue without a screen, so that one can go offline",
        description="Fill or resume a queue without a screen; ends when every payload is stored. "
        "Ctrl+C stops it, and the same command goes on. With --watch it says what comes, until it is stopped.",
        epilog="example: annotator pull http://127.0.0.1:6006 --project support-bot --as mira",
    )
    options.common(verb)
    options.who(verb)
    options.source(verb)
    options.watch(verb)
    verb.set_defaults(run=run, nameless=True)


def run(args: argparse.Namespace) -> int:
    from annotator.workflow.everyone import pull_unread
    from annotator.workflow.fill import fill
    from annotator.workflow.filling import Filling, Progress
    from annotator.workflow.loading import load
    from annotator.workflow.unheard import unheard

    every = watching.seconds(args)
    store = place.open_store(place.store_path(args))
    opened = opening.open_queue(args, store)
    if opened.remark:
        say(f"annotator: {opened.remark}", aside=True)
    watching.check(opened, every)
    server = opened.connect(opened.queue.source.project) if opened.connect else None
    source = opened.source() if opened.source else server if opened.queue.source.is_server else None
    if source is None:
        say(f"{_items(store, opened.queue)}, everything is here already")
        return 0
    show = Meter()
    done = Progress()

    def report(progress: Progress) -> None:
        nonlocal done
        done = progress
        share = f", {100 * progress.read // progress.total}%" if progress.total else ""
        looked = f"{progress.looked:,} looked at, " if progress.looked else ""
        show(f"{counted(progress.traces, 'trace')} listed, {looked}{counted(progress.items, 'item')}{share}")

    unread: list[BadLine] = []
    running: set[str] | None = set() if every else None
    work = Filling(
        store, source, opened.queue, opened.identifier, server, report=report, unread=unread.append, annotator=opened.annotator,
        running=running,
    )  # fmt: skip
    try:
        done = fill(work)
        loaded = 0
        if not source.capabilities.payloads_with_listing:
            for count in load(work, lambda: 0):
                loaded += count
                show(f"{counted(done.traces, 'trace')} listed, {counted(loaded, 'payload')} stored")
        known = 0
        for count in pull_unread(work):
            known += count
            show(f"{counted(loaded, 'payload')} stored, everybody's annotations of {counted(known, 'trace')}")
        show.end()
        if not every and not store.counts(opened.queue.id).items and (done.spans or not done.traces):
            raise _nothing(store, opened.queue, done, server)
    except BaseException:
        # The next time goes on after them.
        _name([*done.bad, *unread])
        place.remove_if_empty(store, opened.queue)
        raise
    if store.counts(opened.queue.id).items or not every:
        _tell(store, opened.queue, done)
        for sentence in unheard(store, opened.queue):  # known when everybody's annotations are here
            say(f"annotator: {sentence}", aside=True)
    _name([*done.bad, *unread])
    said = len(unread)
    try:
        if every:
            watching.keep_on(work, opened.source, every, server.user if server else lambda: None)
    finally:
        place.remove_if_empty(store, opened.queue)
        _name(unread[said:])
    return 1 if done.bad or unread else 0


def _items(store: "SqliteStore", queue: Queue) -> str:
    return f"{queue.name}: {counted(store.counts(queue.id).items, 'item')}"


def _tell(store: "SqliteStore", queue: Queue, done: "Progress") -> None:
    """What is new, in this queue and in the others that have the same traces."""
    from annotator.workflow.limits import starving

    updated = done.updated.get(queue.source_id, 0)
    news = [f"{counted(done.added, 'item')} came"] if queue.complete and done.added else []
    news += [f"{were(updated, 'trace')} updated"] if updated else []
    if store.counts(queue.id).items:
        here = "here already" if queue.complete and not queue.source.is_server and not news else "stored"
        say("; ".join([f"{_items(store, queue)}, everything is {here}", *news]))
    elif not done.updated:
        say(f"{queue.source.named} brings log records of {counted(done.traces, 'trace')}; other queues have them already")
    if done.starved:
        say(f"annotator: {starving(done.starved)}", aside=True)
    if done.sessionless:
        without = "1 trace has no session and is" if done.sessionless == 1 else f"{done.sessionless:,} traces have no session and are"
        say(f"  {without} left out")
    if missing := _unranked(store, queue):
        say(f"  {missing}")
    others = [other for other in store.queues() if other.source_id != queue.source_id]
    for other in others:
        if count := done.updated.get(other.source_id):
            say(f"{other.name}: {were(count, 'trace')} updated")
    for other in others:
        if (count := done.differing.get(other.source_id)) and not other.source.is_server and not queue.source.is_server:
            have = "has" if count == 1 else "have"
            say(f"  {counted(count, 'trace')} {have} other content in the queue {other.name}, which keeps it; show takes the newest")


def _unranked(store: "SqliteStore", queue: Queue) -> str:
    """What to say where the order looks at an annotation that there is not; '' where all is well."""
    from annotator.domain.filter import Answer
    from annotator.domain.ordering import looked_at

    selection = queue.selection
    on = looked_at(selection.by, selection.order) if selection.by else None
    names = store.annotation_names()
    if not isinstance(on, Answer) or on.name in names:
        return ""
    near = ", ".join(difflib.get_close_matches(on.name, names, 3))
    return f"no annotation is named {on.name}, which --order looks at{f'; nearest: {near}' if near else ''}"


def _name(wrong: "Sequence[BadLine]") -> None:
    for bad in wrong:
        say(f"  line {bad.line}: {bad.reason}" if bad.line else f"  {bad.reason}", aside=True)
    if wrong:
        print(f"annotator: {counted(sum(bad.count for bad in wrong), 'part')} could not be read whole", file=sys.stderr)


def _nothing(store: "SqliteStore", queue: Queue, done: "Progress", server: "Phoenix | None") -> SourceError:
    from annotator.workflow.unheard import unheard

    selection = queue.selection
    of = {"span": "span", "document": "span", "session": "session"}.get(selection.target, "trace") if done.looked else "trace"
    # A server that leaves out of its listing what cannot fit has looked at all it has.
    looked = counted(done.looked or done.traces or (server.trace_count() if server and queue.source.is_server else None) or 0, of)
    if selection.session is not None and selection.session not in (known := store.session_ids(SESSIONS)) and len(known) < SESSIONS:
        near = ", ".join(difflib.get_close_matches(selection.session, known, 3))
        return SourceError(
            f"There is no session {selection.session!r} here.", f"Nearest: {near}." if near else "Sessions: --target session."
        )
    if done.sessionless and done.sessionless >= done.traces:
        return SourceError(f"None of {counted(done.sessionless, 'trace')} has a session.", "Judge traces: --target trace.")
    if selection.filter or selection.rules:
        advice = " ".join(unheard(store, queue)) or "Widen it; annotator list --help has the language."
        what = f"No rule takes any of {looked}." if selection.rules else f"No traces here match {selection.filter} ({looked} looked at)."
        return SourceError(what, advice)
    if selection.target == "document" and done.traces:
        return SourceError(f"None of {counted(done.traces, 'trace')} has retrieved documents.", "Judge spans or traces: --target span.")
    if done.traces:
        widen = "Widen --kind, --status, --session, --since or --until."
        return SourceError(f"None of {counted(done.traces, 'trace')} fits the selection.", widen)
    what = f"The project {queue.source.project!r} has" if queue.source.is_server else f"{queue.source.named} brought"
    return SourceError(f"{what} no traces that fit.", "Send it traces, or choose another; the same command then brings them.")
