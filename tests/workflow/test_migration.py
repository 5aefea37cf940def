"""A queue moves to another rubric: one step with all of one person's answers, taken back exactly, also from the server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.moves import NO_MOVES, Move, Moves, Stretch
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.source import Page
from annotator.domain.step import SetAnnotation, Step
from annotator.errors import InvalidAnnotation, RubricError, StoreError
from annotator.workflow.migration import Migration, carry_out, in_use, plan, take_back
from tests.workflow.scene import Desk, span

OLD = Rubric(
    (
        Criterion(CategoricalConfig("quality", (Value("right", 1.0), Value("wrong", 0.0), Value("meh", 0.5)))),
        Criterion(ContinuousConfig("help", 1.0, 5.0)),
        Criterion(FreeformConfig("remark"), required=False),
    ),
    "r",
    "1",
)
NEW = Rubric(
    (
        Criterion(CategoricalConfig("quality", (Value("incorrect", 0.0), Value("right", 2.0)))),
        Criterion(CategoricalConfig("help", (Value("no", 0.0), Value("yes", 1.0)))),
        Criterion(FreeformConfig("remark"), required=False),
    ),
    "r",
    "2",
)
MOVES = Moves({
    "quality": (Move("wrong", None, "incorrect"), Move("meh", None, "incorrect")),
    "help": (Move("1..2.5", Stretch(1, 2.5), "no"), Move("3..5", Stretch(3, 5), "yes")),
})  # fmt: skip


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Four items: three judged by ann, the last by bob."""
    made = make_desk(items=4, rubric=OLD)
    for position, label, score in ((1, "right", 5.0), (2, "wrong", 1.0), (3, "meh", 3.0)):
        made.answer(position, label, "quality")
        made.answer(position, score, "help")
    quality = OLD.criteria[0]
    made.judge.explain(made.item(2), quality, "because")
    made.answer(3, "well put", "remark")
    bob = made.sit_down("bob")
    bob.answer(made.item(4), quality, "wrong")
    bob.answer(made.item(1), quality, "wrong")
    return made


def planned(desk: Desk, rubric: Rubric = NEW, moves: Moves = MOVES) -> Migration:
    queue = desk.store.queue(desk.queue.id)
    return plan(desk.store, queue, rubric, moves, desk.judge.annotator, desk.judge.identifier)


def move(desk: Desk, rubric: Rubric = NEW, moves: Moves = MOVES) -> None:
    carry_out(desk.store, planned(desk, rubric, moves), desk.judge.annotator, desk.judge.identifier, moves)


def everything(desk: Desk) -> list[Annotation]:
    """Every row here."""
    return [row for n in range(1, 5) for row in desk.store.on_target(desk.server.url, desk.item(n).target)]


def on_server(desk: Desk) -> list[Annotation]:
    return sorted(desk.server.annotations, key=lambda row: (row.target.id, row.name, row.identity.identifier))


def test_one_step_that_is_taken_back_and_done_again_exactly(desk: Desk) -> None:
    before, queue, counts = everything(desk), desk.store.queue(desk.queue.id), desk.store.counts(desk.queue.id)
    found = planned(desk)
    assert found.moved == {
        ("help", "1", "no"): 1, ("help", "3", "yes"): 1, ("help", "5", "yes"): 1,
        ("quality", "meh", "incorrect"): 1, ("quality", "right", "right"): 1, ("quality", "wrong", "incorrect"): 1,
    }  # fmt: skip
    assert found.others == {("quality", "wrong"): 2} and not found.stuck and not found.kept
    move(desk)
    wrong, meh, right = (desk.local(n, "quality") for n in (2, 3, 1))
    assert wrong is not None and meh is not None and right is not None
    assert (wrong.label, wrong.score, wrong.explanation) == ("incorrect", 0.0, "because")
    assert (right.label, right.score, meh.label) == ("right", 2.0, "incorrect")
    assert wrong.metadata["rubric"] == "r@2" and wrong.metadata["migrated_from"] == {"label": "wrong", "score": 0.0, "rubric": "r@1"}
    helpful = desk.local(1, "help")
    assert helpful is not None and (helpful.label, helpful.score) == ("yes", 1.0)
    assert helpful.metadata["migrated_from"] == {"score": 5.0, "rubric": "r@1"}
    assert [row for row in everything(desk) if row.identity.identifier.endswith("bob")] == [
        row for row in before if row.identity.identifier.endswith("bob")
    ]
    assert desk.local(3, "remark") == next(row for row in before if row.name == "remark"), "what fits stays as it was judged"
    moved = desk.store.queue(queue.id)
    assert moved.rubric == NEW and desk.store.counts(queue.id) == counts
    assert moved.digits["quality"] == {"right": 0, "wrong": 1, "meh": 2, "incorrect": 3}, "digits never move"
    after = everything(desk)
    assert take_back(desk.store, moved, "ann") == "move 6 answers to r@2"
    assert everything(desk) == before
    back = desk.store.queue(queue.id)
    assert back.rubric == OLD and back.digits == moved.digits
    desk.store.redo("ann", queue.id)
    assert everything(desk) == after and desk.store.queue(queue.id).rubric == NEW


