"""Selecting characters or rows of a part of the trace with the keyboard. The cursor is an offset in a text, so that no resize moves it."""

from typing import TYPE_CHECKING, Literal

from annotator.text.block import Block
from annotator.text.lines.layout import shortened
from annotator.text.lines.page import Page
from annotator.text.lines.part import Spot
from annotator.text.markup.syntax import Mark
from annotator.text.quoting.binding import is_ours

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

FAR = 10_000
"""Lines that are looked through for the next one that shows a text."""


class Selecting:
    """Each public method without an argument of its own is a command, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.key = ""
        """Of the block that the cursor is in."""
        self.at = 0
        self.pin: int | None = None
        """Where the selection began; None while it moves with the cursor."""
        self.rows = True
        """Whole rows are selected; else characters."""
        self._item = 0

    # Where the cursor is

    @property
    def page(self) -> Page | None:
        return self.screen.fitting.page

    @property
    def index(self) -> int:
        """Of the block; -1 where it is gone."""
        return next((index for index, block in enumerate(self.desk.blocks) if block.key == self.key), -1)

    @property
    def block(self) -> Block | None:
        index = self.index
        return self.desk.blocks[index] if index >= 0 else None

    @property
    def is_on(self) -> bool:
        """It goes on: on the same item, in a part that is still there."""
        item = self.desk.item
        return self.desk.selecting and item is not None and item.id == self._item and self.block is not None

    def begin(self) -> None:
        """At the marked part, which is opened; else at the first line of the answer in view, else of anything that the trace says."""
        desk, page = self.desk, self.page
        if desk.presented is None or page is None or desk.item is None:
            desk.say("this trace is not here yet", "warn")
            return
        here = self.screen.jumping.stay()
        if here is not None and not is_ours(here) and here.kind != "group":
            start: tuple[str, int] | None = (here.key, 0)
        else:
            start = self._first_in_view(page)
        if start is None:
            desk.say("nothing that the trace says is in view", "warn")
            return
        self.key, self.at = start
        self.pin, self.rows, self._item, desk.selecting = None, True, desk.item.id, True
        self._open()
        self._moved()

    def _first_in_view(self, page: Page) -> tuple[str, int] | None:
        trace, blocks = self.screen.trace, self.desk.blocks
        numbers = range(trace.top, trace.top + trace.size.height)
        spots = [spot for number in numbers if (spot := page.spot(number)) is not None and self._takes(spot)]
        first = next((spot for spot in spots if blocks[spot.block].weight == "answer"), spots[0] if spots else None)
        return (blocks[first.block].key, first.start) if first else None

    def _takes(self, spot: Spot) -> bool:
        """The line shows words of the trace."""
        return spot.lead is not None and spot.end > spot.start and not is_ours(self.desk.blocks[spot.block])

    def _open(self) -> None:
        """A part that is not shown whole is opened."""
        desk, fitting = self.desk, self.screen.fitting
        if self.key in shortened(desk.blocks, *fitting.room, desk.folds, wrapped=desk.wrapped):
            desk.folds[self.key] = False
            fitting.lay_out(keep_top=True)

    def leave(self) -> None:
        """Nothing is selected any more."""
        self.desk.selecting = False
        self.desk.say("nothing was taken")
        self.screen.quoting.show()

    # Moving

    def step(self, direction: Literal[1, -1], extend: bool = False) -> None:
        """To the next or previous row."""
        self._extend(extend)
        self._by_rows(direction)

    def page_by(self, direction: Literal[1, -1]) -> None:
        self._by_rows(direction * max(1, self.screen.trace.size.height - 2))

    def _by_rows(self, count: int) -> None:
        page, block = self.page, self.block
        if page is None or block is None:
            return
        number = page.line_at(self.index, self.at)
        spot = page.spot(number) if number is not None else None
        column = self.at - spot.start if spot is not None else 0
        step, left, last = (1 if count > 0 else -1), abs(count), spot
        for place in range((number or 0) + step, (number or 0) + step * FAR, step):
            spot = page.spot(place) if place >= 0 else None
            if place < 0 or (spot is None and place >= len(page)) or not left:
                break
            if spot is None or not self._takes(spot):
                continue
            if self.pin is not None and spot.block != self.index:
                self.desk.say("a quote is from one part of the trace", "warn")
                break
            last, left = spot, left - 1
        if last is not None:
            self.key = self.desk.blocks[last.block].key
            self.at = last.start if self.rows else min(last.start + column, max(last.start, last.end - 1))
        self._moved()

    def side(self, direction: Literal[1, -1], extend: bool = False) -> None:
        """To the next or previous character."""
        self._extend(extend)
        self._by_characters()
        block = self.block
        if block is not None:
            self.at = min(max(0, self.at + direction), max(0, block.text_size - 1))
        self._moved()

    def word(self, direction: Literal[1, -1]) -> None:
        """To the beginning of the next or this word."""
        self._by_characters()
        block = self.block
        if block is None:
            return
        text, at = block.text, self.at
        if direction > 0:
            while at < len(text) - 1 and not text[at].isspace():
                at += 1
            while at < len(text) - 1 and text[at].isspace():
                at += 1
        else:
            while at > 0 and text[at - 1].isspace():
                at -= 1
            while at > 0 and not text[at - 1].isspace():
                at -= 1
        self.at = at
        self._moved()

    def edge(self, end: bool) -> None:
        """To the beginning or the end of the row."""
        self._by_characters()
        spot = self._row(self.at)
        if spot is not None:
            self.at = max(spot.start, spot.end - 1) if end else spot.start
        self._moved()

    def part(self, direction: Literal[1, -1]) -> None:
        """To the next or previous part that the trace says; what was selected in this one is let go."""
        blocks, page = self.desk.blocks, self.page
        places = range(self.index + direction, len(blocks) if direction > 0 else -1, direction)
        said = [place for place in places if not is_ours(blocks[place]) and blocks[place].kind != "group" and blocks[place].text_size]
        place = next((place for place in said if page is not None and page.shows(place)), None)
        if place is None:
            self.desk.say("this is the last part" if direction > 0 else "this is the first part")
            return
        self.key, self.at, self.pin = blocks[place].key, 0, None
        self._open()
        self._moved()

    # What is selected

    def pin_here(self) -> None:
        """The selection begins here and goes on with the cursor; again, it is let go."""
        self.pin = None if self.pin is not None else self.at
        self._moved()

    def switch(self) -> None:
        """From rows to characters, and back."""
        self.rows = not self.rows
        self._moved()

    def _extend(self, extend: bool) -> None:
        if extend and self.pin is None:
            self.pin = self.at

    def _by_characters(self) -> None:
        self.rows = False

    def _row(self, offset: int) -> Spot | None:
        page = self.page
        number = page.line_at(self.index, offset) if page is not None and self.index >= 0 else None
        return page.spot(number) if page is not None and number is not None else None

    @property
    def range(self) -> tuple[int, int]:
        """Characters of the block's text."""
        first, last = sorted((self.at, self.at if self.pin is None else self.pin))
        if not self.rows:
            return first, last + 1
        top, bottom = self._row(first), self._row(last)
        return (top.start if top else first), (bottom.end if bottom else last + 1)

    @property
    def marks(self) -> dict[int, list[Mark]]:
        """How it looks."""
        return {self.index: [(*self.range, "selected")]} if self.is_on else {}

    def _moved(self) -> None:
        """Show where the cursor is, and how much is selected."""
        page, block = self.page, self.block
        if page is None or block is None:
            return
        number = page.line_at(self.index, self.at)
        if number is not None:
            self.screen.trace.reveal_lines(number, number)
        self.screen.quoting.show()
        start, end = self.range
        what = "rows" if self.rows else "characters"
        pinned = "" if self.pin is None else f", {end - start:,} selected"
        self.desk.say(self.desk.notice[0] or f"selecting {what} of {block.title.strip() or block.kind}{pinned}")
