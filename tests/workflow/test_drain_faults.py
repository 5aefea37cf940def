"""Drains against a server in memory that fails: nothing is lost, nothing is there twice, nobody else's row is touched."""

from collections.abc import Callable, Sequence

import pytest

from annotator.domain.annotation import NOTE, Annotation, Target
from annotator.domain.outbox import OutboxCounts
from annotator.domain.rubric import BUILT_IN
from annotator.errors import (
    AnnotatorError,
    Forbidden,
    MissingTargets,
    NotPhoenix,
    OutcomeUnknown,
    RejectedRow,
    ServerError,
    ServerFailure,
    Unauthorized,
    Unreachable,
)
from annotator.workflow.outage import LONGEST_PAUSE, pause
from annotator.workflow.sync import LATE_WRITE_SECONDS
from tests.fake_server import FakeServer
from tests.workflow.scene import Desk, traces

USER_READ = (None, None)
"""A drain asks whose key it is and reads before it writes."""
UNANSWERED = OutcomeUnknown("The answer never came.")
REFUSED = ServerFailure("The server failed (500).")
"""Taken for a write that may have been applied; the server in memory did not apply it."""


@pytest.mark.parametrize(
    "error", [Unauthorized("401"), Forbidden("403"), Unreachable("no"), NotPhoenix("html"), ServerError("405"), REFUSED]
)
@pytest.mark.parametrize("call", [0, 1, 2])
def test_every_failure_keeps_everything_and_says_why(desk: Desk, error: AnnotatorError, call: int) -> None:
    for position in (1, 2):
        desk.answer(position, "pass")
    desk.server.faults.extend([*[None] * call, error])
    done = desk.drain()
    assert done.error is error and done.sent == 0 and desk.store.outbox_counts() == OutboxCounts(waiting=2)
    assert desk.server.annotations == [] and len(desk.server.calls) == call + 1, "it stops at once"
    assert desk.settled().sent == 2
    assert [desk.held(position) == desk.local(position) for position in (1, 2)] == [True, True]


@pytest.mark.parametrize("error", [Unauthorized("401"), Forbidden("403"), Unreachable("no")])
def test_a_write_that_was_surely_not_applied_leaves_no_doubt(desk: Desk, error: AnnotatorError) -> None:
    desk.answer(1, "pass")
    desk.server.faults.extend([*USER_READ, error])
    desk.drain()
    assert desk.entries()[0].attempts == ()
    desk.server.write(Annotation(desk.identity(1), "pass", 1.0, metadata=desk.entries()[0].row.metadata))  # type: ignore[union-attr]
    desk.answer(1, "fail")
    assert desk.drain().conflicts == 1, "what is there now is another client's"


def test_the_server_says_when_to_come_back(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.server.faults.extend([*USER_READ, ServerFailure("slow down", retry_after=30.0)])
    desk.drain()
    assert desk.store.next_due(desk.server.url, 0) == desk.clock.now + 30
    desk.clock.now += 29
    desk.drain()
    assert desk.server.annotations == []
    desk.clock.now += 1
    desk.drain()
    assert desk.held(1) == desk.local(1)


def test_pauses_double_up_to_a_minute(desk: Desk) -> None:
    assert [pause(tries) for tries in range(8)] == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE], "without jitter"
    desk.answer(1, "pass")
    waits = []
    for _ in range(4):
        desk.server.faults.extend([*USER_READ, REFUSED])
        desk.drain()
        due = desk.store.next_due(desk.server.url, 0)
        assert due is not None
        waits.append(due - desk.clock.now)
        desk.clock.now = due
    assert waits == [1, 2, 4, 8]


def test_a_person_who_pushes_does_not_wait_for_a_pause(desk: Desk) -> None:
    desk.answer(1, "pass")
    old = desk.local(1)
    assert old is not None
    desk.server.faults.extend([*USER_READ, ServerFailure("slow down", retry_after=300.0)])
    desk.drain()
    desk.store.hurry(desk.server.url)
    desk.drain()
    assert desk.held(1) == old
    desk.store.hurry(desk.server.url)
    assert desk.store.next_due(desk.server.url, 0) == desk.clock.now + LATE_WRITE_SECONDS, "a look back is not hurried"


def test_jitter_never_makes_a_pause_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert all(0.5 <= pause(0) <= 1 and 30 <= pause(99) <= LONGEST_PAUSE for _ in range(100))


