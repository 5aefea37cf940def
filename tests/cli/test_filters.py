"""Queues that a filter makes, of spans, documents and sessions."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.phoenix_server import PhoenixServer, phoenix_span


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def spans(prefix: str = "aa") -> list[dict[str, Any]]:
    """Two sessions of three traces each and one trace alone; each has a retriever with two documents, one of which fails."""
    made = []
    for session in (1, 2):
        for turn in range(3):
            trace_id, root = f"{prefix}{session:06}{turn:024}", f"{prefix}{session:06}{turn:06}00"
            start = f"2026-11-01T12:0{turn}:0{session}+00:00"
            said = {"session.id": f"{prefix} chat {session}", "input.value": f"question {turn}", "output.value": f"answer {turn}"}
            made.append(phoenix_span("chat", trace_id=trace_id, span_id=root, kind="AGENT", start=start, attributes=said))
            found = {f"retrieval.documents.{n}.document.content": f"document {n} of {turn}" for n in range(2)}
            status = "ERROR" if turn == 1 else "OK"
            place: dict[str, Any] = {"trace_id": trace_id, "span_id": f"{root[:-2]}01", "parent_id": root, "start": start}
            made.append(phoenix_span("search", kind="RETRIEVER", status=status, attributes=found, **place))
    return [*made, phoenix_span("alone", trace_id=f"{prefix}{9:030}", start="2026-11-01T11:00:00+00:00")]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "traces.jsonl"
    path.write_text("\n".join(map(json.dumps, spans())))
    return str(path)


def ids(program: Program, queue: str) -> list[tuple[str, int | None]]:
    return [(row["id"], row["document_position"]) for row in program.run("list", "--json", "--queue", queue).done().records]


def test_sessions_of_a_server(program: Program, phoenix: PhoenixServer) -> None:
    phoenix.seed("sessions", spans("bb"))
    program.run("pull", phoenix.url, "--project", "sessions", "--target", "session", "--as", "ann").done()

    def listed() -> list[tuple[str, str, str, bool]]:
        return sorted((row["id"], row["target"], row["trace_id"][-1], row["error"]) for row in program.run("list", "--json").done().records)

    assert listed() == [("bb chat 1", "session", "2", True), ("bb chat 2", "session", "2", True)]
    more = {"session.id": "bb chat 1"}
    phoenix.seed("sessions", [phoenix_span("chat", trace_id="b" * 32, attributes=more, start="2026-11-02T12:00:00+00:00")])
    assert "1 trace has no session" in program.run("pull", "--queue", "sessions sessions").done().out
    assert listed() == [("bb chat 1", "session", "b", True), ("bb chat 2", "session", "2", True)]
    program.run("annotate", "bb chat 2", "correctness=pass", "--target", "session", "--as", "ann").done()
    program.run("push", "--as", "ann").done()
    [row] = phoenix.annotations("sessions", ["bb chat 2"], kind="session")
    assert (row["session_id"], row["result"]["label"]) == ("bb chat 2", "pass")


def test_documents_of_a_server(program: Program, phoenix: PhoenixServer) -> None:
    phoenix.seed("documents", spans("cc"))
    words = ("--project", "documents", "--target", "document", "--order", "oldest", "--as", "ann")
    program.run("pull", phoenix.url, *words, "--filter", 'text ~ "DOCUMENT 1" and status = ok').done()
    [queue] = program.run("status", "--json", "--offline").done().json["queues"]
    assert (queue["target"], queue["filter"], queue["items"]) == ("document", 'text ~ "DOCUMENT 1" and status = ok', 4)
    assert [position for _, position in ids(program, queue["name"])] == [1] * 4


def test_a_filter_is_a_queue_of_its_own(program: Program, file: str) -> None:
    program.run("pull", file, "--as", "ann").done()
    program.run("pull", "--as", "ann", "--filter", "any(status = error)").done()
    program.run("pull", file, "--as", "ann", "--filter", "any(status = error)").done()
    program.run("pull", file, "--as", "ann").done()
    queues = program.run("status", "--json").done().json["queues"]
    assert [(queue["filter"], queue["items"]) for queue in queues] == [("", 7), ("any(status = error)", 2)]
    assert "only any(status = error)" in program.run("status").done().out
    assert program.run("queue", "list").done().lines[1].endswith("\tany(status = error)")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--filter", "status = error"], ["No traces here match status = error (7 traces looked at).", "Widen it"]),
        (["--filter", "any(correctnes = fail)"], ["No annotation is named 'correctnes' here (filter); nearest: correctness."]),
        (["--session", "aa chat 3"], ["There is no session 'aa chat 3' here.", "Nearest: aa chat"]),
        (["--target", "document", "--kind", "LLM"], ["None of 7 traces has retrieved documents."]),
        (["--target", "session", "--filter", "latency > 1h"], ["No traces here match latency > 1h (2 sessions looked at)."]),
    ],
)
def test_what_matches_nothing(program: Program, file: str, words: list[str], said: list[str]) -> None:
    program.run("pull", file, "--as", "ann", *words).error(1, *said)
    assert program.run("status", "--json").done().json["queues"] == []


def test_a_mistake_is_pointed_at(program: Program, file: str) -> None:
    result = program.run("pull", file, "--as", "ann", "--filter", "latency > 2")
    assert result.code == 2 and "'2' is not a duration." in result.err and "\n            ^\n" in result.err
    assert not program.store.exists() or program.run("status", "--json").done().json["queues"] == []


def test_a_trace_without_a_session_is_no_item(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(phoenix_span()))
    program.run("pull", str(path), "--as", "ann", "--target", "session").error(1, "None of 1 trace has a session.", "--target trace")
