import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.queue import Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.errors import Unreachable
from annotator.sources.files import Files
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.judge import Judge
from annotator.workflow.loading import load
from tests.fake_server import FakeServer
from tests.workflow.scene import RUBRIC, again, filling, span, targets, traces


def ids(first: int, last: int) -> list[str]:
    step = 1 if last >= first else -1
    return [f"s{n}" for n in range(first, last + step, step)]


def stop_after(work: Filling, pages: int) -> Filling:
    """The same, told to stop once that many pages are kept."""
    seen: list[Progress] = []
    return replace(work, report=seen.append, stopped=lambda: len(seen) >= pages)


def mine(server: FakeServer, target: str, name: str = "correctness", label: str | None = "pass", **more: Any) -> Annotation:
    identifier = more.pop("identifier", "annotator:ann")
    return Annotation(Identity(server.url, Target("span", target), name, identifier), label, **more)


@pytest.mark.parametrize(("order", "wanted"), [("listed", ids(250, 1)), ("newest", ids(250, 1)), ("oldest", ids(1, 250))])
def test_a_server_is_listed_in_the_queues_order(store: SqliteStore, order: Any, wanted: list[str]) -> None:
    work = filling(store, FakeServer(traces(250)), Selection(order=order))
    done = fill(work)
    assert targets(store, work.queue) == wanted
    assert (done.traces, done.items, done.read, done.total) == (250, 250, 250, 250)
    assert store.queue(work.queue.id).complete and store.queue(work.queue.id).cursor is None


def test_items_join_page_by_page(store: SqliteStore) -> None:
    seen: list[int] = []
    work = filling(store, FakeServer(traces(250)))
    fill(replace(work, report=lambda progress: seen.append(store.counts(work.queue.id).items)))
    assert seen == [100, 200, 250, 250]


def test_a_random_order_waits_for_the_whole_list(store: SqliteStore) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(order="random", seed=7))
    counts: list[int] = []
    fill(replace(work, report=lambda progress: counts.append(store.counts(work.queue.id).items)))
    assert counts == [0, 0, 0, 250]
    shuffled = targets(store, work.queue)
    assert sorted(shuffled) == sorted(ids(1, 250)) and shuffled not in (ids(1, 250), ids(250, 1))
    other = filling(store, server, Selection(order="random", seed=7))
    fill(other)
    assert targets(store, other.queue) == shuffled


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_a_limit(store: SqliteStore, order: Any) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(order=order, limit=120))
    assert fill(work).items == 120
    assert len(targets(store, work.queue)) == 120 and store.queue(work.queue.id).complete
    server.server_spans += [span("s999", start=999)]
    again(work)
    assert len(targets(store, work.queue)) == 120, "also when it is listed again"


def test_a_full_queue_lists_no_further(store: SqliteStore) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(limit=5))
    seen: list[Progress] = []
    fill(replace(work, report=seen.append))
    assert seen[-1].traces == 100


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
@pytest.mark.parametrize("pages", [1, 2])
def test_an_interrupted_listing_goes_on_where_it_was(store: SqliteStore, order: Any, pages: int) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(order=order))
    fill(stop_after(work, pages))
    half = store.queue(work.queue.id)
    assert not half.complete and half.cursor == str(100 * pages)
    done = again(work)
    assert done.traces == 250 - 100 * pages, "what was listed is not listed again"
    whole = filling(store, server, Selection(order=order))
    fill(whole)
    assert targets(store, work.queue) == targets(store, whole.queue)


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_a_listing_that_broke_off_goes_on_where_it_was(store: SqliteStore, order: Any) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(order=order))
    pages_then_reads = [None] * (1 if order == "random" else 2)
    server.faults.extend([*pages_then_reads, Unreachable("gone")])
    with pytest.raises(Unreachable):
        fill(work)
    again(work)
    assert sorted(targets(store, work.queue)) == sorted(ids(1, 250)) and store.queue(work.queue.id).complete


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_listing_again_finds_what_is_new(store: SqliteStore, order: Any) -> None:
    server = FakeServer(traces(250))
    work = filling(store, server, Selection(order=order))
    fill(work)
    before = targets(store, work.queue)
    server.server_spans += [span(f"s{n}", f"t{n}", start=n) for n in (251, 252)]
    again(work)
    found = targets(store, work.queue)
    assert found[:250] == before and sorted(found[250:]) == ["s251", "s252"], "positions never change"


