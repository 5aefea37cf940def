"""Widths in terminal cells, by Textual's own measure, and wrapping by them."""

import re
from collections.abc import Iterator
from functools import cache

from rich.cells import cell_len, split_graphemes

ELLIPSIS = "…"
JOINER = "\u200d"
MARKS = 32
"""Characters that a row may have beyond its cells: letters with marks; a row of more marks is cut there."""
NARROW = (
    " -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u0531-\u058f\u1e00-\u1fff"  # Latin, Greek, Cyrillic, Armenian
    "\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2190-\u2300\u2500-\u25fc"  # punctuation, arrows, mathematics, lines
)
WIDE = (
    "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"  # kana, ideographs, Hangul
    "\U0001f600-\U0001f64f\U0001f910-\U0001f93a"  # faces
)
"""Characters of one and of two cells, whatever stands before them; not all that there are."""
NARROW_RUN = re.compile(f"[{NARROW}]+")


@cache
def wide_run() -> re.Pattern[str]:
    """Compiled where there is such a text: a class of so many characters takes 1.5 ms."""
    return re.compile(f"[{WIDE}]+")


@cache
def unsettled_run() -> re.Pattern[str]:
    return re.compile(f"[^{NARROW}{WIDE}]+")


def width_of(text: str) -> int:
    """Cells that the text takes."""
    return len(text) if text.isascii() else cell_len(text)


def crop(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where it was cut."""
    if width_of(text) <= width:
        return text
    end = _fitting(text, 0, len(text), width - 1) if width > 1 else 0
    kept = text[:end] if width_of(text[:end]) < width else ""
    return kept + ELLIPSIS if width > 0 else ""


def wrap(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Rows of a text as (start, end) offsets, lazily: broken at newlines, at spaces where there are any, else anywhere.

    No row is wider than `width` cells (at least two). The white space at a break belongs to no row.
    """
    width = max(width, 2)
    narrow = text.isascii()
    start, size = 0, len(text)
    while start <= size:
        stop = text.find("\n", start)
        if stop < 0:
            stop = size
        yield from _paragraph(text, start, stop, width, narrow)
        start = stop + 1


def _paragraph(text: str, start: int, stop: int, width: int, narrow: bool) -> Iterator[tuple[int, int]]:
    while True:
        end = min(start + width, stop) if narrow else _fitting(text, start, stop, width)
        if end >= stop:
            yield start, stop
            return
        cut = end if text[end] == " " else text.rfind(" ", start, end)
        if cut <= start or (text[start] == " " and text[start:cut].isspace()):
            yield start, end
            start = end
            continue
        yield start, cut
        start = cut
        while start < stop and text[start] == " ":
            start += 1
        if start >= stop:
            return


def _fitting(text: str, start: int, stop: int, width: int) -> int:
    """The end of the longest piece from `start` that fits, at least one grapheme; marks without width stay with their letter."""
    stop = min(stop, start + width + MARKS)
    at, left, before = start, width, 0
    while at < stop:
        end = min(stop, at + left + 1)
        run, cells = NARROW_RUN.match(text, at, end), 1
        if run is None:
            run, cells = wide_run().match(text, at, end), 2
        if run is not None:
            before = cells
            length = run.end() - at
            if length * before > left:
                return max(at + left // before, start + 1)
            at += length
            left -= length * before
            continue
        # What is not settled may change the character before it too: both are measured.
        begin = at - 1 if before else at
        left += before
        at = _unsettled(text, at, stop)
        for first, last, cells in split_graphemes(text[begin:at])[0]:
            left -= cells
            if left < 0:
                return begin + (first if begin + first > start else last)
        before = 0
    return stop


def _unsettled(text: str, at: int, stop: int) -> int:
    """The end of what is not settled from `at` on, with the character that a joiner takes to itself."""
    while run := unsettled_run().match(text, at, stop):
        at = run.end()
        if text[at - 1] == JOINER:
            at = min(at + 1, stop)
    return at
