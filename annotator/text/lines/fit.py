"""How many rows each block gets, so that the question and the answer are on the first screen."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from annotator.text.block import Block
from annotator.text.lines.room import fill, grow
from annotator.text.lines.rows import first_rows

GUTTER = 10
"""Cells for the title of a step; the longest is ASSISTANT."""
HEADED_FROM = 20
"""Rows from which USER and ANSWER have lines of their own."""
OPEN = 1 << 30
"""No limit."""
ERRORS = 3
"""Errors that keep their line when the steps are one line."""


class Level(NamedTuple):
    """One way to shorten, from generous to terse; rows a block."""

    steps: int
    documents: int
    errors: int
    gaps: bool = True
    """Empty lines between sections."""
    earlier: bool = True
    """Earlier turns have a line each, not one for all."""
    grouped: bool = False
    """Steps are one line."""


MEMBERS = ("steps", "documents", "earlier")
"""Sections that a group block stands for."""
LEVELS = (
    Level(40, 4, 20),
    Level(12, 3, 8),
    Level(12, 3, 8, earlier=False),
    Level(6, 2, 4, earlier=False),
    Level(3, 1, 2, earlier=False),
    Level(1, 1, 1, earlier=False),
    Level(1, 1, 1, gaps=False, earlier=False),
    Level(1, 1, 1, gaps=False, earlier=False, grouped=True),
)
FREE = LEVELS[3]
"""For a page without question and answer that is longer than the screen: the raw view."""

AFTER = ("remarks", "turn", "others", "meta", "params", "facts")
"""Kinds that stand below the answer, and where there is none below the steps."""


class Plan(NamedTuple):
    """Rows for each block (0: not shown), and how the screen is set."""

    rows: tuple[int, ...]
    gaps: bool
    closed: frozenset[str]
    """Keys of the group blocks whose members are not shown, but for those that found room all the same."""
    headed: bool = True
    """USER and ANSWER have lines of their own: on every trace of a tall screen, on none of a low one."""


def sections(blocks: Sequence[Block]) -> list[str]:
    """The section of each block: question, background, earlier, steps, documents, answer, after."""
    found: list[str] = []
    section = "background"
    for block in blocks:
        if block.weight == "question":
            section = "background"
            found.append("question")
        elif block.weight == "answer":
            section = "after"
            found.append("answer")
        elif block.kind == "group":
            section = block.key
            found.append(section)
        elif section == "steps" and block.kind in AFTER:
            section = "after"
            found.append(section)
        else:
            found.append("documents" if section == "steps" and block.kind in ("document", "rerank") else section)
    return found


def fit(blocks: Sequence[Block], width: int, height: int) -> Plan:
    """The most generous level at which everything fits `height` rows; at the last one only what ends with the answer has to."""
    where, headed = sections(blocks), height >= HEADED_FROM
    end = max((place for place, section in enumerate(where) if section == "answer"), default=len(blocks) - 1)
    # With more blocks than rows only the last level, which hides what a group stands for, has room: the others are not measured.
    crowded = len(blocks) - sum(block.kind == "group" or block.weight in ("question", "answer") for block in blocks) > height
    tall = [
        0 if crowded and section in MEMBERS else _height(block, width if is_headed(block, headed) else width - GUTTER, max(height, 40))
        for block, section in zip(blocks, where, strict=True)
    ]
    raw = "question" not in where and "answer" not in where
    for level in (*LEVELS[:3], FREE) if raw else LEVELS[-1:] if crowded else LEVELS:
        rows = [_rows(block, section, size, level) for block, section, size in zip(blocks, where, tall, strict=True)]
        if level.grouped:
            _keep_errors(blocks, rows)
        last = level is (FREE if raw else LEVELS[-1])
        upto = end + 1 if last else len(blocks)
        ends = [place for place in range(upto) if where[place] in ("question", "answer") and blocks[place].weight in ("question", "answer")]
        for place in ends:
            rows[place] = 0
        wanted = {place: tall[place] + is_headed(blocks[place], headed) for place in ends}
        gaps = _gaps(rows, where, ends) if level.gaps else 0
        room = height - sum(rows[:upto]) - gaps
        least = {"answer": max(4, height // 3), "question": max(3, height // 4)}
        if not last and room < sum(min(size, least[where[place]]) for place, size in wanted.items()):
            continue
        for place, size in _shared(wanted, where, room).items():
            rows[place] = size
        left = fill(blocks, where, rows, height - sum(rows) - gaps)
        grow(blocks, where, rows, tall, left)
        closed = frozenset([] if level.earlier else ["earlier"]) | frozenset(["steps"] if level.grouped else [])
        return Plan(tuple(rows), level.gaps, closed, headed)
    raise AssertionError("the last level always fits")


def is_headed(block: Block, headed: bool) -> bool:
    """Its title has a line of its own, also on a low screen where the title is wider than its column (ANSWER 1 of 2)."""
    return block.weight in ("question", "answer") and block.kind != "call" and (headed or len(block.title) >= GUTTER)


def _height(block: Block, width: int, limit: int) -> int:
    """Rows of the flow, counted up to the limit."""
    if block.flow_size <= width and "\n" not in block.body and "\n" not in block.head and block.body.isascii():
        return 1
    return len(first_rows(block, limit + 1, width)[1])


def _rows(block: Block, section: str, tall: int, level: Level) -> int:
    if block.kind == "group":
        return 1 if level.grouped or block.key == "earlier" else 0
    if section in MEMBERS and (not level.earlier if section == "earlier" else level.grouped):
        return 0
    if block.kind == "facts":
        return min(tall, 2)
    if block.weight == "background":
        return 1
    return min(tall, level.errors if block.weight == "error" else level.documents if block.kind == "document" else level.steps)


def _keep_errors(blocks: Sequence[Block], rows: list[int]) -> None:
    for place in [place for place, block in enumerate(blocks) if block.weight == "error"][:ERRORS]:
        rows[place] = 1


def _gaps(rows: list[int], where: list[str], ends: list[int]) -> int:
    shown = [section for place, section in enumerate(where) if rows[place] or place in ends]
    return sum(1 for before, after in pairwise(shown) if before != after)


def _shared(wanted: dict[int, int], where: list[str], room: int) -> dict[int, int]:
    """The room for question and answers: all they want, else three fifths to the answers; at least one row each."""
    if sum(wanted.values()) <= room:
        return wanted
    asked = [place for place in wanted if where[place] == "question"]
    told = [place for place in wanted if where[place] == "answer"]
    want_asked, want_told = (sum(wanted[place] for place in places) for places in (asked, told))
    for_told = min(want_told, max(room - want_asked, room * 3 // 5)) if told else 0
    return _split(wanted, asked, room - for_told) | _split(wanted, told, for_told)


def _split(wanted: dict[int, int], places: list[int], room: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for left, place in zip(range(len(places), 0, -1), sorted(places, key=lambda place: wanted[place]), strict=True):
        found[place] = max(1, min(wanted[place], room // left))
        room -= found[place]
    return found
