"""Drains of rows on documents, traces and sessions, against a server in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from annotator.domain.annotation import NOTE, Annotation, Identity, Target, TargetKind
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.outbox import OutboxCounts
from annotator.domain.rubric import BUILT_IN, Criterion, Rubric
from annotator.domain.source import ServerUser
from annotator.domain.step import SetAnnotation, Step
from annotator.domain.target import ItemTarget
from tests.workflow.scene import Desk

PAGES = {f"retrieval.documents.{n}.document.content": f"page {n}" for n in range(3)}
RELEVANCE = Criterion(CategoricalConfig("relevance", (Value("yes", 1.0), Value("no", 0.0))), target="document")
RUBRIC = Rubric((*BUILT_IN.criteria, RELEVANCE))
OTHER_KINDS: tuple[TargetKind, ...] = ("trace", "session", "document")


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    made = make_desk(rubric=RUBRIC)
    spans = [replace(span, attributes=PAGES, session_id=f"c{span.span_id}") for span in made.server.server_spans]
    made.server.server_spans = spans
    return made


def on(kind: TargetKind, n: int = 1, position: int = 0) -> ItemTarget:
    """Of the trace of item n."""
    if kind == "document":
        return ItemTarget(Target(kind, f"s{n}", position), f"s{n}")
    return ItemTarget(Target(kind, {"span": f"s{n}", "trace": f"t{n}", "session": f"cs{n}"}[kind]), f"s{n}")


def judge(desk: Desk, target: ItemTarget, good: bool) -> Identity:
    criterion = RELEVANCE if target.target.kind == "document" else BUILT_IN.criteria[0]
    values = ("yes", "no") if criterion is RELEVANCE else ("pass", "fail")
    desk.judge.answer(desk.item(int(target.span_id[1:])), criterion, values[not good], on=target)
    return Identity(desk.server.url, target.target, criterion.name, desk.judge.identifier)


def held(desk: Desk) -> dict[Identity, Annotation]:
    return {row.identity: row for row in desk.server.annotations}


def local(desk: Desk, identity: Identity) -> Annotation | None:
    return next((row for row in desk.store.on_target(desk.server.url, identity.target) if row.identity == identity), None)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_what_is_judged_arrives_and_undo_deletes_exactly_that(desk: Desk, kind: TargetKind) -> None:
    theirs = Annotation(Identity(desk.server.url, on(kind).target, "relevance", "annotator:bob"), "no")
    desk.server.write(theirs)
    identity = judge(desk, on(kind), True)
    assert desk.drain().sent == 1
    assert held(desk) == {theirs.identity: theirs, identity: local(desk, identity)}
    desk.judge.undo()
    assert desk.drain().sent == 1 and held(desk) == {theirs.identity: theirs}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_undo_brings_back_the_row_of_before(desk: Desk, kind: TargetKind) -> None:
    name = "relevance" if kind == "document" else "correctness"
    before = Annotation(Identity(desk.server.url, on(kind).target, name, desk.judge.identifier), "no", 0.25, "before us", "CODE", {"n": 1})
    desk.server.write(before)
    judge(desk, on(kind), True)
    desk.drain()
    assert held(desk)[before.identity].label != "no"
    desk.judge.undo()
    desk.drain()
    assert held(desk) == {before.identity: before}


def test_two_people_keep_two_rows_of_a_document(desk: Desk) -> None:
    mine = judge(desk, on("document"), True)
    desk.judge = desk.sit_down("bob")
    hers = judge(desk, on("document"), False)
    assert desk.drain().sent == 2
    assert {identity: row.label for identity, row in held(desk).items()} == {mine: "yes", hers: "no"}


def test_documents_out_of_bounds_are_parked_by_name_and_the_rest_goes_on(desk: Desk) -> None:
    inside = [judge(desk, on("document", 1, position), True) for position in (0, 2)]
    outside = [judge(desk, on("document", n, position), True) for n, position in ((1, 3), (2, 7))]
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (2, 2, None) and set(held(desk)) == set(inside)
    parked = {entry.identity: entry.error for entry in desk.entries()}
    assert set(parked) == set(outside) and all(f"document_position {one.target.position}" in parked[one] for one in outside)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_targets_that_are_gone_are_parked_and_the_rest_goes_on(desk: Desk, kind: TargetKind) -> None:
    rows = [judge(desk, on(kind, n), True) for n in (1, 2, 3)]
    desk.server.forget(Target("span", "s2"))
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (2, 1, None) and set(held(desk)) == {rows[0], rows[2]}
    (entry,) = desk.entries()
    assert entry.identity == rows[1] and rows[1].target.id in entry.error


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize("mine", [True, False])
def test_a_row_that_another_client_changed_is_a_conflict_that_one_key_decides(desk: Desk, kind: TargetKind, mine: bool) -> None:
    identity = judge(desk, on(kind), True)
    desk.drain()
    theirs = Annotation(identity, "maybe", 0.5, "seen elsewhere")
    desk.server.write(theirs)
    judge(desk, on(kind), False)
    assert desk.drain().conflicts == 1 and held(desk) == {identity: theirs}
    (entry,) = desk.entries()
    assert entry.conflict and entry.theirs == theirs and local(desk, identity) == entry.row
    (desk.store.retry if mine else desk.store.drop)(identity)
    desk.settled()
    assert held(desk) == {identity: entry.row if mine else theirs} == {identity: local(desk, identity)}


def test_a_row_of_another_user_under_my_identifier_is_parked(desk: Desk) -> None:
    """Of a document: a server that knows users lets nobody overwrite another's."""
    theirs = Annotation(Identity(desk.server.url, on("document").target, "relevance", desk.judge.identifier), "no")
    desk.server.write(theirs, user=ServerUser("bob", "u2"))
    judge(desk, on("document", 1), True)
    other = judge(desk, on("document", 2), True)
    done = desk.drain()
    assert (done.sent, done.parked) == (1, 1) and held(desk) == {theirs.identity: theirs, other: local(desk, other)}


