"""The rubric: one row per criterion, its options and their digits always in view."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from annotator.text.cells import crop as shorten
from annotator.text.cells import width_of as cell_len
from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import crop, pad, spread, width_of

Kind = Literal["CATEGORICAL", "CONTINUOUS", "FREEFORM"]

MARGIN = 3
"""Cells before a criterion's name: a blank, its sign, a blank."""
HINTS = ((110, 20), (72, 12))
"""From how many columns on, how many cells for the hint at the right edge."""
SLIDER = 42
READABLE = 120
"""Columns; hints stand no farther from what they belong to."""
SHORTEST_LABEL = 3
OTHER_LABEL = 16
"""Cells for a chosen label that has no digit of its own."""


class Option(NamedTuple):
    """One label. `key` is what a person presses, ready to be read; empty where only the list reaches it. A retired one keeps its place."""

    key: str
    label: str
    chosen: bool = False
    retired: bool = False
    suggested: bool = False
    """A model's answer, which Enter takes."""


class CriterionRow(NamedTuple):
    """One criterion as it stands. `more` is the key and word that open the list of all labels; `typing` the number being typed."""

    name: str
    kind: Kind
    options: tuple[Option, ...] = ()
    value_text: str = ""
    bounds: tuple[float, float] = (0.0, 1.0)
    score: float | None = None
    typing: str = ""
    current: bool = False
    answered: bool = False
    required: bool = True
    hint: str = ""
    asked: bool = True
    """Whether a key answers it here; the hint says why not."""
    more: tuple[str, str] | None = None


def slider(bounds: tuple[float, float], score: float | None, width: int) -> list[Piece]:
    """├──●──┤ of `width` cells, the dot where the score lies between the bounds; no dot without a score."""
    inner = width - 2
    if score is None:
        return [Piece("├" + "─" * inner + "┤", "faint")]
    lower, upper = bounds
    share = (score - lower) / (upper - lower) if upper > lower else 0.0
    at = round(min(1.0, max(0.0, share)) * (inner - 1))
    return [Piece("├" + "─" * at, "faint"), Piece("●", "accent"), Piece("─" * (inner - 1 - at) + "┤", "faint")]


def _option(option: Option, width: int) -> list[Piece]:
    """Brackets mark a chosen one and blanks any other, so that nothing moves when an answer changes."""
    label = shorten(option.label, width)
    if option.chosen:
        return [Piece(f"[{option.key} {label}]" if option.key else f"[{label}]", "selected")]
    if option.suggested:
        return [Piece(f"({option.key} {label})" if option.key else f"({label})", "warn")]
    if option.retired:
        return [Piece(f" - {label} ", "faint")]
    return [Piece(" "), Piece(option.key, "key"), Piece(f" {label} ")]


def _choices(row: CriterionRow, label_width: int) -> list[list[Piece]]:
    shown = [_option(option, label_width) for option in row.options if option.key or option.retired]
    if row.more:
        key, word = row.more
        other = next((option.label for option in row.options if option.chosen and not option.key), None)
        width = min(OTHER_LABEL, max(label_width, len(word)))
        if other is None:
            shown.append([Piece(" "), Piece(key, "key"), Piece(f" {pad(word, width)} ", "dim")])
        else:
            shown.append([Piece(f"[{key} {pad(other, width)}]", "selected")])
    return shown


def _wrap(choices: Sequence[list[Piece]], width: int) -> list[list[Piece]]:
    rows: list[list[Piece]] = [[]]
    for choice in choices:
        gap = 1 if rows[-1] else 0
        if rows[-1] and width_of(rows[-1]) + gap + width_of(choice) > width:
            rows.append([])
            gap = 0
        rows[-1] += [Piece(" "), *choice] if gap else choice
    return rows


def _options(row: CriterionRow, width: int) -> list[list[Piece]]:
    """The options in at most two rows, by shortening labels where they must be; more rows before a digit is lost."""
    longest = max((cell_len(option.label) for option in row.options), default=0)
    rows: list[list[Piece]] = []
    for label_width in range(max(longest, SHORTEST_LABEL), SHORTEST_LABEL - 1, -1):
        rows = _wrap(_choices(row, label_width), width)
        if len(rows) <= 2 and all(width_of(pieces) <= width for pieces in rows):
            break
    return rows


def _number(row: CriterionRow) -> Piece:
    if row.typing:
        return Piece(f"{row.typing}▏", "accent")
    return Piece(f"{row.score:g}", "strong") if row.score is not None else Piece("·", "faint")


def _answer(row: CriterionRow, width: int) -> list[list[Piece]]:
    if row.kind == "CATEGORICAL":
        return _options(row, width)
    if row.kind == "CONTINUOUS":
        length = min(SLIDER, width - 14)
        bar = slider(row.bounds, row.score, length) if length >= 8 else []
        return [[Piece(" "), *bar, Piece("  " if bar else ""), _number(row)]]
    text = " ".join(row.value_text.split())
    return [[Piece(" "), Piece(shorten(text, width - 2)) if text else Piece("…", "faint")]]


def _sign(row: CriterionRow) -> Piece:
    if row.current:
        return Piece(" ▸ ", "accent")
    return Piece(" ✓ ", "good") if row.answered else Piece(" " * MARGIN)


def rubric_lines(rows: Sequence[CriterionRow], width: int) -> Sequence[Line]:
    """One line per criterion, more where its options need them; `Line.block` is the criterion's index.

    How many lines there are depends on the labels and the width, never on the answers.
    """
    return _rubric_lines(tuple(rows), width)


@lru_cache(64)
def _rubric_lines(rows: tuple[CriterionRow, ...], width: int) -> tuple[Line, ...]:
    if not rows:
        return ()
    names = min(max(cell_len(row.name) for row in rows), max(8, width // 4))
    hint_width = next((cells for columns, cells in HINTS if width >= columns), 0)
    space = width - MARGIN - names - 2 - (hint_width + 1 if hint_width else 0)
    lines = []
    for index, row in enumerate(rows):
        name: Style = "accent" if row.current else "text" if row.asked else "faint"
        for at, pieces in enumerate(_answer(row, space)):
            start = [_sign(row), Piece(pad(row.name, names) + " ", name)] if not at else [Piece(" " * (MARGIN + names + 1))]
            pieces = pieces if row.asked else [Piece(piece.text, "faint") for piece in pieces]
            hint = [Piece(shorten(row.hint, hint_width - 1) + " ", "faint")] if row.hint and hint_width and not at else []
            lines.append(spread([*start, *crop(pieces, space)], hint, min(width, READABLE), index))
    return tuple(lines)
