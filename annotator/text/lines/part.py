"""One block on the page: its title, and as many rows of its text as it has room for."""

from typing import NamedTuple

from annotator.text.block import Block
from annotator.text.cells import crop, width_of, wrap
from annotator.text.facts import counted, size
from annotator.text.line import Line, Piece, Style
from annotator.text.lines.fit import GUTTER, OPEN
from annotator.text.lines.paint import Mark, Painter, syntaxes
from annotator.text.lines.rows import BEGINNING, Rows, first_rows

COUNTED = 40_000
"""Characters up to which hidden lines are counted; beyond, their size is said."""
TAIL = 4
"""Rows from which a shortened question ends with its last row: prompts end with what they ask."""
STYLES: dict[str, Style] = {
    **dict.fromkeys(("facts", "meta", "params", "group", "system", "developer", "template", "input", "reasoning", "embedding"), "dim"),
    "error": "error",
    "tools": "tool",
    "others": "faint",
}


class Shape(NamedTuple):
    """How a block stands on the page."""

    width: int
    """Cells of the page."""
    measure: int
    """Cells of a row of text; more than the page has where lines are not wrapped."""
    rows: int
    """Room for its text; OPEN for all of it."""
    headed: bool
    """The title has a line of its own."""
    query: str = ""
    selected: int = -1
    """Offset of the current match in the block's text; -1 where it is elsewhere."""
    result: str = ""
    """Of a call whose result has no row: that result in one line, its sign before it."""


class Spot(NamedTuple):
    """What a line shows: characters `start` to `end` of the text of a block."""

    block: int
    start: int
    end: int
    lead: int | None
    """Pieces of the line before those of the text; None for a line that stands for a text which it does not show."""


