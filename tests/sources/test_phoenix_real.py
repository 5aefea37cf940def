"""Against the real server: who may do what, what is gone, what breaks off."""

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import NOTE, Annotation, Identity, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.queue import Selection
from annotator.domain.source import ServerConfig, ServerSettings, ServerUser
from annotator.errors import (
    Forbidden,
    MissingTargets,
    NotPhoenix,
    OutcomeUnknown,
    ProjectNotFound,
    RejectedRow,
    Unauthorized,
    Unreachable,
)
from annotator.sources.phoenix import Phoenix
from annotator.sources.phoenix.annotations import put_rows
from annotator.sources.phoenix.client import Client
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.server_configs import Configs


def seeded(phoenix: PhoenixServer, spans: int = 1) -> tuple[str, list[str]]:
    """A new project and its span ids."""
    project = f"p{secrets.token_hex(4)}"
    made = [phoenix_span() for _ in range(spans)]
    phoenix.seed(project, made)
    return project, [span["context"]["span_id"] for span in made]


def row(span_id: str, identifier: str = "annotator:a", name: str = "q", **content: Any) -> Annotation:
    return Annotation(Identity("", Target("span", span_id), name, identifier), **content)


@pytest.fixture
def opened() -> Iterator[list[Phoenix]]:
    servers: list[Phoenix] = []
    yield servers
    for server in servers:
        server.close()


def connect(opened: list[Phoenix], server: PhoenixServer, project: str = "", key: str = "", path: str = "") -> Phoenix:
    opened.append(Phoenix(ServerSettings(server.url + path, server.keys.get(key, key)), project))
    return opened[-1]


