"""Log records are joined to their spans when the trace is read, whichever came first."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import NOTICE, LogRecord, Span, SpanEvent
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE, ON_SERVER

OWN = SpanEvent("exception", 5, {"exception.message": "no"})


def span(trace: str, span_id: str, parent: str | None = None) -> Span:
    return Span(trace, span_id, parent, "chat", "LLM", "OK", 10, 20, None, "", {"a": 1}, (OWN,), {"resource": {}})


def record(span_id: str, text: str, time: int | None = 7, trace: str = "t") -> LogRecord:
    return LogRecord(trace, span_id, SpanEvent("gen_ai.user.message", time, {"body": {"content": text}}))


def said(store: SqliteStore, source: int, trace: str = "t") -> dict[str, list[str]]:
    """What the log records of each span say."""
    found = store.trace(source, trace)
    assert found is not None
    return {one.span_id: [event.attributes["body"]["content"] for event in one.events if event is not OWN and "body" in event.attributes]
            for one in found.spans}  # fmt: skip


SPAN = Page(spans=(span("t", "s"),))
LOGS = Page(logs=(record("s", "late \ud800 \u2028", 9), record("s", "early", 8), record("s", "never timed", None)))


@pytest.mark.parametrize("pages", [*permutations((SPAN, LOGS)), (LOGS, SPAN, LOGS, SPAN), (SPAN, LOGS, LOGS)])
def test_records_join_their_span_once_whatever_came_first(store: SqliteStore, pages: Sequence[Page]) -> None:
    source = store.add_source(ON_FILE)
    for page in pages:
        assert list(store.add_page(source, page)) == ["t"]
    assert store.settle_records(source) == {}
    trace = store.trace(source, "t")
    assert trace is not None and [event.name for event in trace.spans[0].events] == ["exception", *["gen_ai.user.message"] * 3]
    assert said(store, source) == {"s": ["early", "late \ud800 \u2028", "never timed"]}
    assert trace.spans[0].attributes == {"a": 1} and NOTICE not in trace.spans[0].extra


def test_records_differ_by_span_by_text_and_by_time(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    different = (record("s", "a"), record("s", "b"), record("s", "a", 8), record("r", "a"), record("s", "a", trace="u"))
    store.add_page(source, Page(spans=(span("t", "s"), span("t", "r"), span("u", "s")), logs=different))
    assert said(store, source) == {"s": ["a", "b", "a"], "r": ["a"]} and said(store, source, "u") == {"s": ["a"]}


def test_records_whose_span_never_came_have_one_that_says_so(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    strays = (record("gone", "x"), record("gone", "y"), record("gone", "z", trace="u"))
    store.add_page(source, Page(spans=(span("t", "root"),), logs=strays))
    assert store.trace(source, "u") is None
    assert store.settle_records(source) == {"t": 2, "u": 1}
    trace = store.trace(source, "t")
    assert trace is not None and trace.root is not None and trace.root.span_id == "root"
    assert [one.span_id for one in trace.spans] == ["root", "gone"]
    assert trace.spans[1].extra == {NOTICE: "only log records of this span came, not the span itself"}
    assert said(store, source) == {"root": [], "gone": ["x", "y"]} and said(store, source, "u") == {"gone": ["z"]}
    alone = store.trace(source, "u")
    assert alone is not None and alone.spans[0].start_ns == 7
    assert store.settle_records(source) == {}, "said once"


def test_a_span_that_comes_after_all_takes_the_place_that_was_kept(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(logs=(record("s", "x"),)))
    store.settle_records(source)
    store.add_page(source, Page(spans=(span("t", "s", "p"), span("t", "p"))))
    trace = store.trace(source, "t")
    assert trace is not None and {one.span_id: (one.name, one.parent_id, one.start_ns, NOTICE in one.extra) for one in trace.spans} == {
        "p": ("chat", None, 10, False), "s": ("chat", "p", 10, False),
    }  # fmt: skip
    assert said(store, source) == {"p": [], "s": ["x"]}


@pytest.mark.parametrize("server_first", [True, False])
def test_records_join_the_spans_of_every_source(store: SqliteStore, server_first: bool) -> None:
    source, other = store.add_source(ON_FILE), store.add_source(ON_SERVER)
    store.add_page(source, Page(logs=(record("s", "x"), record("gone", "y"))))
    store.add_page(other, Page(spans=(span("t", "s"),), logs=(record("s", "x"),) if server_first else ()))
    store.set_loaded(other, ["t"])
    assert said(store, other) == {"s": ["x"]}
    assert store.settle_records(other) == {} and store.settle_records(source) == {"t": 1}, "only the one whose span no source has"


def test_a_span_of_another_source_takes_the_place_that_was_kept(store: SqliteStore) -> None:
    logs, other = store.add_source(ON_FILE), store.add_source(SourceRef("/spans.jsonl"))
    store.add_page(logs, Page(logs=(record("s", "x"), record("gone", "y"))))
    assert store.settle_records(logs) == {"t": 2}
    store.add_page(other, Page(spans=(span("t", "s", "p"), span("t", "p"))))
    assert store.settle_records(other) == {} == store.settle_records(other)
    trace = store.trace(logs, "t")
    assert trace is not None and {one.span_id: (one.name, one.parent_id, NOTICE in one.extra) for one in trace.spans} == {
        "p": ("chat", None, False), "s": ("chat", "p", False), "gone": ("(log records)", None, True),
    }  # fmt: skip
    assert said(store, logs) == {"p": [], "s": ["x"], "gone": ["y"]}


def test_a_span_whose_content_never_came_says_so(store: SqliteStore) -> None:
    source = store.add_source(ON_SERVER)
    store.add_page(source, Page(headers=(span("t", "a"), span("t", "b"))))
    store.add_page(source, Page(spans=(span("t", "a"),)))
    store.set_loaded(source, ["t"])
    trace = store.trace(source, "t")
    assert trace is not None and [one.extra.get(NOTICE) for one in trace.spans] == [
        None, "this span was listed, but the source did not give its content",
    ]  # fmt: skip
