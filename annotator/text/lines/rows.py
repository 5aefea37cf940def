"""The rows of a long text, found as far as they are looked at."""

from array import array
from bisect import bisect_right
from itertools import islice
from time import perf_counter

from annotator.text.block import Block
from annotator.text.cells import wrap

BEGINNING = 64_000
"""Characters of a text that are looked at to draw its first rows."""
SLICE = 200
"""Rows between two looks at the clock: about 0.2 ms."""


def first_rows(block: Block, count: int, measure: int) -> tuple[str, list[tuple[int, int]]]:
    """The beginning of a block's flow and up to so many of its rows; all but the last are as they are in the whole of it."""
    wanted = max(BEGINNING, count * (measure + 40))
    text = block.start(wanted)
    rows = list(islice(wrap(text, measure), count))
    if len(rows) < count and len(text) < block.flow_size:  # blanks and empty lines take more characters than cells
        text = block.flow
        rows = list(islice(wrap(text, measure), count))
    return text, rows


class Rows:
    """What `wrap` makes of a text. Found from the start on, so that no row ever gets another number; 8 bytes each."""

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self.complete = False
        self._width = width
        self._found = wrap(text, width)
        self._starts, self._ends = array("I"), array("I")

    @property
    def known(self) -> int:
        """How many were found."""
        return len(self._starts)

    def __len__(self) -> int:
        """How many there are; an estimate until all are found."""
        known = len(self._starts)
        if self.complete:
            return known
        past = self._ends[-1] if known else 0
        left = len(self.text) - past
        return known + max(1, left * known // past if past else left // self._width)

    def __getitem__(self, index: int) -> tuple[int, int]:
        """(start, end) of a row; IndexError beyond the last."""
        self.reach(index + 1)
        return self._starts[index], self._ends[index]

    def reach(self, count: int) -> None:
        """Find so many, or all."""
        missing = count - len(self._starts)
        if missing > 0 and not self.complete:
            self._take(missing)

    def reach_offset(self, offset: int) -> int:
        """The row that holds an offset of the text; the one before it where the offset is white space between two."""
        while not self.complete and (not self._starts or self._ends[-1] <= offset):
            self._take(SLICE)
        return max(0, bisect_right(self._starts, offset) - 1)

    def grow(self, until: float) -> None:
        """Find more until that time of `perf_counter`, or all."""
        while not self.complete and perf_counter() < until:
            self._take(SLICE)

    def _take(self, count: int) -> None:
        before = len(self._starts)
        for start, end in islice(self._found, count):
            self._starts.append(start)
            self._ends.append(end)
        self.complete = len(self._starts) < before + count
