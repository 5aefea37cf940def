import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.queue import Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.span import Span
from annotator.errors import FilterError, Unreachable
from annotator.sources.files import Files
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.loading import load
from annotator.workflow.present import present
from tests.fake_server import FakeServer
from tests.workflow.scene import again, filling, span, targets


def retrieving(number: int, documents: int, **more: Any) -> Span:
    """A trace of one span, r{number}, that retrieved some documents."""
    attributes = {f"retrieval.documents.{n}.document.content": f"document {n} of {number}" for n in range(documents)}
    return replace(span(f"r{number}", f"t{number}", start=number, kind="RETRIEVER", **more), attributes=attributes)


def documents(store: SqliteStore, work: Filling) -> list[tuple[str, int | None]]:
    items = store.items(work.queue.id, limit=10_000)
    assert all(item.target.kind == "document" and item.span_id == item.target.id for item in items)
    return [(item.target.id, item.target.position) for item in items]


def reports(work: Filling) -> list[Progress]:
    seen: list[Progress] = []
    fill(replace(work, report=seen.append))
    return seen


# Documents.


def test_an_item_for_each_document_in_the_queues_order(store: SqliteStore) -> None:
    server = FakeServer([retrieving(1, 2), retrieving(2, 0), retrieving(3, 1), span("x", start=9)])
    work = filling(store, server, Selection("document"))
    fill(work)
    assert documents(store, work) == [("r3", 0), ("r1", 0), ("r1", 1)]


def test_documents_come_a_hundred_spans_at_a_time(store: SqliteStore) -> None:
    work = filling(store, FakeServer([retrieving(n, 1) for n in range(1, 251)]), Selection("document"))
    seen = reports(work)
    assert [one.items for one in seen] == [100, 100, 200, 200, 250, 250, 250]
    assert [one.looked for one in seen][-1] == 250 and list(load(work, lambda: 0)) == []


def test_a_limit_of_documents_fetches_no_further(store: SqliteStore) -> None:
    server = FakeServer([retrieving(n, 3) for n in range(1, 251)])
    work = filling(store, server, Selection("document", limit=5))
    assert fill(work).items == 5
    assert documents(store, work) == [("r250", 0), ("r250", 1), ("r250", 2), ("r249", 0), ("r249", 1)]
    assert server.calls.count("pages") == 1
    again(work)
    assert len(documents(store, work)) == 5


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_documents_interrupted_go_on_where_they_were(store: SqliteStore, order: Any) -> None:
    server = FakeServer([retrieving(n, 2) for n in range(1, 301)])
    whole = filling(store, server, Selection("document", order=order))
    fill(whole)
    broken = FakeServer(server.server_spans, url="http://other.test")
    work = filling(store, broken, Selection("document", order=order))
    broken.faults.extend([None] * (5 if order == "random" else 2) + [Unreachable("gone")])
    with pytest.raises(Unreachable):
        fill(work)
    assert not store.queue(work.queue.id).complete
    again(work)
    assert documents(store, work) == documents(store, whole) and len(documents(store, work)) == 600


def test_documents_of_new_traces_are_added(store: SqliteStore) -> None:
    server = FakeServer([retrieving(1, 2)])
    work = filling(store, server, Selection("document"))
    fill(work)
    server.server_spans += [retrieving(2, 1)]
    again(work)
    assert documents(store, work) == [("r1", 0), ("r1", 1), ("r2", 0)]


def test_documents_that_i_judged_come_in_as_done(store: SqliteStore) -> None:
    server = FakeServer([retrieving(1, 3)])
    server.write(Annotation(Identity(server.url, Target("document", "r1", 1), "correctness", "annotator:ann"), "pass"))
    work = filling(store, server, Selection("document"))
    fill(work)
    assert [item.state.value for item in store.items(work.queue.id)] == ["todo", "done", "todo"]


def test_documents_of_a_filter(store: SqliteStore) -> None:
    server = FakeServer([retrieving(1, 3), retrieving(12, 2, status="ERROR")])
    work = filling(store, server, Selection("document", filter='text ~ "DOCUMENT 1" and not status = error'))
    fill(work)
    assert documents(store, work) == [("r1", 1)]


# Sessions.


def chat(store: SqliteStore, spans: list[Span], **selection: Any) -> tuple[FakeServer, Filling]:
    server = FakeServer(spans)
    return server, filling(store, server, Selection("session", **selection))


