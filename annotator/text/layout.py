"""Blocks as styled lines for a screen of a given size."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from annotator.text.block import Block
from annotator.text.cells import crop, width_of, wrap
from annotator.text.facts import counted, size
from annotator.text.find import find, ranges
from annotator.text.fit import GUTTER, MEMBERS, OPEN, Plan, fit, sections
from annotator.text.line import Line, Piece, Style
from annotator.text.paint import Mark, Painter, syntaxes

__all__ = ["find", "lay_out", "shortened"]

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


def lay_out(blocks: Sequence[Block], width: int, height: int, folds: Mapping[str, bool], query: str = "", current: int = -1) -> list[Line]:
    """The lines of a trace, shortened so that question and answer are within the first `height` rows.

    `folds` by block key wins over that: True is folded to one line, False is open, details and all. `query` marks its
    matches; `current` is an index into `find(blocks, query)`: its block is open and the match is in style 'selected'.
    """
    page = _page(blocks, width, height, folds, query, current)
    return list(page.lines())


def shortened(blocks: Sequence[Block], width: int, height: int, folds: Mapping[str, bool]) -> frozenset[str]:
    """Keys of the blocks (and groups) that are not shown whole: what a fold key opens; any other block it folds."""
    page = _page(blocks, width, height, folds, "", -1)
    return frozenset(block.key for index, block in enumerate(blocks) if page.hides(index))


def _page(blocks: Sequence[Block], width: int, height: int, folds: Mapping[str, bool], query: str, current: int) -> "_Page":
    found = find(blocks, query)
    at = found[current] if 0 <= current < len(found) else None
    plan = fit(blocks, width, height)
    rows, where = list(plan.rows), sections(blocks)
    groups = {block.key: folds.get(block.key, plan.grouped) for block in blocks if block.kind == "group"}
    if at is not None and where[at[0]] in MEMBERS:
        groups["steps" if where[at[0]] == "documents" else where[at[0]]] = False
    for index, block in enumerate(blocks):
        group = "steps" if where[index] == "documents" else where[index]
        if block.kind == "group":
            rows[index] = 1 if groups[block.key] or plan.rows[index] else 0
        elif group in groups:
            if groups[group]:
                rows[index] = rows[index] if plan.grouped else 0 if block.weight != "error" else 1
            elif plan.grouped:
                rows[index] = rows[index] or 1
        if rows[index] and block.key in folds and block.kind != "group":
            rows[index] = 1 if folds[block.key] else OPEN
        if at is not None and at[0] == index:
            rows[index] = OPEN
    return _Page(blocks, width, Plan(tuple(rows), plan.gaps, plan.grouped), where, groups, query, at)


class _Page(NamedTuple):
    blocks: Sequence[Block]
    width: int
    plan: Plan
    where: list[str]
    groups: dict[str, bool]
    query: str
    at: tuple[int, int] | None

    def hides(self, index: int) -> bool:
        block, rows = self.blocks[index], self.plan.rows[index]
        if block.kind == "group":
            return self.groups[block.key]
        if rows == OPEN:
            return False
        return bool(block.detail) or rows == 0 or len(list(islice(wrap(block.flow, self._measure(block)), rows + 1))) > rows

    def lines(self) -> Iterator[Line]:
        before = ""
        for index, block in enumerate(self.blocks):
            rows = self.plan.rows[index]
            if not rows:
                continue
            if self.plan.gaps and before and before != self.where[index]:
                yield Line()
            before = self.where[index]
            if block.kind == "group":
                yield self._group(index, block)
            else:
                yield from self._block(index, block, rows)

    def _headed(self, block: Block) -> bool:
        return self.plan.gaps and block.weight in ("question", "answer") and block.kind != "call"

    def _measure(self, block: Block) -> int:
        return self.width if self._headed(block) else self.width - GUTTER

    def _group(self, index: int, block: Block) -> Line:
        mark = "▸ " if self.groups[block.key] else "▾ "
        return Line((Piece(mark, "faint"), Piece(crop(block.summary, self.width - 2), "dim")), index)

    def _block(self, index: int, block: Block, rows: int) -> Iterator[Line]:
        headed = self._headed(block)
        gutter: tuple[Piece, ...] = ()
        title = Piece(crop(block.title, GUTTER - 1 if not headed else self.width), "error" if block.weight == "error" else "role")
        if headed:
            rows = rows if rows == OPEN else max(1, rows - 1)
            yield Line((title,), index)
        elif block.kind != "facts":
            gutter = (title, Piece(" " * (GUTTER - width_of(title.text))))
        blank = (Piece(" " * GUTTER),) if gutter else ()
        first = True
        for pieces in self._rows(index, block, rows, self.width if headed or block.kind == "facts" else self.width - GUTTER):
            yield Line((*(gutter if first else blank), *pieces), index)
            first = False

    def _rows(self, index: int, block: Block, rows: int, width: int) -> Iterator[list[Piece]]:
        """At most so many rows; the last says how much is hidden."""
        text = block.text if rows == OPEN else block.flow
        painter = self._painter(index, block, text)
        shown = list(islice(wrap(text, width), rows + 1)) if rows != OPEN else None
        if shown is None:
            for start, end in wrap(text, width):
                yield painter.row(start, end)
            return
        if len(shown) <= rows:
            for start, end in shown[:-1]:
                yield painter.row(start, end)
            start, end = shown[-1]
            yield self._with_note(painter.row(start, end), _detail_note(block), width)
            return
        if rows == 1 and block.summary:
            hidden = crop(_hidden(block.text, width, 1), width // 2)
            yield [Piece("▸ ", "faint"), *self._summary(block, width - 2 - width_of(hidden) - 1), Piece(" " + hidden, "faint")]
            return
        if block.weight == "question" and rows >= TAIL:
            for start, end in shown[: rows - 2]:
                yield painter.row(start, end)
            yield [Piece(_hidden(block.text, width, rows - 1), "faint")]
            start = _last_row(text, width)
            yield painter.row(start, len(text))
            return
        for start, end in shown[: rows - 1]:
            yield painter.row(start, end)
        start, end = shown[rows - 1]
        yield self._with_note(painter.row(start, end), _hidden(block.text, width, rows), width)

    def _summary(self, block: Block, width: int) -> list[Piece]:
        cropped = crop(block.summary, width)
        style: Style = "text" if block.weight in ("question", "answer", "step") else "dim"
        found: list[Mark] = [(start, end, "match") for start, end in ranges(cropped, self.query)]
        painter = Painter(cropped, STYLES.get(block.kind, style), over=found)
        pieces = painter.row(0, len(cropped))
        return [*pieces, Piece(" " * (width - width_of(cropped)))] if width > width_of(cropped) else pieces

    def _painter(self, index: int, block: Block, text: str) -> Painter:
        marks: list[Mark] = []
        flow = len(block.flow)
        if block.head:
            marks.append((0, len(block.head), "tool" if block.kind in ("call", "guardrail", "evaluator", "agent") else "strong"))
        if flow < len(text):
            marks.append((flow, len(text), "dim"))
        at = self.at[1] if self.at is not None and self.at[0] == index else -1
        found: list[Mark] = [(start, end, "selected" if start == at else "match") for start, end in ranges(text, self.query)]
        base: Style = "faint" if block.note and block.kind != "facts" else STYLES.get(block.kind, "text")
        if block.weight in ("question", "answer") and not block.note and block.syntax == "text":
            base = "strong"
        return Painter(text, base, marks, found, syntaxes(block))

    @staticmethod
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
    lines = block.detail.count("\n") + 1
    return f"(stack: {counted(lines, 'line')})" if block.kind == "error" else "(+)"


def _hidden(text: str, width: int, rows: int) -> str:
    """How much of a text is not on the screen: (+41 lines), or (+207 kB) where counting would take long."""
    if len(text) > COUNTED:
        return f"(+{size(len(text))})"
    count = sum(1 for _ in wrap(text, width)) - rows
    return f"(+{counted(count, 'line')})"
