"""Widths in terminal cells, by Textual's own measure, and wrapping by them."""

from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

ELLIPSIS = "…"


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
        if cut <= start or text[start:cut].isspace():
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
    window = text[start : min(stop, start + width + 32)]  # 32 for letters with marks; a row of more marks is cut there
    used = 0
    for first, _, cells in split_graphemes(window)[0]:
        used += cells
        if used > width and first:
            return start + first
    return start + len(window)
