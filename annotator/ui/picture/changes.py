"""What differs between two pictures: the cells of a row, and rows that stand higher or lower."""

from collections import Counter
from collections.abc import Collection, Sequence

from annotator.ui.picture.cells import BLANK, CLUSTER, PIECE, TAIL, Row, blank

LONGEST_GAP = 4
"""Cells; to step over so many takes as many bytes."""
FEWEST_MOVED = 3
"""Rows that have to agree on how far they moved."""


def spans(old: Row, new: Row) -> list[tuple[int, int]]:
    """The columns to write, as (first, after the last), for the old row to show the new one."""
    if old.look == new.look:
        differ = [x for x, (before, after) in enumerate(zip(old.text, new.text, strict=True)) if before != after]
    else:
        cells = zip(old.text, new.text, old.look, new.look, strict=True)
        differ = [x for x, (before, after, dull, bright) in enumerate(cells) if before != after or dull != bright]
    if not differ:
        return []
    found: list[tuple[int, int]] = []
    first = last = differ[0]
    for x in differ:
        if x - last > 1 and (x - last - 1 > LONGEST_GAP or new.look[last + 1 : x].strip(new.look[last] + BLANK)):
            found.append((first, last + 1))
            first = x
        last = x
    found.append((first, last + 1))
    return _whole(found, old.text, new.text)


def _whole(found: list[tuple[int, int]], old: str, new: str) -> list[tuple[int, int]]:
    """No wide character is cut, no piece of disputed width is taken apart, and what follows one is written again."""
    if TAIL in new:
        found = [(_start(new, first), _end(new, last)) for first, last in found]
    for text in (old, new):
        for piece in PIECE.finditer(text) if CLUSTER.search(text) else ():
            start, end = piece.span()
            found = [(min(first, start), max(last, end)) if first < end and last > start else (first, last) for first, last in found]
    if CLUSTER.search(new):
        for at, (first, last) in enumerate(found):
            if CLUSTER.search(new, first, last):
                return [*found[:at], (first, len(new))]
    return found


def _start(text: str, x: int) -> int:
    while x and text[x] == TAIL:
        x -= 1
    return x


def _end(text: str, x: int) -> int:
    while x < len(text) and text[x] == TAIL:
        x += 1
    return x


def shift(old: Sequence[Row], new: Sequence[Row], changed: Collection[int], left: int, right: int) -> tuple[int, int, int] | None:
    """Rows `top` to before `bottom` moved up by `count`, down where it is negative, as the columns from `left` to before `right` tell."""
    places: dict[str, int] = {}
    for y, row in enumerate(old):
        body = row.text[left:right]
        places[body] = -1 if body in places else y  # one that stands there twice tells nothing
    found = [(y, at) for y in changed if (body := new[y].text[left:right]).strip() and (at := places.get(body, -1)) >= 0]
    if len(found) < FEWEST_MOVED:
        return None
    count, votes = Counter(at - y for y, at in found).most_common(1)[0]
    if not count or votes < FEWEST_MOVED:
        return None
    moved = [y for y, at in found if at - y == count]
    return min(moved[0], moved[0] + count), max(moved[-1], moved[-1] + count) + 1, count


def shifted(rows: Sequence[Row], top: int, bottom: int, count: int) -> list[Row]:
    """The rows after that shift."""
    empty = [blank(len(rows[0].text))] * min(abs(count), bottom - top)
    band = rows[top:bottom]
    band = [*band[count:], *empty] if count > 0 else [*empty, *band[:count]]
    return [*rows[:top], *band, *rows[bottom:]]
