"""What the web page of the same Phoenix shows and saves beside us: with a user's key, one shared row for each name.

The selections and inputs are those that the web page of Phoenix 20.26 sends.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import TARGET_KINDS, TargetKind
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import OF_DOCUMENTS, Program, program

ROW = "id name label score explanation annotatorKind user { username id }"
SHOWN = {
    "span": 'getSpanByOtelId(spanId: $id) { id rows: spanAnnotations(filter: {exclude: {names: ["note"]}, include: {userIds: [$user]}})',
    "trace": 'getTraceByOtelId(traceId: $id) { id rows: traceAnnotations(filter: {exclude: {names: ["note"]}})',
    "session": "getProjectSessionById(sessionId: $id) { id rows: sessionAnnotations",
    "document": "getSpanByOtelId(spanId: $id) { id rows: documentEvaluations",
}
CREATE = {
    "span": ("[CreateSpanAnnotationInput!]!", "createSpanAnnotations", "spanId"),
    "trace": ("[CreateTraceAnnotationInput!]!", "createTraceAnnotations", "traceId"),
    "document": ("[CreateDocumentAnnotationInput!]!", "createDocumentAnnotations", "spanId"),
}
EDIT_IN_SESSION = """mutation($annotationId: ID!, $name: String!, $label: String, $score: Float) {
  updateProjectSessionAnnotations(input: {id: $annotationId, name: $name, label: $label, score: $score, explanation: null,
    annotatorKind: HUMAN, source: APP, metadata: {}}) { __typename } }"""


class WebPage:
    """The web page as a user has it open."""

    def __init__(self, person: Program, key: str) -> None:
        self.phoenix, self.person, self.key = person.phoenix, person, person.phoenix.keys[key]
        self.user: str = self.phoenix.done("GET", "/v1/user", key=self.key)["data"]["id"]

    def shown(self, kind: TargetKind) -> tuple[str, list[dict[str, Any]]]:
        """The target's node and its rows."""
        users = ", $user: ID" if kind == "span" else ""
        query = f"query($id: String!{users}) {{ target: {SHOWN[kind]} {{ {ROW} }} }} }}"
        wanted = {"id": self.person.target(0, kind).id} | ({"user": self.user} if users else {})
        found = self._ask(query, wanted)["target"]
        return found["id"], found["rows"]

    def save(self, kind: TargetKind, label: str) -> None:
        """The form is saved: a new row without an identifier, or, for a session, the row that is shown is edited."""
        node, rows = self.shown(kind)
        name = OF_DOCUMENTS["correctness"] if kind == "document" else "correctness"
        if kind == "session":
            self._ask(EDIT_IN_SESSION, {"annotationId": rows[0]["id"], "name": name, "label": label, "score": 0.5})
            return
        type_, mutation, target = CREATE[kind]
        row = {target: node, "name": name, "annotatorKind": "HUMAN", "label": label, "score": 0.5, "metadata": {}, "source": "APP"}
        row |= {"documentPosition": 0} if kind == "document" else {}
        self._ask(f"mutation($input: {type_}) {{ {mutation}(input: $input) {{ __typename }} }}", {"input": [row]})

    def _ask(self, query: str, variables: dict[str, Any]) -> Any:
        return self.phoenix.done("POST", "/graphql", {"query": query, "variables": variables}, self.key)["data"]


@pytest.fixture
def alice(tmp_path: Path, phoenix_with_auth: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix_with_auth, 1, name="alice", key="alice") as made:
        yield made


@pytest.fixture
def beside(tmp_path: Path, phoenix_with_auth: PhoenixServer) -> Iterator[Callable[..., Program]]:
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(program(tmp_path, phoenix_with_auth, 1, **more))


@pytest.mark.parametrize("kind", TARGET_KINDS)
def test_it_shows_what_was_judged_as_its_users_own(alice: Program, beside: Callable[..., Program], kind: TargetKind) -> None:
    mira = beside(name="mira", key="system", beside=alice)
    for person, label in ((alice, "fail"), (mira, "pass")):
        person.answer(0, label, on=person.on(0, kind))
        assert person.drain().error is None
    page = WebPage(alice, "alice")
    rows = [row for row in page.shown(kind)[1] if row["user"]["id"] == page.user]
    assert [(row["label"], row["score"], row["annotatorKind"], row["user"]["username"]) for row in rows] == [
        ("fail", 0.0, "HUMAN", "alice")
    ]
    assert len(alice.held()) == 2


@pytest.mark.parametrize("kind", TARGET_KINDS)
def test_what_it_saves_is_the_same_row_and_a_change_on_both_sides_is_decided(alice: Program, kind: TargetKind) -> None:
    on, page = alice.on(0, kind), WebPage(alice, "alice")
    alice.answer(0, "fail", on=on)
    alice.settled()
    before = [row["id"] for row in page.shown(kind)[1]]
    page.save(kind, "pass")
    _, rows = page.shown(kind)
    assert [row["id"] for row in rows] == before and [row["label"] for row in rows] == ["pass"]
    assert [row["identifier"] for row in alice.held()] == [f"px-app:{page.user}"]
    alice.judge.explain(alice.item(0), alice.criterion("correctness", on), "wrong amount", on)
    assert alice.drain().conflicts == 1 and [row["score"] for row in alice.held()] == [0.5]
    (entry,) = alice.store.outbox_entries(None, "parked")
    alice.store.retry(entry.identity)
    alice.settled()
    assert alice.held() == alice.local() and [row["id"] for row in page.shown(kind)[1]] == before


@pytest.mark.parametrize("kind", ["span", "trace", "document"])
def test_what_it_saved_first_is_the_row_that_is_judged_and_that_undo_brings_back(alice: Program, kind: TargetKind) -> None:
    page = WebPage(alice, "alice")
    page.save(kind, "pass")
    before = alice.held()
    alice.answer(0, "fail", on=alice.on(0, kind))
    alice.settled()
    assert [row["label"] for row in alice.held()] == ["fail"]
    alice.judge.undo()
    alice.settled()
    assert alice.held() == before
