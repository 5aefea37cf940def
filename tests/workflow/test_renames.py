"""A config gets another name: my answers go along as one step, taken back exactly, also from the server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, Value
from annotator.domain.moves import NO_MOVES, Move, Moves
from annotator.domain.rubric import Criterion, Rubric
from annotator.workflow.migration import Migration, carry_out, plan, take_back
from annotator.workflow.rubric_changes import renames
from tests.workflow.scene import Desk

LABELS = (Value("right", 1.0), Value("odd", None), Value("wrong", 0.0))
OLD = Rubric((Criterion(CategoricalConfig("quality", LABELS)), Criterion(ContinuousConfig("help", 1.0, 5.0))), "r", "1")
NEW = replace(OLD, version="2", criteria=(Criterion(CategoricalConfig("accuracy", LABELS)), OLD.criteria[1]))
RENAME = Moves({}, (), {"quality": "accuracy"})


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Three items judged by ann, the first by bob too."""
    made = make_desk(items=3, rubric=OLD)
    for position, label in ((1, "right"), (2, "wrong"), (3, "odd")):
        made.answer(position, label, "quality")
        made.answer(position, 3.0, "help")
    made.judge.explain(made.item(2), OLD.criteria[0], "because")
    made.sit_down("bob").answer(made.item(1), OLD.criteria[0], "wrong")
    return made


def planned(desk: Desk, rubric: Rubric = NEW, moves: Moves = RENAME) -> Migration:
    return plan(desk.store, desk.store.queue(desk.queue.id), rubric, moves, desk.judge.annotator, desk.judge.identifier)


def move(desk: Desk, rubric: Rubric = NEW, moves: Moves = RENAME) -> None:
    carry_out(desk.store, planned(desk, rubric, moves), desk.judge.annotator, desk.judge.identifier, moves)


def here(desk: Desk) -> list[Annotation]:
    return [row for n in range(1, 4) for row in desk.store.on_target(desk.server.url, desk.item(n).target)]


def on_server(desk: Desk) -> list[Annotation]:
    return sorted((row.kept() for row in desk.server.annotations), key=lambda row: (row.target.id, row.name, row.identity.identifier))


def test_answers_go_along_and_come_back_exactly(desk: Desk) -> None:
    desk.settled()
    before, there = here(desk), on_server(desk)
    assert planned(desk, moves=NO_MOVES).stuck == {("quality", "right"): 1, ("quality", "wrong"): 1, ("quality", "odd"): 1}
    found = planned(desk)
    assert not found.stuck and not found.taken and found.others == {("quality", "wrong"): 1}
    assert found.moved == {("quality", label, f"accuracy = {label}"): 1 for label in ("odd", "right", "wrong")}
    move(desk)
    wrong = desk.local(2, "accuracy")
    assert wrong is not None and (wrong.label, wrong.score, wrong.explanation) == ("wrong", 0.0, "because")
    assert wrong.metadata["migrated_from"] == {"label": "wrong", "score": 0.0, "rubric": "r@1", "name": "quality"}
    assert [row.identity.identifier for row in here(desk) if row.name == "quality"] == ["annotator:bob"], "nobody else's is touched"
    desk.settled()
    assert sorted((row.name, row.identity.identifier) for row in on_server(desk) if row.name != "help") == [
        *[("accuracy", desk.judge.identifier)] * 3, ("quality", "annotator:bob"),
    ]  # fmt: skip
    after = here(desk)
    take_back(desk.store, desk.store.queue(desk.queue.id), "ann")
    assert here(desk) == before and desk.store.queue(desk.queue.id).rubric == OLD
    desk.settled()
    assert on_server(desk) == there
    desk.store.redo("ann", desk.queue.id)
    assert here(desk) == after


def test_a_name_that_has_answers_of_mine_is_not_given_again(desk: Desk) -> None:
    assert planned(desk, moves=Moves({}, (), {"quality": "help"})).taken == {"help": 3}


def test_labels_and_name_at_once_and_digits_stay(desk: Desk) -> None:
    without = replace(OLD, version="1.1", criteria=(Criterion(CategoricalConfig("quality", (*LABELS, Value("late")))), OLD.criteria[1]))
    desk.store.set_rubric(desk.queue.id, without)
    fewer = replace(NEW, criteria=(Criterion(CategoricalConfig("accuracy", (LABELS[2], Value("fine", 2.0), LABELS[0]))), OLD.criteria[1]))
    moves = Moves({"accuracy": (Move("odd", None, "fine"),)}, (), {"quality": "accuracy"})
    move(desk, fewer, moves)
    odd = desk.local(3, "accuracy")
    assert odd is not None and (odd.label, odd.score) == ("fine", 2.0)
    digits = desk.store.queue(desk.queue.id).digits
    assert digits["accuracy"] == {"right": 0, "odd": 1, "wrong": 2, "late": 3, "fine": 4}, "digits never move"


def test_a_type_that_the_answers_do_not_fit_is_stuck(desk: Desk) -> None:
    scale = replace(NEW, criteria=(Criterion(ContinuousConfig("accuracy", 0.0, 1.0)), OLD.criteria[1]))
    assert sum(planned(desk, scale).stuck.values()) == 3


def test_what_may_be_a_rename() -> None:
    other = Criterion(CategoricalConfig("tone", (Value("kind"), Value("rude"))))
    added = replace(NEW, criteria=(other, *NEW.criteria))
    assert renames(OLD, added) == {"quality": "accuracy"}, "the one that has labels in common"
    assert renames(OLD, replace(OLD, criteria=(other,))) == {} and renames(OLD, OLD) == {}
