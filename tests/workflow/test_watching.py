import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.queue import Rule, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.span import Span
from annotator.errors import AnnotatorError, Forbidden, StoreBusy, Unreachable
from annotator.sources.files import Files
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.selection import QUIET_SECONDS
from annotator.workflow.watching import FULL_ROUNDS, News, Watch, watch
from tests.fake_server import FakeServer
from tests.screen.scene import span as received
from tests.workflow.scene import filling, span, targets

SOON = 1000.0
"""A time shortly after the spans of these tests."""


def trace(number: int, start: int = 0) -> Span:
    return span(f"s{number}", f"t{number}", start=start or number)


def watched(store: SqliteStore, server: FakeServer, selection: Selection = Selection()) -> Filling:  # noqa: B008
    """A queue that was filled, and is about to be watched."""
    work = replace(filling(store, server, selection), running=set())
    fill(work)
    return work


def start(work: Filling, now: Callable[[], float] = lambda: SOON) -> Watch:
    """As a new start of the program would."""
    return Watch(replace(work, queue=work.store.queue(work.queue.id), running=set()), clock=now)


def rounds(look: Watch, count: int) -> int:
    """How many items came."""
    return sum(look.round().items for _ in range(count))


def test_a_round_without_news_is_one_request(store: SqliteStore) -> None:
    server = FakeServer([trace(n) for n in range(1, 351)])
    look = start(watched(store, server))
    rounds(look, 1)
    server.calls.clear()
    assert rounds(look, 5) == 0 and server.calls == ["pages"] * 5


def test_news_goes_behind_what_is_there_and_comes_once(store: SqliteStore) -> None:
    server = FakeServer([trace(n) for n in range(1, 4)])
    work = watched(store, server)
    look = start(work)
    rounds(look, 1)
    server.server_spans += [trace(4), trace(5)]
    assert look.round() == News() and look.round() == News(2, loaded=2)
    assert targets(store, work.queue) == ["s3", "s2", "s1", "s5", "s4"]
    assert all(store.has_payload(work.queue.source_id, f"t{n}") for n in range(1, 6))
    assert rounds(look, FULL_ROUNDS + 2) == 0 and rounds(start(work), 3) == 0
    assert targets(store, work.queue) == ["s3", "s2", "s1", "s5", "s4"]


@pytest.mark.parametrize("order", ["newest", "oldest", "random", "stratified", "uncertain"])
def test_in_every_order_what_is_there_stays_where_it_is(store: SqliteStore, order: str) -> None:
    server = FakeServer([trace(n) for n in range(1, 31)])
    work = watched(store, server, Selection(order=order, by="kind" if order == "stratified" else "quality"))  # type: ignore[arg-type]
    look, before = start(work), targets(store, work.queue)
    rounds(look, 1)
    for number in range(31, 36):
        server.server_spans.append(trace(number))
        rounds(look, 2)
    assert targets(store, work.queue) == [*before, "s31", "s32", "s33", "s34", "s35"]


def test_a_trace_that_runs_comes_when_its_root_is_there_and_nothing_more_comes(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server)
    look = start(work)
    rounds(look, 1)
    server.server_spans.append(span("c2", "t2", "s2", 901))
    assert rounds(look, 3) == 0
    server.server_spans.append(span("d2", "t2", "c2", 902))
    assert rounds(look, 3) == 0
    server.server_spans.append(span("s2", "t2", None, 900))
    assert rounds(look, 1) == 0
    server.server_spans.append(span("e2", "t2", "s2", 903))
    assert rounds(look, 1) == 0
    assert rounds(look, 1) == 1 and targets(store, work.queue) == ["s1", "s2"]
    assert len(store.trace(work.queue.source_id, "t2").spans) == 4  # type: ignore[union-attr]


def test_a_trace_whose_root_never_comes_is_taken_ten_minutes_after_its_last_span(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server)
    now = SOON
    look = start(work, lambda: now)
    server.server_spans.append(span("c2", "t2", "s2", 900))
    assert rounds(look, 3) == 0
    now = 900 + QUIET_SECONDS
    assert rounds(look, 1) == 0
    now += 1
    assert rounds(look, 1) == 1 and targets(store, work.queue) == ["s1", "c2"]
    server.server_spans.append(span("s2", "t2", None, 899))
    assert rounds(look, FULL_ROUNDS) == 0, "the span that stood for it stays"


