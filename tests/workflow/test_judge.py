import uuid
from collections.abc import Callable

import pytest

from annotator import __version__
from annotator.domain.annotation import NOTE, Annotation, ItemState
from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.domain.rubric import BUILT_IN, Condition, Criterion, Rubric
from annotator.errors import InvalidAnnotation
from annotator.workflow.judge import Circumstances
from tests.server_rows import server_rows
from tests.workflow.scene import COMMENT, CORRECTNESS, RUBRIC, SCORE, SEVERITY, Desk


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(rubric=RUBRIC)


def state(desk: Desk, position: int = 1) -> str:
    return desk.item(position).state.value


def answers(desk: Desk, position: int = 1) -> dict[str, str | float | None]:
    found = desk.judge.view(desk.item(position)).answers
    return {name: row.label or row.score or row.explanation for name, row in found.items()}


def test_a_partial_answer_is_kept_and_the_item_stays_todo(desk: Desk) -> None:
    judged = desk.judge.answer(desk.item(1), CORRECTNESS, "fail")
    assert (judged.title, judged.completed, judged.withdrawn) == ("correctness fail", False, ())
    view = desk.judge.view(desk.item(1))
    assert view.progress == (1, 3) and not view.complete and view.item.state == ItemState.TODO
    assert view.first_open is not None and view.first_open.criterion.name == "severity"
    assert [criterion.name for criterion in view.asked] == ["correctness", "severity", "score", "comment"]


def test_the_last_required_answer_completes_once(desk: Desk) -> None:
    desk.answer(1, "pass")
    judged = desk.judge.answer(desk.item(1), SCORE, 85)
    assert judged.completed and state(desk) == "done"
    assert not desk.judge.answer(desk.item(1), SCORE, 86).completed, "it was done before"
    assert desk.judge.view(desk.item(1)).title == "pass 86"


def test_an_answer_that_is_no_longer_asked_for_is_withdrawn(desk: Desk) -> None:
    desk.answer(1, "fail")
    desk.answer(1, "high", "severity")
    desk.answer(1, 10, "score")
    assert state(desk) == "done"
    judged = desk.judge.answer(desk.item(1), CORRECTNESS, "pass")
    assert judged.withdrawn == ("severity",) and not judged.completed
    assert answers(desk) == {"correctness": "pass", "score": 10} and state(desk) == "done"
    desk.judge.undo()
    assert answers(desk) == {"correctness": "fail", "severity": "high", "score": 10}, "one step took both"


