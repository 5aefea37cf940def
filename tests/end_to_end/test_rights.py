"""A key that stops being good while somebody reviews, a key that is nobody's, and rows that another client changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import Item
from annotator.domain.target import ItemTarget
from annotator.store.store import open_store
from annotator.workflow.judge import Judge
from annotator.workflow.notes import edit_note, notes_on
from tests.end_to_end.workplace import PASS_FAIL, Workplace, at, seed, small, synced
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.terminal import Terminal

RELEVANCE = PASS_FAIL + PASS_FAIL.replace("correctness", "relevance").replace("type =", "target = 'document'\ntype =")


def test_a_key_that_is_revoked_while_reviewing_pauses_and_loses_nothing(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    key_id, key = server.user_key()
    work = Workplace(tmp_path, name=None, PHOENIX_API_KEY=key)
    project = seed(server, small(4))
    with work.review(server.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 4))
        terminal.send("1")
        terminal.wait_for(at(2, 4))
        terminal.wait_for(synced)
        server.revoke(key_id)
        terminal.send("2")
        terminal.wait_for("does not accept the API key")
        terminal.wait_for(lambda lines: "stopped" in lines[0] and "↑" in lines[0])
        terminal.wait_for(at(3, 4))
        terminal.send("1")
        terminal.wait_for(at(4, 4))
        terminal.leave()
    assert [row["result"]["label"] for row in server.annotations(project)] == ["pass"]
    said = work.run("push", code=2)
    assert "does not accept the API key (401" in said and "The rows are kept and wait." in said and "waiting 2, parked 0" in said
    work.env["PHOENIX_API_KEY"] = server.keys["alice"]
    with work.review(server.url, "--project", project) as terminal:
        terminal.wait_for(at(4, 4))
        terminal.wait_for(synced)
        terminal.leave()
    assert sorted(row["result"]["label"] for row in server.annotations(project)) == ["fail", "pass", "pass"]
    assert work.outbox() == (0, 0)


def test_a_system_key_is_warned_of(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    work = Workplace(tmp_path, "mira", PHOENIX_API_KEY=server.keys["system"])
    project = seed(server, small(2))
    for position in (1, 2):
        with work.review(server.url, "--project", project, "--rubric", work.rubric()) as terminal:
            terminal.wait_for(at(position, 2))
            terminal.wait_for("a system key: no person owns its rows")
            terminal.send("1")
            terminal.wait_for(synced)
            terminal.leave()
    work.run("annotate", server.annotations(project)[0]["span_id"], "correctness=fail")
    assert "a system key: no person owns its rows" in work.run("push")
    assert sorted(row["result"]["label"] for row in server.annotations(project)) == ["fail", "pass"]
    assert {row["identifier"] for row in server.annotations(project)} == {"annotator:mira"}


@contextmanager
def judging(work: Workplace) -> Iterator[tuple[Judge, Item]]:
    """Somebody judges the first item of the queue while no screen is open."""
    store = open_store(work.store)
    try:
        (queue,) = store.queues()
        (account,) = store.accounts(None)
        item = store.at(queue.id, 1)
        assert item is not None
        yield Judge(store, queue, account.annotator, account.identifier), item
    finally:
        store.close()


def answer(judge: Judge, item: Item, label: str) -> None:
    """Of the second document."""
    criterion = judge.queue.rubric.criterion("relevance")
    assert criterion is not None
    judge.answer(item, criterion, label, on=ItemTarget(Target("document", item.span_id, 1), item.span_id))


def decide(terminal: Terminal, key: str, *shown: str) -> None:
    """The outbox is opened, shows both rows, and one key decides."""
    terminal.wait_for("changed by another client; b decides")
    terminal.send("b")
    for part in shown:
        terminal.wait_for(part)
    terminal.send(key)
    terminal.wait_for({"m": "it is sent again", "t": "theirs is kept"}[key])
    terminal.send("\x1b")
    terminal.wait_for(synced)


@pytest.fixture
def project(phoenix: PhoenixServer, work: Workplace) -> str:
    """One retrieval with two documents, in a queue whose items are there."""
    documents = {f"retrieval.documents.{n}.document.content": f"page {n}" for n in range(2)}
    name = seed(phoenix, [phoenix_span("search", kind="RETRIEVER", attributes=documents)])
    work.run("pull", phoenix.url, "--project", name, "--rubric", work.rubric(RELEVANCE))
    return name


@pytest.mark.parametrize("key", ["m", "t"])
def test_a_document_that_another_client_judged_under_my_identifier(phoenix: PhoenixServer, work: Workplace, project: str, key: str) -> None:
    with judging(work) as (judge, item):
        answer(judge, item, "pass")
        span_id = item.span_id
    work.run("push")
    node = phoenix.done("POST", "/graphql", {"query": f'{{ span: getSpanByOtelId(spanId: "{span_id}") {{ id }} }}'})["data"]["span"]["id"]
    row = {"spanId": node, "documentPosition": 1, "name": "relevance", "identifier": "annotator:rita", "label": "pass", "score": 0.25}
    row |= {"explanation": "seen in the web UI", "annotatorKind": "HUMAN", "source": "APP", "metadata": {"by": "bob"}}
    query = "mutation($row: CreateDocumentAnnotationInput!) { createDocumentAnnotations(input: [$row]) { __typename } }"
    phoenix.done("POST", "/graphql", {"query": query, "variables": {"row": row}})
    (theirs,) = phoenix.document_annotations([span_id])
    with judging(work) as (judge, item):
        answer(judge, item, "fail")
    with work.review(phoenix.url, "--project", project) as terminal:
        decide(terminal, key, f"document 2 of span {span_id}", "relevance = fail 0", "theirs: pass 0.25 seen in the web UI")
        terminal.leave()
    (now,) = phoenix.document_annotations([span_id])
    if key == "t":
        assert now == theirs
    else:
        assert now["result"] == {"label": "fail", "score": 0.0, "explanation": None} and now["metadata"]["annotator"] == "rita"
    assert work.outbox() == (0, 0)


@pytest.mark.parametrize("key", ["m", "t"])
def test_a_note_that_another_client_changed(phoenix: PhoenixServer, work: Workplace, project: str, key: str) -> None:
    with judging(work) as (judge, item):
        trace = ItemTarget(Target("trace", item.trace_id), item.span_id)
        judge.note(item, "wrong amount", trace)
    work.run("push")
    (held,) = phoenix.annotations(project, [trace.target.id], "trace")
    body = {"trace_id": trace.target.id, "identifier": held["identifier"], "note": "right amount"}
    phoenix.done("POST", "/v1/trace_notes", {"data": body})
    with judging(work) as (judge, item):
        (note,) = notes_on(judge, trace)
        edit_note(judge, item, note, "wrong by far")
    with work.review(phoenix.url, "--project", project) as terminal:
        decide(terminal, key, f"trace {trace.target.id}", "note = wrong by far", "theirs: right amount")
        terminal.leave()
    (now,) = phoenix.annotations(project, [trace.target.id], "trace")
    assert now["result"]["explanation"] == {"m": "wrong by far", "t": "right amount"}[key]
    with judging(work) as (judge, item):
        assert [note.explanation for note in notes_on(judge, trace)] == [now["result"]["explanation"]]
    assert work.outbox() == (0, 0)