def turns(session: str, first: int, last: int) -> list[Span]:
    return [span(f"{session}{n}", f"t{session}{n}", start=n, session=session) for n in range(first, last + 1)]


def shown(store: SqliteStore, work: Filling) -> list[tuple[str, str, str]]:
    return [(item.target.id, item.trace_id, item.span_id) for item in store.items(work.queue.id, limit=10_000)]


def test_a_session_shows_its_newest_trace(store: SqliteStore) -> None:
    _, work = chat(store, [*turns("a", 1, 3), *turns("b", 2, 2), span("x", start=1), span("y", start=2)])
    done = fill(work)
    assert sorted(shown(store, work)) == [("a", "ta3", "a3"), ("b", "tb2", "b2")] and done.sessionless == 2
    assert all(item.target == Target("session", item.target.id) for item in store.items(work.queue.id))


def test_a_session_that_goes_on_stays_one_item_and_shows_what_came(store: SqliteStore) -> None:
    server, work = chat(store, [*turns("b", 1, 1), *turns("a", 2, 3)])
    fill(work)
    server.server_spans += turns("b", 9, 9)
    again(work)
    assert shown(store, work) == [("a", "ta3", "a3"), ("b", "tb9", "b9")], "positions never change"


def test_the_turns_of_a_session_are_here_before_its_newest(store: SqliteStore) -> None:
    _, work = chat(store, [*turns("a", 1, 130), *turns("b", 131, 140)], order="oldest")
    fill(work)
    missing = [trace for trace, _ in store.missing(work.queue.id, 0, 500)]
    assert missing == [f"ta{n}" for n in range(1, 131)] + [f"tb{n}" for n in range(131, 141)]
    assert sum(load(work, lambda: 0)) == 140


def test_a_judged_session_is_read_whole(store: SqliteStore) -> None:
    said = [replace(one, attributes={"input.value": f"question {one.span_id}", "output.value": "yes"}) for one in turns("a", 1, 40)]
    _, work = chat(store, said)
    fill(work)
    list(load(work, lambda: 0))
    presented = present(store, work.queue.source_id, store.items(work.queue.id)[0])
    assert presented is not None and presented.conversation is not None
    assert presented.conversation.standing == "turn 40 of 40" and len(presented.conversation.earlier) == 39
    asked = [block for block in presented.blocks if block.key.startswith("turn/") and block.kind == "user"]
    assert [block.body for block in asked] == [f"question a{n}" for n in range(1, 40)] and {block.weight for block in asked} == {"step"}


def test_a_filter_of_sessions_looks_at_all_their_traces(store: SqliteStore) -> None:
    failed = [replace(one, status_code="ERROR") for one in turns("a", 1, 1)]
    _, work = chat(store, [*failed, *turns("a", 2, 3), *turns("b", 4, 5)], filter="any(status = error)")
    fill(work)
    assert [session for session, _, _ in shown(store, work)] == ["a"]
    [row] = store.listed(work.queue.id)
    assert row.failed


# Filters.


def kinds(count: int) -> list[Span]:
    """Traces of one span, every tenth a tool, whose input names its number."""
    made = [span(f"s{n}", f"t{n}", start=n, kind="LLM" if n % 10 else "TOOL") for n in range(1, count + 1)]
    return [replace(one, attributes={"input.value": f"number {one.span_id}"}) for one in made]


def test_what_headers_decide_fetches_nothing(store: SqliteStore) -> None:
    server = FakeServer(kinds(250))
    work = filling(store, server, Selection(filter="kind = tool and latency < 5s"))
    fill(work)
    assert targets(store, work.queue) == [f"s{n}" for n in range(250, 0, -10)] and "spans" not in server.calls


def test_only_what_headers_leave_is_fetched(store: SqliteStore) -> None:
    server = FakeServer(kinds(250))
    work = filling(store, server, Selection(filter='kind = tool and (text ~ "S100" or status = error)'))
    done = fill(work)
    assert targets(store, work.queue) == ["s100"] and done.looked == 250
    here = [trace for trace in store.trace_ids(work.queue.source_id) if store.has_payload(work.queue.source_id, trace)]
    assert len(here) == 25


def test_a_limit_stops_looking(store: SqliteStore) -> None:
    server = FakeServer(kinds(450))
    work = filling(store, server, Selection(filter="text ~ number", limit=3))
    done = fill(work)
    assert targets(store, work.queue) == ["s450", "s449", "s448"] and done.looked == 100


