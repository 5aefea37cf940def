from collections.abc import Callable

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.workflow.stepping import LOOKED_AT, next_todo
from tests.workflow.scene import Desk


def everything(item: Item) -> bool:
    return True


def next_position(desk: Desk, position: int, without: tuple[int, ...] = ()) -> int | None:
    item = next_todo(desk.store, desk.queue.id, position, lambda item: item.position not in without)
    return None if item is None else item.position


def test_the_next_todo_item_is_after_the_position_else_from_the_start(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(5)
    desk.answer(2, "pass")
    assert [next_position(desk, position) for position in range(6)] == [1, 3, 3, 4, 5, 1]


def test_an_item_without_its_payload_is_passed_over_and_returns(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(4)
    assert next_position(desk, 1, without=(2, 3)) == 4
    assert next_position(desk, 4, without=(1, 2, 4)) == 3
    assert next_position(desk, 2, without=(1, 3, 4)) is None, "the current one is not its own next"
    assert next_position(desk, 1) == 2, "its payload has come"


def test_many_items_without_a_payload_do_not_hide_those_before(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(LOOKED_AT + 20)
    assert next_position(desk, 2, without=tuple(range(3, LOOKED_AT + 21))) == 1


def test_deferred_items_come_last_and_in_turn(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(5)
    for position in (2, 4):
        desk.judge.move(desk.item(position), ItemState.DEFERRED)
    seen: list[int] = []
    while (following := next_position(desk, seen[-1] if seen else 0)) is not None:
        seen.append(following)
        desk.answer(following, "pass")
    assert seen == [1, 3, 5, 2, 4]


def test_a_deferred_item_deferred_again_lets_the_next_one_come(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(3)
    for position in (1, 2, 3):
        desk.judge.move(desk.item(position), ItemState.DEFERRED)
    assert [next_position(desk, position) for position in (1, 2, 3)] == [2, 3, 1]


def test_skipped_flagged_and_done_items_do_not_come_back(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.judge.move(desk.item(2), ItemState.SKIPPED)
    desk.judge.move(desk.item(3), ItemState.FLAGGED, "odd")
    assert next_todo(desk.store, desk.queue.id, 0, everything) is None
