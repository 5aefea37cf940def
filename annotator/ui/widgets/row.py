"""Measuring, cropping and joining pieces by terminal cells."""

from collections.abc import Iterable, Sequence

from rich.cells import split_graphemes

from annotator.text.cells import crop as shorten
from annotator.text.cells import width_of as cell_len
from annotator.text.line import Line, Piece, Style

MARKS = 64
"""Characters beyond the cells of a row that are looked at: letters may carry marks without width."""


def width_of(pieces: Iterable[Piece]) -> int:
    """How many cells they take."""
    cells = 0
    for text, _ in pieces:  # 500 pieces a frame: a generator took 1 ms
        cells += len(text) if text.isascii() else cell_len(text)
    return cells


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


def crop_end(pieces: Iterable[Piece], width: int) -> tuple[Piece, ...]:
    """As many cells of them as fit, without a sign that something is missing."""
    kept: list[Piece] = []
    for piece in pieces:
        at, cells = _split(piece.text, width)
        if at:
            kept.append(Piece(piece.text[:at], piece.style))
        if at < len(piece.text):
            break
        width -= cells
    return tuple(kept)


def crop_start(pieces: Iterable[Piece], width: int) -> tuple[Piece, ...]:
    """What is left of them behind so many cells; the half of a wide character is a blank."""
    kept: list[Piece] = []
    for piece in pieces:
        at, cells = _split(piece.text, width) if width else (0, 0)
        rest = piece.text[at:]
        if rest and cells < width:
            _, end, wide = split_graphemes(rest[:MARKS])[0][0]
            rest = " " * (cells + wide - width) + rest[end:]
            cells = width
        if rest:
            kept.append(Piece(rest, piece.style))
        width -= cells
    return tuple(kept)


def _split(text: str, width: int) -> tuple[int, int]:
    """How many characters fit into `width` cells, and the cells that they take."""
    if text.isascii():
        return min(len(text), width), min(len(text), width)
    used = 0
    window = text[: width + MARKS]
    for start, _, cells in split_graphemes(window)[0]:
        if used + cells > width:
            return start, used
        used += cells
    return len(window), used
