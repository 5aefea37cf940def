"""A write fails, in each way there is: afterwards the real server holds exactly what was decided."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.domain.annotation import TargetKind
from annotator.errors import OutcomeUnknown
from annotator.workflow.sync import SETTLE_SECONDS
from tests.faults.proxy import FATES, Request
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import RUBRIC, Program, in_order, program


@pytest.fixture
def person(tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix, 4) as made:
        yield made


REST: tuple[TargetKind, ...] = ("span", "trace", "session")
DELETIONS: dict[TargetKind, set[str]] = {
    "span": {"deleteSpanAnnotations", "deleteSpanNotes"},
    "trace": {"deleteTraceAnnotations", "deleteTraceNotes"},
    "session": {"deleteProjectSessionAnnotation", "deleteProjectSessionNotes"},
}


def write_of(request: Request) -> str:
    """The path of REST, the mutation of GraphQL."""
    if request.path != "/graphql":
        return request.path
    found = re.search(rb"(create|delete)[A-Z]\w+", request.body)
    return found[0].decode() if found else ""


def synced(person: Program, fate: str, failed: set[str]) -> None:
    """The first write of each sort meets its fate; drains follow until nothing waits."""

    def decide(request: Request) -> str:
        if not request.is_write or write_of(request) in failed:
            return ""
        failed.add(write_of(request))
        return fate

    person.proxy.decide = decide
    for _ in range(30):
        person.drain()
        person.proxy.land()
        person.clock.now += 120
        if not person.store.outbox_counts().waiting:
            break
    person.settled()
    assert person.store.outbox_counts().parked == 0 and person.held() == person.local()


@pytest.mark.parametrize("fate", FATES)
def test_every_failure_of_a_write(person: Program, fate: str) -> None:
    """The first write of every sort fails: upserts, notes and deletions, on documents and on one kind of target that REST has."""
    rest = REST[FATES.index(fate) % len(REST)]
    kinds: tuple[TargetKind, ...] = (rest, "document")
    theirs = [person.write(1, "correctness", person.identifier, kind, label="pass", explanation="before us") for kind in kinds]
    failed: set[str] = set()
    for n in range(2):
        for kind in kinds:
            person.answer(n, "fail", on=person.on(n, kind))
    synced(person, fate, failed)
    person.judge.note(person.item(0), "there once", person.on(0, rest))
    synced(person, fate, failed)
    assert len(person.held()) == 5
    for _ in range(5):
        assert person.judge.undo() is not None
    synced(person, fate, failed)
    documents = {"createDocumentAnnotations", "deleteDocumentAnnotations"}
    assert failed == documents | DELETIONS[rest] | {f"/v1/{rest}_annotations", f"/v1/{rest}_notes"}
    assert person.held() == in_order(theirs)


def test_a_time_out_after_the_commit(person: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.sources.phoenix.client.WRITE_SECONDS", 1.0)
    document = person.on(0, "document", 2)
    person.proxy.decide = lambda request: "hang" if request.is_write else ""
    person.answer(0, "pass")
    person.judge.note(person.item(0), "once")
    assert isinstance(person.drain().error, OutcomeUnknown)
    person.answer(0, "pass", on=document)
    person.clock.now += 1
    while isinstance(error := person.drain().error, OutcomeUnknown) and len(person.held()) < 3:
        person.clock.now += 60
    assert isinstance(error, OutcomeUnknown)
    person.answer(0, "fail")
    person.answer(0, "fail", on=document)
    assert person.settled().conflicts == 0
    assert person.held() == person.local() and [row["label"] for row in person.held()] == ["fail", "fail", None]


def test_ten_changes_of_mind_within_a_second_post_one_row(person: Program) -> None:
    for n in range(10):
        person.answer(0, ("pass", "fail")[n % 2])
        person.clock.now += 0.1
        person.drain(SETTLE_SECONDS)
    person.clock.now += SETTLE_SECONDS
    person.drain(SETTLE_SECONDS)
    assert [row["result"]["label"] for row in person.proxy.posted] == ["fail"]
    assert person.held() == person.local()


def test_more_notes_than_one_request_line_can_name(person: Program) -> None:
    for n in range(90):
        person.judge.note(person.item(n % 4), f"note {n}")
    assert person.drain().sent == 90 and person.held() == person.local()
    assert max(len(request.target) for request, _ in person.proxy.seen) < 8000


def test_changes_spaced_out_leave_one_row(person: Program) -> None:
    for n in range(5):
        person.answer(0, ("pass", "fail")[n % 2])
        person.clock.now += 2
        person.drain(SETTLE_SECONDS)
    assert len(person.proxy.posted) == 5 and person.held() == person.local() and len(person.held()) == 1


def test_undo_after_sync_leaves_the_server_as_it_was(person: Program) -> None:
    person.write(0, "correctness", person.identifier, label="pass", score=0.25, explanation="before us\n😀")
    person.write(1, "correctness", "annotator:bob", label="fail")
    before = person.held()
    for n in (0, 1):
        person.answer(n, "fail")
        person.judge.explain(person.item(n), RUBRIC.criteria[0], "mine")
        person.judge.note(person.item(n), "a note")
    person.drain()
    assert len(person.held()) == 5
    while person.judge.undo():
        person.clock.now += 2
        person.drain(SETTLE_SECONDS)
    assert person.held() == before


def test_deleted_spans_are_parked_and_the_rest_is_sent(person: Program) -> None:
    for n in range(4):
        person.answer(n, "pass")
    for n in (1, 3):
        assert person.phoenix.call("DELETE", f"/v1/spans/{person.span_ids[n]}")[0] == 204
    done = person.drain()
    assert (done.sent, done.parked, done.error) == (2, 2, None)
    assert {entry.identity.target.id for entry in person.store.outbox_entries(None, "parked")} == {person.span_ids[1], person.span_ids[3]}
    assert [row["id"] for row in person.held()] == [person.span_ids[0], person.span_ids[2]]
