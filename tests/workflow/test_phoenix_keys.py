"""Whose key it is, against the real server with authentication."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from annotator.domain.annotation import TARGET_KINDS, TargetKind
from annotator.domain.source import ServerSettings
from annotator.errors import Forbidden, IdentityError, Unauthorized
from annotator.sources.phoenix import Phoenix
from annotator.workflow.membership import put_in
from annotator.workflow.notes import delete_note, edit_note, notes_on
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, in_order, program
from tests.workflow.test_members import bring, examples


@pytest.fixture
def program_of(tmp_path: Path, phoenix_with_auth: PhoenixServer) -> Iterator[Callable[..., Program]]:
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(program(tmp_path, phoenix_with_auth, 2, **more))


def use_key(person: Program, key: str) -> None:
    """The same program is started with another key."""
    person.sink.close()
    person.sink = Phoenix(ServerSettings(person.proxy.url, person.phoenix.keys.get(key, key)), person.project)


def written(person: Program) -> list[str]:
    return [request.path for request, _ in person.proxy.seen if request.rows]


def test_a_persons_rows_go_under_the_web_uis_own_identifier(program_of: Callable[..., Program]) -> None:
    alice = program_of(name="alice", key="alice")
    user = alice.sink.user()
    assert alice.identifier == f"px-app:{user.user_id}" and user.name == "alice"
    alice.answer(0, "fail")
    alice.judge.note(alice.item(0), "a note")
    assert alice.drain().error is None
    assert alice.held() == alice.local()
    rows: list[Any] = alice.phoenix.annotations(alice.project, alice.span_ids)
    assert {row["user_id"] for row in rows} == {user.user_id}
    assert sorted(row["identifier"].partition(":")[0] for row in rows) == ["annotator", "px-app"]
    alice.judge.undo()
    alice.judge.undo()
    assert alice.drain().error is None and alice.held() == []


def test_a_viewers_key_reads_and_never_writes(program_of: Callable[..., Program]) -> None:
    viewer = program_of(name="viewer", key="viewer")
    for kind in TARGET_KINDS:
        viewer.answer(0, "fail", on=viewer.on(0, kind))
    done = viewer.drain()
    assert isinstance(done.error, Forbidden) and "viewer" in done.error.title and done.error.advice
    assert written(viewer) == [] and viewer.held() == [] and viewer.store.outbox_counts().waiting == 4


@pytest.mark.parametrize("kind", ["wrong", "revoked", "expired"])
def test_a_key_that_is_not_accepted_keeps_everything(program_of: Callable[..., Program], kind: str) -> None:
    alice = program_of(name="alice", key="alice")
    wrong = {"wrong": lambda: alice.phoenix.keys["alice"][:-3] + "AAA"}
    key = (wrong | {"revoked": alice.phoenix.revoked_key, "expired": alice.phoenix.expired_key})[kind]()
    use_key(alice, key)
    for target in TARGET_KINDS:
        alice.answer(0, "fail", on=alice.on(0, target))
    done = alice.drain()
    assert isinstance(done.error, Unauthorized) and "401" in done.error.title and done.error.advice
    assert written(alice) == [] and alice.store.outbox_counts().waiting == 4
    use_key(alice, "alice")
    alice.settled()
    assert alice.held() == alice.local() and len(alice.held()) == 4


@pytest.mark.parametrize("key", ["admin", "system"])
def test_another_users_key_sends_nothing(program_of: Callable[..., Program], key: str) -> None:
    alice = program_of(name="alice", key="alice")
    alice.answer(0, "fail")
    use_key(alice, key)
    done = alice.drain()
    assert isinstance(done.error, IdentityError) and "alice" in done.error.title
    assert written(alice) == [] and alice.held() == [] and alice.store.outbox_counts().waiting == 1


def test_a_system_key_writes_under_the_name(program_of: Callable[..., Program]) -> None:
    person = program_of(name="mira", key="system")
    assert person.identifier == "annotator:mira"
    person.answer(0, "fail")
    done = person.drain()
    assert done.error is None and person.held() == person.local() and "no person owns its rows" in done.unowned


def test_two_people_keep_their_rows_of_the_same_targets_apart(program_of: Callable[..., Program]) -> None:
    alice = program_of(name="alice", key="alice")
    admin = program_of(name="admin", key="admin", beside=alice)
    for person, label in ((alice, "pass"), (admin, "fail")):
        for kind in TARGET_KINDS:
            person.answer(0, label, on=person.on(0, kind))
        assert person.drain().error is None
    assert alice.held() == in_order([*alice.local(), *admin.local()]) and len(alice.held()) == 8
    owners = {row["user_id"] for row in alice.phoenix.annotations(alice.project, alice.span_ids)}
    owners |= {row["user"]["id"] for row in alice.phoenix.document_annotations(alice.span_ids)}
    assert owners == {alice.sink.user().user_id, admin.sink.user().user_id}
    for _ in TARGET_KINDS:
        alice.judge.undo()
    assert alice.drain().error is None and alice.held() == admin.local()


@pytest.mark.parametrize("kind", TARGET_KINDS)
def test_everybodys_rows_are_read_with_their_names_by_a_member_and_a_viewer(program_of: Callable[..., Program], kind: TargetKind) -> None:
    alice = program_of(name="alice", key="alice")
    people = [program_of(name=name, key=key, beside=alice) for name, key in (("admin", "admin"), ("mira", "system"))]
    for person in (alice, *people):
        person.answer(0, "pass", on=person.on(0, kind))
        person.drain()
    for key in ("alice", "viewer"):
        use_key(alice, key)
        target = alice.target(0, kind)
        read = alice.sink.read(kind, [target.id])
        assert sorted((row.user, row.author) for row in read) == [("", "mira"), ("admin", "admin"), ("alice", "alice")]


def test_a_row_of_another_user_under_my_identifier_is_parked_and_the_rest_goes_on(program_of: Callable[..., Program]) -> None:
    """Phoenix lets one user overwrite another's row of a span, but not of a document."""
    alice = program_of(name="alice", key="alice")
    theirs = alice.write(0, "correctness", alice.identifier, "document", label="pass")
    for n in (0, 1):
        alice.answer(n, "fail", on=alice.on(n, "document"))
    done = alice.drain()
    assert (done.sent, done.parked, done.error) == (1, 1, None)
    (entry,) = alice.store.outbox_entries(None, "parked")
    assert "another user" in entry.error and entry.identity.target == alice.target(0, "document")
    assert theirs in alice.held() and len(alice.held()) == 2