def test_a_trace_that_grows_has_its_payload_anew_and_no_second_item(store: SqliteStore) -> None:
    server = FakeServer([trace(1), trace(2)])
    work = watched(store, server)
    look = start(work)
    rounds(look, 1)
    server.server_spans.append(span("c1", "t1", "s1", 5))
    news = look.round()
    assert news == News(0, frozenset({"t1"}), 1) and rounds(look, 3) == 0
    assert [one.span_id for one in store.trace(work.queue.source_id, "t1").spans] == ["s1", "c1"]  # type: ignore[union-attr]
    assert targets(store, work.queue) == ["s2", "s1"]


def test_what_waited_when_the_program_ended_comes_after_its_next_start(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server)
    look = start(work)
    server.server_spans += [trace(2), span("c3", "t3", "s3", 901)]
    assert rounds(look, 1) == 0
    server.server_spans.append(span("s3", "t3", None, 900))
    again = start(work)
    fill(again.work)
    assert rounds(again, 2) + len(targets(store, work.queue)) >= 3
    assert sorted(targets(store, work.queue)) == ["s1", "s2", "s3"] and rounds(again, FULL_ROUNDS) == 0


def test_a_trace_that_many_newer_ones_pushed_down_comes_in_a_full_round(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server)
    look = start(work)
    rounds(look, 1)
    server.server_spans.append(span("c2", "t2", "s2", 500))
    rounds(look, 1)
    server.server_spans += [trace(n, 500 + n) for n in range(3, 403)]
    rounds(look, 2)
    server.server_spans.append(span("s2", "t2", None, 499))
    came = rounds(look, FULL_ROUNDS * 2)
    assert came >= 1 and targets(store, work.queue).count("s2") == 1 and len(targets(store, work.queue)) == 402


def write(server: FakeServer, span_id: str, label: str) -> None:
    server.write(Annotation(Identity(server.url, Target("span", span_id), "feedback", "user"), label, None, None, "HUMAN"))


UNHAPPY = (Rule("unhappy", "feedback = down"), Rule("none", "name = nothing"))


@pytest.mark.parametrize("selection", [Selection(filter="feedback = down"), Selection(rules=UNHAPPY)])
def test_feedback_that_comes_later_brings_its_trace_in_a_full_round(store: SqliteStore, selection: Selection) -> None:
    server = FakeServer([trace(n) for n in range(1, 151)])
    write(server, "s7", "down")
    work = watched(store, server, selection)
    look = start(work)
    rounds(look, 2)
    assert targets(store, work.queue) == ["s7"]
    write(server, "s3", "down")
    write(server, "s4", "up")
    assert rounds(look, FULL_ROUNDS) == 1
    assert targets(store, work.queue) == ["s7", "s3"] and rounds(look, FULL_ROUNDS) == 0
    # A round that is not full asks for the listing alone, also where annotations decide.
    look = start(work)
    rounds(look, 1)
    server.calls.clear()
    rounds(look, 3)
    assert server.calls == ["pages"] * 3


def test_a_session_that_goes_on_stays_one_item(store: SqliteStore) -> None:
    server = FakeServer([span("s1", "t1", start=1, session="a")])
    work = watched(store, server, Selection("session"))
    look = start(work)
    server.server_spans += [span("s2", "t2", start=2, session="a"), span("s3", "t3", start=3, session="b")]
    assert rounds(look, 2) == 1 and rounds(look, FULL_ROUNDS) == 0
    assert targets(store, work.queue) == ["a", "b"]
    assert [item.trace_id for item in store.items(work.queue.id)] == ["t2", "t3"]


def test_a_full_queue_ends_the_watch(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server, Selection(limit=2))
    told: list[News] = []
    server.server_spans += [trace(2), trace(3)]
    watch(start(work), 1.0, lambda seconds: False, told.append, no_outage, nothing, nothing)
    assert told[-1].full and len(targets(store, work.queue)) == 2


def nothing() -> None: ...


def no_outage(error: AnnotatorError, seconds: float) -> None:
    raise AssertionError(error)


@pytest.mark.parametrize("fault", range(10))
def test_an_outage_at_any_moment_loses_no_trace_and_brings_none_twice(store: SqliteStore, fault: int) -> None:
    server = FakeServer([trace(1)])
    work = watched(store, server, Selection(order="stratified", by="model"))
    server.server_spans += [trace(2), trace(3), span("c2", "t2", "s2", 4)]
    server.faults.extend([*[None] * fault, Unreachable("gone"), Unreachable("still")])
    waits: list[float] = []
    said: list[str] = []
    told: list[News] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 12

    watch(
        start(work), 1.0, wait, told.append, lambda error, seconds: said.append("away"), lambda: said.append("back"),
        lambda: server.user(),
    )  # fmt: skip
    assert said in (["away", "back"], ["away", "away", "back"])
    assert sorted(targets(store, work.queue)) == ["s1", "s2", "s3"] and sum(news.items for news in told) == 2
    assert all(store.has_payload(work.queue.source_id, f"t{n}") for n in (1, 2, 3))


