"""Several items judged at once: one step with all changes, one undo for all of them."""

from collections.abc import Callable

import pytest

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Counts, Item
from annotator.domain.source import Page
from annotator.errors import InvalidAnnotation
from annotator.workflow.bulk import answer_all, move_all, note_all, plan
from tests.workflow.scene import RUBRIC, Desk, traces

FAIL: dict[str, str | float] = {"correctness": "fail", "severity": "high", "score": 20.0}


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Six items; the trace of the last one is not here."""
    made = make_desk(items=6, rubric=RUBRIC)
    made.store.add_page(made.queue.source_id, Page(spans=tuple(traces(5))))
    made.store.set_loaded(made.queue.source_id, [f"t{n}" for n in range(1, 6)])
    return made


def items(desk: Desk, *positions: int) -> list[Item]:
    return [desk.item(position) for position in positions]


def state(desk: Desk) -> list[str]:
    return [desk.item(position).state.value for position in range(1, 7)]


def labels(desk: Desk, name: str = "correctness") -> list[str | float | None]:
    rows = [desk.local(position, name) for position in range(1, 7)]
    return [None if row is None else row.label or row.score for row in rows]


def test_one_undo_takes_all_of_it_back_and_redo_does_it_again(desk: Desk) -> None:
    desk.answer(2, "pass")
    said = answer_all(desk.judge, items(desk, 1, 2, 3), FAIL)
    assert said == "fail high 20.0 on 3 items"
    assert state(desk) == ["done"] * 3 + ["todo"] * 3 and labels(desk) == ["fail"] * 3 + [None] * 3
    assert labels(desk, "severity")[:3] == ["high"] * 3 and labels(desk, "score")[:3] == [20.0] * 3
    desk.reopen()
    reversal = desk.judge.undo()
    assert reversal is not None and reversal.done and reversal.step.title == said and reversal.step.item_id == desk.item(1).id
    assert state(desk) == ["todo"] * 6 and labels(desk) == [None, "pass", None, None, None, None]
    desk.judge.redo()
    assert state(desk)[:3] == ["done"] * 3 and labels(desk)[:3] == ["fail"] * 3
    assert desk.store.counts(desk.queue.id) == Counts(todo=3, done=3)


def test_what_is_not_asked_is_not_answered_and_what_was_is_taken_back(desk: Desk) -> None:
    answer_all(desk.judge, items(desk, 1, 2), FAIL)
    answer_all(desk.judge, items(desk, 1, 2), {"correctness": "pass", "severity": "high"})
    assert labels(desk)[:2] == ["pass", "pass"] and labels(desk, "severity")[:2] == [None, None]
    desk.judge.undo()
    assert labels(desk, "severity")[:2] == ["high", "high"]


def test_a_wrong_value_stores_nothing_at_all(desk: Desk) -> None:
    with pytest.raises(InvalidAnnotation):
        answer_all(desk.judge, items(desk, 1, 2), {"correctness": "pass", "score": 101.0})
    assert labels(desk) == [None] * 6 and desk.judge.undo() is None


def test_states_and_notes_are_one_step_too(desk: Desk) -> None:
    move_all(desk.judge, items(desk, 1, 2, 6), ItemState.FLAGGED, "look at these")
    assert state(desk) == ["flagged", "flagged", "todo", "todo", "todo", "flagged"] and desk.item(6).reason == "look at these"
    note_all(desk.judge, items(desk, 1, 6), "the same")
    notes = [desk.judge.view(desk.item(position)).notes for position in (1, 2, 6)]
    assert [[note.explanation for note in some] for some in notes] == [["the same"], [], ["the same"]]
    assert notes[0][0].identity.identifier != notes[2][0].identity.identifier
    desk.judge.undo()
    assert not desk.judge.view(desk.item(1)).notes and state(desk)[0] == "flagged"
    desk.judge.undo()
    assert state(desk) == ["todo"] * 6 and desk.judge.undo() is None


def test_a_plan_tells_what_is_judged_already_and_what_nobody_can_have_seen(desk: Desk) -> None:
    desk.answer(2, "pass")
    desk.judge.move(desk.item(3), ItemState.SKIPPED)
    answer_all(desk.judge, items(desk, 4), FAIL)
    found = plan(desk.judge, [desk.item(position) for position in range(1, 7)])
    assert [[item.position for item in some] for some in (found.fresh, found.judged, found.absent)] == [[1, 3, 5], [2, 4], [6]]
    assert found.count == 5
    found = plan(desk.judge, items(desk, 5, 6), verdict=False)
    assert [item.position for item in found.fresh] == [5, 6] and not found.absent


def test_the_server_gets_every_row_and_gives_every_row_back(desk: Desk) -> None:
    desk.answer(2, "pass")
    desk.settled()
    answer_all(desk.judge, items(desk, 1, 2, 3, 4), FAIL)
    desk.settled()
    assert [desk.held(n) and desk.held(n).label for n in range(1, 6)] == ["fail"] * 4 + [None]  # type: ignore[union-attr]
    desk.judge.undo()
    desk.settled()
    held = [desk.held(n) for n in range(1, 6)]
    assert [row and row.label for row in held] == [None, "pass", None, None, None]


def test_repeat_gives_the_own_targets_answers_of_a_bulk(desk: Desk) -> None:
    answer_all(desk.judge, items(desk, 1, 2), FAIL)
    judged = desk.judge.repeat(desk.item(3))
    assert judged is not None and judged.completed and labels(desk)[2] == "fail" and labels(desk, "severity")[2] == "high"
