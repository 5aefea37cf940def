"""The lines of a trace, found as far as they are looked at."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import NamedTuple, overload

from annotator.text.line import Line
from annotator.text.lines.part import Part, Spot

EVERYTHING = 1 << 60


class Place(NamedTuple):
    """A block that has a line on the page, before its lines are found."""

    block: int
    """Its index."""
    gap: bool
    """An empty line comes before it."""
    estimate: int
    """How many lines it may have, the gap among them."""


class Page(Sequence[Line]):
    """Lines are found from the first on, so that no line ever gets another number; `len` is an estimate until `complete`."""

    def __init__(self, places: Sequence[Place], part: Callable[[int], Part], match: tuple[int, int] | None) -> None:
        """`part` makes a block's part from its index; `match`: (index of a block, offset in its text) of the current match."""
        self._places = places
        self._part = part
        self._match = match
        self._parts: list[Part] = []
        self._firsts: list[int] = []
        """The number of the first line of each part, after its gap."""
        self._rest = [0]
        for place in reversed(places):
            self._rest.append(self._rest[-1] + place.estimate)
        self._rest.reverse()

    @property
    def known(self) -> int:
        """Lines that were found."""
        return self._firsts[-1] + self._parts[-1].known if self._parts else 0

    @property
    def complete(self) -> bool:
        """Every line was found."""
        return len(self._parts) == len(self._places) and (not self._parts or self._parts[-1].complete)

    def __len__(self) -> int:
        last = self._firsts[-1] + len(self._parts[-1]) if self._parts else 0
        return last + self._rest[len(self._parts)]

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        """IndexError beyond the last line; what counts from the end finds them all."""
        if isinstance(index, slice):
            if (index.start or 0) < 0 or (index.step or 1) < 0:
                self.reach(EVERYTHING)
            self.reach(EVERYTHING if index.stop is None or index.stop < 0 else index.stop)
            return [self._line(number) for number in range(*index.indices(self.known))]
        self.reach(EVERYTHING if index < 0 else index + 1)
        if not -self.known <= index < self.known:
            raise IndexError(index)
        return self._line(index % self.known)

    def __iter__(self) -> Iterator[Line]:
        number = 0
        while True:
            self.reach(number + 1)
            if number >= self.known:
                return
            yield self._line(number)
            number += 1

    def reach(self, count: int) -> None:
        """Find so many lines, or all."""
        while self.known < count:
            if self._parts and not self._parts[-1].complete:
                self._parts[-1].reach(count - self._firsts[-1])
            elif not self._open():
                return

    def grow(self, seconds: float) -> bool:
        """Find lines for about so long; True when there are no more."""
        until = perf_counter() + seconds
        while not self.complete and perf_counter() < until:
            if self._parts and not self._parts[-1].complete:
                self._parts[-1].grow(until)
            else:
                self._open()
        return self.complete

    def shows(self, block: int) -> bool:
        """True for the index of a block that has a line."""
        return self._place(block) is not None

    def first_line(self, block: int) -> int | None:
        """The line in which a block begins; None where it has none. Finds the lines before it."""
        place = self._place(block)
        if place is None:
            return None
        while len(self._parts) <= place:
            if self._parts:
                self._parts[-1].reach(EVERYTHING)
            self._open()
        return self._firsts[place]

    @property
    def match_line(self) -> int | None:
        """The line in which the current match begins."""
        if self._match is None:
            return None
        block, offset = self._match
        first = self.first_line(block)
        return None if first is None else first + self._parts[self._place(block) or 0].line_of(offset)

    def spot(self, number: int) -> Spot | None:
        """What a line shows of the text of its block; None for a heading, a gap, and beyond the last line."""
        self.reach(number + 1)
        if not 0 <= number < self.known:
            return None
        at = bisect_right(self._firsts, number) - 1
        line = number - self._firsts[at]
        return self._parts[at].spot(line) if line < self._parts[at].known else None

    def line_at(self, block: int, offset: int) -> int | None:
        """The line that shows an offset of a block's text, else the one that stands for it; None where the block has none."""
        first = self.first_line(block)
        if first is None:
            return None
        part = self._parts[self._place(block) or 0]
        line = part.line_of(offset)
        spots = ((number, part.spot(number)) for number in range(line, part.known))
        found = (number for number, spot in spots if spot is not None and spot.start <= offset <= spot.end)
        return first + next(found, part.line_of(offset))

    def _place(self, block: int) -> int | None:
        at = bisect_left(self._places, block, key=lambda place: place.block)
        return at if at < len(self._places) and self._places[at].block == block else None

    def _open(self) -> bool:
        """Go on to the next block; False after the last."""
        number = len(self._parts)
        if number == len(self._places):
            return False
        place = self._places[number]
        first = self.known + place.gap
        self._parts.append(self._part(place.block))
        self._firsts.append(first)
        return True

    def _line(self, number: int) -> Line:
        at = bisect_right(self._firsts, number) - 1
        line = number - self._firsts[at]
        return self._parts[at].line(line) if line < self._parts[at].known else Line()