def test_listing_again_stops_at_the_first_page_without_news(store: SqliteStore) -> None:
    server = FakeServer(traces(450))
    work = filling(store, server)
    fill(work)
    assert again(work).traces == 100


def test_listing_again_looks_past_a_page_of_new_traces_that_do_not_fit(store: SqliteStore) -> None:
    server = FakeServer([span(f"s{n}", f"t{n}", start=n, status="ERROR") for n in range(1, 4)])
    work = filling(store, server, Selection(status="ERROR"))
    fill(work)
    server.server_spans += [span("s4", "t4", start=4, status="ERROR"), *(span(f"x{n}", start=5 + n) for n in range(150))]
    again(work)
    assert targets(store, work.queue) == ["s3", "s2", "s1", "s4"]


def test_what_i_judged_already_comes_in_as_done(store: SqliteStore) -> None:
    server = FakeServer(traces(4))
    server.write(mine(server, "s1"), mine(server, "s2", identifier="annotator:bob"))
    server.write(mine(server, "s3", label="maybe"), mine(server, "s4", "other"))
    work = filling(store, server)
    fill(work)
    states = {item.target.id: item.state for item in store.items(work.queue.id)}
    assert states == {"s1": ItemState.DONE, "s2": ItemState.TODO, "s3": ItemState.TODO, "s4": ItemState.TODO}
    view = Judge(store, work.queue, "ann", "annotator:ann").view(store.items(work.queue.id)[3])
    assert view.title == "pass" and view.complete
    assert Judge(store, work.queue, "ann", "annotator:ann").undo() is None, "nothing to undo: it was not done here"


def test_a_part_of_a_verdict_comes_in_as_todo(store: SqliteStore) -> None:
    server = FakeServer(traces(3))
    server.write(mine(server, "s1", label="pass"), mine(server, "s2", label="pass"), mine(server, "s2", "score", None, score=3.0))
    server.write(mine(server, "s3", label="fail"), mine(server, "s3", "score", None, score=3.0))
    work = filling(store, server, rubric=RUBRIC)
    fill(work)
    assert {item.target.id: item.state.value for item in store.items(work.queue.id)} == {"s1": "todo", "s2": "done", "s3": "todo"}
    view = Judge(store, work.queue, "ann", "annotator:ann").view(store.items(work.queue.id)[0])
    assert view.progress == (2, 3) and view.first_open is not None and view.first_open.criterion.name == "severity"


def test_what_i_judged_in_the_meantime_elsewhere_is_found_when_listed_again(store: SqliteStore) -> None:
    server = FakeServer(traces(2))
    work = filling(store, server)
    fill(work)
    server.write(mine(server, "s2"))
    again(work)
    assert [item.state.value for item in store.items(work.queue.id)] == ["done", "todo"]


def test_a_verdict_of_another_queue_counts(store: SqliteStore) -> None:
    server = FakeServer(traces(2))
    first = filling(store, server)
    fill(first)
    judge = Judge(store, first.queue, "ann", "annotator:ann")
    judge.answer(store.items(first.queue.id)[0], BUILT_IN.criteria[0], "fail")
    second = filling(store, server, Selection(order="oldest"))
    fill(second)
    assert [(item.target.id, item.state.value) for item in store.items(second.queue.id)] == [("s1", "todo"), ("s2", "done")]


