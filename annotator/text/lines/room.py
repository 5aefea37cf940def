"""Where the rows go that are left when each block has what it needs: to what is hidden, then to what is shortened."""

from collections.abc import Sequence

from annotator.text.block import Block
from annotator.text.grouped import unit_of

BACK = (
    ("call", "result"),
    ("call",),
    ("agent", "handoff"),
    ("assistant", "reasoning", "user", "step", "model", "guardrail", "evaluator"),
    ("document", "rerank"),
    (),
)
"""Kinds of steps in the order in which they get what room is left when the steps are one line; () are all the others."""
WORTH = 3
"""Rows below which the one line that stands for a part says more than its first rows."""
MOST_BACKGROUND = 20
"""Rows up to which a part of the background is opened where there is room for it."""


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


def fill(blocks: Sequence[Block], where: list[str], rows: list[int], room: int) -> int:
    """One line each for what a group stands for, as far as there is room; what room is left.

    The calls with their results first, then what was said, the documents: each as a whole, then the last ones of each. A call's line ends
    with its result where that has no row. The group has no line where nothing is hidden; earlier turns come last, the newest first.
    """
    group = next((place for place, block in enumerate(blocks) if block.key == "steps" and block.kind == "group" and rows[place]), None)
    if group is not None:
        waiting = _waiting(blocks, where, rows)
        lines = [place for place in waiting if not _follows_call(blocks, place)]
        if len(lines) <= room + 1:
            rows[group] = 0
            room += 1 - _shown(rows, lines)
        for kinds in BACK if room > 0 else ():
            back = _of(blocks, rows, waiting, kinds)
            if len(back) <= room:
                room -= _shown(rows, back)
        for kinds in (*BACK[1:], ("result",)) if room > 0 else ():
            back = _of(blocks, rows, waiting, kinds)
            room -= _shown(rows, back[len(back) - room :] if room < len(back) else back)
    units: dict[str, list[int]] = {}
    for place in reversed(hidden(blocks, where, rows, "earlier") if room > 0 else []):
        units.setdefault(unit_of(blocks[place]), []).append(place)
    for unit in units.values():
        if len(unit) > room:
            break
        room -= _shown(rows, unit)
    return room


def _waiting(blocks: Sequence[Block], where: list[str], rows: list[int]) -> list[int]:
    """The steps that have no row, in order."""
    members = (place for place, section in enumerate(where) if section in ("steps", "documents") and not rows[place])
    return [place for place in members if blocks[place].kind != "group"]


def _of(blocks: Sequence[Block], rows: list[int], waiting: list[int], kinds: tuple[str, ...]) -> list[int]:
    """Those of these kinds that still have no row; a result with which its call's line ends only where results are asked for."""
    left = [place for place in waiting if not rows[place] and (not kinds or blocks[place].kind in kinds)]
    return left if "result" in kinds else [place for place in left if not is_inline(blocks, rows, place)]


def _shown(rows: list[int], places: Sequence[int]) -> int:
    """Give each of these a row; how many that are."""
    for place in places:
        rows[place] = 1
    return len(places)


def grow(blocks: Sequence[Block], where: list[str], rows: list[int], tall: list[int], room: int) -> None:
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
