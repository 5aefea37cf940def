"""`annotator pull`: fill a queue without a screen."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from annotator.cli import opening, options, place
from annotator.cli.saying import say
from annotator.domain.queue import Queue
from annotator.errors import SourceError

if TYPE_CHECKING:
    from annotator.domain.source import BadLine
    from annotator.workflow.fill import Progress


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "pull",
        help="fill a queue without a screen, so that one can go offline",
        description="Fill or resume a queue without a screen; ends when every payload is stored. "
        "Ctrl+C stops it, and the same command goes on.",
        epilog="example: annotator pull http://127.0.0.1:6006 --project support-bot --as mira",
    )
    options.common(verb)
    options.who(verb)
    options.source(verb)
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.workflow.fill import Filling, Progress, fill, load

    store = place.open_store(place.store_path(args))
    opened = opening.open_queue(args, store)
    server = opened.connect(opened.queue.source.project) if opened.connect else None
    source = opened.source() if opened.source else server if opened.queue.source.is_server else None
    if source is None:
        say(f"{opened.queue.name}: {store.counts(opened.queue.id).items} items, everything is here already")
        return 0
    show = _Meter()
    done = Progress()

    def report(progress: Progress) -> None:
        nonlocal done
        done = progress
        share = f", {100 * progress.read // progress.total}%" if progress.total else ""
        show(f"{progress.traces:,} traces listed, {progress.items:,} items{share}")

    unread: list[BadLine] = []
    work = Filling(store, source, opened.queue, opened.identifier, server, report=report, unread=unread.append)
    try:
        done = fill(work)
        loaded = 0
        if not source.capabilities.payloads_with_listing:
            for count in load(work, lambda: 0):
                loaded += count
                show(f"{done.traces:,} traces listed, {loaded:,} payloads stored")
        show.end()
        if not store.counts(opened.queue.id).items:
            raise _nothing(opened.queue, done)
    except BaseException:
        # The next time goes on after them.
        _name([*done.bad, *unread])
        raise
    finally:
        place.remove_if_empty(store, opened.queue)
    say(f"{opened.queue.name}: {store.counts(opened.queue.id).items} items, everything is stored")
    _name([*done.bad, *unread])
    return 1 if done.bad or unread else 0


def _name(wrong: "Sequence[BadLine]") -> None:
    for bad in wrong:
        say(f"  line {bad.line}: {bad.reason}" if bad.line else f"  {bad.reason}", aside=True)
    if wrong:
        print(f"annotator: {len(wrong)} parts could not be read whole", file=sys.stderr)


def _nothing(queue: Queue, done: "Progress") -> SourceError:
    if done.traces:
        return SourceError(f"None of {done.traces:,} traces fits the selection.", "Widen --kind, --status, --session, --since or --until.")
    what = f"The project {queue.source.project!r} has" if queue.source.is_server else f"{queue.source.named} brought"
    return SourceError(f"{what} no traces that fit.", "Send it traces, or choose another; the same command then brings them.")


class _Meter:
    """One line of progress on stderr, at most five times a second; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self.last = 0.0
        self.width = 0

    def __call__(self, text: str) -> None:
        if sys.stderr.isatty() and time.monotonic() - self.last > 0.2:
            self.last = time.monotonic()
            print(f"\r{text:<{self.width}}", end="", file=sys.stderr, flush=True)
            self.width = max(self.width, len(text))

    def end(self) -> None:
        if self.width:
            print(f"\r{'':<{self.width}}\r", end="", file=sys.stderr, flush=True)
