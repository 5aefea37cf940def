"""Lines with some of their text in another style: what is selected, what is evidence. Nothing is laid out again for it."""

from collections.abc import Mapping, Sequence

from annotator.text.line import Line, Piece, Style
from annotator.text.lines.part import Spot
from annotator.text.markup.syntax import Mark

Highlights = Mapping[int, Sequence[Mark]]
"""By index of the block; later marks win."""
SIGN = "»"
"""Stands in the margin of a line with evidence in it: colour alone is no sign."""
SIGNED: tuple[Style, ...] = ("evidence",)
"""Styles that have the sign."""


def highlighted(line: Line, spot: Spot | None, highlights: Highlights) -> Line:
    """The line with the marks of its block that lie in what it shows."""
    marks = highlights.get(line.block, ()) if spot is not None else ()
    if spot is None or spot.lead is None or not marks:
        return line
    pieces = list(line.pieces)
    for start, end, style in marks:
        if start < spot.end and end > spot.start:
            pieces = _restyled(pieces, spot.lead, max(0, start - spot.start), min(end, spot.end) - spot.start, style)
    return Line(tuple(pieces), line.block)


def has_sign(line: Line, spot: Spot | None, highlights: Highlights) -> bool:
    """There is evidence in the line, or in what it stands for."""
    if spot is None or line.block not in highlights:
        return False
    return any(style in SIGNED and start < spot.end and end > spot.start for start, end, style in highlights[line.block])


def _restyled(pieces: list[Piece], lead: int, start: int, end: int, style: Style) -> list[Piece]:
    """Characters start to end of what follows the first pieces; an empty line that is marked has one cell to show it."""
    found, at = pieces[:lead], 0
    for piece in pieces[lead:]:
        first, last = max(0, start - at), min(len(piece.text), end - at)
        if first < last:
            cut = (piece.text[:first], piece.style), (piece.text[first:last], style), (piece.text[last:], piece.style)
            found += [Piece(text, look) for text, look in cut if text]
        else:
            found.append(piece)
        at += len(piece.text)
    if len(pieces) <= lead and style == "selected":
        found.append(Piece(" ", style))
    return found
