"""What of others may be seen before one has judged, who agrees, and what is never shown."""

import pytest

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import Rubric
from annotator.domain.source import Page, ServerRow
from annotator.domain.span import Span
from annotator.store.store import SqliteStore
from annotator.workflow.agreement import Stance, compared, given_in, marks, stances, suggestion
from annotator.workflow.judge import Judge
from annotator.workflow.opinions import Opinions, Sight, read_opinions, sight_of
from tests.workflow.scene import CORRECTNESS, SCORE

SERVER = "http://phoenix.test"
RUBRIC = Rubric((CORRECTNESS, SCORE))
SPANS = (
    Span("t1", "root", None, "agent", "AGENT", "OK", 1, 9, "chat"),
    Span("t1", "call", "root", "weigh", "TOOL", "OK", 2, 3, "chat"),
    Span("t1", "found", "root", "search", "RETRIEVER", "OK", 4, 5, "chat"),
)
ROOT, CALL, FOUND = (Target("span", span.span_id) for span in SPANS)
PAGE, TRACE, SESSION = Target("document", "found", 1), Target("trace", "t1"), Target("session", "chat")


def said(target: Target, name: str, label: str | None, identifier: str, kind: str = "HUMAN", score: float | None = None) -> ServerRow:
    row = Annotation(Identity(SERVER, target, name, identifier), label, score, "because", kind)
    return ServerRow(row, "1", "API", "", "2026-11-21T12:00:00+00:00")


OTHERS = (
    said(CALL, "correctness", "fail", "annotator:alice"),
    said(PAGE, "relevance", "yes", "annotator:alice"),
    said(ROOT, "correctness", "fail", "annotator:alice"),
    said(ROOT, "correctness", "pass", "gpt-judge", "LLM"),
    said(ROOT, "score", None, "annotator:bob", score=40.0),
    said(ROOT, "toxicity", "low", "", "CODE"),
    said(ROOT, "note", None, "annotator:bob:1"),
    said(TRACE, "correctness", "pass", "annotator:bob"),
    said(SESSION, "correctness", "fail", "annotator:bob"),
)


@pytest.fixture
def judge(store: SqliteStore) -> Judge:
    """Ann at a queue of one item; everybody else has been there."""
    queue = store.create("queue", SourceRef(SERVER, "default", SERVER), Selection(), RUBRIC)
    store.add_page(queue.source_id, Page(spans=SPANS))
    store.set_loaded(queue.source_id, ["t1"])
    store.add_items(queue.id, [NewItem(ROOT, "t1", "root")])
    store.keep_read(OTHERS, 1.0)
    return Judge(store, queue, "ann", "annotator:ann")


def opinions_of(judge: Judge, position: int = 1) -> Opinions:
    item = judge.store.at(judge.queue.id, position)
    assert item is not None
    return read_opinions(judge.store, judge.queue, item, judge.annotator, judge.identifier)


def seen(judge: Judge, opinions: Opinions, position: int = 1, everything: bool = False) -> set[tuple[Target, str, str]]:
    item = judge.store.at(judge.queue.id, position)
    assert item is not None
    view = judge.view(item)
    sight = sight_of(given_in(opinions, view.given), view.complete, everything)
    return {(one.row.target, one.row.name, one.who) for one in sight.of(opinions)}


def answer(judge: Judge, name: str, value: str | float, position: int = 1) -> None:
    item, criterion = judge.store.at(judge.queue.id, position), judge.queue.rubric.criterion(name)
    assert item is not None and criterion is not None
    judge.answer(item, criterion, value)


def test_nothing_of_others_is_seen_before_and_all_of_it_after_a_whole_verdict(judge: Judge) -> None:
    assert seen(judge, opinions_of(judge)) == set()
    answer(judge, "correctness", "fail")
    assert seen(judge, opinions_of(judge)) == {(ROOT, "correctness", who) for who in ("ann", "alice", "gpt-judge")}
    answer(judge, "score", 40.0)
    assert len(seen(judge, opinions_of(judge))) == len(OTHERS) + 2
    judge.undo()
    judge.undo()
    assert seen(judge, opinions_of(judge)) == set(), "what was taken back is hidden again"
    assert len(seen(judge, opinions_of(judge), everything=True)) == len(OTHERS)


