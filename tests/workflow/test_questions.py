"""The first words of what was asked, kept for lists."""

from dataclasses import replace
from typing import Any

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.store.store import SqliteStore
from annotator.workflow import questions
from annotator.workflow.questions import KEPT, read_some, whole_question, with_questions


def span(number: int, asked: Any = None, parent: str | None = None, status: str = "OK", id_: str = "", **more: Any) -> Span:
    attributes = {"input.value": asked} if asked is not None else {}
    span_id, name = id_ or f"s{number}", f"name {number}"
    return Span(f"t{number}", span_id, parent, name, "CHAIN", status, number, number + 5, None, "", attributes | more)


def queue_of(store: SqliteStore, *spans: Span, target: Any = "root") -> Any:
    queue = store.create(f"queue {target}", SourceRef("/traces"), Selection(target=target), BUILT_IN)
    store.add_page(queue.source_id, Page(spans=spans))
    chosen = [one for one in spans if target == "span" or one.parent_id is None]
    store.add_items(queue.id, [NewItem(Target("span", one.span_id), one.trace_id, one.span_id) for one in chosen])
    return queue


def asked(store: SqliteStore, queue: Any) -> list[str | None]:
    return list(with_questions(store, queue.source_id, store.listed(queue.id)))


def test_questions_are_read_once_and_kept(store: SqliteStore) -> None:
    long = "word " * 500
    queue = queue_of(store, span(1, "what?"), span(2), span(3, long), span(4, "half \ud800"))
    assert [row.question for row in store.listed(queue.id)] == [None] * 4
    first = asked(store, queue)
    assert first == ["what?", "", long[:KEPT], "half \ud800"]
    assert [row.question for row in store.listed(queue.id)] == [*first[:3], "half ?"]
    assert whole_question(store, queue.source_id, store.listed(queue.id)[2].item) == long.strip()
    assert list(with_questions(store, queue.source_id, store.listed(queue.id), lambda: False)) == [*first[:3], "half ?"]


def test_a_list_that_has_no_time_reads_nothing(store: SqliteStore) -> None:
    queue = queue_of(store, span(1, "what?"))
    assert list(with_questions(store, queue.source_id, store.listed(queue.id), lambda: False)) == [None]
    assert store.listed(queue.id)[0].question is None


def test_a_changed_trace_is_read_again(store: SqliteStore) -> None:
    queue = queue_of(store, span(1, "what?"), span(2, "who?"))
    asked(store, queue)
    store.add_page(queue.source_id, Page(spans=(span(1, "why?"), span(2, "who?"))))
    assert [row.question for row in store.listed(queue.id)] == [None, "who?"]
    assert asked(store, queue) == ["why?", "who?"]


def test_a_root_without_words_takes_those_of_its_model(store: SqliteStore) -> None:
    model = {"openinference.span.kind": "LLM", "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "how?"}
    child = replace(span(1, None, "s1", id_="c1", **model), kind="LLM")
    queue = queue_of(store, span(1), child, span(2, '{"messages": []}'))
    assert asked(store, queue) == ["how?", '{"messages": []}']


def test_errors_and_durations_are_of_the_item(store: SqliteStore) -> None:
    spans = (span(1, "a"), span(1, "b", "s1", "ERROR", id_="c1"), span(2, "d"), replace(span(3), end_ns=None))
    rows = store.listed(queue_of(store, *spans).id)
    assert [(row.name, row.failed, row.duration_ns) for row in rows] == [("name 1", True, 5), ("name 2", False, 5), ("name 3", False, None)]
    single = store.listed(queue_of(store, *spans, target="span").id)
    assert [(row.item.span_id, row.failed) for row in single] == [("s1", False), ("c1", True), ("s2", False), ("s3", False)]


def test_questions_are_read_a_few_at_a_time(store: SqliteStore, monkeypatch: Any) -> None:
    monkeypatch.setattr(questions, "TOGETHER", 2)
    monkeypatch.setattr(questions, "HEAVY", 10_000)
    heavy = "".join(chr(33 + n * n % 90) for n in range(3_000_000 // 100)) * 100
    queue = queue_of(store, span(1, "a"), span(2, heavy), span(3, "c"))
    assert store.payload_size(queue.source_id, "t2") > 10_000 > store.payload_size(queue.source_id, "t1")
    assert read_some(store, queue.id, queue.source_id, 0) == 2
    assert read_some(store, queue.id, queue.source_id, 2) == 3
    assert read_some(store, queue.id, queue.source_id, 3) is None
    assert [row.question for row in store.listed(queue.id)] == ["a", None, "c"]
