"""An answer that is no longer asked for leaves the server too, also when it was there before us; undo brings it back exactly."""

from pathlib import Path

from annotator.domain.annotation import Annotation
from annotator.workflow.adding import pull_mine
from tests.fake_server import FakeServer
from tests.workflow.scene import RUBRIC, Desk, traces


def test_an_old_answer_that_is_withdrawn_is_deleted_and_undone_exactly(tmp_path: Path) -> None:
    server = FakeServer(traces(3))
    desk = Desk(tmp_path, server, rubric=RUBRIC)
    old = [
        Annotation(desk.identity(1), "fail", 0.0, "too late", metadata={"annotator": "ann"}),
        Annotation(desk.identity(1, "severity"), "high", None, "very", metadata={"annotator": "ann"}),
    ]
    for row in old:
        server.write(row)
    pull_mine(desk.store, server, desk.judge.identifier, [desk.item(1).target])
    desk.answer(1, "pass")
    desk.settled()
    assert desk.held(1, "severity") is None and desk.local(1, "severity") is None
    assert (held := desk.held(1)) is not None and held.label == "pass" and held.explanation == "too late"
    reversal = desk.judge.undo()
    assert reversal is not None and reversal.done
    desk.settled()
    assert [desk.held(1), desk.held(1, "severity")] == old
    again = desk.judge.redo()
    assert again is not None and again.done
    desk.settled()
    assert desk.held(1, "severity") is None


def test_an_answer_made_and_withdrawn_before_the_server_was_read_leaves_its_row_alone(tmp_path: Path) -> None:
    server = FakeServer(traces(3))
    desk = Desk(tmp_path, server, rubric=RUBRIC)
    unseen = Annotation(desk.identity(1, "severity"), "low")
    server.write(unseen)
    desk.answer(1, "fail")
    desk.answer(1, "high", "severity")
    desk.answer(1, "pass")
    desk.settled()
    assert desk.held(1, "severity") == unseen
