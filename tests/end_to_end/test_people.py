"""Whose rows they are: a user's key makes them hers in the web UI too."""

from pathlib import Path
from typing import Any

from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer

EDITOR = """query($span: ID!, $users: [ID]) { node(id: $span) { ... on Span {
  spanAnnotations(filter: {exclude: {names: ["note"]}, include: {userIds: $users}}) {
    name label score identifier user { username } } } } }"""
"""What the web UI's editor asks for: my annotations of a span."""
CREATE = """mutation($input: [CreateSpanAnnotationInput!]!) {
  createSpanAnnotations(input: $input) { spanAnnotations { id } } }"""


def graphql(server: PhoenixServer, key: str, query: str, **variables: Any) -> Any:
    return server.done("POST", "/graphql", {"query": query, "variables": variables}, key)["data"]


def span_node(server: PhoenixServer, key: str, span_id: str) -> str:
    node: str = graphql(server, key, "query($id: String!) { getSpanByOtelId(spanId: $id) { id } }", id=span_id)["getSpanByOtelId"]["id"]
    return node


def test_a_users_key_writes_her_own_rows(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    key = server.keys["alice"]
    her = server.done("GET", "/v1/user", key=key)["data"]["id"]
    spans = small(3)
    first, second, _ = span_ids(spans)
    project = seed(server, spans)
    work = Workplace(tmp_path, name=None, PHOENIX_API_KEY=key)
    with work.review(server.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.send("nfor bob\r")
        terminal.wait_for("note added")
        terminal.wait_for(synced)
        terminal.leave()
    rows = {row["name"]: row for row in server.annotations(project)}
    assert set(rows) == {"correctness", "note"}
    assert (rows["correctness"]["identifier"], rows["correctness"]["user_id"]) == (f"px-app:{her}", her)
    assert rows["correctness"]["metadata"]["annotator"] == "alice"
    assert (rows["note"]["span_id"], rows["note"]["user_id"]) == (second, her)
    shown = graphql(server, key, EDITOR, span=span_node(server, key, first), users=[her])["node"]["spanAnnotations"]
    hers = {"name": "correctness", "label": "pass", "score": 1.0, "identifier": f"px-app:{her}", "user": {"username": "alice"}}
    assert shown == [hers]


def test_what_she_judged_in_the_web_ui_comes_in_as_done_and_stays_one_row(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    key = server.keys["alice"]
    spans = small(2)
    first, _ = span_ids(spans)
    project = seed(server, spans)
    row = {"spanId": span_node(server, key, first), "name": "correctness", "label": "fail", "score": 0, "explanation": "by mouse"}
    graphql(server, key, CREATE, input=[row | {"annotatorKind": "HUMAN", "source": "APP", "metadata": {}}])
    work = Workplace(tmp_path, name=None, PHOENIX_API_KEY=key)
    with work.review(server.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(2, 2))
        terminal.send("k")
        terminal.wait_for("[2 fail]")
        terminal.send("1")
        terminal.wait_for("[1 pass]")
        terminal.wait_for(synced)
    (now,) = server.annotations(project)
    assert (now["span_id"], now["result"]) == (first, {"label": "pass", "score": 1.0, "explanation": "by mouse"})


def test_another_persons_key_sends_nothing(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    project = seed(server, small(2))
    work = Workplace(tmp_path, name=None, PHOENIX_API_KEY=server.keys["alice"])
    work.run("pull", server.url, "--project", project, "--rubric", work.rubric())
    with work.review(server.url, "--project", project, env={"PHOENIX_API_KEY": server.keys["admin"]}) as terminal:
        terminal.wait_for(at(1, 2))
        terminal.send("1")
        terminal.wait_for(at(2, 2))
        terminal.wait_for("The key is admin's, but the verdicts of alice began under another user's key.")
    assert server.annotations(project) == []
    work.run("push")
    assert len(server.annotations(project)) == 1
