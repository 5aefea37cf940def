"""Annotations as a table: one row each, grouped by what they are about; columns give way where there is no room."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from annotator.text.cells import crop, width_of, wrap
from annotator.text.escape import one_line, visible
from annotator.text.facts import local_time
from annotator.text.line import Line, Piece, Style, line

INDENT = 3
"""Cells before a row: a blank, the sign of the chosen row, a blank."""
GAP = 2
WIDEST = {"name": 20, "label": 18, "score": 8, "who": 18, "kind": 5, "source": 3, "time": 16}
GIVES_WAY = ("source", "time", "kind", "score")
"""What is left out first where a row has no room for the start of its words."""
FEWEST = 16
"""Cells for that start."""


class Said(NamedTuple):
    """An annotation as the table shows it."""

    place: str
    """What it is about, for people."""
    name: str
    label: str
    score: str
    who: str
    kind: str
    source: str
    at: float
    """Seconds since 1970; 0 where not known."""
    words: str
    """Its explanation, or the text that it is."""
    mine: bool = False
    agrees: bool | None = None
    """With mine, or, of mine, everybody with it; None where there is nothing to compare."""
    theirs: str = ""
    """What another client made of it; '' where nobody did."""

    def cell(self, column: str) -> str:
        if column == "time":
            return local_time(round(self.at * 1e9))[:16] if self.at else ""
        return one_line(str(getattr(self, column)))

    @property
    def sign(self) -> str:
        compared = " " if self.agrees is None else "=" if self.agrees else "≠"
        return ("●" if self.mine else " ") + ("!" if self.theirs else compared)


class Table:
    """Rows for a width in cells; lines are made when they are asked for. Rows of one place stand together."""

    def __init__(self, rows: Sequence[Said], width: int) -> None:
        self.rows = rows
        self.width = width

    @cached_property
    def columns(self) -> dict[str, int]:
        """Those that there is room for, with their cells; one that is empty throughout is left out."""
        sizes = {name: min(most, max((width_of(row.cell(name)) for row in self.rows), default=0)) for name, most in WIDEST.items()}
        found = {name: cells for name, cells in sizes.items() if cells}
        for name in GIVES_WAY:
            if self._left(found) < FEWEST:
                found.pop(name, None)
        return found

    def _left(self, columns: dict[str, int]) -> int:
        return self.width - INDENT - 3 - sum(cells + GAP for cells in columns.values())

    def row(self, index: int, chosen: bool = False) -> Line:
        """One line."""
        row = self.rows[index]
        loud: Style = "error" if row.theirs else "warn" if row.agrees is False else "accent"
        pieces = [Piece(" ▸ " if chosen else " " * INDENT, "accent"), Piece(f"{row.sign} ", loud)]
        for name, cells in self.columns.items():
            text = crop(row.cell(name), cells)
            style: Style = "strong" if name == "label" or chosen else "warn" if name == "who" and row.agrees is False else "text"
            pieces.append(Piece(text + " " * (cells - width_of(text) + GAP), "dim" if name in ("kind", "source", "time") else style))
        left = self._left(self.columns)
        words = one_line(" ".join(row.words[: 4 * self.width].split()))
        if left >= 4 and words:
            pieces.append(Piece(crop(words, left), "dim"))
        return Line(tuple(pieces), index)

    def whole(self, index: int) -> list[Line]:
        """All of its words, and of its conflict, below a row that is chosen."""
        row, left = self.rows[index], self._left(self.columns)
        short = left >= 4 and width_of(" ".join(row.words.split())) <= left and "\n" not in row.words.strip()
        lines = [] if short else _wrapped(row.words.strip(), self.width, "text", index)
        if row.theirs:
            lines += _wrapped(f"on the server, by another client: {row.theirs}", self.width, "error", index)
        return lines

    def head(self, index: int) -> Line | None:
        """What the row and those below it are about; None where the row above is about the same."""
        row = self.rows[index]
        if index and self.rows[index - 1].place == row.place:
            return None
        return line(Piece(f" {crop(one_line(row.place), self.width - 2)}", "role"))

    def lines(self) -> list[Line]:
        """All of it, each row with all its words."""
        found: list[Line] = []
        for index in range(len(self.rows)):
            head = self.head(index)
            found += [*([head] if head else []), self.row(index), *self.whole(index)]
        return found


def _wrapped(text: str, width: int, style: Style, index: int) -> list[Line]:
    safe = visible(text)
    room = max(10, width - INDENT - 6)
    return [Line((Piece(" " * (INDENT + 3)), Piece(safe[start:end], style)), index) for start, end in wrap(safe, room)] if safe else []
