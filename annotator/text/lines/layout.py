"""Blocks as styled lines for a screen of a given size."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotator.text.block import Block
from annotator.text.grouped import earlier_line, steps_line
from annotator.text.lines.find import find, match
from annotator.text.lines.fit import GUTTER, MEMBERS, OPEN, Plan, fit, is_headed, sections
from annotator.text.lines.page import Page, Place
from annotator.text.lines.part import Group, Part, Shape
from annotator.text.lines.room import hidden, is_inline
from annotator.text.lines.rows import first_rows

__all__ = ["find", "lay_out", "shortened"]

UNWRAPPED = 2_000
"""Cells after which a line goes on in the next row where lines are not wrapped."""


def lay_out(
    blocks: Sequence[Block],
    width: int,
    height: int,
    folds: Mapping[str, bool],
    query: str = "",
    current: int = -1,
    *,
    wrapped: bool = True,
) -> Page:
    """The lines of a trace, shortened so that question and answer are within the first `height` rows.

    `folds` by block key wins over that: True is folded to one line, False is open, details and all. `query` marks its
    matches; `current` is an index into `find(blocks, query)`: its block is open and the match is in style 'selected'.
    Without `wrapped` a line of text is one row, which may be wider than `width`.
    """
    layout = _layout(blocks, width, height, folds, query, current, wrapped)
    return Page(layout.places(), layout.part, layout.at)


def shortened(blocks: Sequence[Block], width: int, height: int, folds: Mapping[str, bool], *, wrapped: bool = True) -> frozenset[str]:
    """Keys of the blocks (and groups) that are not shown whole: what a fold key opens; any other block it folds."""
    layout = _layout(blocks, width, height, folds, "", -1, wrapped)
    return frozenset(block.key for index, block in enumerate(blocks) if layout.hides(index))


def _layout(
    blocks: Sequence[Block], width: int, height: int, folds: Mapping[str, bool], query: str, current: int, wrapped: bool
) -> "_Layout":
    measure = width if wrapped else UNWRAPPED
    at = match(blocks, query, current)
    plan = fit(blocks, measure, height)
    rows, where = list(plan.rows), sections(blocks)
    groups = {block.key: folds.get(block.key, block.key in plan.closed) for block in blocks if block.kind == "group"}
    if at is not None and where[at[0]] in MEMBERS:
        groups["steps" if where[at[0]] == "documents" else where[at[0]]] = False
    for index, block in enumerate(blocks):
        group = "steps" if where[index] == "documents" else where[index]
        if group in groups and block.kind != "group":
            if groups[group]:
                rows[index] = rows[index] if group in plan.closed else 0 if block.weight != "error" else 1
            elif group in plan.closed:
                rows[index] = rows[index] or 1
        if rows[index] and block.key in folds and block.kind != "group":
            rows[index] = 1 if folds[block.key] else OPEN
        if at is not None and at[0] == index:
            rows[index] = OPEN
        if not rows[index] and rows[index - 1] == OPEN and is_inline(blocks, plan.rows, index):
            rows[index] = OPEN  # a call's line that ended with its result was opened
    for index, block in enumerate(blocks):
        if block.kind == "group":
            lacking = bool(hidden(blocks, where, rows, block.key))
            rows[index] = 1 if lacking or plan.rows[index] or folds.get(block.key) is False else 0
            groups[block.key] = groups[block.key] and lacking
    return _Layout(blocks, width, measure, plan._replace(rows=tuple(rows)), where, groups, query, at)


class _Layout(NamedTuple):
    blocks: Sequence[Block]
    width: int
    measure: int
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
        if self._result(index):
            return True
        if block.detail or not rows:
            return True
        measure = self.measure - (0 if self._headed(block) or block.kind == "facts" else GUTTER)
        return len(first_rows(block, rows + 1, measure)[1]) > rows

    def places(self) -> list[Place]:
        """The blocks that have a line."""
        found: list[Place] = []
        before = ""
        for index, block in enumerate(self.blocks):
            if rows := self.plan.rows[index]:
                gap = self.plan.gaps and bool(before) and before != self.where[index]
                before = self.where[index]
                estimate = rows if rows != OPEN else 1 + block.text_size // self.measure + self._headed(block)
                found.append(Place(index, gap, estimate + gap))
        return found

    def part(self, index: int) -> Part:
        """The lines of a block."""
        block, rows = self.blocks[index], self.plan.rows[index]
        if block.kind == "group":
            return Group(block._replace(summary=self._stands_for(block)), index, self.width, self.groups[block.key])
        headed = self._headed(block)
        if headed and rows != OPEN:
            rows = max(1, rows - 1)
        selected = self.at[1] if self.at is not None and self.at[0] == index else -1
        return Part(block, index, Shape(self.width, self.measure, rows, headed, self.query, selected, self._result(index)))

    def _stands_for(self, group: Block) -> str:
        """What a group's line says: what has no row, where it is closed."""
        left = hidden(self.blocks, self.where, self.plan.rows, group.key) if self.groups[group.key] else []
        if not left:
            return group.summary
        more = len(left) < len(hidden(self.blocks, self.where, [0] * len(self.blocks), group.key))
        said = steps_line if group.key == "steps" else earlier_line
        return said([self.blocks[place] for place in left], more) if more else group.summary

    def _result(self, index: int) -> str:
        """The result of a call in one line behind its sign, where it has no row of its own."""
        if self.plan.rows[index + 1 : index + 2] != (0,) or not is_inline(self.blocks, self.plan.rows, index + 1):
            return ""
        result = self.blocks[index + 1]
        return f"{result.title}  {result.summary}"

    def _headed(self, block: Block) -> bool:
        return is_headed(block, self.plan.headed)