def test_a_person_who_leaves_stops_it_and_it_goes_on(store: SqliteStore) -> None:
    server = FakeServer(kinds(250))
    work = filling(store, server, Selection(filter="text ~ number"))
    seen: list[Progress] = []
    fill(replace(work, report=seen.append, stopped=lambda: len(seen) >= 3))
    assert 100 < store.counts(work.queue.id).items < 250 and not store.queue(work.queue.id).complete
    again(work)
    assert targets(store, work.queue) == [f"s{n}" for n in range(250, 0, -1)]


def judged(server: FakeServer, target: str, label: str, identifier: str = "llm", kind: str = "LLM") -> None:
    server.write(Annotation(Identity(server.url, Target("span", target), "quality", identifier), label, annotator_kind=kind))


def test_annotations_of_everybody_are_read_before_they_are_asked_about(store: SqliteStore) -> None:
    server = FakeServer(kinds(30))
    judged(server, "s3", "bad")
    judged(server, "s7", "good")
    judged(server, "s8", "bad", "annotator:ann", "HUMAN")
    for text, wanted in (("quality = bad", ["s8", "s3"]), ("mine.quality = bad", ["s8"]), ("llm", ["s7", "s3"])):
        work = filling(store, server, Selection(filter=text))
        fill(replace(work, annotator="ann"))
        assert targets(store, work.queue) == wanted


def test_annotations_made_later_are_found_by_the_next_pull(store: SqliteStore) -> None:
    server = FakeServer(kinds(250))
    work = filling(store, server, Selection(filter="quality = bad"))
    fill(work)
    assert targets(store, work.queue) == []
    judged(server, "s3", "bad")
    again(work)
    assert targets(store, work.queue) == ["s3"]


def test_a_filter_that_cannot_be_read(store: SqliteStore) -> None:
    with pytest.raises(FilterError):
        fill(filling(store, FakeServer(), Selection(filter="status = ")))


# Files, whose traces come in pieces.


def file_work(store: SqliteStore, path: Path, spans: list[Span], selection: Selection) -> Filling:
    rows = [
        {
            "name": one.name,
            "context": {"trace_id": one.trace_id, "span_id": one.span_id},
            "span_kind": one.kind,
            "parent_id": one.parent_id,
            "start_time": f"2026-11-01T12:00:{(one.start_ns or 0) // 10**9 % 60:02}+00:00",
            "end_time": "2026-11-01T13:00:00+00:00",
            "status_code": one.status_code,
            "attributes": {**one.attributes, **({"session.id": one.session_id} if one.session_id else {})},
        }
        for one in spans
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    source = Files(str(path))
    return Filling(store, source, store.create(path.stem, SourceRef(str(path)), selection, BUILT_IN))


def split(count: int) -> list[Span]:
    """Traces whose root and whose tool are far apart in the file; every fifth tool fails."""
    roots = [span(f"s{n}", f"t{n}", start=n % 60) for n in range(count)]
    tools = [span(f"x{n}", f"t{n}", f"s{n}", n % 60, "TOOL", "OK" if n % 5 else "ERROR") for n in range(count)]
    return roots + tools


FAILED = range(0, 300, 5)


@pytest.mark.parametrize(("text", "wanted"), [("any(status = error)", FAILED), ("not any(status = error)", {*range(300)} - {*FAILED})])
def test_a_trace_in_pieces_is_judged_by_all_of_them(store: SqliteStore, tmp_path: Path, text: str, wanted: Any) -> None:
    work = file_work(store, tmp_path / "t.jsonl", split(300), Selection(filter=text))
    fill(work)
    assert sorted(targets(store, work.queue)) == sorted(f"s{n}" for n in wanted)


def test_a_session_in_pieces_is_one_item(store: SqliteStore, tmp_path: Path) -> None:
    spans = [span(f"s{n}", f"t{n}", start=n // 5, session=f"c{n % 5}" if n % 7 else None) for n in range(280)]
    work = file_work(store, tmp_path / "t.jsonl", spans, Selection("session"))
    done = fill(work)
    newest = {f"c{n % 5}": f"t{n}" for n in range(280) if n % 7}
    assert {session: trace for session, trace, _ in shown(store, work)} == newest and done.sessionless == 40


def test_documents_of_a_file(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", [retrieving(n, n % 3) for n in range(1, 150)], Selection("document", limit=40))
    fill(work)
    assert documents(store, work)[:3] == [("r1", 0), ("r2", 0), ("r2", 1)] and len(documents(store, work)) == 40
