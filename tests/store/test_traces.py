from dataclasses import replace

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span, SpanEvent, SpanHeader
from annotator.store.codec import CHUNK, pack, unpack
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE, ON_SERVER

EVENT = SpanEvent("exception", 3, {"exception.message": "no"})


def span(trace: str, id_: str, text: str = "hello", start: int | None = 1) -> Span:
    attributes = {"input.value": text, "n": [1, None, 1.5]}
    return Span(trace, id_, None, "chat", "LLM", "OK", start, 2, "sess", "fine", attributes, (EVENT,), {"r": {}})


def header(of: Span) -> SpanHeader:
    return SpanHeader(of.trace_id, of.span_id, of.parent_id, of.name, of.kind, of.status_code, of.start_ns, of.end_ns, None)


def stored_chunks(store: SqliteStore) -> int:
    return int(store.db.one("SELECT count(*) FROM payload")[0])


def test_a_source_is_one_row(store: SqliteStore) -> None:
    first = store.add_source(ON_SERVER)
    assert store.add_source(ON_SERVER) == first
    assert store.add_source(replace(ON_SERVER, project="other")) != first


def test_a_page_of_a_file_is_there_at_once_and_comes_back_equal(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    odd = span("t1", "s2", "日本語 \ud800 \x00 \u2028 \n", start=0)
    assert list(store.add_page(source, Page(spans=(span("t1", "s1"), span("t2", "s3"), odd)))) == ["t1", "t2"]
    assert store.has_payload(source, "t1")
    trace = store.trace(source, "t1")
    assert trace is not None and trace.spans == (odd, span("t1", "s1"))
    assert list(store.trace_ids(source)) == ["t1", "t2"]


def test_a_page_again_changes_nothing_and_takes_no_room(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    for _ in range(3):
        store.add_page(source, Page(spans=(span("t1", "s1"), span("t1", "s2"))))
    assert stored_chunks(store) == 1
    assert len(store.headers(source, "t1")) == 2


def test_the_last_payload_of_a_span_wins_also_when_it_was_there_before(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    for text in ("old", "new", "old"):
        store.add_page(source, Page(spans=(span("t1", "s1", text),)))
    trace = store.trace(source, "t1")
    assert trace is not None and trace.spans[0].attributes["input.value"] == "old"


def test_a_server_trace_waits_for_set_loaded(store: SqliteStore) -> None:
    source = store.add_source(ON_SERVER)
    whole = span("t1", "s1")
    store.add_page(source, Page(headers=(header(whole),)))
    assert store.headers(source, "t1") == (header(whole),)
    assert store.trace(source, "t1") is None
    store.add_page(source, Page(spans=(whole,)))
    assert not store.has_payload(source, "t1")
    store.set_loaded(source, ["t1"])
    trace = store.trace(source, "t1")
    assert trace is not None and trace.spans == (whole,)
    store.add_page(source, Page(headers=(header(whole),)))
    assert store.trace(source, "t1") == trace, "a listing that knows less takes nothing away"


def test_a_trace_that_grew_is_fetched_again(store: SqliteStore) -> None:
    source = store.add_source(ON_SERVER)
    store.add_page(source, Page(spans=(span("t1", "s1"),)))
    store.set_loaded(source, ["t1"])
    store.add_page(source, Page(headers=(header(span("t1", "s2")),)))
    assert not store.has_payload(source, "t1")


def test_a_span_without_payload_is_shown_by_its_header(store: SqliteStore) -> None:
    source = store.add_source(ON_SERVER)
    store.add_page(source, Page(headers=(header(span("t1", "s1")),)))
    store.set_loaded(source, ["t1"])
    trace = store.trace(source, "t1")
    assert trace is not None and trace.spans[0].span_id == "s1" and trace.spans[0].attributes == {}


def test_missing_follows_the_queue(store: SqliteStore) -> None:
    queue = store.create("queue", ON_SERVER, Selection(), BUILT_IN)
    for n in (1, 2, 3):
        store.add_page(queue.source_id, Page(headers=tuple(header(span(f"t{n}", f"s{n}{k}")) for k in range(n))))
    new = [NewItem(Target("span", f"s{n}{k}"), f"t{n}", f"s{n}{k}") for n in (3, 1, 2) for k in range(n)]
    assert store.add_items(queue.id, new) == 6
    assert store.missing(queue.id, 0, 9) == [("t3", 3), ("t1", 1), ("t2", 2)]
    assert store.missing(queue.id, 3, 9) == [("t1", 1), ("t2", 2)]
    assert store.missing(queue.id, 0, 1) == [("t3", 3)]
    store.set_loaded(queue.source_id, ["t1"])
    assert store.missing(queue.id, 0, 9) == [("t3", 3), ("t2", 2)]
    store.set_loaded(queue.source_id, ["t2", "t3"])
    assert store.missing(queue.id, 0, 9) == []


def test_find_by_prefix(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(spans=(span("abc1", "abd1"), span("abc2", "ffff"))))
    assert store.find("abc1") == [(source, "abc1", "")]
    assert store.find("ff") == [(source, "abc2", "ffff")]
    assert store.find("ab") == [(source, "abc1", ""), (source, "abc2", ""), (source, "abc1", "abd1")]
    assert store.find("ab", 2) == [(source, "abc1", ""), (source, "abc2", "")]
    assert store.find("zz") == []


def test_traces_of_two_sources_are_apart(store: SqliteStore) -> None:
    one, other = store.add_source(ON_FILE), store.add_source(SourceRef("/other.jsonl"))
    store.add_page(one, Page(spans=(span("t1", "s1", "one"),)))
    store.add_page(other, Page(spans=(span("t1", "s1", "other"),)))
    trace = store.trace(one, "t1")
    assert trace is not None and trace.spans[0].attributes["input.value"] == "one"
    assert [found[0] for found in store.find("t1")] == [one, other]


def test_what_sqlite_cannot_hold_in_a_header(store: SqliteStore) -> None:
    source = store.add_source(ON_FILE)
    store.add_page(source, Page(spans=(replace(span("t1", "s1"), name="half \ud800", end_ns=1 << 70),)))
    found = store.headers(source, "t1")[0]
    assert found.name == "half ?" and found.end_ns is None and found.start_ns == 1


def test_chunks_hold_about_a_megabyte() -> None:
    spans = [span("t1", f"s{n}", "x" * (CHUNK // 3)) for n in range(4)] + [span("t1", "big", "y" * 3 * CHUNK)]
    chunks = pack(spans)
    assert [[span_id for span_id, _ in unpack(chunk)] for chunk in chunks] == [["s0", "s1"], ["s2", "s3"], ["big"]]
