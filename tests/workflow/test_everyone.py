"""Two annotators on the real server, each with a store: what the other wrote comes and goes, and is never changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import TARGET_KINDS, Annotation, Identity, ItemState, KnownAnnotation
from annotator.domain.step import SetAnnotation
from annotator.errors import InvalidAnnotation
from annotator.workflow import suggesting
from annotator.workflow.editing import delete, rewrite
from annotator.workflow.everyone import is_due, pull, pull_unread
from annotator.workflow.filling import Filling
from annotator.workflow.loading import load
from annotator.workflow.notes import notes_on
from annotator.workflow.opinions import read_opinions
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, decided, in_order, program


@pytest.fixture
def ann(tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix, 2) as made:
        load_all(made)
        yield made


@pytest.fixture
def bob(ann: Program, tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    """On the same project, with a store of his own."""
    made = Program(tmp_path, phoenix, ann.proxy, 2, name="bob", beside=ann)
    load_all(made)
    yield made
    made.close()


def load_all(person: Program) -> None:
    """Payloads say which session a trace is of."""
    list(load(Filling(person.store, person.sink, person.judge.queue, person.identifier, person.sink), lambda: 0))


def look(person: Program, *items: int) -> None:
    """Read what everybody said about these items."""
    person.clock.now += 10
    traces = [person.item(n).trace_id for n in items or range(len(person.span_ids))]
    queue = person.judge.queue
    pull(person.store, person.sink, person.judge.server, queue.source_id, traces, person.clock)


def known(person: Program, n: int = 0) -> list[KnownAnnotation]:
    return person.store.known_in(person.judge.server, person.judge.queue.source_id, person.item(n).trace_id)


def decisions(*people: Program) -> list[dict[str, Any]]:
    """What each of them decided: rows that they wrote."""
    rows: dict[Identity, Annotation] = {}
    for person in people:
        for n in range(len(person.span_ids)):
            rows |= {one.row.identity: one.row for one in known(person, n) if one.annotator == person.judge.annotator}
    return in_order([decided(row) for row in rows.values()])


def judged_everywhere(person: Program, label: str) -> None:
    for kind in TARGET_KINDS:
        person.answer(0, label, on=person.on(0, kind))
        if kind != "document":
            person.judge.note(person.item(0), f"{person.judge.annotator}'s note on the {kind}", person.on(0, kind))
    assert person.settled().conflicts == 0


def test_what_another_wrote_changed_and_took_away_comes_to_all_four_targets(ann: Program, bob: Program) -> None:
    judged_everywhere(ann, "pass")
    judged_everywhere(bob, "fail")
    look(ann)
    others = [one for one in known(ann) if not one.annotator]
    assert in_order([decided(one.row) for one in others]) == [row for row in bob.held() if row["identifier"].startswith("annotator:bob")]
    assert len(others) == 7 and {(one.author, one.source) for one in others} == {("bob", "API")} and all(one.at for one in others)
    assert ann.held() == decisions(ann, bob)
    bob.answer(0, "pass", on=bob.on(0, "document"))
    for kind in ("trace", "span"):
        bob.judge.withdraw(bob.item(0), bob.criterion("correctness"), bob.on(0, kind))
    delete(bob.judge, bob.item(0), bob.on(0, "session"), notes_on(bob.judge, bob.on(0, "session"))[0])
    bob.settled()
    look(ann)
    left = {(one.row.target.kind, one.row.name, one.row.label) for one in known(ann) if not one.annotator}
    assert left == {("document", "relevance", "pass"), ("session", "correctness", "fail"), ("span", "note", None), ("trace", "note", None)}
    assert len([one for one in known(ann) if one.annotator == "ann"]) == 7, "mine stay, whatever others do"
    assert ann.held() == decisions(ann, bob)


def test_rows_of_a_whole_queue_are_read_in_bounded_requests(tmp_path: Path, phoenix: PhoenixServer) -> None:
    with program(tmp_path, phoenix, 110) as ann:
        ann.write(0, "correctness", "annotator:eve", label="pass")
        ann.write(109, "correctness", "annotator:eve", label="fail")
        before = len(ann.proxy.seen)
        work = Filling(ann.store, ann.sink, ann.judge.queue, ann.identifier, ann.sink)
        assert sum(pull_unread(work)) == 110 and list(pull_unread(work)) == []
        asked = [len(ids) for request, _ in ann.proxy.seen[before:] for name, ids in request.query.items() if name.endswith("_ids")]
        assert 0 < max(asked) <= 200 and len(asked) == 2 * 2, "spans and traces of a hundred at a time; none has a session here"
        assert [known(ann, n)[0].row.label for n in (0, 109)] == ["pass", "fail"]
        queue, trace_id = ann.judge.queue, ann.item(0).trace_id
        read_at = ann.store.rows_read_at(queue.source_id, trace_id)
        assert not is_due(ann.store, queue.source_id, trace_id, read_at + 299, 300.0)
        assert is_due(ann.store, queue.source_id, trace_id, read_at + 301, 300.0)
        assert is_due(ann.store, queue.source_id, trace_id, read_at - 60, 300.0), "kept before the clock was set back"


def test_own_rows_are_deleted_and_rewritten_exactly_and_undone_after_a_sync(ann: Program, bob: Program) -> None:
    judged_everywhere(bob, "fail")
    judged_everywhere(ann, "pass")
    other = Annotation(ann.judge.identity(ann.target(0, "span"), "tone"), "polite", explanation="to the point")
    ann.judge.commit("answer", "tone", ann.item(0), "", [SetAnnotation(other.identity, other)], other.target)
    ann.settled()
    whole = ann.held()
    assert whole == decisions(ann, bob)
    his = [row for row in whole if row["identifier"].startswith("annotator:bob")]
    mine = [one.row for one in known(ann) if one.annotator == "ann"]
    for row in mine:
        on = ann.on(0, row.target.kind, row.target.position or 0)
        delete(ann.judge, ann.item(0), on, row)
    ann.settled()
    assert ann.held() == his
    ann.restart()
    for _ in mine:
        reversal = ann.judge.undo()
        assert reversal is not None and reversal.done
    ann.settled()
    assert ann.held() == whole
    rewrite(ann.judge, ann.item(0), other, "rude")
    ann.settled()
    [tone] = [row for row in ann.held() if row["name"] == "tone"]
    assert (tone["label"], tone["explanation"]) == ("rude", "to the point")
    ann.judge.undo()
    ann.settled()
    assert ann.held() == whole


def test_the_row_of_another_is_not_touched(ann: Program, bob: Program) -> None:
    judged_everywhere(bob, "fail")
    look(ann)
    for one in known(ann):
        with pytest.raises(InvalidAnnotation, match="not yours"):
            delete(ann.judge, ann.item(0), ann.on(0, one.row.target.kind), one.row)
        with pytest.raises(InvalidAnnotation, match="not yours"):
            rewrite(ann.judge, ann.item(0), one.row, "better")
    assert ann.store.outbox_counts().waiting == 0
    assert ann.held() == decisions(bob)


def test_taking_an_answer_back_opens_the_item_again(ann: Program) -> None:
    for position in range(3):
        ann.answer(0, "pass", on=ann.on(0, "document", position))
    ann.answer(0, "pass")
    state = ann.item(0).state
    ann.judge.withdraw(ann.item(0), ann.criterion("correctness"))
    assert ann.item(0).state == ItemState.TODO
    ann.judge.undo()
    assert ann.item(0).state == state


@pytest.mark.parametrize("mine", [True, False], ids=["mine is kept", "theirs is taken"])
def test_a_row_changed_by_another_client_is_a_conflict_that_one_word_settles(ann: Program, mine: bool) -> None:
    ann.answer(0, "pass")
    ann.settled()
    theirs = ann.write(0, "correctness", ann.identifier, label="fail", score=0.0)
    look(ann)
    [one] = known(ann)
    assert one.conflict and one.row.label == "pass" and one.theirs is not None and one.theirs.label == "fail"
    assert ann.drain().sent == 0 and [row["label"] for row in ann.held()] == ["fail"], "nobody decided yet"
    (ann.store.retry if mine else ann.store.drop)(one.row.identity)
    ann.settled()
    [one] = known(ann)
    assert not one.conflict and [decided(one.row)] == ann.held()
    assert one.row.label == ("pass" if mine else "fail") and (mine or decided(one.row) == theirs)


def test_a_models_answer_is_taken_turned_round_or_called_wrong_and_each_is_undone(ann: Program) -> None:
    ann.phoenix.done(
        "POST",
        "/v1/span_annotations?sync=true",
        {"data": [
            {"span_id": ann.span_ids[0], "name": "correctness", "annotator_kind": "LLM", "identifier": "gpt-judge", "metadata": {},
             "result": {"label": "fail", "score": 0.0, "explanation": "it is wrong"}}
        ]},
    )  # fmt: skip
    ann.answer(0, "pass")
    look(ann)
    judge, item, on, criterion = ann.judge, ann.item(0), ann.on(0, "span"), ann.criterion("correctness")
    opinions = read_opinions(ann.store, judge.queue, item, judge.annotator, judge.identifier)
    [model] = [one for one in opinions.rows if not one.mine]
    facts = {"name": "gpt-judge", "identifier": "gpt-judge", "label": "fail", "score": 0.0}

    def on_server() -> tuple[Any, Any]:
        ann.settled()
        [row] = [row for row in ann.held() if row["identifier"] == ann.identifier]
        assert [row] == in_order([decided(one.row) for one in known(ann) if one.annotator])
        return row["label"], row["metadata"].get("judge")

    def undone() -> None:
        reversal = judge.undo()
        assert reversal is not None and reversal.done and on_server() == ("pass", None)

    assert on_server() == ("pass", None)
    suggesting.call_wrong(judge, item, on, criterion, model.row, model.who)
    assert on_server() == ("pass", facts | {"verdict": "wrong"})
    undone()
    suggesting.agree(judge, item, on, criterion, model.row, model.who)
    assert on_server() == ("fail", facts | {"verdict": "agreed"})
    with pytest.raises(InvalidAnnotation, match="says what you say"):
        suggesting.call_wrong(judge, item, on, criterion, model.row, model.who)
    undone()
    suggesting.flip(judge, item, on, criterion, model.row, model.who)
    assert on_server() == ("fail", facts | {"verdict": "agreed"})
    ann.answer(0, "pass")
    assert on_server() == ("pass", None), "another answer of one's own is not about the model any more"
    judge.undo()
    undone()
    with pytest.raises(InvalidAnnotation, match="no labels"):
        ann.answer(0, 0.5, "score")
        suggesting.flip(judge, item, on, ann.criterion("score"), None, "")
    assert [row["label"] for row in ann.held() if row["annotator_kind"] == "LLM"] == ["fail"]