def test_a_change_that_opens_a_question_reopens_the_item(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.answer(1, 10, "score")
    judged = desk.judge.answer(desk.item(1), CORRECTNESS, "fail")
    assert not judged.completed and state(desk) == "todo" and desk.judge.view(desk.item(1)).progress == (2, 3)
    assert desk.judge.answer(desk.item(1), SEVERITY, "low").completed and state(desk) == "done"
    desk.judge.undo()
    assert state(desk) == "todo"
    desk.judge.undo()
    assert state(desk) == "done" and answers(desk) == {"correctness": "pass", "score": 10}


def test_a_chain_of_conditions_is_withdrawn_whole(make_desk: Callable[..., Desk]) -> None:
    deep = Criterion(CategoricalConfig("blame", (Value("model"), Value("tool"))), when=Condition("severity", "high"))
    desk = make_desk(rubric=Rubric((CORRECTNESS, SEVERITY, deep)))
    for name, value in (("correctness", "fail"), ("severity", "high"), ("blame", "tool")):
        desk.answer(1, value, name)
    assert state(desk) == "done"
    judged = desk.judge.answer(desk.item(1), CORRECTNESS, "pass")
    assert set(judged.withdrawn) == {"severity", "blame"} and answers(desk) == {"correctness": "pass"} and state(desk) == "done"


def test_metadata_says_who_and_how(desk: Desk) -> None:
    how = Circumstances(12.345, {"model": "gpt-4o", "tags": ["a"]})
    desk.judge.answer(desk.item(1), CORRECTNESS, "fail", how)
    row = desk.local(1)
    assert row is not None
    assert row.metadata == {
        "annotator": "ann", "client": f"annotator/{__version__}", "rubric": "refunds@3", "seconds": 12.3, "model": "gpt-4o", "tags": ["a"],
    }  # fmt: skip
    assert (row.label, row.score, row.explanation) == ("fail", 0.0, None)
    assert (row.annotator_kind, row.identity.identifier) == ("HUMAN", "annotator:ann")


def test_without_circumstances_metadata_claims_none(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=Rubric((CORRECTNESS,)))
    desk.answer(1, "pass")
    row = desk.local(1)
    assert row is not None and row.metadata == {"annotator": "ann", "client": f"annotator/{__version__}"}


def test_what_somebody_else_wrote_into_the_metadata_is_kept(desk: Desk) -> None:
    theirs = Annotation(desk.identity(1), "pass", 1.0, "why", "HUMAN", {"ticket": 7})
    desk.store.keep_read(server_rows(theirs), desk.clock.now)
    desk.answer(1, "fail")
    row = desk.local(1)
    assert row is not None and row.metadata["ticket"] == 7 and row.metadata["annotator"] == "ann" and row.explanation == "why"


def test_an_explanation_outlives_a_change_of_mind(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.judge.explain(desk.item(1), CORRECTNESS, "  because\nit is  ")
    assert desk.answer(1, "pass").kept == ""
    assert desk.answer(1, "fail").kept == "because\nit is", "said, as it may not fit the new answer"
    row = desk.local(1)
    assert row is not None and (row.label, row.score, row.explanation) == ("fail", 0.0, "because\nit is")
    desk.judge.explain(desk.item(1), CORRECTNESS, " ")
    row = desk.local(1)
    assert row is not None and (row.label, row.explanation) == ("fail", None)


def test_there_is_nothing_to_explain_without_an_answer(desk: Desk) -> None:
    with pytest.raises(InvalidAnnotation, match="no answer to correctness"):
        desk.judge.explain(desk.item(1), CORRECTNESS, "because")
    assert desk.judge.undo() is None


def test_a_text_is_an_explanation_without_label_or_score(desk: Desk) -> None:
    desk.judge.answer(desk.item(1), COMMENT, " wrong amount ")
    row = desk.local(1, "comment")
    assert row is not None and (row.label, row.score, row.explanation) == (None, None, "wrong amount")
    desk.judge.explain(desk.item(1), COMMENT, "other")
    assert answers(desk) == {"comment": "other"}


@pytest.mark.parametrize(
    ("criterion", "value"),
    [(CORRECTNESS, "maybe"), (SCORE, 101.0), (SCORE, float("nan")), (SCORE, -0.1), (COMMENT, "  "), (COMMENT, "\ud800")],
)
def test_what_must_not_be_stored_changes_nothing(desk: Desk, criterion: Criterion, value: str | float) -> None:
    with pytest.raises(InvalidAnnotation):
        desk.judge.answer(desk.item(1), criterion, value)
    assert desk.store.on_target(desk.server.url, desk.item(1).target) == [] and desk.judge.undo() is None


def test_the_same_answer_again_is_no_step(desk: Desk) -> None:
    desk.answer(1, "pass")
    generation = desk.entries()[0].generation
    desk.judge.answer(desk.item(1), CORRECTNESS, "pass", Circumstances(99.0))
    assert desk.entries()[0].generation == generation
    desk.judge.undo()
    assert desk.judge.undo() is None


def test_each_note_has_an_identifier_that_names_its_person(desk: Desk) -> None:
    desk.judge.note(desk.item(1), " one ")
    desk.judge.note(desk.item(1), "one")
    bob = desk.sit_down("bob")
    bob.note(desk.item(1), "two")
    rows = [row for row in desk.store.on_target(desk.server.url, desk.item(1).target) if row.name == NOTE]
    prefixes = [row.identity.identifier.rpartition(":")[0] for row in rows]
    assert prefixes == ["annotator:ann", "annotator:ann", "annotator:bob"]
    assert len({uuid.UUID(row.identity.identifier.rpartition(":")[2]) for row in rows}) == 3
    assert [row.explanation for row in rows] == ["one", "one", "two"] and all(row.label is None and row.metadata == {} for row in rows)
    assert [note.explanation for note in desk.judge.view(desk.item(1)).notes] == ["one", "one"]
    with pytest.raises(InvalidAnnotation):
        desk.judge.note(desk.item(1), " \n")


def test_undo_of_a_note_takes_that_one(desk: Desk) -> None:
    desk.judge.note(desk.item(1), "one")
    desk.judge.note(desk.item(1), "two")
    desk.judge.undo()
    assert [note.explanation for note in desk.judge.view(desk.item(1)).notes] == ["one"]
    desk.judge.redo()
    assert [note.explanation for note in desk.judge.view(desk.item(1)).notes] == ["one", "two"]


def test_states_and_reasons(desk: Desk) -> None:
    assert desk.judge.move(desk.item(1), ItemState.SKIPPED, " not mine ").title == "skip: not mine"
    assert (state(desk), desk.item(1).reason) == ("skipped", "not mine")
    assert desk.judge.move(desk.item(2), ItemState.DEFERRED).title == "defer"
    assert not desk.judge.move(desk.item(3), ItemState.FLAGGED).completed
    reversal = desk.judge.undo()
    assert reversal is not None and reversal.step.item_id == desk.item(3).id and state(desk, 3) == "todo"


def test_without_a_required_config_an_item_is_finished_by_hand(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=Rubric((COMMENT,)))
    assert not desk.judge.answer(desk.item(1), COMMENT, "fine").completed and state(desk) == "todo"
    assert desk.judge.move(desk.item(1), ItemState.DONE).completed and state(desk) == "done"


def verdict(desk: Desk, position: int) -> None:
    desk.answer(position, "fail")
    desk.answer(position, "high", "severity")
    desk.answer(position, 10, "score")


def test_repeat_gives_the_last_verdict_without_its_texts(desk: Desk) -> None:
    verdict(desk, 1)
    desk.judge.explain(desk.item(1), CORRECTNESS, "only of the first")
    desk.answer(1, "a comment", "comment")
    judged = desk.judge.repeat(desk.item(2), Circumstances(3.0))
    assert judged is not None and judged.completed and state(desk, 2) == "done"
    assert answers(desk, 2) == {"correctness": "fail", "severity": "high", "score": 10}
    row = desk.local(2)
    assert row is not None and row.explanation is None and row.metadata["seconds"] == 3.0
    reversal = desk.judge.undo()
    assert reversal is not None and answers(desk, 2) == {} and state(desk, 2) == "todo", "one step"


def test_repeat_replaces_and_withdraws(desk: Desk) -> None:
    verdict(desk, 2)
    desk.judge.explain(desk.item(2), CORRECTNESS, "kept")
    desk.answer(1, "pass")
    desk.answer(1, 90, "score")
    judged = desk.judge.repeat(desk.item(2))
    assert judged is not None and judged.withdrawn == ("severity",) and not judged.completed
    assert answers(desk, 2) == {"correctness": "pass", "score": 90}
    row = desk.local(2)
    assert row is not None and row.explanation == "kept"


def test_repeating_half_a_verdict_reopens_a_done_item(desk: Desk) -> None:
    desk.answer(2, "pass")
    desk.answer(2, 90, "score")
    desk.answer(1, "fail")
    desk.judge.move(desk.item(1), ItemState.FLAGGED)
    judged = desk.judge.repeat(desk.item(2))
    assert judged is not None and not judged.completed
    assert answers(desk, 2) == {"correctness": "fail", "score": 90} and state(desk, 2) == "todo"


def test_there_is_nothing_to_repeat(desk: Desk) -> None:
    assert desk.judge.repeat(desk.item(1)) is None
    verdict(desk, 1)
    assert desk.judge.repeat(desk.item(1)) is None, "it is the last one itself"
    desk.judge.move(desk.item(2), ItemState.SKIPPED)
    assert desk.judge.repeat(desk.item(3)) is None, "a skipped item has no answers"
    assert desk.sit_down("bob").repeat(desk.item(3)) is None, "another's verdict is not mine"


def test_a_long_text_is_short_in_a_title(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=Rubric((*BUILT_IN.criteria, Criterion(FreeformConfig("why")))))
    desk.answer(1, "fail")
    judged = desk.judge.answer(desk.item(1), desk.queue.rubric.criteria[1], "a very long\nreason " * 9)
    assert judged.title == "why a very long reason a ve…" and desk.judge.view(desk.item(1)).title == "fail a very long reason a ve…"


def test_two_people_on_one_queue_keep_their_own_answers(desk: Desk) -> None:
    bob = desk.sit_down("bob")
    desk.answer(1, "pass")
    bob.answer(desk.item(1), CORRECTNESS, "fail")
    assert answers(desk) == {"correctness": "pass"} and bob.view(desk.item(1)).answers["correctness"].label == "fail"
    reversal = bob.undo()
    assert reversal is not None and reversal.step.annotator == "bob" and answers(desk) == {"correctness": "pass"}
    assert bob.undo() is None


def test_who_begins_on_what_somebody_else_finished_leaves_it_done(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.answer(1, 10, "score")
    joe = desk.sit_down("joe")
    assert not joe.answer(desk.item(1), CORRECTNESS, "fail").completed and state(desk) == "done"
    joe.withdraw(desk.item(1), CORRECTNESS)
    assert state(desk) == "done" and answers(desk) == {"correctness": "pass", "score": 10}
    joe.answer(desk.item(1), CORRECTNESS, "pass")
    joe.answer(desk.item(1), SCORE, 20)
    joe.withdraw(desk.item(1), SCORE)
    assert state(desk) == "todo", "his own verdict was whole"