def test_what_somebody_else_finished_is_no_verdict_of_mine(judge: Judge) -> None:
    alice = Judge(judge.store, judge.queue, "alice", "annotator:alice")
    answer(alice, "correctness", "fail")
    answer(alice, "score", 10.0)
    item = judge.store.at(judge.queue.id, 1)
    assert item is not None and item.state == ItemState.DONE
    assert seen(judge, opinions_of(judge)) == set()


def test_the_table_goes_from_the_item_over_trace_and_session_to_the_spans_mine_first(judge: Judge) -> None:
    answer(judge, "correctness", "pass")
    opinions = opinions_of(judge)
    assert [(opinions.places[one.row.target], one.row.name, one.who) for one in opinions.rows] == [
        ("agent agent", "correctness", "ann"),
        ("agent agent", "correctness", "alice"),
        ("agent agent", "correctness", "gpt-judge"),
        ("agent agent", "score", "bob"),
        ("agent agent", "toxicity", "code"),
        ("agent agent", "note", "bob"),
        ("trace", "correctness", "bob"),
        ("session", "correctness", "bob"),
        ("tool weigh", "correctness", "alice"),
        ("document 2 of search", "relevance", "alice"),
    ]


def test_another_items_target_stays_hidden_until_it_is_judged_too(judge: Judge) -> None:
    judge.store.add_items(judge.queue.id, [NewItem(CALL, "t1", "call"), NewItem(FOUND, "t1", "found")])
    answer(judge, "correctness", "pass")
    answer(judge, "score", 40.0)
    shown = {target for target, _, _ in seen(judge, opinions_of(judge))}
    assert shown == {ROOT, TRACE, SESSION}, "neither the call nor a document of the search"
    answer(judge, "correctness", "fail", 2)
    answer(judge, "score", 1.0, 2)
    assert CALL in {target for target, _, _ in seen(judge, opinions_of(judge))}


def test_stances_and_marks(judge: Judge) -> None:
    answer(judge, "correctness", "pass")
    answer(judge, "score", 40.0)
    opinions = opinions_of(judge)
    item = judge.store.at(judge.queue.id, 1)
    assert item is not None
    given = given_in(opinions, judge.view(item).given)
    sight = sight_of(given, True)
    assert stances(opinions, sight, given) == (
        Stance("alice", False, "correctness fail"), Stance("gpt-judge", True), Stance("bob", True),
    )  # fmt: skip
    assert stances(opinions, Sight(), given) == (), "nobody is compared who may not be seen"
    assert marks(sight.of(opinions)) == {ROOT: "≠hmc", CALL: "h", PAGE: "h", TRACE: "h", SESSION: "h"}
    on_root = [one for one in opinions.rows if one.row.target == ROOT]
    assert [agrees for _, agrees in compared(on_root)] == [False, False, True, True, True, None, None]


def test_a_row_with_only_a_label_and_one_with_only_a_score_are_not_compared() -> None:
    of = Identity(SERVER, ROOT, "quality", "x")
    assert not Annotation(of, "good").contradicts(Annotation(of, score=0.1))
    assert Annotation(of, "good", 1.0).contradicts(Annotation(of, "bad", 1.0))
    assert not Annotation(of, "good", 1.0).contradicts(Annotation(of, "good", 0.0))
    assert Annotation(of, score=1.0).contradicts(Annotation(of, score=0.0))


def test_the_newest_answer_of_a_model_is_the_suggestion(judge: Judge) -> None:
    later = ServerRow(said(ROOT, "correctness", "fail", "other-judge", "LLM").annotation, "2", "API", "", "2026-11-21T13:00:00+00:00")
    strange = ServerRow(said(ROOT, "correctness", "meh", "third-judge", "LLM").annotation, "3", "API", "", "2026-11-21T14:00:00+00:00")
    judge.store.keep_read([later, strange], 2.0)
    found = suggestion(opinions_of(judge), ROOT, CORRECTNESS)
    assert found is not None and (found.who, found.row.label) == ("other-judge", "fail"), "a label that is not asked for is no suggestion"
    assert suggestion(opinions_of(judge), CALL, CORRECTNESS) is None
