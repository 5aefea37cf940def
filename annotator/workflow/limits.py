"""What a limit leaves of the items of a queue, and with which probability."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from annotator.domain.inclusion import inclusion
from annotator.domain.queue import Met, NewItem, Selection
from annotator.workflow.selection import Ranked, priority, within


def limited(item: NewItem, chance: float | None) -> NewItem:
    """A limit leaves the item with this probability; None where it cuts by something else than chance."""
    if chance == 1:
        return item
    whole = None if chance is None or item.inclusion is None else item.inclusion * chance
    return replace(item, inclusion=whole, met=(*item.met, Met("", chance)))


def within_limit(rows: Sequence[Ranked], selection: Selection, room: int | None) -> list[NewItem]:
    """The first of `ranked` rows, at most `room`, with their probabilities."""
    left = within(rows, selection, room)
    priorities = {rule.name: rule.priority for rule in selection.rules}
    unknown = all(chance is None for _, chance in left)
    if len(left) == len(rows) or unknown or len(set(priorities.values())) < 2:
        return [limited(item, chance) for item, chance in left]
    cut = priority(rows[len(left)].item, selection)
    shares = {row.stratum: chance for row, (_, chance) in zip(rows, left, strict=False) if priority(row.item, selection) == cut}
    return [limited(item, _by_all(item, shares.get(row.stratum, 0.0), cut, priorities)) for row, (item, _) in zip(rows, left, strict=False)]


def starved(items: Collection[NewItem], left: Collection[NewItem], selection: Selection) -> tuple[str, ...]:
    """The rules whose priorities came to nothing, by what they took and what a limit left of that."""
    kept = {priority(item, selection) for item in left}
    return tuple(dict.fromkeys(item.rule for item in items if item.rule and priority(item, selection) not in kept))


def starving(rules: Sequence[str]) -> str:
    """What that means, for people."""
    return f"The limit leaves nothing of {', '.join(rules)}: what the items stand for is unknown. Raise it, or give all rules one priority."


def _by_all(item: NewItem, share: float | None, cut: int, priorities: Mapping[str, int]) -> float | None:
    """The probability with which a limit leaves an item that its rules took, whichever of their priorities it came by.

    Those above `cut` came whole, those below not at all, and of those that have it the limit left this share, as is known.
    """
    whole = inclusion(item.met)
    missed, stays = 1.0, 0.0
    for level, some in groupby(item.met, lambda one: priorities[one.rule]):
        takes = inclusion(tuple(some)) or 0.0
        if level == cut and share is None and takes * missed:
            return None
        stays += missed * takes * (1.0 if level > cut else share or 0.0 if level == cut else 0.0)
        missed *= 1 - takes
    return stays / whole if whole else 1.0
