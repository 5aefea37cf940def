"""The items that a filter lets through, as far as they are known."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from typing import Literal

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.domain.store import Store


class Matches:
    """Positions of a queue, in order. Only the UI thread touches it."""

    def __init__(self, store: Store, text: str, number: int) -> None:
        self.store = store
        self.text = text
        """The filter as it was typed."""
        self.number = number
        """Of the filter: what was found for another one is not for this."""
        self.looked = 0
        """The position up to which every item was looked at."""
        self.finished = False
        """That is the end of the queue."""
        self._places: list[int] = []
        self._states: dict[int, ItemState] = {}
        self._unknown: list[int] = []

    @property
    def count(self) -> int:
        return len(self._places)

    @property
    def unknown(self) -> int:
        """Items that cannot be decided until their payload is here."""
        return len(self._unknown)

    def __contains__(self, position: int) -> bool:
        return position in self._states

    def settle(self, after: int, upto: int, found: Mapping[int, ItemState], unknown: Collection[int]) -> None:
        """What was found of the items behind one position up to another."""
        for position in _replace(self._places, after, upto, sorted(found)):
            del self._states[position]
        self._states.update(found)
        _replace(self._unknown, after, upto, sorted(unknown))

    def step(self, queue_id: int, position: int, direction: Literal[1, -1], states: Collection[ItemState] | None = None) -> Item | None:
        """`QueueStore.step` among the matches: by the states that they were found in, and then by the store."""
        at = bisect_right(self._places, position) if direction > 0 else bisect_left(self._places, position) - 1
        while 0 <= at < len(self._places):
            place = self._places[at]
            if states is None or self._states[place] in states:
                item = self.store.at(queue_id, place)
                if item is not None and item.position == place and (states is None or item.state in states):
                    return item
            at += direction
        return None

    def behind(self, position: int, limit: int) -> list[int]:
        """At most so many positions from that one on, and of those before it as many as are missing."""
        start = bisect_left(self._places, position)
        start = max(0, min(start, len(self._places) - limit))
        return self._places[start : start + limit]


def _replace(places: list[int], after: int, upto: int, found: list[int]) -> list[int]:
    """Put what was found where other positions of that stretch stood, which are returned."""
    start, end = bisect_right(places, after), bisect_right(places, upto)
    gone = places[start:end]
    places[start:end] = found
    return gone
