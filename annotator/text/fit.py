"""How many rows each block gets, so that the question and the answer are on the first screen."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from annotator.text.block import Block
from annotator.text.grouped import unit_of
from annotator.text.rows import first_rows

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


BACK = (
    ("call", "result"),
    ("call",),
    ("agent", "handoff"),
    ("assistant", "reasoning", "user", "step", "model", "guardrail", "evaluator"),
    ("document", "rerank"),
    (),
)
"""Kinds of steps in the order in which they get what room is left when the steps are one line; () are all the others."""
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
WORTH = 3
"""Rows below which the one line that stands for a part says more than its first rows."""
MOST_BACKGROUND = 20
"""Rows up to which a part of the background is opened where there is room for it."""

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
        left = _fill(blocks, where, rows, height - sum(rows) - gaps)
        _grow(blocks, where, rows, tall, left)
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


def is_inline(blocks: Sequence[Block], rows: Sequence[int], place: int) -> bool:
    """A result without a row, with which the line of its call ends."""
    return place < len(blocks) and _follows_call(blocks, place) and rows[place - 1] == 1


def _follows_call(blocks: Sequence[Block], place: int) -> bool:
    return place > 0 and blocks[place].kind == "result" and blocks[place - 1].kind == "call"


def hidden(blocks: Sequence[Block], where: Sequence[str], rows: Sequence[int], group: str) -> list[int]:
    """The places of what a group's line alone stands for."""
    sections = ("steps", "documents") if group == "steps" else (group,)
    members = (place for place, block in enumerate(blocks) if not rows[place] and where[place] in sections and block.kind != "group")
    return [place for place in members if not is_inline(blocks, rows, place)]


def _fill(blocks: Sequence[Block], where: list[str], rows: list[int], room: int) -> int:
    """One line each for what a group stands for, as far as there is room; what room is left.

    The calls with their results first, then what was said, the documents: each as a whole, then the last ones of each. A call's line ends
    with its result where that has no row. The group has no line where nothing is hidden; earlier turns come last, the newest first.
    """
    group = next((place for place, block in enumerate(blocks) if block.key == "steps" and block.kind == "group" and rows[place]), None)
    if group is not None:
        lines = [place for place in _waiting(blocks, where, rows, ()) if not _follows_call(blocks, place)]
        if len(lines) <= room + 1:
            rows[group] = 0
            room += 1 - _shown(rows, lines)
        for kinds in BACK:
            back = [place for place in _waiting(blocks, where, rows, kinds) if kinds == BACK[0] or not is_inline(blocks, rows, place)]
            if len(back) <= room:
                room -= _shown(rows, back)
        for kinds in BACK[1:]:
            back = [place for place in _waiting(blocks, where, rows, kinds) if not is_inline(blocks, rows, place)]
            room -= _shown(rows, back[len(back) - room :] if room < len(back) else back)
        results = _waiting(blocks, where, rows, ("result",))
        room -= _shown(rows, results[len(results) - room :] if room < len(results) else results)
    units: dict[str, list[int]] = {}
    for place in reversed(hidden(blocks, where, rows, "earlier") if room > 0 else []):
        units.setdefault(unit_of(blocks[place]), []).append(place)
    for unit in units.values():
        if len(unit) > room:
            break
        room -= _shown(rows, unit)
    return room


def _waiting(blocks: Sequence[Block], where: list[str], rows: list[int], kinds: tuple[str, ...]) -> list[int]:
    """The steps of these kinds that have no row, in order; of every kind for ()."""
    members = (place for place, section in enumerate(where) if section in ("steps", "documents") and not rows[place])
    return [place for place in members if blocks[place].kind != "group" and (not kinds or blocks[place].kind in kinds)]


def _shown(rows: list[int], places: Sequence[int]) -> int:
    """Give each of these a row; how many that are."""
    for place in places:
        rows[place] = 1
    return len(places)


def _grow(blocks: Sequence[Block], where: list[str], rows: list[int], tall: list[int], room: int) -> None:
    """More rows for what is shortened: the steps, then the documents, then what was said earlier, then whole parts of the background."""
    short = [place for place, size in enumerate(tall) if 0 < rows[place] < size and where[place] not in ("question", "answer")]
    front = [place for place in short if blocks[place].weight in ("step", "error")]
    for tier in (
        [place for place in front if blocks[place].kind != "document"],
        [place for place in front if blocks[place].kind == "document"],
        [place for place in short if where[place] == "earlier"],
    ):
        tier.sort(key=lambda place: tall[place] - rows[place])
        for count, place in zip(range(len(tier), 0, -1), tier, strict=True):
            more = min(tall[place] - rows[place], max(0, room) // count)
            if rows[place] + more >= min(tall[place], WORTH):
                rows[place] += more
                room -= more
    if any(rows[place] < tall[place] for place in front):
        return
    for place in sorted(short, key=lambda place: tall[place]):
        more = tall[place] - rows[place]
        if more <= room and tall[place] <= MOST_BACKGROUND:
            rows[place] += more
            room -= more


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