def test_what_others_see_is_exactly_what_was_put(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    project, (span_id,) = seeded(phoenix)
    mine = connect(opened, phoenix, project)
    mine.put([row(span_id, label="fail", score=0.0, explanation="e", metadata={"annotator": "a"})])
    mine.put([row(span_id, name=NOTE, identifier="u-1", explanation="a note")])
    note, held = phoenix.annotations(project)
    assert (held["name"], held["annotator_kind"], held["identifier"], held["span_id"]) == ("q", "HUMAN", "annotator:a", span_id)
    assert held["result"] == {"label": "fail", "score": 0.0, "explanation": "e"} and held["metadata"] == {"annotator": "a"}
    assert (note["name"], note["identifier"], note["result"]["explanation"]) == (NOTE, "u-1", "a note")


def test_deleting_leaves_every_other_row(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    project, span_ids = seeded(phoenix, 3)
    mine = connect(opened, phoenix, project)
    rows = [row(span_id, name=name, label="x") for span_id in span_ids for name in ("q", "other")]
    notes = [row(span_id, name=NOTE, identifier="same", explanation="n") for span_id in span_ids]
    mine.put([*rows, *notes])
    before = {held["id"] for held in phoenix.annotations(project)}
    assert len(before) == 9
    for gone in (rows[2], notes[1]):
        assert mine.delete(gone)
    left = phoenix.annotations(project)
    assert len(left) == 7 and {held["id"] for held in left} < before
    assert [held["name"] for held in left if held["span_id"] == span_ids[1]] == ["other"]


def test_a_reused_row_id_deletes_nothing_else(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    project, (span_id,) = seeded(phoenix)
    mine = connect(opened, phoenix, project)
    first, second = row(span_id, label="x"), row(span_id, name="later", label="y")
    mine.put([first])
    (old,) = phoenix.annotations(project)
    assert mine.delete(first)
    mine.put([second])
    (new,) = phoenix.annotations(project)
    assert new["id"] == old["id"]
    assert not mine.delete(first)
    assert [held["name"] for held in phoenix.annotations(project)] == ["later"]


def test_a_rejected_row_is_named(phoenix: PhoenixServer) -> None:
    project, (span_id,) = seeded(phoenix)
    client = Client(ServerSettings(phoenix.url))
    bad = row(span_id, label="x", annotator_kind="human")
    with pytest.raises(RejectedRow, match="annotator_kind") as caught:
        put_rows(client, [row(span_id, name=NOTE, identifier="u", explanation="n"), row(span_id, label="x"), bad])
    client.close()
    assert caught.value.index == 2 and phoenix.annotations(project) == []


def test_an_empty_note_is_rejected(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    _, (span_id,) = seeded(phoenix)
    with pytest.raises(RejectedRow) as caught:
        connect(opened, phoenix).put([row(span_id, name=NOTE, identifier="u", explanation=" ")])
    assert caught.value.index == 0


def test_a_deleted_span_is_missing(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    project, span_ids = seeded(phoenix, 2)
    mine = connect(opened, phoenix, project)
    mine.put([row(span_ids[0], label="x")])
    assert phoenix.call("DELETE", f"/v1/spans/{span_ids[0]}")[0] == 204
    with pytest.raises(MissingTargets) as caught:
        mine.put([row(span_ids[0], label="y"), row(span_ids[1], label="y")])
    assert caught.value.ids == {span_ids[0]}
    with pytest.raises(MissingTargets) as caught:
        mine.put([row(span_ids[0], name=NOTE, identifier="u", explanation="n")])
    assert caught.value.ids == {span_ids[0]}
    assert mine.delete(row(span_ids[0], label="x")) is False


def test_a_project_that_is_not_there(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    name = f"checkout-{secrets.token_hex(3)}"
    phoenix.done("POST", "/v1/projects", {"name": name})
    with pytest.raises(ProjectNotFound) as caught:
        list(connect(opened, phoenix, name.upper()[:-1]).pages(Selection()))
    assert name in caught.value.advice
    with pytest.raises(ProjectNotFound, match="chosen"):
        list(connect(opened, phoenix).pages(Selection()))
    empty = connect(opened, phoenix, name)
    assert name in empty.projects()
    assert [(page.headers, page.cursor, page.total) for page in empty.pages(Selection())] == [((), None, 0)]
    phoenix.done("DELETE", phoenix.project_path(name))
    with pytest.raises(ProjectNotFound):
        list(empty.pages(Selection()))
    with pytest.raises(ProjectNotFound):
        empty.read("span", ["a" * 16])


def test_a_page_of_phoenix_is_not_its_base_url(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    page = connect(opened, phoenix, path="/projects/UHJvamVjdDox")
    for ask in (page.projects, page.user, page.configs):
        with pytest.raises(NotPhoenix) as caught:
            ask()
        assert f"base URL, {phoenix.url}." in caught.value.advice


def test_configs_come_oldest_first_with_every_field(phoenix: PhoenixServer, opened: list[Phoenix], configs: Configs) -> None:
    project, _ = seeded(phoenix)
    first = configs.add("CATEGORICAL", "c/1", values=[{"label": "pass", "score": 1}, {"label": "?"}], description="d")
    second = configs.add("CONTINUOUS", "c/2", lower_bound=0, upper_bound=100, description="d")
    third = configs.add("FREEFORM", "c/3", threshold=0.5, optimization_direction=None)
    configs.assign(project, second)
    found = connect(opened, phoenix, project).configs()
    assert found[0].config.name == "user_feedback"
    values = (Value("pass", 1.0), Value("?"))
    assert [config for config in found if config.config.name in configs.ids] == [
        ServerConfig(CategoricalConfig(first, values, "d", "MAXIMIZE", configs.ids[first])),
        ServerConfig(ContinuousConfig(second, 0.0, 100.0, "d", "MAXIMIZE", configs.ids[second]), assigned=True),
        ServerConfig(FreeformConfig(third, threshold=0.5, config_id=configs.ids[third])),
    ]


def test_real_traces_arrive_as_recorded(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    """OTLP with a span that never ended, an exception event, and a list of primitives."""
    trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
    attributes = [
        {"key": "openinference.span.kind", "value": {"stringValue": "LLM"}},
        {"key": "session.id", "value": {"stringValue": f"s-{span_id}"}},
        {"key": "llm.token_count.prompt", "value": {"intValue": "12"}},
        {"key": "tag.tags", "value": {"arrayValue": {"values": [{"stringValue": "a"}]}}},
    ]
    event = {"name": "exception", "timeUnixNano": "1793534400000001000", "attributes": attributes[1:2]}
    span: dict[str, Any] = {"traceId": trace_id, "spanId": span_id, "name": "chat", "attributes": attributes, "events": [event]}
    span |= {"startTimeUnixNano": "1793534400123456000", "endTimeUnixNano": "1793534401123456000"}
    span |= {"status": {"code": 2, "message": "boom"}}
    unended = {"traceId": trace_id, "spanId": secrets.token_hex(8), "name": "unended", "startTimeUnixNano": "1793534400123456000"}
    project = f"p{span_id}"
    phoenix.seed_otlp(project, {"resourceSpans": [{"scopeSpans": [{"spans": [span, unended]}]}]})
    server = connect(opened, phoenix, project)
    found, second = sorted((found for piece in server.spans([trace_id]) for found in piece), key=lambda found: found.name)
    assert (second.name, second.end_ns, second.duration_ns, second.kind) == ("unended", None, None, "UNKNOWN")
    (page,) = server.pages(Selection())
    assert {header.end_ns for header in page.headers} == {None, 1793534401_123456000}
    assert (found.kind, found.status_code, found.status_message, found.session_id) == ("LLM", "ERROR", "boom", f"s-{span_id}")
    assert (found.start_ns, found.end_ns) == (1793534400_123456000, 1793534401_123456000)
    assert found.attributes["llm.token_count.prompt"] == 12 and found.attributes["tag.tags"] == ["a"]
    assert [(seen.name, seen.time_ns) for seen in found.events] == [("exception", 1793534400_000001000)]
    assert "id" in found.extra


def test_without_authentication_nobody_is_known(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    server = connect(opened, phoenix)
    assert server.version == "" and server.user() == ServerUser()
    assert server.version and server.capabilities.read_only == ""


def test_who_is_who(phoenix_with_auth: PhoenixServer, opened: list[Phoenix]) -> None:
    alice = connect(opened, phoenix_with_auth, key="alice").user()
    assert (alice.name, alice.role) == ("alice", "MEMBER") and alice.user_id
    system = connect(opened, phoenix_with_auth, key="system").user()
    assert (system.user_id, system.role) == ("", "SYSTEM")


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_key_that_is_not_accepted(phoenix_with_auth: PhoenixServer, opened: list[Phoenix], key: str) -> None:
    server = connect(opened, phoenix_with_auth, "default", key)
    for ask in (server.projects, server.user, lambda: server.put([row("a" * 16)]), lambda: server.delete(row("a" * 16))):
        with pytest.raises(Unauthorized, match="asks for an API key" if not key else "does not accept"):
            ask()


def test_a_viewer_reads_and_is_told_why_not_more(phoenix_with_auth: PhoenixServer, opened: list[Phoenix]) -> None:
    project, (span_id,) = seeded(phoenix_with_auth)
    theirs = row(span_id, label="x")
    connect(opened, phoenix_with_auth, project, "alice").put([theirs])
    viewer = connect(opened, phoenix_with_auth, project, "viewer")
    with pytest.raises(Forbidden, match="viewer"):
        viewer.put([row(span_id, "annotator:v", label="y")])
    with pytest.raises(Forbidden, match="viewer"):
        viewer.delete(Annotation(Identity(phoenix_with_auth.url, theirs.target, "q", "annotator:a"), label="x"))
    assert len(viewer.read("span", [span_id])) == 1
    assert viewer.user().role == "VIEWER" and "viewer" in viewer.capabilities.read_only
    with pytest.raises(Forbidden):
        viewer.put([row(span_id, "annotator:v", label="y")])
    assert len(phoenix_with_auth.annotations(project)) == 1


def test_a_row_of_somebody_else_is_not_deleted(phoenix_with_auth: PhoenixServer, opened: list[Phoenix]) -> None:
    project, (span_id,) = seeded(phoenix_with_auth)
    theirs = row(span_id, label="x")
    connect(opened, phoenix_with_auth, project, "admin").put([theirs])
    alice = connect(opened, phoenix_with_auth, project, "alice")
    with pytest.raises(Forbidden):
        alice.delete(theirs)
    (held,) = alice.read("span", [span_id])
    assert held.user_id and held.user_id != alice.user().user_id


def test_nobody_listens(tmp_path: Path, opened: list[Phoenix]) -> None:
    with pytest.raises(Unreachable):
        connect(opened, PhoenixServer(tmp_path)).projects()


def test_a_server_killed_in_the_middle_of_a_write(phoenix: PhoenixServer, opened: list[Phoenix]) -> None:
    project, (span_id,) = seeded(phoenix)
    mine = connect(opened, phoenix, project)
    assert mine.read("span", [span_id]) == []
    rows = [row(span_id, f"annotator:{n}", label="x") for n in range(3000)]
    killer = threading.Timer(0.8, phoenix.kill)
    killer.start()
    try:
        with pytest.raises(OutcomeUnknown):
            mine.put(rows)
        killer.join()
        with pytest.raises(Unreachable):
            mine.read("span", [span_id])
    finally:
        killer.join()
        phoenix.start()
    held = mine.read("span", [span_id])
    assert len(held) in (0, len(rows))
    mine.put(rows[:2])
    assert len(mine.read("span", [span_id])) == max(2, len(held))
