"""A place in a text, pointed at from the row below."""

from annotator.text.cells import crop, width_of
from annotator.text.escape import visible

AFTER = 16
"""Cells behind the place that are kept in view."""


def pointed(text: str, position: int, width: int) -> tuple[str, str]:
    """The text in one row of at most `width` cells, and a row with a caret below the character at `position` (0-based, or at the end)."""
    before, after = _row(text[:position]), _row(text[position:])
    room = width - 1 - min(AFTER, width_of(after))
    start = 0
    while width_of(before[start:]) > max(room - 1, 1):
        start += 1
    head = ("…" if start else "") + before[start:]
    return crop(head + after, width), " " * width_of(head) + "^"


def _row(text: str) -> str:
    """Line ends and tabs are one blank each, so that nothing moves."""
    return visible(text.replace("\r", " ").replace("\n", " ").replace("\t", " "))
