"""Which item comes next."""

from collections.abc import Callable, Collection
from typing import Literal, Protocol

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item

LOOKED_AT = 200
"""How many items without a payload are passed over before giving up the search in one direction."""


class Steps(Protocol):
    """A queue, or some items of it."""

    def step(self, queue_id: int, position: int, direction: Literal[1, -1], states: Collection[ItemState] | None = None) -> Item | None:
        """See QueueStore.step."""


def next_todo(store: Steps, queue_id: int, position: int, ready: Callable[[Item], bool]) -> Item | None:
    """The next todo item whose payload is here: after the position, else from the start; then the deferred ones in turn."""
    for states, start, end in (
        ((ItemState.TODO,), position, None),
        ((ItemState.TODO,), 0, position),
        ((ItemState.DEFERRED,), position, None),
        ((ItemState.DEFERRED,), 0, position),
    ):
        found = _first_ready(store, queue_id, start, end, states, ready)
        if found is not None:
            return found
    return None


def _first_ready(
    store: Steps, queue_id: int, start: int, end: int | None, states: tuple[ItemState, ...], ready: Callable[[Item], bool]
) -> Item | None:
    position = start
    for _ in range(LOOKED_AT):
        item = store.step(queue_id, position, 1, states)
        if item is None or (end is not None and item.position >= end):
            return None
        if ready(item):
            return item
        position = item.position
    return None