def test_an_item_that_was_set_aside_stays_so(store: SqliteStore) -> None:
    server = FakeServer(traces(1))
    work = filling(store, server)
    fill(work)
    judge, item = Judge(store, work.queue, "ann", "annotator:ann"), store.items(work.queue.id)[0]
    judge.move(item, ItemState.FLAGGED, "odd")
    server.write(mine(server, "s1"))
    again(work)
    assert (store.item(item.id).state, store.item(item.id).reason) == (ItemState.FLAGGED, "odd")


def test_roots_and_orphans_give_one_item_a_trace(store: SqliteStore) -> None:
    server = FakeServer([
        span("root", "one", start=5), span("child", "one", "root", 6),
        span("late root", "several", start=3), span("early root", "several", start=2),
        span("late orphan", "none", "gone", 1), span("early orphan", "none", "gone", 0),
    ])  # fmt: skip
    work = filling(store, server)
    fill(work)
    assert targets(store, work.queue) == ["root", "early root", "early orphan"]


def test_a_root_that_is_exported_after_its_children_makes_no_second_item(store: SqliteStore) -> None:
    server = FakeServer([span("child", "t", "root", 1)])
    work = filling(store, server)
    fill(work)
    server.server_spans += [span("root", "t", start=0)]
    again(work)
    assert targets(store, work.queue) == ["child"]


def test_an_earlier_root_that_comes_later_makes_no_second_item(store: SqliteStore) -> None:
    server = FakeServer([span("b", "t", start=2)])
    work = filling(store, server)
    fill(work)
    server.server_spans += [span("a", "t", start=1)]
    again(work)
    assert targets(store, work.queue) == ["b"]


def test_spans_that_come_later_join_a_queue_of_spans(store: SqliteStore) -> None:
    server = FakeServer([span("a", "t", start=1)])
    work = filling(store, server, Selection(target="span"))
    fill(work)
    server.server_spans += [span("b", "t", "a", start=2)]
    again(work)
    assert targets(store, work.queue) == ["a", "b"]


# Files: whole spans in the order of the file.


def file_work(store: SqliteStore, path: Path, spans: list[Any], selection: Selection = Selection()) -> Filling:  # noqa: B008
    path.write_text("".join(json.dumps(_phoenix(one)) + "\n" for one in spans))
    name = f"queue {len(store.queues()) + 1}"
    queue = store.create(name, SourceRef(str(path)), selection, BUILT_IN)
    return Filling(store, Files(str(path)), queue, "annotator:ann")


def _phoenix(one: Any) -> dict[str, Any]:
    start = f"1970-01-01T00:{one.start_ns // 60_000_000_000:02}:{one.start_ns // 1_000_000_000 % 60:02}+00:00"
    return {
        "name": one.name, "context": {"trace_id": one.trace_id, "span_id": one.span_id}, "span_kind": one.kind, "parent_id": one.parent_id,
        "start_time": start, "end_time": start, "status_code": one.status_code, "attributes": {"input.value": one.span_id}, "events": [],
    }  # fmt: skip


FILE = [
    span("o", "orphaned", "gone", 1),
    span("c", "late", "r", 2),
    *(span(f"s{n}", f"t{n}", start=n) for n in range(10, 160)),
    span("r", "late", start=3),
]