def test_an_unanswered_write_that_was_applied_is_not_written_again(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.server.faults.extend([*USER_READ, UNANSWERED])
    assert desk.drain().error is UNANSWERED and desk.held(1) is not None
    assert desk.settled().sent == 1 and desk.puts() == [["pass"]]


def test_a_change_after_an_unanswered_write_that_was_applied_is_no_conflict(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.server.faults.extend([*USER_READ, UNANSWERED])
    desk.drain()
    desk.answer(1, "fail")
    done = desk.settled()
    assert done.conflicts == 0 and desk.puts() == [["pass"], ["fail"]] and desk.held(1) == desk.local(1)


def late(desk: Desk, row: Annotation) -> None:
    """The old request lands now."""
    desk.server.write(row)


def unanswered(desk: Desk, label: str = "pass") -> Annotation:
    """A write that broke off and was not applied yet."""
    desk.answer(1, label)
    desk.server.faults.extend([*USER_READ, REFUSED])
    desk.drain()
    row = desk.local(1)
    assert row is not None
    return row


def test_an_old_request_that_lands_after_the_new_one_is_corrected(desk: Desk) -> None:
    old = unanswered(desk)
    desk.answer(1, "fail")
    desk.drain()
    assert desk.held(1) == desk.local(1) and desk.store.outbox_counts().waiting == 1, "it is looked at once more"
    late(desk, old)
    done = desk.settled()
    assert done.conflicts == 0 and desk.held(1) == desk.local(1) and desk.held(1) != old


def test_an_old_request_that_lands_after_the_undo_is_corrected(desk: Desk) -> None:
    old = unanswered(desk)
    desk.judge.undo()
    desk.drain()
    late(desk, old)
    done = desk.settled()
    assert done.conflicts == 0 and desk.held(1) is None


def test_an_old_request_that_lands_after_the_undo_of_an_overwrite_is_corrected(desk: Desk) -> None:
    theirs = Annotation(desk.identity(1), "fail", 0.25, "before us", metadata={"by": "web"})
    desk.server.write(theirs)
    old = unanswered(desk)
    desk.judge.undo()
    desk.drain()
    late(desk, old)
    assert desk.settled().conflicts == 0 and desk.held(1) == theirs


def test_an_old_request_that_lands_after_its_own_repetition_is_corrected(desk: Desk) -> None:
    old = unanswered(desk)
    desk.clock.now += 2
    desk.drain()
    assert desk.held(1) == old
    desk.answer(1, "fail")
    desk.drain()
    late(desk, old)
    assert desk.settled().conflicts == 0
    held = desk.held(1)
    assert held is not None and held.label == "fail"


def test_an_old_deletion_that_lands_late_is_corrected(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.drain()
    desk.judge.undo()
    desk.server.faults.extend([*USER_READ, REFUSED])
    desk.drain()
    desk.judge.redo()
    desk.drain()
    held = desk.held(1)
    assert held is not None
    desk.server.delete(held)
    assert desk.settled().conflicts == 0 and desk.held(1) == desk.local(1) == held


def test_a_look_back_ends(desk: Desk) -> None:
    unanswered(desk)
    desk.answer(1, "fail")
    desk.drain()
    desk.clock.now += LATE_WRITE_SECONDS
    assert desk.drain().sent == 1 and desk.store.outbox_counts() == OutboxCounts()
    assert desk.store.next_due(desk.server.url, 0) is None


def test_a_program_that_died_in_a_write_settles_it_when_it_starts_again(desk: Desk) -> None:
    class Killed(BaseException):
        pass

    class Deadly(FakeServer):
        def put(self, rows: Sequence[Annotation]) -> None:
            super().put(rows)
            raise Killed

    desk.server = Deadly(traces(3))
    desk.answer(1, "pass")
    with pytest.raises(Killed):
        desk.drain()
    rows = desk.server.annotations
    desk.server = FakeServer(traces(3))
    desk.server.write(*rows)
    desk.reopen()
    desk.answer(1, "fail")
    assert desk.settled().conflicts == 0 and desk.held(1) == desk.local(1)


def test_targets_that_are_gone_are_parked_and_the_rest_is_sent(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(6)
    for position in range(1, 7):
        desk.answer(position, "pass")
    desk.server.forget(Target("span", "s2"), Target("span", "s5"))
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (4, 2, None)
    assert {entry.identity.target.id: entry.state for entry in desk.entries()} == {"s2": "parked", "s5": "parked"}
    assert all("s2" in entry.error and entry.attempts == () and not entry.conflict for entry in desk.entries())
    assert desk.puts() == [["pass"] * 4]
    desk.server.server_spans += traces(6)
    desk.store.retry(desk.identity(2))
    desk.store.drop(desk.identity(5))
    desk.drain()
    assert {row.target.id for row in desk.server.annotations} == {"s1", "s2", "s3", "s4", "s6"}
    assert desk.local(5) is not None, "dropped, and kept here"


def test_targets_that_the_server_does_not_name_are_found_one_by_one(make_desk: Callable[..., Desk]) -> None:
    class Mute(FakeServer):
        def put(self, rows: Sequence[Annotation]) -> None:
            try:
                super().put(rows)
            except MissingTargets as error:
                raise MissingTargets("Something is gone.") from error

    desk = make_desk(4)
    server = Mute(traces(4))
    desk.server = server
    for position in range(1, 5):
        desk.answer(position, "pass")
    server.forget(Target("span", "s3"))
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (3, 1, None)
    assert [entry.identity.target.id for entry in desk.entries()] == ["s3"]


class Picky(FakeServer):
    """Refuses fails, by their place or without saying which."""

    says = True

    def put(self, rows: Sequence[Annotation]) -> None:
        bad = [index for index, row in enumerate(rows) if row.label == "fail"]
        if bad:
            self.calls.append("put")
            raise RejectedRow("The server refuses a row (422: no fails).", index=bad[0] if self.says else None)
        super().put(rows)


@pytest.mark.parametrize("says", [True, False])
def test_rows_that_the_server_refuses_are_parked_and_the_rest_is_sent(make_desk: Callable[..., Desk], says: bool) -> None:
    desk = make_desk(5)
    server = Picky(traces(5))
    server.says = says
    desk.server = server
    for position in range(1, 6):
        desk.answer(position, "fail" if position in (2, 4) else "pass")
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (3, 2, None)
    reason = "The server refuses a row (422: no fails)."
    assert {entry.identity.target.id: entry.error for entry in desk.entries()} == {"s2": reason, "s4": reason}
    assert {row.target.id for row in server.annotations} == {"s1", "s3", "s5"}
    assert server.calls.count("put") == (3 if says else 6)
    desk.answer(2, "pass")
    assert desk.drain().sent == 1, "a new answer is tried"


def test_a_failure_while_rows_go_one_by_one_loses_none(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(4)
    server = Picky(traces(4))
    server.says = False
    desk.server = server
    for position in range(1, 5):
        desk.answer(position, "fail" if position == 3 else "pass")
    server.faults.extend([*USER_READ, None, UNANSWERED])
    done = desk.drain()
    assert done.error is UNANSWERED and done.sent == 1
    assert desk.settled().parked == 1
    assert {row.target.id for row in server.annotations} == {"s1", "s2", "s4"} and desk.store.outbox_counts() == OutboxCounts(parked=1)


def test_a_note_whose_answer_was_lost_is_there_once(desk: Desk) -> None:
    desk.judge.note(desk.item(1), "one")
    desk.server.faults.extend([*USER_READ, UNANSWERED])
    desk.drain()
    desk.settled()
    assert [row.explanation for row in desk.server.annotations] == ["one"]


def test_a_connection_that_ends_between_notes_leaves_no_doubt_about_each(desk: Desk) -> None:
    for text in ("one", "two", "three"):
        desk.judge.note(desk.item(1), text)
    desk.server.faults.extend([*USER_READ, None, Unreachable("gone")])
    done = desk.drain()
    assert done.sent == 1 and desk.store.outbox_counts().waiting == 2
    for _ in range(3):
        desk.judge.undo()
    assert desk.settled().conflicts == 0 and desk.server.annotations == []


def test_a_deletion_that_is_refused_is_parked(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.drain()
    desk.judge.undo()
    desk.server.faults.extend([*USER_READ, RejectedRow("It was changed meanwhile.", index=0)])
    assert desk.drain().parked == 1 and desk.held(1) is not None
    desk.store.retry(desk.identity(1))
    assert desk.drain().sent == 1 and desk.held(1) is None


def test_a_deletion_whose_answer_was_lost(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.judge.note(desk.item(1), "one")
    desk.drain()
    for _ in range(2):
        desk.judge.undo()
    desk.server.faults.extend([*USER_READ, UNANSWERED])
    desk.drain()
    assert desk.settled().conflicts == 0 and desk.server.annotations == []


def test_a_server_that_is_away_and_comes_back(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(5)
    desk.server.down = Unreachable("connection refused")
    for position in range(1, 6):
        desk.answer(position, "pass")
        assert isinstance(desk.drain().error, Unreachable)
    desk.judge.undo()
    desk.server.down = None
    assert desk.settled().sent == 4
    assert {row.target.id for row in desk.server.annotations} == {"s1", "s2", "s3", "s4"} and desk.puts() == [["pass"] * 4]


def test_an_answer_and_its_explanation_survive_a_restart(desk: Desk) -> None:
    desk.answer(1, "fail")
    desk.judge.explain(desk.item(1), BUILT_IN.criteria[0], "why")
    desk.judge.note(desk.item(1), "a note")
    desk.reopen()
    assert desk.settled().sent == 2
    assert desk.held(1) == desk.local(1) and [row.explanation for row in desk.server.annotations if row.name == NOTE] == ["a note"]