@pytest.mark.parametrize("kind", ["span", "trace", "session"])
def test_a_note_that_another_client_changed_is_a_conflict(desk: Desk, kind: TargetKind) -> None:
    desk.judge.note(desk.item(1), "mine", on(kind))
    desk.drain()
    (note,) = desk.server.annotations
    theirs = replace(note, explanation="theirs")
    desk.server.write(theirs)
    desk.judge.undo()
    assert desk.drain().conflicts == 1 and desk.server.annotations == [theirs]
    (entry,) = desk.entries()
    desk.store.retry(entry.identity)
    desk.settled()
    assert desk.server.annotations == []


def test_a_note_of_a_document_is_refused_by_name(desk: Desk) -> None:
    """From a queue of files, which keeps such notes: they have no place on the server."""
    identity = Identity(desk.server.url, on("document").target, NOTE, "annotator:ann:1")
    changes: Any = (SetAnnotation(identity, Annotation(identity, explanation="x")),)
    desk.store.commit(Step("ann", desk.queue.id, "note", "note", desk.item(1).id, "", changes))
    assert desk.drain().parked == 1 and desk.store.outbox_counts() == OutboxCounts(parked=1)
    assert "notes" in desk.entries()[0].error


def test_a_server_that_keeps_no_documents_apart_takes_the_rest(desk: Desk) -> None:
    """Nothing of a document is taken for arrived, or for gone, from a server that cannot tell."""
    sent = judge(desk, on("document", 1), True)
    desk.drain()
    desk.server.no_documents = "It is too old for documents."
    desk.judge.undo()
    new, other = judge(desk, on("document", 2), True), judge(desk, on("trace", 2), True)
    done = desk.drain()
    assert (done.sent, done.parked, done.error) == (1, 2, None)
    assert {entry.identity: entry.error for entry in desk.entries()} == dict.fromkeys((sent, new), desk.server.no_documents)
    desk.server.no_documents = ""
    for identity in (sent, new):
        desk.store.retry(identity)
    desk.settled()
    assert set(held(desk)) == {new, other}