def test_a_trace_of_a_file_waits_for_its_root_and_an_orphan_for_the_end(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", FILE)
    done = fill(work)
    assert targets(store, work.queue) == [*ids(10, 159), "r", "o"]
    assert done.items == 152 and store.missing(work.queue.id, 0, 10) == []


def test_an_interrupted_file_loses_no_trace(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", FILE)
    fill(stop_after(work, 1))
    assert not store.queue(work.queue.id).complete
    again(work)
    assert targets(store, work.queue) == [*ids(10, 159), "r", "o"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_file_in_another_order(store: SqliteStore, tmp_path: Path, order: Any) -> None:
    work = file_work(store, tmp_path / "t.jsonl", FILE, Selection(order=order, limit=3))
    fill(work)
    assert targets(store, work.queue) == (["s159", "s158", "s157"] if order == "newest" else ["o", "r", "s10"])


def test_a_complete_file_is_not_read_again(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", FILE)
    fill(work)
    (tmp_path / "t.jsonl").unlink()
    assert again(work).items == 152


def test_local_verdicts_count_in_a_second_queue_of_the_file(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", FILE)
    fill(work)
    Judge(store, work.queue, "ann", "annotator:ann").answer(store.items(work.queue.id)[0], BUILT_IN.criteria[0], "pass")
    second = file_work(store, tmp_path / "t.jsonl", FILE, Selection(limit=2))
    fill(second)
    assert {item.target.id: item.state.value for item in store.items(second.queue.id)} == {"r": "todo", "s10": "done"}


# Payloads.


def loaded(store: SqliteStore, work: Filling) -> set[str]:
    return {item.target.id for item in store.items(work.queue.id, limit=10_000) if store.has_payload(work.queue.source_id, item.trace_id)}


def test_payloads_after_the_position_come_first(store: SqliteStore) -> None:
    work = filling(store, FakeServer(traces(800)), Selection(order="oldest"))
    fill(work)
    position = 401
    steps = load(work, lambda: position)
    next(steps)
    assert loaded(store, work) == set(ids(401, 500)), "100 traces a request"
    position = 201
    next(steps)
    assert loaded(store, work) == set(ids(401, 600)), "what was asked for already comes before what another position needs"
    position = 751
    next(steps)
    next(steps)
    assert loaded(store, work) == set(ids(401, 600)) | set(ids(201, 300)) | set(ids(751, 800))
    next(steps)
    assert loaded(store, work) == set(ids(401, 600)) | set(ids(201, 300)) | set(ids(751, 800)) | set(ids(1, 100)), "then those before"
    assert sum(steps) == 800 - 450 and loaded(store, work) == set(ids(1, 800))
    assert list(load(work, lambda: 1)) == []


def test_a_request_brings_about_a_hundred_spans(store: SqliteStore) -> None:
    server = FakeServer([span(f"{n}-{m}", f"t{n}", None if m == 0 else f"{n}-0", n) for n in range(6) for m in range(40)])
    work = filling(store, server, Selection(order="oldest"))
    fill(work)
    assert list(load(work, lambda: 0)) == [2, 2, 2]


def test_loading_stops_and_goes_on(store: SqliteStore) -> None:
    server = FakeServer(traces(160))
    work = filling(store, server)
    fill(work)
    stop: list[int] = []
    for count in load(replace(work, stopped=lambda: bool(stop)), lambda: 0):
        stop.append(count)
    assert stop == [100] and sum(load(work, lambda: 0)) == 60


def test_loading_that_broke_off_goes_on(store: SqliteStore) -> None:
    server = FakeServer(traces(240))
    work = filling(store, server)
    fill(work)
    server.faults.extend([None, Unreachable("gone")])
    with pytest.raises(Unreachable):
        list(load(work, lambda: 0))
    assert sum(load(work, lambda: 0)) == 140 and len(loaded(store, work)) == 240


def test_a_trace_that_is_gone_from_the_server_is_not_asked_for_for_ever(store: SqliteStore) -> None:
    server = FakeServer(traces(2))
    work = filling(store, server)
    fill(work)
    server.forget(Target("trace", "t1"))
    assert list(load(work, lambda: 0)) == [2]
    trace = store.trace(work.queue.source_id, "t1")
    assert trace is not None and [one.attributes for one in trace.spans] == [{}]


def test_a_trace_that_grew_is_fetched_again(store: SqliteStore) -> None:
    server = FakeServer([span("a", "t")])
    work = filling(store, server)
    fill(work)
    list(load(work, lambda: 0))
    server.server_spans += [span("b", "t", "a", 1)]
    again(work)
    assert list(load(work, lambda: 0)) == [1]
    trace = store.trace(work.queue.source_id, "t")
    assert trace is not None and {one.span_id for one in trace.spans} == {"a", "b"}