@pytest.mark.parametrize("kind", ["span", "trace", "session"])
def test_a_note_is_changed_and_deleted_as_exactly_that_one(program_of: Callable[..., Program], kind: TargetKind) -> None:
    alice = program_of(name="alice", key="alice")
    on = alice.on(0, kind)
    for text in ("one", "two"):
        alice.judge.note(alice.item(0), text, on)
    alice.settled()
    one, _ = notes_on(alice.judge, on)
    edit_note(alice.judge, alice.item(0), one, "one, corrected")
    alice.settled()
    assert [row["explanation"] for row in alice.held()] == [row["explanation"] for row in alice.local()] and len(alice.held()) == 2
    (one,) = [note for note in notes_on(alice.judge, on) if note.identity == one.identity]
    delete_note(alice.judge, alice.item(0), one)
    alice.settled()
    assert [row["explanation"] for row in alice.held()] == ["two"]
    alice.judge.undo()
    alice.judge.undo()
    alice.settled()
    assert sorted(row["explanation"] for row in alice.held()) == ["one", "two"] and alice.held() == alice.local()


def test_a_members_data_set_and_a_viewers(program_of: Callable[..., Program]) -> None:
    alice = program_of(name="alice", key="alice")
    bring(alice)
    name = f"golden {token_hex(4)}"
    alice.answer(0, "pass")
    assert put_in(alice.judge, alice.item(0), name) and alice.drain().error is None
    [example] = examples(alice.phoenix, name).values()
    assert example["metadata"]["annotations"]["correctness"][0]["username"] == "alice"
    viewer = program_of(name="viewer", key="viewer", beside=alice)
    bring(viewer)
    assert put_in(viewer.judge, viewer.item(1), name)
    done = viewer.drain()
    assert isinstance(done.error, Forbidden) and viewer.store.outbox_counts().waiting == 1
    alice.judge.undo()
    assert alice.drain().error is None and examples(alice.phoenix, name) == {}


def test_another_persons_key_sends_nothing_into_a_data_set(program_of: Callable[..., Program]) -> None:
    alice = program_of(name="alice", key="alice")
    bring(alice)
    name = f"golden {token_hex(4)}"
    put_in(alice.judge, alice.item(0), name)
    use_key(alice, "admin")
    assert isinstance(alice.drain().error, IdentityError) and examples(alice.phoenix, name) == {}
    use_key(alice, "alice")
    alice.clock.now += 60
    assert alice.drain().error is None and len(examples(alice.phoenix, name)) == 1
