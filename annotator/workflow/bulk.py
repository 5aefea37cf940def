"""Several items judged at once: one step, so that one undo takes all of it back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.step import Change, Step
from annotator.domain.store import Store
from annotator.text.facts import counted
from annotator.workflow.judge import Judge

MOST = 2_000
"""Items in one step: 0.5 s for each 1,000 with three answers."""
Values = Mapping[str, str | float]
"""Config name to a label, a score or a text."""


@record
class Plan:
    """What of some items can be judged at once."""

    fresh: tuple[Item, ...] = ()
    """Those without a judgement of mine."""
    judged: tuple[Item, ...] = ()
    """Those that I have judged: what is done to them replaces it."""
    absent: tuple[Item, ...] = ()
    """Those whose trace is not here: nobody can have looked at them."""

    @property
    def count(self) -> int:
        return len(self.fresh) + len(self.judged)


def plan(judge: Judge, items: Sequence[Item], verdict: bool = True) -> Plan:
    """`verdict`: they are to be answered; what is set aside or noted needs no trace."""
    fresh, judged, absent = [], [], []
    for item in items:
        if verdict and not judge.store.has_payload(judge.queue.source_id, item.trace_id):
            absent.append(item)
        elif item.state == ItemState.DONE or judge.title(item):
            judged.append(item)
        else:
            fresh.append(item)
    return Plan(tuple(fresh), tuple(judged), tuple(absent))


def answer_all(judge: Judge, items: Sequence[Item], values: Values) -> str:
    """Give each item's own target these answers, replacing mine; what was done, for people.

    Raises InvalidAnnotation and StoreBusy, with nothing stored.
    """
    said = " ".join(" ".join(str(value).split())[:40] for value in values.values())
    return _together(judge, items, "answer_all", said, lambda one, item: one.answer_all(item, values))


def move_all(judge: Judge, items: Sequence[Item], state: ItemState, reason: str = "") -> str:
    """Skip, defer or flag them all."""
    return _together(judge, items, f"{state.value}_all", state.value, lambda one, item: one.move(item, state, reason))


def note_all(judge: Judge, items: Sequence[Item], text: str) -> str:
    """The same note on each."""
    return _together(judge, items, "note_all", "note", lambda one, item: one.note(item, text))


def _together(judge: Judge, items: Sequence[Item], command: str, said: str, act: Callable[[Judge, Item], object]) -> str:
    """What `act` would do to each item, as one step."""
    collected = _Collected(judge.store)
    each = replace(judge, store=cast(Store, collected))
    for item in items:
        act(each, item)
    title = f"{said} on {counted(len(items), 'item')}"
    if collected.changes:
        judge.store.commit(Step(judge.annotator, judge.queue.id, command, title, items[0].id, "", tuple(collected.changes)))
    return title


class _Collected:
    """A store that keeps the changes of the steps that are made in it instead of making them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changes: list[Change] = []

    def commit(self, step: Step) -> None:
        self.changes.extend(step.changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
