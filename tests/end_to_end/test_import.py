"""Imported rows on a real Phoenix: of every target, with their kinds, beside what others have there; and gone again."""

import json
from typing import Any

from tests.end_to_end.workplace import Row, Workplace, content, seed, span_ids
from tests.phoenix_server import PhoenixServer, phoenix_span

DOCUMENTS = {
    f"retrieval.documents.{place}.document.{key}": value
    for place in range(3)
    for key, value in (("content", f"text {place}"), ("score", 0.5))
}


def project_of(phoenix: PhoenixServer) -> tuple[str, list[Row]]:
    attributes = {"input.value": "why?", "session.id": "chat, 7"}
    spans = [
        phoenix_span("ask", attributes=attributes),
        phoenix_span("search", kind="RETRIEVER", attributes=attributes | DOCUMENTS),
    ]
    return seed(phoenix, spans), spans


def table(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def documents(phoenix: PhoenixServer, span_id: str) -> list[tuple[Any, ...]]:
    """Position, label, score, kind and identifier of every annotation of a span's documents, by another route than the program's."""
    rows = phoenix.document_annotations([span_id])
    return sorted(
        (row["document_position"], row["result"]["label"], row["result"]["score"], row["annotator_kind"], row["identifier"]) for row in rows
    )


def test_rows_of_every_target_go_with_their_kinds_and_come_back(phoenix: PhoenixServer, work: Workplace) -> None:
    project, spans = project_of(phoenix)
    ask, search = span_ids(spans)
    trace = spans[0]["context"]["trace_id"]
    work.run("pull", phoenix.url, "--project", project)
    (work.folder / "evals.jsonl").write_text(table(
        {"span_id": ask, "name": "tone", "label": "kind", "score": 1, "explanation": "said thanks", "metadata": {"model": "judge-1"}},
        {"trace_id": trace, "name": "done", "score": 0.25, "annotator_kind": "CODE", "identifier": "nightly"},
        {"session_id": "chat, 7", "name": "csat", "label": "5", "annotator_kind": "HUMAN", "identifier": "px-app:zoe"},
        {"span_id": search, "document_position": 2, "name": "relevance", "score": 1},
        {"span_id": search, "document_position": 0, "name": "relevance", "score": 0, "label": "no"},
    ))  # fmt: skip
    out = work.run("import", "evals.jsonl", "--push")
    assert "5 new, 0 changed, 0 unchanged, 0 bad" in out and "5 rows sent; waiting 0, parked 0" in out
    [tone] = [content(row) for row in phoenix.annotations(project, [ask])]
    assert tone == {
        "target": ask, "name": "tone", "identifier": "import:evals", "kind": "LLM", "label": "kind", "score": 1.0,
        "explanation": "said thanks", "metadata": {"model": "judge-1"},
    }  # fmt: skip
    [done] = phoenix.annotations(project, [trace], "trace")
    assert (done["identifier"], done["annotator_kind"], done["result"]["score"]) == ("nightly", "CODE", 0.25)
    [csat] = phoenix.annotations(project, ["chat, 7"], "session")
    assert (csat["identifier"], csat["annotator_kind"], csat["metadata"]) == ("import:evals:px-app:zoe", "HUMAN", {"annotator": "zoe"})
    assert documents(phoenix, search) == [(0, "no", 0.0, "LLM", "import:evals"), (2, None, 1.0, "LLM", "import:evals")]
    again = work.run("import", "evals.jsonl", "--push")
    assert "0 new, 0 changed, 5 unchanged" in again and "0 rows sent" in again
    work.run("pull", phoenix.url, "--project", project)
    assert "0 new, 0 changed, 5 unchanged" in work.run("import", "evals.jsonl")
    assert "5 rows taken back" in work.run("import", "--undo")
    work.run("push")
    assert not phoenix.annotations(project, [ask]) and not documents(phoenix, search)
    assert not phoenix.annotations(project, [trace], "trace") and not phoenix.annotations(project, ["chat, 7"], "session")


def test_another_clients_row_is_not_written_over(phoenix: PhoenixServer, work: Workplace) -> None:
    project, spans = project_of(phoenix)
    ask, search = span_ids(spans)
    work.run("pull", phoenix.url, "--project", project)
    theirs = {"span_id": ask, "name": "tone", "annotator_kind": "LLM", "identifier": "nightly", "result": {"label": "rude", "score": 0}}
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [theirs]})
    (work.folder / "evals.jsonl").write_text(table(
        {"span_id": ask, "name": "tone", "label": "kind", "identifier": "nightly"},
        {"span_id": search, "name": "tone", "label": "kind", "identifier": "nightly"},
        {"span_id": "f" * 16, "name": "tone", "label": "kind"},
    ))  # fmt: skip
    out = work.run("import", "evals.jsonl", "--push", code=1)
    assert "1 row is about traces that are not here" in out and "1 row sent; waiting 0, parked 2" in out
    assert "another client changed this row" in out and f"span {'f' * 16}" in out
    held = {row["span_id"]: row["result"]["label"] for row in phoenix.annotations(project, [ask, search])}
    assert held == {ask: "rude", search: "kind"}
    assert work.outbox() == (0, 2)
    work.run("push", "--drop")
    [item] = [one for one in work.items() if one["span_id"] == ask]
    assert [(row["label"], row["mine"]) for row in item["annotations"]] == [("rude", False)]


def test_under_the_importing_persons_key_alone(phoenix_with_auth: PhoenixServer, work: Workplace) -> None:
    phoenix = phoenix_with_auth
    project, spans = project_of(phoenix)
    ask, search = span_ids(spans)
    alice, admin = ({"PHOENIX_API_KEY": phoenix.keys[name]} for name in ("alice", "admin"))
    del work.env["ANNOTATOR_NAME"]
    work.env |= alice
    work.run("pull", phoenix.url, "--project", project)
    (work.folder / "evals.jsonl").write_text(table({"span_id": ask, "name": "tone", "label": "kind"}))
    work.run("import", "evals.jsonl", "--push", "--as", "alice")
    user = phoenix.done("GET", "/v1/user", key=phoenix.keys["alice"])["data"]["id"]
    [row] = phoenix.annotations(project, [ask])
    assert (row["identifier"], row["user_id"], row["annotator_kind"]) == ("import:evals", user, "LLM")
    work.env |= admin
    (work.folder / "more.jsonl").write_text(table({"span_id": search, "name": "tone", "label": "kind"}))
    out = work.run("import", "more.jsonl", "--push", "--as", "alice", code=2)
    assert "Nothing was sent" in out and not phoenix.annotations(project, [search])
    work.env |= alice
    work.run("push")
    [row] = phoenix.annotations(project, [search])
    assert (row["identifier"], row["user_id"]) == ("import:more", user)


def test_to_a_named_server_from_a_queue_of_files(phoenix: PhoenixServer, work: Workplace) -> None:
    project, spans = project_of(phoenix)
    ask, _ = span_ids(spans)
    (work.folder / "traces.jsonl").write_text(table(*spans))
    work.run("pull", "traces.jsonl")
    (work.folder / "evals.csv").write_text(f"context.span_id,label\n{ask},good\n")
    work.run("import", "evals.csv", "--name", "tone", "--push", "--to", phoenix.url, "--project", project)
    [row] = phoenix.annotations(project, [ask])
    assert (row["name"], row["result"]["label"], row["identifier"]) == ("tone", "good", "import:evals")
