"""What a filter lets through, told piece by piece and out of turn."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.annotation import ItemState, Target
from annotator.domain.queue import Item
from annotator.domain.store import Store
from annotator.ui.review.matches import Matches

END = 30
STATES = st.sampled_from(list(ItemState))
PIECES = st.lists(st.tuples(st.integers(0, END), st.integers(0, END), st.dictionaries(st.integers(1, END), STATES)), max_size=8)


class Queue:
    """The items of a queue, each in the state that it was told to be in."""

    def __init__(self, states: dict[int, ItemState]) -> None:
        self.states = states

    def at(self, queue_id: int, position: int) -> Item:
        return Item(position, queue_id, position, Target("span", "s"), "t", "s", self.states[position])


Piece = tuple[int, int, dict[int, ItemState]]


@given(PIECES, st.integers(0, END + 1), st.sampled_from([1, -1]), st.none() | st.sets(STATES))
def test_steps_go_to_what_was_told_last(pieces: list[Piece], start: int, way: int, states: set[ItemState] | None) -> None:
    known: dict[int, ItemState] = {}
    matches = Matches(cast(Store, Queue(known)), "todo", 1)
    for one, other, found in pieces:
        after, upto = min(one, other), max(one, other)
        told = {place: state for place, state in found.items() if after < place <= upto}
        matches.settle(after, upto, told, [place for place in range(after + 1, upto + 1) if place not in told])
        for place in range(after + 1, upto + 1):
            known.pop(place, None)
        known.update(told)
    assert matches.count == len(known) and all((place in matches) == (place in known) for place in range(END + 2))
    beyond = [place for place, state in known.items() if (place - start) * way > 0 and (states is None or state in states)]
    item = matches.step(1, start, 1 if way > 0 else -1, states)
    assert (item and item.position) == min(beyond, key=lambda place: place * way, default=None)
    rest = sorted(place for place in known if place >= start)
    assert matches.behind(start, 5) == (rest[:5] if len(rest) >= 5 else sorted(known)[-5:])


def test_an_item_that_changed_since_is_passed_over() -> None:
    states = dict.fromkeys((1, 2, 3), ItemState.TODO)
    matches = Matches(cast(Store, Queue(states)), "todo", 1)
    matches.settle(0, 3, states, ())
    states[2] = ItemState.DONE
    item = matches.step(1, 1, 1, (ItemState.TODO,))
    assert item is not None and item.position == 3
