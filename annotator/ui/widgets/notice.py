"""One row for what was just done, refused or failed."""

from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import crop

SIGNS: dict[Style, str] = {"error": "✗", "warn": "!", "good": "✓"}


def notice_line(text: str, style: Style, width: int) -> Line:
    """The text behind a sign for its style, so that colour is not the only one; an empty row for an empty text."""
    if not text:
        return Line()
    return Line(crop((Piece(f" {SIGNS.get(style, '·')} {' '.join(text.split())}", style),), width))