class Part:
    """The lines of one block. What is open is wrapped only as far as it is looked at."""

    def __init__(self, block: Block, index: int, shape: Shape) -> None:
        self.block, self.index, self.shape = block, index, shape
        self._gutter = 0 if shape.headed or block.kind == "facts" else GUTTER
        self._room = shape.width - self._gutter
        self._measure = max(shape.measure - self._gutter, 2)
        self._rows: Rows | None = None
        self._painter: Painter | None = None
        self._drawn: list[Line] | None = None
        self._count = 0
        if shape.rows == OPEN:
            self._rows = Rows(block.text, self._measure)
        else:
            self._count = len(self._shown())

    @property
    def known(self) -> int:
        """Lines that were found."""
        return self.shape.headed + (self._rows.known if self._rows is not None else self._count)

    @property
    def complete(self) -> bool:
        return self._rows is None or self._rows.complete

    def __len__(self) -> int:
        """Lines; an estimate until all are found."""
        return self.shape.headed + (len(self._rows) if self._rows is not None else self._count)

    def reach(self, count: int) -> None:
        """Find so many lines, or all."""
        if self._rows is not None:
            self._rows.reach(count - self.shape.headed)

    def grow(self, until: float) -> None:
        """Find lines until that time of `perf_counter`, or all."""
        if self._rows is not None:
            self._rows.grow(until)

    def line_of(self, offset: int) -> int:
        """The line in which an offset of the block's text is; of an open block."""
        return self.shape.headed + (self._rows.reach_offset(offset) if self._rows is not None else 0)

    def line(self, number: int) -> Line:
        """One that is known."""
        if self._rows is None:
            if self._drawn is None:
                self._drawn = self._shortened()
            return self._drawn[number]
        row = number - self.shape.headed
        if row < 0:
            return self._heading()
        if self._painter is None:
            self._painter = self._painted(self._rows.text)
        return self._line(self._painter.row(*self._rows[row]), row == 0)

    def spot(self, number: int) -> Spot | None:
        """What of the text a line shows; None for a heading."""
        row = number - self.shape.headed
        if row < 0:
            return None
        if self._rows is not None:
            return Spot(self.index, *self._rows[row], self._lead(row))
        spots = self._spots()
        return spots[row] if row < len(spots) else None

    def _spots(self) -> list[Spot | None]:
        """Of the rows that `_first` makes."""
        block, count = self.block, self.shape.rows
        shown = first_rows(block, count + 1, self._measure)[1]
        if count == 1 and (self.shape.result or (len(shown) > 1 and block.summary)):
            return [Spot(self.index, 0, block.text_size, None)]
        found: list[Spot | None] = [Spot(self.index, *place, self._lead(row)) for row, place in enumerate(shown[:count])]
        if len(shown) > count >= TAIL and block.weight == "question":
            last = Spot(self.index, _last_row(block.flow, self._room), block.flow_size, self._lead(1))
            return [*found[: count - 2], None, last]
        return found

    def _lead(self, row: int) -> int:
        """Pieces of a line before those of the text: its gutter, the title in it."""
        return 0 if not self._gutter else 1 if row else 2

    def _shown(self) -> list[tuple[int, int]]:
        """As many rows as there is room for."""
        return first_rows(self.block, self.shape.rows + 1, self._measure)[1][: self.shape.rows]

    def _title(self) -> Piece:
        room = self.shape.width if self.shape.headed else GUTTER - 1
        return Piece(crop(self.block.title, room), "error" if self.block.weight == "error" else "role")

    def _heading(self) -> Line:
        return Line((self._title(),), self.index)

    def _line(self, pieces: list[Piece], first: bool) -> Line:
        if not self._gutter:
            return Line(tuple(pieces), self.index)
        if not first:
            return Line((Piece(" " * GUTTER), *pieces), self.index)
        title = self._title()
        return Line((title, Piece(" " * (GUTTER - width_of(title.text))), *pieces), self.index)

    def _shortened(self) -> list[Line]:
        rows = self._first()
        return [*([self._heading()] if self.shape.headed else []), *(self._line(pieces, not place) for place, pieces in enumerate(rows))]

    def _first(self) -> list[list[Piece]]:
        """The rows that there is room for; the last says how much is hidden."""
        block, count, width = self.block, self.shape.rows, self._room
        text, shown = first_rows(block, count + 1, self._measure)
        painter = self._painted(text)
        if count == 1 and self.shape.result:
            return [[Piece("▸ ", "faint"), *self._summary(width - 2)]]
        if len(shown) <= count:
            rows = [painter.row(start, end) for start, end in shown]
            return [*rows[:-1], _with_note(rows[-1], _detail_note(block), width)]
        if count == 1 and block.summary:
            hidden = crop(self._hidden(1), width // 2)
            return [[Piece("▸ ", "faint"), *self._summary(width - 2 - width_of(hidden) - 1), Piece(" " + hidden, "faint")]]
        if block.weight == "question" and count >= TAIL:
            flow = block.flow
            start = _last_row(flow, width)
            last = self._painted(flow, plain=len(flow) > BEGINNING).row(start, len(flow))
            return [*(painter.row(*row) for row in shown[: count - 2]), [Piece(self._hidden(count - 1), "faint")], last]
        rows = [painter.row(start, end) for start, end in shown[:count]]
        return [*rows[:-1], _with_note(rows[-1], self._hidden(count), width)]

    def _summary(self, width: int) -> list[Piece]:
        summary = self.block.summary
        if result := self.shape.result:
            summary = f"{crop(summary, max(width - 2 - width_of(result), width * 3 // 5))}  {result}"
        cropped = crop(summary, width)
        style: Style = "text" if self.block.weight in ("question", "answer", "step") else "dim"
        pieces = Painter(cropped, STYLES.get(self.block.kind, style), query=self.shape.query).row(0, len(cropped))
        return [*pieces, Piece(" " * (width - width_of(cropped)))] if width > width_of(cropped) else pieces

    def _painted(self, text: str, plain: bool = False) -> Painter:
        block, shape = self.block, self.shape
        marks: list[Mark] = []
        flow = block.flow_size
        if block.head:
            marks.append((0, len(block.head), "tool" if block.kind in ("call", "guardrail", "evaluator", "agent") else "strong"))
        if flow < len(text):
            marks.append((flow, len(text), "dim"))
        base: Style = "faint" if block.note and block.kind != "facts" else STYLES.get(block.kind, "text")
        if block.weight in ("question", "answer") and not block.note and block.syntax == "text":
            base = "strong"
        return Painter(text, base, marks, () if plain else syntaxes(block), shape.query, shape.selected)

    def _hidden(self, rows: int) -> str:
        """How much is not on the screen: (+41 lines), or (+207 kB) where counting would take long."""
        if self.block.text_size > COUNTED:
            return f"(+{size(self.block.text_size)})"
        count = sum(1 for _ in wrap(self.block.text, self._measure)) - rows
        return f"(+{counted(count, 'line')})"


class Group(Part):
    """The one line of a block that stands for those after it."""

    def __init__(self, block: Block, index: int, width: int, folded: bool) -> None:
        super().__init__(block, index, Shape(width, width, 1, False))
        self._folded = folded

    def spot(self, number: int) -> Spot | None:
        return None

    def _shown(self) -> list[tuple[int, int]]:
        return [(0, 0)]

    def _shortened(self) -> list[Line]:
        mark = Piece("▸ " if self._folded else "▾ ", "faint")
        return [Line((mark, Piece(crop(self.block.summary, self.shape.width - 2), "dim")), self.index)]


def _with_note(pieces: list[Piece], note: str, width: int) -> list[Piece]:
    """The row with a note at its right end; the row gives way."""
    if not note:
        return pieces
    note = crop(note, width - 1)
    room = width - width_of(note) - 1
    kept: list[Piece] = []
    for piece in pieces:
        if room <= 0:
            break
        kept.append(Piece(crop(piece.text, room), piece.style))
        room -= width_of(kept[-1].text)
    return [*kept, Piece(" " * (max(room, 0) + 1) + note, "faint")]


def _last_row(text: str, width: int) -> int:
    """Where the last row of a text begins, measured from its end."""
    floor = max(text.rfind("\n") + 1, len(text) - width)
    start = floor
    while start < len(text) and width_of(text[start:]) > width:
        start += 1
    if start > 0 and text[start - 1] not in " \n":
        space = text.find(" ", start)
        start = space + 1 if 0 <= space < len(text) - 1 else start
    return start


def _detail_note(block: Block) -> str:
    if not block.detail:
        return ""
    if block.kind == "turn":
        return "(not shown before they are opened)"
    lines = block.detail.count("\n") + 1
    return f"(stack: {counted(lines, 'line')})" if block.kind == "error" else "(+)"