def test_what_no_waiting_mends_ends_the_watch_and_a_busy_store_does_not(store: SqliteStore) -> None:
    server = FakeServer([trace(1)])
    server.faults.extend([StoreBusy("busy"), None, Forbidden("no right")])
    work = filling(store, server)
    store.set_listing(work.queue.id, None, complete=True)
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    with pytest.raises(Forbidden):
        watch(start(work), 10.0, wait, lambda news: None, no_outage, nothing, nothing)
    assert waits[:2] == [10.0, 1.0]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes_in_whichever_pieces_every_trace_is_an_item_once(store: SqliteStore, seed: int) -> None:
    """Spans of many traces in any order, rounds, outages and starts between them."""
    chance = random.Random(seed)
    pieces = [span(f"s{n}", f"t{n}", None, 500 + n) for n in range(1, 41)]
    pieces += [span(f"c{n}.{k}", f"t{n}", f"s{n}", 501 + n) for n in range(1, 41) for k in range(n % 4)]
    chance.shuffle(pieces)
    server = FakeServer(pieces[:20])
    work = watched(store, server)
    look, left, before = start(work), pieces[20:], targets(store, work.queue)
    while left:
        server.server_spans += [left.pop() for _ in range(min(len(left), chance.randrange(8)))]
        if chance.random() < 0.2:
            server.faults.extend([*[None] * chance.randrange(4), Unreachable("gone")])
        if chance.random() < 0.1:
            look = start(work)
        with suppress(Unreachable):
            look.round()
        assert targets(store, work.queue)[: len(before)] == before
        before = targets(store, work.queue)
    server.faults.clear()
    rounds(look, FULL_ROUNDS + 2)
    found = store.items(work.queue.id)
    assert sorted(item.trace_id for item in found) == sorted(f"t{n}" for n in range(1, 41))
    for item in found:
        whole = store.trace(work.queue.source_id, item.trace_id)
        assert whole is not None and len(whole.spans) == 1 + int(item.trace_id[1:]) % 4


def test_two_programs_feed_one_store_and_each_says_what_came(store: SqliteStore) -> None:
    """What the one has stored is news to the other, for the same queue and for another one."""
    server = FakeServer([trace(1)])
    work, other = watched(store, server), watched(store, server, Selection("span"))
    looks = [start(work), start(work), start(other)]
    for look in looks:
        rounds(look, 1)
    server.server_spans += [trace(2), span("c2", "t2", "s2", 3)]
    assert [rounds(look, 1) for look in looks] == [0, 0, 0]
    assert [rounds(look, 1) for look in looks] == [1, 1, 2]
    assert [rounds(look, FULL_ROUNDS) for look in looks] == [0, 0, 0]
    assert targets(store, work.queue) == ["s1", "s2"] and sorted(targets(store, other.queue)) == ["c2", "s1", "s2"]


# Files.


def test_a_file_that_grows_is_read_again(store: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    times = {"start_time": datetime.now(UTC).isoformat(), "end_time": datetime.now(UTC).isoformat()}
    lines = [json.dumps(received(number, part, **times)) + "\n" for number in range(1, 5) for part in (1, 0)]
    path.write_text("".join(lines[:2]))
    queue = store.create("file", SourceRef(str(path)), Selection(), BUILT_IN)
    work = Filling(store, Files(str(path)), queue, running=set())
    fill(work)
    look = Watch(work, lambda: Files(str(path)))
    assert rounds(look, 3) == 0
    for end in (3, 5, 7, 8):
        path.write_text("".join(lines[:end]))
        rounds(look, 2)
    assert [item.trace_id[-1] for item in store.items(queue.id)] == ["1", "2", "3", "4"]
    assert [item.target.id for item in store.items(queue.id)] == [f"{n * 100 + 1:016x}" for n in range(1, 5)]
    path.unlink()
    away: list[AnnotatorError] = []
    waits = iter([False, False, True, True])
    watch(look, 1.0, lambda seconds: next(waits), lambda news: None, lambda error, seconds: away.append(error), nothing, nothing)
    assert away and len(store.items(queue.id)) == 4
