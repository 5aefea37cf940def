"""`annotator pull --watch`: what comes is said, until somebody stops it."""

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.cli.saying import say
from annotator.config.paths import paths
from annotator.config.settings import load_settings
from annotator.errors import UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.cli.opening import Opened
    from annotator.domain.source import Source
    from annotator.errors import AnnotatorError
    from annotator.workflow.filling import Filling
    from annotator.workflow.watching import News


def seconds(args: argparse.Namespace) -> float:
    """Between two looks; 0 where nothing is watched. Raises UsageError where nothing can be."""
    if not getattr(args, "watch", False):
        return 0.0
    if args.source == "-":
        raise UsageError("--watch looks at a source again, and a pipe is read once.", "Write it to a file, and watch that.")
    if args.offline:
        raise UsageError("--watch asks the source again and again, and --offline asks nobody.", "Leave one of them out.")
    return load_settings(paths().config).watch_seconds


def check(opened: "Opened", every: float) -> None:
    """Raises UsageError where what is to be watched is gone, or was a pipe."""
    if every and opened.source is None and not (opened.connect and opened.queue.source.is_server):
        raise UsageError(f"The traces of {opened.queue.name} came from what is not there any more.", "Watch a file or a server that is.")


def keep_on(work: "Filling", again: "Callable[[], Source] | None", every: float, probe: Callable[[], object]) -> None:
    """Say what comes, a line each time; returns when the queue is full. `again` looks at files anew."""
    from annotator.workflow.watching import Watch, watch

    queue, said = work.queue, set[str]()

    def told(news: "News") -> None:
        if news.items:
            have = work.store.counts(queue.id).items
            say(f"{_now()}  {counted(news.items, 'item')} came; {queue.name}: {counted(have, 'item')}")
        for bad in news.bad:
            reason = f"line {bad.line}: {bad.reason}" if bad.line else bad.reason
            if reason not in said:
                said.add(reason)
                say(f"{_now()}  {reason}", aside=True)
        if news.full:
            say(f"{queue.name} has all that --limit allows")

    def away(error: "AnnotatorError", pause: float) -> None:
        if error.title not in said:
            said.add(error.title)
            say(f"{_now()}  {error.title} Tried again in {pause:.0f} s, and then by itself.", aside=True)

    def back() -> None:
        said.clear()
        say(f"{_now()}  there again", aside=True)

    say(f"watching {queue.source.named}, every {every:.0f} s; Ctrl+C stops, and the same command goes on")
    watch(Watch(work, again), every, _sleep, told, away, back, probe)


def _sleep(wait: float) -> bool:
    time.sleep(wait)
    return False


def _now() -> str:
    return time.strftime("%H:%M:%S")
