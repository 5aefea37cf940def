"""The keys that do something here."""

from collections.abc import Sequence
from functools import lru_cache

from annotator.text.line import Line, Piece
from annotator.ui.widgets.row import crop, width_of

GAP = "  "
KEPT = "help"
"""The hint that stays, however narrow it gets."""


def _hint(key: str, does: str) -> list[Piece]:
    return [Piece(key, "key"), Piece(f" {does}", "dim")]


def key_line(hints: Sequence[tuple[str, str]], width: int) -> Line:
    """` 1-5 answer  n note  ? help`: hints are (key, what it does); those that do not fit are dropped from the end, help never."""
    return _key_line(tuple(hints), width)


@lru_cache(64)
def _key_line(hints: tuple[tuple[str, str], ...], width: int) -> Line:
    kept = [_hint(*hint) for hint in hints if hint[1] == KEPT][:1]
    taken = sum(len(GAP) + width_of(hint) for hint in kept)
    pieces = [Piece(" ")]
    for key, does in hints:
        if does == KEPT:
            continue
        hint = [*_hint(key, does), Piece(GAP)]
        if width_of(pieces) + width_of(hint) + taken > width:
            break
        pieces += hint
    for hint in kept:
        pieces += hint
    return Line(crop(pieces, width))
