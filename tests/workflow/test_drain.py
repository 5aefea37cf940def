"""One drain after another against a server in memory: what is sent, and what is not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotator.domain.annotation import Annotation, Target
from annotator.domain.outbox import OutboxCounts
from annotator.domain.queue import NewItem, Queue, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import ServerUser
from annotator.errors import Forbidden, IdentityError, ProjectNotFound
from annotator.workflow.judge import Judge
from annotator.workflow.sync import BATCH, SETTLE_SECONDS, Drain, contact
from tests.fake_server import FakeServer
from tests.server_rows import server_rows
from tests.workflow.scene import RUBRIC, Desk, traces

THIRD = [NewItem(Target("span", "s3"), "t3", "s3")]
EVERY_FIELD = {"label": "fail", "score": 0.25, "explanation": "as\nit was 😀", "metadata": {"ticket": [7, None], "by": "the web"}}


def before_us(desk: Desk, position: int = 1, **fields: object) -> Annotation:
    """A row that the server has under my identifier since before this store."""
    row = Annotation(desk.identity(position), **({**EVERY_FIELD, **fields}))  # type: ignore[arg-type]
    desk.server.write(row, user=ServerUser("bob", "u9"), source="APP")
    return row


def test_a_verdict_arrives_whole(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=RUBRIC)
    desk.answer(1, "fail")
    desk.judge.explain(desk.item(1), RUBRIC.criteria[0], "because")
    desk.answer(1, 85, "score")
    desk.answer(1, "a text", "comment")
    done = desk.drain()
    assert (done.sent, done.parked, done.conflicts, done.error) == (3, 0, 0, None)
    for name in ("correctness", "score", "comment"):
        local, held = desk.local(1, name), desk.held(1, name)
        assert held is not None and held == local and held.annotator_kind == "HUMAN" and held.metadata["rubric"] == "refunds@3"
    assert desk.store.outbox_counts() == OutboxCounts() and len(desk.server.annotations) == 3


def test_ten_changes_of_mind_are_one_row_and_one_request(desk: Desk) -> None:
    for n in range(10):
        desk.answer(1, ("pass", "fail")[n % 2])
        desk.clock.now += 0.1
        assert desk.drain(SETTLE_SECONDS).sent == 0, "it has not settled"
    desk.clock.now += SETTLE_SECONDS
    assert desk.drain(SETTLE_SECONDS).sent == 1
    assert desk.puts() == [["fail"]] and desk.held(1) == desk.local(1)


def test_changes_that_are_spaced_out_leave_one_row(desk: Desk) -> None:
    for n in range(10):
        desk.answer(1, ("pass", "fail")[n % 2])
        desk.clock.now += 2
        assert desk.drain(SETTLE_SECONDS).sent == 1
    assert len(desk.puts()) == 10 and [row.label for row in desk.server.annotations] == ["fail"]


def test_rows_go_in_batches(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(BATCH + 5)
    for position in range(1, BATCH + 6):
        desk.answer(position, "pass")
    assert desk.drain().sent == BATCH + 5
    assert [len(rows) for rows in desk.server.puts] == [BATCH, 5]
    assert desk.server.calls.count("read") == 2 and desk.server.calls.count("user") == 1


def test_a_drain_can_be_stopped_between_batches(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(BATCH + 5)
    for position in range(1, BATCH + 6):
        desk.answer(position, "pass")
    drain = Drain(desk.store, lambda project: desk.server, desk.server.url, desk.clock, 0, stopped=lambda: bool(desk.server.puts))
    assert drain.run().sent == BATCH and desk.store.outbox_counts().waiting == 5


class Meanwhile(FakeServer):
    """Somebody does something while a write is under way."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def put(self, rows: object) -> None:
        super().put(rows)  # type: ignore[arg-type]
        do, self.meanwhile = self.meanwhile, lambda: None
        do()


def test_a_change_while_an_older_one_is_in_flight_is_sent_too(desk: Desk) -> None:
    server = desk.server = Meanwhile(traces(3))
    desk.answer(1, "pass")
    desk.answer(2, "pass")

    def change() -> None:
        desk.clock.now += 0.5
        desk.answer(1, "fail")

    server.meanwhile = change
    assert desk.drain(settle=0).sent == 3
    assert desk.puts() == [["pass", "pass"], ["fail"]] and desk.held(1) == desk.local(1)
    assert desk.store.outbox_counts() == OutboxCounts()


