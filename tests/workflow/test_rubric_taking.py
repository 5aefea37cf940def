"""A queue takes another rubric as one step, where every answer still fits."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.rubric import BUILT_IN, Criterion
from annotator.errors import RubricError, SetsRubric, StoreError
from annotator.workflow.rubric_taking import counted, take
from tests.workflow.scene import Desk

LABELS = (Value("odd"), Value("pass", 1.0), Value("fail", 0.0))
WIDER = replace(BUILT_IN, version="2", criteria=(Criterion(CategoricalConfig("correctness", LABELS)),))
PASS_ALONE = replace(BUILT_IN, version="3", criteria=(Criterion(CategoricalConfig("correctness", (Value("pass", 1.0),))),))


def test_one_step_taken_back_by_who_is_alone(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(items=2)
    desk.answer(1, "pass")
    before = desk.local(1)
    taken = take(desk.store, desk.queue, WIDER, "ann", desk.item(2).id, "correctness")
    assert taken.rubric == WIDER and taken.digits["correctness"] == {"pass": 0, "fail": 1, "odd": 2} and desk.local(1) == before
    with pytest.raises(SetsRubric):
        desk.judge.undo()
    assert desk.store.queue(desk.queue.id).rubric == WIDER
    reversal = desk.judge.undo(alone=True)
    assert reversal is not None and (reversal.step.item_id, reversal.step.criterion) == (desk.item(2).id, "correctness")
    back = desk.store.queue(desk.queue.id)
    assert back.rubric == BUILT_IN and back.digits == taken.digits, "digits never move"
    desk.judge.redo(alone=True)
    assert desk.store.queue(desk.queue.id).rubric == WIDER and desk.local(1) == before


def test_answers_that_would_not_fit_are_counted_when_it_is_taken(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(items=2)
    known = counted(desk.store, desk.queue)
    desk.answer(1, "fail")
    for count in (known, None, counted(desk.store, desk.queue)):
        with pytest.raises(RubricError, match="correctness = fail on 1"):
            take(desk.store, desk.queue, PASS_ALONE, "ann", None, known=count)
    assert desk.store.queue(desk.queue.id).rubric == BUILT_IN
    desk.judge.undo()
    taken = take(desk.store, desk.queue, PASS_ALONE, "ann", None)
    assert taken.rubric == PASS_ALONE
    with pytest.raises(StoreError, match="another rubric meanwhile"):
        take(desk.store, desk.queue, WIDER, "ann", None)
