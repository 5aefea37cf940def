"""One row for what was just done, refused or failed, and a second where a next step would be cut off."""

from annotator.text.cells import wrap
from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import crop

SIGNS: dict[Style, str] = {"error": "✗", "warn": "!", "good": "✓"}
INDENT = 3
"""Cells before the text: a blank, the sign, a blank."""


def notice_line(text: str, style: Style, width: int) -> Line:
    """The text behind a sign for its style, so that colour is not the only one; an empty row for an empty text."""
    if not text:
        return Line()
    return Line(crop((Piece(f" {SIGNS.get(style, '·')} {' '.join(text.split())}", style),), width))


def notice_lines(text: str, style: Style, width: int) -> list[Line]:
    """What is wider than its row goes on in a second one, indented."""
    said = " ".join(text.split())
    rows = list(wrap(said, width - INDENT - 1))
    if len(rows) < 2:
        return [notice_line(text, style, width)]
    first, rest = said[slice(*rows[0])], said[rows[1][0] :]
    return [notice_line(first, style, width), Line(crop((Piece(" " * INDENT + rest, style),), width))]
