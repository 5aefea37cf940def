"""A shift: since when, and what its steps changed, by whom they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from annotator.domain.annotation import Identity, ItemState, Target
from annotator.domain.handover import Because, Period
from annotator.domain.queue import Queue
from annotator.domain.step import SetAnnotation, SetItem, SetMember, Step
from annotator.domain.store import Store

PAUSE_SECONDS = 4 * 3600.0
"""A shift begins after nobody judged for so long."""


def period_of(store: Store, queues: Sequence[Queue], now: float, since: float | None = None, where: str = "") -> Period:
    """From `since`, else from the last hand-over or the begin of the shift, whichever is later.

    Where nothing was done since the last hand-over, or its file is written anew (`where`), it is made again.
    """
    ids = [queue.id for queue in queues]
    if since is not None:
        return Period(since, now, "asked")
    began, handed = store.shift_began(ids, PAUSE_SECONDS), store.last_handover(ids)
    if began is None:
        return Period(now, now, "nothing")
    if handed is not None:
        because: Because = "handover"
        start = handed.at
        later = store.steps_since(ids, handed.at)
        if not later or handed.where == where != "":
            because, start = "again", handed.since
        if because == "again" or handed.at >= began:
            return Period(start, now, because)
        return Period(began, now, "shift", handed.at, sum(at < began for at, _ in later))
    return Period(began, now, "shift")


class Written(NamedTuple):
    """Who wrote a row last in the period, on which item, and when."""

    who: str
    item: int
    at: float


class Put(NamedTuple):
    """In which state somebody put an item last."""

    state: ItemState
    at: float


@dataclass
class Shift:
    """The steps of a period, by whom they are and what they changed."""

    times: dict[str, list[float]] = field(default_factory=dict)
    """Of every step, by person."""
    verdicts: dict[str, list[float]] = field(default_factory=dict)
    put: dict[tuple[str, int], Put] = field(default_factory=dict)
    """By person and item."""
    written: dict[Identity, Written] = field(default_factory=dict)

    def add(self, at: float, step: Step, item_of: Callable[[int, Target], int | None]) -> None:
        """Moving a queue to another rubric judges nothing, nor does putting items into data sets."""
        if step.sets_rubric or all(isinstance(change, SetMember) for change in step.changes):
            return
        who = step.annotator
        self.times.setdefault(who, []).append(at)
        moved = [change for change in step.changes if isinstance(change, SetItem)]
        if any(change.state != ItemState.TODO for change in moved):
            self.verdicts.setdefault(who, []).append(at)
        several = len({change.identity.target for change in step.changes if isinstance(change, SetAnnotation)}) > 1
        for change in step.changes:
            if isinstance(change, SetItem):
                self.put[who, change.item_id] = Put(change.state, at)
            elif isinstance(change, SetAnnotation):
                # A step on several targets may be on several items, which it judges themselves.
                found = item_of(step.queue_id, change.identity.target) if several else None
                self.written[change.identity] = Written(who, found or step.item_id, at)
