"""What the review screen looks like, as pictures in __snapshots__; `pytest tests/snapshots --snapshot-update` takes them anew."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from annotator.ui.app import ReviewApp
from tests.snapshots.demo_app import ITEMS, Steps, demo_app, filled, pressing

Compare = Callable[..., bool]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewApp]:
    """The demo, with times in UTC and colours on."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    with demo_app(tmp_path) as app:
        yield app
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_first_item(app: ReviewApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=filled)


PLACES: dict[str, Steps] = {
    "second-config": pressing("answer_2"),
    "item-done": pressing("answer_1", "previous_item"),
    "folds-open": pressing("fold_all"),
    "another-span": pressing("next_span", "next_span", "next_span"),
    "help": pressing("help"),
    "items": pressing("jump"),
    "commands": pressing("palette"),
    "end": pressing(*["next_item"] * ITEMS),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place(app: ReviewApp, snap_compare: Compare, place: str) -> None:
    assert snap_compare(app, terminal_size=(100, 30), run_before=PLACES[place])


def test_a_note_being_typed(app: ReviewApp, snap_compare: Compare) -> None:
    async def typed(pilot: Pilot[None]) -> None:
        await pressing("note")(pilot)
        await pilot.press(*"refunded [twice]")
        await pilot.pause()

    assert snap_compare(app, terminal_size=(100, 30), run_before=typed)
