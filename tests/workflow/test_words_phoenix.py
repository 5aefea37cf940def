"""Evidence, explanations, notes, expected outputs, the first failure and bulk on the real server: sent, taken back, and as they were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import TargetKind
from annotator.domain.evidence import Evidence, evidence_of
from annotator.domain.span import Span, Trace
from annotator.workflow.bulk import answer_all, note_all
from annotator.workflow.evidence import cite
from annotator.workflow.expected import expect
from annotator.workflow.first_failure import mark
from annotator.workflow.judge import Circumstances
from annotator.workflow.mine import explain, said
from annotator.workflow.notes import delete_note, edit_note, notes_on
from annotator.workflow.targets import own_target
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, program

QUOTE = Evidence("", "llm.output_messages.0.message.content", 3, 12, "in 3 days")


@pytest.fixture
def person(tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix, 3) as made:
        yield made


def named(person: Program, name: str) -> list[dict[str, Any]]:
    return [row for row in person.held() if row["name"] == name]


def test_evidence_arrives_and_undo_after_sync_restores_what_was_there(person: Program) -> None:
    theirs = person.write(0, "correctness", person.identifier, label="pass", score=1.0, explanation="by web")
    person.answer(0, "fail")
    person.settled()
    on = own_target(person.item(0))
    (mine,) = said(person.judge, [on])
    cite(person.judge, person.item(0), mine.row, QUOTE)
    explain(person.judge, person.item(0), said(person.judge, [on])[0], "too early")
    person.settled()
    (row,) = named(person, "correctness")
    assert row["metadata"]["evidence"] == [
        {"span_id": "", "attribute": "llm.output_messages.0.message.content", "start": 3, "end": 12, "quote": "in 3 days"}
    ]
    assert row["metadata"]["annotator"] == "ann", "a whole row keeps the rest of the metadata"
    assert row["explanation"] == 'too early\n"in 3 days" (llm.output_messages.0.message.content)'
    person.restart()
    (again,) = said(person.judge, [on])
    assert evidence_of(again.row) == (QUOTE,) and person.held() == person.local()
    for _ in range(3):
        person.judge.undo()
    person.settled()
    assert named(person, "correctness") == [theirs]


def test_evidence_on_every_sort_of_target(person: Program) -> None:
    for kind in ("span", "trace", "session", "document"):
        on = person.on(0, kind)
        person.judge.answer(person.item(0), person.criterion("correctness", on), "fail", Circumstances(evidence=(QUOTE,)), on)
    person.settled()
    rows = person.held()
    assert len(rows) == 4 and person.held() == person.local()
    assert {row["kind"]: row["metadata"]["evidence"][0]["quote"] for row in rows} == dict.fromkeys(
        ("span", "trace", "session", "document"), "in 3 days"
    )
    for _ in range(4):
        person.judge.undo()
    person.settled()
    assert person.held() == []


def test_notes_are_changed_and_deleted_exactly(person: Program) -> None:
    theirs = person.phoenix.done(
        "POST", "/v1/span_notes", {"data": {"span_id": person.span_ids[0], "note": "theirs", "identifier": "annotator:bob:1"}}
    )
    assert theirs
    kinds: tuple[TargetKind, ...] = ("span", "trace", "session")
    for kind in kinds:
        person.judge.note(person.item(0), f"on the {kind}", person.on(0, kind))
        person.judge.note(person.item(0), f"second on the {kind}", person.on(0, kind))
    person.settled()
    for kind in kinds:
        one, other = notes_on(person.judge, person.on(0, kind))
        edit_note(person.judge, person.item(0), one, f"changed on the {kind}")
        delete_note(person.judge, person.item(0), other)
    person.settled()
    notes = sorted((row["kind"], row["explanation"]) for row in named(person, "note"))
    assert notes == [
        ("session", "changed on the session"),
        ("span", "changed on the span"),
        ("span", "theirs"),
        ("trace", "changed on the trace"),
    ]
    for _ in range(2):
        person.judge.undo()
    person.settled()
    notes = sorted((row["kind"], row["explanation"]) for row in named(person, "note") if row["kind"] == "session")
    assert notes == [("session", "on the session"), ("session", "second on the session")]


def test_expected_outputs_and_the_first_failure_are_rows_of_their_own(person: Program) -> None:
    text = "what it should\n\nhave said: \u00e9\U0001f600 " + "x" * 50_000
    expect(person.judge, person.item(0), "expected_output", text, "what it said")
    item = person.item(0)
    trace = Trace(item.trace_id, (Span(item.trace_id, item.span_id, None, "step", "TOOL", "OK", 0, 1),))
    mark(person.judge, person.item(0), trace, person.span_ids[0], "first_failure")
    person.settled()
    (wanted,), (first,) = named(person, "expected_output"), named(person, "first_failure")
    assert (wanted["explanation"], wanted["label"], wanted["annotator_kind"]) == (text, None, "HUMAN")
    assert (first["label"], first["metadata"]["trace_id"], first["metadata"]["annotator"]) == ("first_failure", trace.trace_id, "ann")
    mark(person.judge, person.item(0), trace, person.span_ids[0], "first_failure")
    person.settled()
    assert named(person, "first_failure") == []
    for _ in range(3):
        person.judge.undo()
    person.settled()
    assert person.held() == []


def test_a_bulk_is_sent_and_taken_back_whole_across_a_restart(person: Program) -> None:
    person.answer(1, "pass")
    person.settled()
    before = person.held()
    items = [person.item(n) for n in range(3)]
    answer_all(person.judge, items, {"correctness": "fail"})
    note_all(person.judge, items, "the same on each")
    person.settled()
    assert [row["label"] for row in named(person, "correctness")] == ["fail"] * 3 and len(named(person, "note")) == 3
    person.restart()
    person.judge.undo()
    person.judge.undo()
    person.settled()
    assert person.held() == before
