"""Measuring, cropping and joining pieces by terminal cells."""

from collections.abc import Iterable, Sequence

from annotator.text.cells import crop as shorten
from annotator.text.cells import width_of as cell_len
from annotator.text.line import Line, Piece, Style


def width_of(pieces: Iterable[Piece]) -> int:
    """How many cells they take."""
    return sum(cell_len(piece.text) for piece in pieces)


def pad(text: str, width: int) -> str:
    """The text in exactly `width` cells, shortened or followed by blanks."""
    text = shorten(text, width)
    return text + " " * (width - cell_len(text))


def crop(pieces: Iterable[Piece], width: int) -> tuple[Piece, ...]:
    """As many cells of them as fit; the last piece that does not is shortened with …"""
    kept: list[Piece] = []
    for piece in pieces:
        cells = cell_len(piece.text)
        if cells > width:
            if width > 0:
                kept.append(Piece(shorten(piece.text, width), piece.style))
            break
        kept.append(piece)
        width -= cells
    return tuple(kept)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int, block: int = -1) -> Line:
    """Left pieces cropped, right pieces flush with the right edge; the right ones stay whole while they fit at all."""
    right = crop(right, width)
    taken = width_of(right)
    left = crop(left, width - taken - (1 if right else 0))
    gap = width - taken - width_of(left)
    return Line((*left, Piece(" " * gap), *right) if right else tuple(left), block)


def joined(groups: Iterable[Sequence[Piece]], between: str, style: Style = "faint") -> list[Piece]:
    """The groups in a row with a separator between them."""
    pieces: list[Piece] = []
    for group in groups:
        if pieces:
            pieces.append(Piece(between, style))
        pieces += group
    return pieces