def test_a_change_in_flight_settles_before_it_is_sent(desk: Desk) -> None:
    server = desk.server = Meanwhile(traces(3))
    desk.answer(1, "pass")
    server.meanwhile = lambda: desk.answer(1, "fail")
    desk.clock.now += 1
    desk.drain(SETTLE_SECONDS)
    assert desk.puts() == [["pass"]] and desk.store.outbox_counts().waiting == 1
    desk.clock.now += 1
    desk.drain(SETTLE_SECONDS)
    assert desk.puts() == [["pass"], ["fail"]] and desk.store.outbox_counts().waiting == 0


def test_an_undo_in_flight_takes_the_row_back(desk: Desk) -> None:
    server = desk.server = Meanwhile(traces(3))
    desk.answer(1, "pass")
    server.meanwhile = desk.judge.undo
    desk.drain()
    assert desk.held(1) is None and desk.local(1) is None and desk.store.outbox_counts() == OutboxCounts()


def test_undone_before_it_was_sent_is_not_sent(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.judge.undo()
    desk.drain()
    assert desk.server.calls == [] and desk.server.annotations == []


def test_undo_after_sync_deletes_exactly_that_row(desk: Desk) -> None:
    bystanders = [
        Annotation(desk.identity(1, "other"), "x"),
        Annotation(desk.identity(2), "x"),
        Annotation(desk.identity(1, identifier="annotator:bob"), "x"),
    ]
    desk.server.write(*bystanders)
    desk.answer(1, "pass")
    desk.drain()
    assert desk.held(1) is not None
    desk.judge.undo()
    assert desk.drain().sent == 1
    assert desk.server.annotations == bystanders and desk.server.calls.count("delete") == 1
    assert desk.item(1).state == "todo"


def test_undo_after_sync_brings_back_the_row_of_before(desk: Desk) -> None:
    theirs = before_us(desk)
    desk.answer(1, "pass")
    desk.drain()
    sent = desk.held(1)
    assert sent is not None and sent.label == "pass" and sent.explanation is None
    desk.judge.undo()
    desk.drain()
    assert desk.server.annotations == [theirs] and desk.local(1) == theirs
    desk.judge.redo()
    desk.drain()
    assert desk.server.annotations == [sent]


def test_undo_to_any_depth_after_each_step_was_synced(desk: Desk) -> None:
    theirs = before_us(desk)
    states = []
    for label in ("pass", "fail", "pass"):
        desk.answer(1, label)
        desk.judge.explain(desk.item(1), BUILT_IN.criteria[0], f"{label}!")
        desk.drain()
        states.append(desk.held(1))
    for wanted in [*reversed(states[:-1]), theirs]:
        desk.judge.undo()
        desk.judge.undo()
        desk.drain()
        assert desk.held(1) == wanted


def test_what_the_server_has_already_is_not_sent_again(desk: Desk) -> None:
    desk.answer(1, "pass")
    row = desk.local(1)
    assert row is not None
    desk.server.write(row)
    assert desk.drain().sent == 1 and desk.puts() == []


def test_a_row_that_another_client_changed_is_a_conflict(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.answer(2, "pass")
    desk.drain()
    theirs = Annotation(desk.identity(1), "fail", 0.0, "no!", metadata={"by": "web"})
    desk.server.write(theirs)
    desk.judge.explain(desk.item(1), BUILT_IN.criteria[0], "yes")
    desk.judge.explain(desk.item(2), BUILT_IN.criteria[0], "yes")
    done = desk.drain()
    assert (done.sent, done.conflicts, done.parked, done.error) == (1, 1, 0, None), "the rest goes on"
    [entry] = desk.entries()
    assert (entry.state, entry.conflict, entry.theirs) == ("parked", True, theirs) and "another client" in entry.error
    local = desk.local(1)
    assert local is not None and local.explanation == "yes" and desk.held(1) == theirs, "both are kept"
    assert desk.drain().conflicts == 0, "parked is parked"


@pytest.fixture
def conflict(desk: Desk) -> Desk:
    """Mine is pass, which was sent, then fail; theirs is a comment in between."""
    desk.answer(1, "pass")
    desk.drain()
    desk.server.write(Annotation(desk.identity(1), "pass", 1.0, "theirs"))
    desk.answer(1, "fail")
    desk.drain()
    assert desk.store.outbox_counts().parked == 1
    return desk


def test_on_a_conflict_mine_can_replace_theirs(conflict: Desk) -> None:
    conflict.store.retry(conflict.identity(1))
    assert conflict.drain().sent == 1
    held = conflict.held(1)
    assert held is not None and held == conflict.local(1) and (held.label, held.explanation) == ("fail", None)


def test_mine_replaces_only_what_was_seen_of_theirs(conflict: Desk) -> None:
    conflict.store.retry(conflict.identity(1))
    conflict.server.write(Annotation(conflict.identity(1), "pass", 1.0, "theirs again"))
    assert conflict.drain().conflicts == 1
    held = conflict.held(1)
    assert held is not None and held.explanation == "theirs again"


def test_on_a_conflict_theirs_can_stay(conflict: Desk) -> None:
    conflict.store.drop(conflict.identity(1))
    local = conflict.local(1)
    assert local is not None and (local.label, local.explanation) == ("pass", "theirs") and local == conflict.held(1)
    puts = len(conflict.server.puts)
    conflict.drain()
    assert len(conflict.server.puts) == puts and conflict.store.outbox_counts() == OutboxCounts()


def test_a_new_answer_on_a_conflict_is_a_conflict_still(conflict: Desk) -> None:
    conflict.judge.explain(conflict.item(1), BUILT_IN.criteria[0], "mine")
    assert conflict.drain().conflicts == 1
    held = conflict.held(1)
    assert held is not None and held.explanation == "theirs"


def test_an_undo_never_overwrites_what_another_client_wrote(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.drain()
    theirs = Annotation(desk.identity(1), "fail", 0.0, "theirs")
    desk.server.write(theirs)
    desk.judge.undo()
    assert desk.drain().conflicts == 1 and desk.held(1) == theirs


def test_a_row_deleted_by_another_client_is_a_conflict(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.drain()
    sent = desk.held(1)
    assert sent is not None and desk.server.delete(sent)
    desk.answer(1, "fail")
    assert desk.drain().conflicts == 1 and desk.entries()[0].theirs is None
    desk.store.retry(desk.identity(1))
    assert desk.drain().sent == 1 and desk.held(1) == desk.local(1)


def test_what_another_client_deleted_needs_no_undo(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.drain()
    sent = desk.held(1)
    assert sent is not None and desk.server.delete(sent)
    desk.judge.undo()
    assert desk.drain().conflicts == 0 and desk.store.outbox_counts() == OutboxCounts()


def test_a_withdrawn_answer_is_gone_also_where_it_was_there_before_us(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=RUBRIC)
    before = [Annotation(desk.identity(1), "fail", 0.0), Annotation(desk.identity(1, "severity"), "high", None, "why")]
    desk.server.write(*before)
    desk.store.keep_read(server_rows(*before), desk.clock.now)
    desk.answer(1, "pass")
    desk.drain()
    assert [(row.name, row.label) for row in desk.server.annotations] == [("correctness", "pass")]
    desk.judge.undo()
    desk.drain()
    assert sorted(desk.server.annotations, key=lambda row: row.name) == before, "undo brings both back"
    desk.judge.redo()
    desk.drain()
    assert [(row.name, row.label) for row in desk.server.annotations] == [("correctness", "pass")]


def test_an_answer_that_was_undone_once_already_gives_way_to_the_row_of_before(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.judge.undo()
    theirs = before_us(desk)
    desk.answer(1, "pass")
    desk.drain()
    desk.judge.undo()
    desk.drain()
    assert desk.server.annotations == [theirs]


def test_notes_go_once_and_are_taken_back(desk: Desk) -> None:
    for text in ("one", "two"):
        desk.judge.note(desk.item(1), text)
    assert desk.drain().sent == 2
    assert sorted(row.explanation or "" for row in desk.server.annotations) == ["one", "two"]
    desk.judge.undo()
    desk.drain()
    assert [row.explanation for row in desk.server.annotations] == ["one"]


def test_another_users_key_sends_nothing(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.server_user = ServerUser("ann", "u1", "MEMBER")
    desk.judge = desk.sit_down("ann the second")
    assert desk.judge.identifier == "px-app:u1"
    desk.answer(1, "pass")
    desk.server.server_user = ServerUser("bob", "u2", "MEMBER")
    done = desk.drain()
    assert isinstance(done.error, IdentityError) and "bob" in done.error.title and "ann the second" in done.error.title
    assert done.sent == 0 and desk.server.annotations == [] and desk.store.outbox_counts().waiting == 1
    desk.server.server_user = ServerUser("ann", "u1", "MEMBER")
    desk.clock.now += 60
    assert desk.drain().sent == 1 and [row.identity.identifier for row in desk.server.annotations] == ["px-app:u1"]


def test_another_persons_rows_do_not_hold_up_mine(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(BATCH + 10)
    desk.server.server_user = ServerUser("ann", "u1", "MEMBER")
    desk.judge = desk.sit_down("ann k")
    for position in range(1, BATCH + 10):
        desk.answer(position, "pass")
    desk.clock.now += 10
    desk.server.server_user = ServerUser("bob", "u2", "MEMBER")
    desk.judge = desk.sit_down("bob")
    desk.answer(BATCH + 10, "fail")
    done = desk.drain()
    assert isinstance(done.error, IdentityError) and done.sent == 1
    assert [row.identity.identifier for row in desk.server.annotations] == ["px-app:u2"]
    assert desk.store.outbox_counts().waiting == BATCH + 9


def test_the_identifier_is_fixed_at_first_contact(desk: Desk) -> None:
    assert contact(desk.store, desk.server.url, "ann", ServerUser("ann", "u1", "MEMBER")).identifier == "annotator:ann"
    assert contact(desk.store, desk.server.url, "eve", ServerUser(role="SYSTEM")).identifier == "annotator:eve"


def test_a_read_only_server_gets_nothing(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.server.read_only = "The API key is a viewer's: it may only read."
    done = desk.drain()
    assert isinstance(done.error, Forbidden) and "viewer" in done.error.title
    assert "put" not in desk.server.calls and desk.store.outbox_counts().waiting == 1


def other_queue(desk: Desk, project: str) -> tuple[Queue, Judge]:
    queue = desk.store.create(project, SourceRef(desk.server.url, project, desk.server.url), desk.queue.selection, BUILT_IN)
    return queue, replace(desk.judge, queue=queue)


def test_each_project_is_asked_for_its_own_rows(desk: Desk) -> None:
    queue, judge = other_queue(desk, "second")
    desk.store.add_items(queue.id, THIRD)
    desk.answer(1, "pass")
    judge.answer(desk.store.items(queue.id)[0], BUILT_IN.criteria[0], "fail")
    asked: list[str] = []

    def sink_of(project: str) -> FakeServer:
        asked.append(project)
        return desk.server

    Drain(desk.store, sink_of, desk.server.url, desk.clock, 0).run()
    assert sorted(set(asked)) == ["default", "second"] and len(desk.server.annotations) == 2


def test_rows_of_a_project_that_is_gone_are_parked_and_the_rest_goes_on(desk: Desk) -> None:
    queue, judge = other_queue(desk, "gone")
    desk.store.add_items(queue.id, THIRD)
    judge.answer(desk.store.items(queue.id)[0], BUILT_IN.criteria[0], "fail")
    desk.answer(1, "pass")

    class Gone(FakeServer):
        def read(self, *args: object, **more: object) -> object:  # type: ignore[override]
            raise ProjectNotFound("The server has no project 'gone'.")

    gone = Gone(url=desk.server.url)
    done = Drain(desk.store, lambda project: gone if project == "gone" else desk.server, desk.server.url, desk.clock, 0).run()
    assert (done.sent, done.parked, done.error) == (1, 1, None)
    assert [(entry.state, entry.error) for entry in desk.entries()] == [("parked", "The server has no project 'gone'.")]
