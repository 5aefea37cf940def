from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import ServerConfig
from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.errors import RubricError
from annotator.workflow.progress import minutes_left, pace
from annotator.workflow.rubrics import offer
from annotator.workflow.stepping import LOOKED_AT, next_todo
from tests.workflow.scene import Desk

import pytest
from collections.abc import Callable


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
    seen = []
    position: int | None = 0
    while (position := next_position(desk, position or 0)) is not None:
        seen.append(position)
        desk.answer(position, "pass")
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


def test_pace_leaves_pauses_out() -> None:
    assert pace([40.0, 30.0, 20.0, 10.0]) == 360
    assert pace([10_040.0, 10_030.0, 10_020.0, 20.0, 10.0, 0.0]) == 360
    assert pace([20.0, 10.0]) is None and pace([]) is None
    assert minutes_left(60, 120.0) == 30 and minutes_left(60, None) is None


def test_a_clock_set_back_makes_no_negative_pace() -> None:
    assert pace([30.0, 20.0, 10.0, 5_000.0, 4_990.0]) == 360


def config(name: str, assigned: bool = False) -> ServerConfig:
    return ServerConfig(CategoricalConfig(name, (Value("a"), Value("b"))), assigned)


def test_the_projects_configs_before_the_servers() -> None:
    rubric = offer([config("one"), config("two", True), config("three", True)], ()).rubric
    assert rubric is not None and [criterion.name for criterion in rubric.criteria] == ["two", "three"]


def test_what_end_users_give_is_offered_and_never_taken() -> None:
    made = offer([config("user_feedback")], ())
    assert made.rubric == BUILT_IN and "--config user_feedback" in made.note
    chosen = offer([config("user_feedback")], ["user_feedback"]).rubric
    assert chosen is not None and chosen.criteria[0].name == "user_feedback"
    both = offer([config("user_feedback"), config("one")], ()).rubric
    assert both is not None and [criterion.name for criterion in both.criteria] == ["one"]


def test_freeform_configs_are_optional() -> None:
    rubric = offer([config("one"), ServerConfig(FreeformConfig("why"))], ()).rubric
    assert rubric is not None and [criterion.required for criterion in rubric.criteria] == [True, False]


def test_more_than_five_are_asked_for() -> None:
    assert offer([config(f"c{n}") for n in range(5)], ()).rubric is not None
    made = offer([config(f"c{n}") for n in range(6)], ())
    assert made.rubric is None and len(made.choices) == 6


def test_a_misspelt_config_gets_a_suggestion() -> None:
    with pytest.raises(RubricError) as caught:
        offer([config("correctness")], ["corectness"])
    assert "Did you mean 'correctness'?" in caught.value.advice
    with pytest.raises(RubricError) as caught:
        offer([config("one"), config("two")], ["xyz"])
    assert "one, two" in caught.value.advice
