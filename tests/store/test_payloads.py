"""What comes again of a trace that is here."""

from dataclasses import replace

import pytest

from annotator.domain.payload import PackedSpan, payload_of
from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.store import payloads
from annotator.store.payloads import span_id_of
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE


def span(span_id: str, text: str = "hello", trace: str = "t") -> Span:
    return Span(trace, span_id, None, "chat", "LLM", "OK", 1, 2, None, "", {"input.value": text}, (), {})


def packed(of: Span, payload: bytes | None = None) -> PackedSpan:
    return PackedSpan(of.trace_id, of.span_id, None, of.name, of.kind, of.status_code, 1, 2, None, payload or payload_of(of))


def texts(store: SqliteStore, source: int) -> dict[str, str]:
    trace = store.trace(source, "t")
    assert trace is not None
    return {one.span_id: one.attributes["input.value"] for one in trace.spans}


def fingerprint(store: SqliteStore, source: int) -> bytes:
    return store.fingerprints(["t"], store.last_trace())[source, "t"]


@pytest.fixture(params=[payloads.MERGED, 1], ids=["merged", "large"])
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(payloads, "MERGED", request.param)
    return int(request.param)


def test_the_newest_version_of_a_span_wins_and_the_others_stay(store: SqliteStore, limit: int) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(spans=(span("a"), span("b"))))
    store.add_page(source, Page(spans=(span("c"),)))
    before = fingerprint(store, source)
    store.add_page(source, Page(spans=(span("b", "new"), span("d"))))
    assert texts(store, source) == {"a": "hello", "b": "new", "c": "hello", "d": "hello"}
    assert fingerprint(store, source) != before


def test_equal_spans_in_other_pages_take_no_room(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(spans=(span("a"), span("b"))))
    store.add_page(source, Page(spans=(span("c"),)))
    before, size = fingerprint(store, source), store.payload_size(source, "t")
    store.add_page(source, Page(spans=(span("b"), span("c"))))
    store.add_page(source, Page(spans=(span("c"), span("a"))))
    assert (fingerprint(store, source), store.payload_size(source, "t")) == (before, size)


def test_another_writer_of_the_same_json_is_no_change(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(spans=(span("a"), span("b"))))
    size = store.payload_size(source, "t")
    spaced = payload_of(span("a")).replace(b",", b", ")
    store.add_page(source, Page(packed=(packed(span("a"), spaced),)))
    assert store.payload_size(source, "t") == size


def test_a_fingerprint_knows_headers_payloads_and_log_records(store: SqliteStore) -> None:
    source, other = store.add_source(ON_FILE), store.add_source(SourceRef("/other.jsonl"))
    store.add_page(source, Page(spans=(span("a"),)))
    first = fingerprint(store, source)
    last = store.last_trace()
    store.add_page(other, Page(spans=(span("a"),)))
    assert fingerprint(store, other) == first and store.fingerprints(["t"], last) == {(source, "t"): first}
    store.add_page(other, Page(spans=(replace(span("a"), name="renamed"),)))
    assert fingerprint(store, other) != first == fingerprint(store, source)


@pytest.mark.parametrize("span_id", ["1a2b", 'a "quoted" \\ one', "日本\u2028", "\\", '"', "half \ud800", ""])
def test_the_id_of_a_payload_is_read_without_the_rest(span_id: str) -> None:
    assert span_id_of(payload_of(span(span_id, 'text "quoted"'))) == span_id


def test_find_takes_the_source_that_was_pulled_last_and_has_spans(store: SqliteStore) -> None:
    one, other, empty = (store.add_source(SourceRef(f"/{name}")) for name in ("one", "other", "empty"))
    for source in (one, other):
        store.add_page(source, Page(spans=(span("a"),)))
    store.set_pulled(one)
    assert [found[0] for found in store.find("t")] == [one, other] and [found[0] for found in store.find("a")] == [one, other]
    store.clock = lambda: 4e9
    store.set_pulled(other)
    store.db.execute("INSERT INTO trace (source, trace_id, loaded) VALUES (?, 't', 0)", (empty,))
    store.set_pulled(empty)
    assert [found[0] for found in store.find("t")] == [other, one, empty] and [found[0] for found in store.find("a")] == [other, one]
