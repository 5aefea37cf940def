"""A write fails, in each way there is: afterwards the real server holds exactly what was decided."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.errors import OutcomeUnknown
from annotator.workflow.sync import SETTLE_SECONDS
from tests.faults.proxy import FATES, Request
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import RUBRIC, Program, program


@pytest.fixture
def person(tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix, 4) as made:
        yield made


@pytest.mark.parametrize("fate", FATES)
def test_every_failure_of_a_write(person: Program, fate: str) -> None:
    """The first write of each of three kinds fails: an upsert, a note, a deletion."""
    theirs = person.write(1, "correctness", person.identifier, label="pass", explanation="before us")
    failed: set[str] = set()

    def once(what: str) -> None:
        def decide(request: Request) -> str:
            if what in failed or not request.is_write:
                return ""
            failed.add(what)
            return fate

        person.proxy.decide = decide

    once("put")
    for n in range(4):
        person.answer(n, "fail")
    person.drain()
    person.settled()
    assert person.held() == person.local()
    once("note")
    person.judge.note(person.item(0), "there once")
    person.drain()
    person.settled()
    assert person.held() == person.local() and len(person.held()) == 5
    once("delete")
    for _ in range(4):
        person.judge.undo()
    person.drain()
    person.settled()
    assert failed == {"put", "note", "delete"}
    assert [row["span_id"] for row in person.local()] == person.span_ids[:2] and person.held() == person.local() and theirs in person.held()


def test_a_time_out_after_the_commit(person: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.sources.phoenix.client.WRITE_SECONDS", 1.0)
    person.answer(0, "pass")
    person.judge.note(person.item(0), "once")
    person.proxy.decide = lambda request: "hang" if request.is_write else ""
    assert isinstance(person.drain().error, OutcomeUnknown)
    person.answer(0, "fail")
    assert person.settled().conflicts == 0
    assert person.held() == person.local() and [row["label"] for row in person.held()] == ["fail", None]


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
    assert [row["span_id"] for row in person.held()] == [person.span_ids[0], person.span_ids[2]]