def test_sent_and_taken_back_after_it_was_sent(desk: Desk) -> None:
    desk.settled()
    before = on_server(desk)
    move(desk)
    desk.settled()
    assert [row.label for row in on_server(desk) if row.name == "quality" and not row.identity.identifier.endswith("bob")] == [
        "right", "incorrect", "incorrect",
    ]  # fmt: skip
    take_back(desk.store, desk.store.queue(desk.queue.id), "ann")
    desk.settled()
    assert [row.kept() for row in on_server(desk)] == [row.kept() for row in before]


def test_an_answer_without_a_move_is_counted_and_nothing_is_done(desk: Desk) -> None:
    found = planned(desk, moves=NO_MOVES)
    assert found.stuck == {("help", "1"): 1, ("help", "3"): 1, ("help", "5"): 1, ("quality", "meh"): 1, ("quality", "wrong"): 1}
    kept = planned(desk, moves=Moves({**MOVES.by_config, "help": ()}, ("help",)))
    assert not kept.stuck and sum(kept.kept.values()) == 3


def test_labels_that_change_places_change_them_once(desk: Desk) -> None:
    swapped = replace(OLD, version="2")
    moves = Moves({"quality": (Move("right", None, "wrong"), Move("wrong", None, "right"))})
    move(desk, swapped, moves)
    labels = [row.label for n in (1, 2) if (row := desk.local(n, "quality")) is not None]
    assert labels == ["wrong", "right"]
    assert planned(desk, swapped, moves).rows == (), "answers of the new version are not moved again"


def test_each_person_moves_their_own(desk: Desk) -> None:
    move(desk)
    desk.judge = desk.sit_down("bob")
    found = planned(desk)
    assert found.moved == {("quality", "wrong", "incorrect"): 2}
    move(desk)
    rows = [row for row in everything(desk) if row.name == "quality"]
    assert {row.label for row in rows} == {"right", "incorrect"} and len(rows) == 5


def test_in_use(desk: Desk) -> None:
    assert in_use(desk.store, desk.queue, NEW) == {
        ("quality", "wrong"): 3, ("quality", "meh"): 1, ("quality", "right"): 1, ("help", "1"): 1, ("help", "3"): 1, ("help", "5"): 1,
    }  # fmt: skip
    wider = CategoricalConfig("quality", (Value("other"), Value("right", 1.0), Value("wrong", 0.0), Value("meh", 0.5)))
    more = replace(OLD, criteria=(Criterion(wider), *OLD.criteria[1:]))
    assert in_use(desk.store, desk.queue, more) == {}


def test_what_was_changed_meanwhile_stops_it(desk: Desk) -> None:
    found = planned(desk)
    desk.answer(1, "wrong", "quality")
    rows = everything(desk)
    with pytest.raises(StoreError, match="changed meanwhile"):
        carry_out(desk.store, found, "ann", desk.judge.identifier, MOVES)
    assert everything(desk) == rows and desk.store.queue(desk.queue.id).rubric == OLD


def test_only_the_last_thing_done_is_taken_back(desk: Desk) -> None:
    with pytest.raises(StoreError, match="no move"):
        take_back(desk.store, desk.queue, "ann")
    assert desk.item(3).state == ItemState.DONE, "nothing else is undone by it"
    move(desk)
    desk.judge = desk.sit_down("ann")
    with pytest.raises(InvalidAnnotation, match="another rubric"):
        desk.judge.undo()
    assert desk.store.queue(desk.queue.id).rubric == NEW
    desk.answer(4, "right", "quality")
    with pytest.raises(StoreError, match="no move"):
        take_back(desk.store, desk.queue, "ann")
    desk.judge.undo()
    take_back(desk.store, desk.queue, "ann")
    with pytest.raises(InvalidAnnotation, match="another rubric"):
        desk.judge.redo()
    assert desk.store.queue(desk.queue.id).rubric == OLD


def test_a_rubric_without_name_and_version_cannot_be_told_from_another(desk: Desk) -> None:
    with pytest.raises(RubricError, match="neither a name nor a version"):
        planned(desk, replace(NEW, name="", version=""))


def test_answers_on_every_target_of_the_traces_move_and_those_elsewhere_stay(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(items=2, rubric=OLD)
    desk.store.add_page(
        desk.queue.source_id, Page(spans=(span("s1", "t1", session="x"), span("s9", "t1", parent_id="s1"), span("s8", "t8")))
    )
    targets = [Target("span", "s9"), Target("document", "s1", 1), Target("trace", "t1"), Target("session", "x")]
    rows = [
        Annotation(Identity(desk.server.url, target, "quality", desk.judge.identifier), "wrong", 0.0, metadata={"rubric": "r@1"})
        for target in (*targets, Target("span", "s8"))
    ]
    changes = tuple(SetAnnotation(row.identity, row) for row in rows)
    desk.store.commit(Step("ann", desk.queue.id, "answer", "wrong", desk.item(1).id, "quality", changes))
    assert planned(desk).moved == {("quality", "wrong", "incorrect"): 4}
    move(desk)
    labels = [row.label for target in (*targets, Target("span", "s8")) for row in desk.store.on_target(desk.server.url, target)]
    assert labels == ["incorrect"] * 4 + ["wrong"], "the trace t8 is not in the queue"
