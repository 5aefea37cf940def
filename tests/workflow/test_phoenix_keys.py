"""Whose key it is, against the real server with authentication."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.source import ServerSettings
from annotator.errors import Forbidden, IdentityError, Unauthorized
from annotator.sources.phoenix import Phoenix
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, program


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
    viewer.answer(0, "fail")
    done = viewer.drain()
    assert isinstance(done.error, Forbidden) and "viewer" in done.error.title and done.error.advice
    assert written(viewer) == [] and viewer.held() == [] and viewer.store.outbox_counts().waiting == 1


@pytest.mark.parametrize("kind", ["wrong", "revoked"])
def test_a_key_that_is_not_accepted_keeps_everything(program_of: Callable[..., Program], kind: str) -> None:
    alice = program_of(name="alice", key="alice")
    key = alice.phoenix.revoked_key() if kind == "revoked" else alice.phoenix.keys["alice"][:-3] + "AAA"
    use_key(alice, key)
    alice.answer(0, "fail")
    done = alice.drain()
    assert isinstance(done.error, Unauthorized) and "401" in done.error.title and done.error.advice
    assert written(alice) == [] and alice.store.outbox_counts().waiting == 1
    use_key(alice, "alice")
    alice.settled()
    assert alice.held() == alice.local() and len(alice.held()) == 1


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
    assert person.drain().error is None and person.held() == person.local()
