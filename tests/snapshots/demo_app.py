"""The review screen over the demo's traces, in this process, waited for until it has nothing more to do."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from annotator.config.paths import SAMPLE_RUBRIC, SAMPLE_TRACES
from annotator.config.rubric_file import load_rubric
from annotator.domain.queue import Selection, SourceRef
from annotator.keymap.load import load
from annotator.sources.files import Files
from annotator.store.store import open_store
from annotator.ui.app import ReviewApp
from annotator.ui.screens.review import ReviewScreen
from annotator.ui.session import Session
from annotator.ui.widgets.lines import Lines

ITEMS = 22
KEYMAP = load("default", None)
Steps = Callable[[Pilot[None]], Awaitable[None]]


def keys_of(command: str) -> str:
    """The key that runs a command: tests press commands, not keys."""
    return KEYMAP.keys(command)[0]


@contextmanager
def demo_app(folder: Path) -> Iterator[ReviewApp]:
    """What `annotator demo` runs, with a store in `folder`."""
    path = folder / "demo.db"
    store = open_store(path)
    location = str(SAMPLE_TRACES)
    queue = store.create("demo", SourceRef(location), Selection(), load_rubric(SAMPLE_RUBRIC))
    store.close()

    @contextmanager
    def nothing_to_drain() -> Iterator[bool]:
        yield False

    app = ReviewApp(
        Session(queue, "demo", "annotator:demo", KEYMAP, lambda: open_store(path), nothing_to_drain, source=lambda: Files(location))
    )
    try:
        yield app
    finally:
        app.review.background.stop()
        app.store.close()


async def filled(pilot: Pilot[None]) -> None:
    """The whole queue is here, the feeding thread has ended, every question is known, and the first item is painted."""
    desk = _review(pilot).desk
    while desk.counts.items < ITEMS or any(thread.name == "feed" for thread in threading.enumerate()):
        await pilot.pause(0.01)
    while desk.store.unread(desk.session.queue.id, 0, 1):
        await pilot.pause(0.05)
    await painted(pilot)


def pressing(*commands: str) -> Steps:
    """Wait for the queue, then run commands one by one, each on what the one before has drawn."""

    async def steps(pilot: Pilot[None]) -> None:
        await filled(pilot)
        for command in commands:
            await pilot.press(keys_of(command))
            await painted(pilot)

    return steps


async def painted(pilot: Pilot[None]) -> None:
    """The item, if there is one, has been drawn and fits its place, and the window in front has nothing left to draw."""
    await pilot.pause()
    while not _is_settled(pilot):
        await pilot.pause(0.01)
    await pilot.pause()


def _is_settled(pilot: Pilot[None]) -> bool:
    review, front = _review(pilot), pilot.app.screen
    if (review.desk.item and not review.desk.drawn) or (review.fitting.fitted != review.fitting.room and not review.is_typing):
        return False
    waits = front._layout_required or front._repaint_required or front._dirty_widgets or front._compositor._dirty_regions
    return front.is_mounted and not waits and not any(widget.pending for widget in front.query(Lines) if widget.display)


def _review(pilot: Pilot[None]) -> ReviewScreen:
    app = pilot.app
    assert isinstance(app, ReviewApp)
    return app.review
