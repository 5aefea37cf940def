"""With which probability a limit leaves an item where there are no rules, and a priority that it leaves without anything."""

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from annotator.domain.queue import Item, Rule, Selection
from annotator.errors import Unreachable
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from tests.fake_server import FakeServer
from tests.workflow.scene import again, filling, span, targets
from tests.workflow.test_rules import ERRORS, failing


def limited(store: SqliteStore, server: FakeServer, limit: int, **selection: Any) -> Filling:
    return filling(store, server, Selection(**({"order": "newest"} | selection), limit=limit))


def chances(work: Filling) -> Counter[float | None]:
    return Counter(item.inclusion for item in items(work))


def items(work: Filling) -> list[Item]:
    return work.store.items(work.queue.id, limit=10_000)


@pytest.mark.parametrize("selection", [{}, {"order": "oldest"}, {"order": "uncertain", "by": "llm.quality"}, {"status": "OK"}])
def test_a_limit_that_cuts_by_order_leaves_no_probability(store: SqliteStore, selection: dict[str, Any]) -> None:
    work = limited(store, FakeServer(failing(80)), 10, **selection)
    fill(work)
    assert chances(work) == {None: 10}


def test_in_a_random_order_it_leaves_the_share_of_what_fits(store: SqliteStore) -> None:
    server = FakeServer(failing(80))
    work, errors = limited(store, server, 10, order="random", seed=3), limited(store, server, 2, order="random", status="ERROR")
    fill(work)
    fill(errors)
    assert chances(work) == {10 / 80: 10} and chances(errors) == {2 / 8: 2}
    whole = filling(store, server, Selection(order="random", seed=3))
    fill(whole)
    assert targets(store, work.queue) == targets(store, whole.queue)[:10] and chances(whole) == {1.0: 80}


def test_payloads_are_not_fetched_to_count_what_a_filter_lets_through(store: SqliteStore) -> None:
    server = FakeServer([replace(one, attributes={"input.value": "number"}) for one in failing(300)])
    work = limited(store, server, 3, order="random", filter="text ~ number")
    fill(work)
    assert chances(work) == {None: 3}
    assert sum(store.has_payload(work.queue.source_id, f"t{n}") for n in range(1, 301)) < 300
    rare = limited(store, server, 301, order="random", filter="text ~ number")
    fill(rare)
    assert chances(rare) == {1.0: 300}


def test_a_session_counts_once(store: SqliteStore) -> None:
    spans = [span(f"s{n}", start=n, session=f"c{n % 8}") for n in range(1, 400)]
    work = limited(store, FakeServer(spans), 2, order="random", target="session")
    fill(work)
    assert chances(work) == {2 / 8: 2}


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_a_limit_that_cuts_nothing_is_none_and_what_comes_later_is_cut(store: SqliteStore, order: Any) -> None:
    server = FakeServer(failing(80))
    work = limited(store, server, 100, order=order)
    fill(work)
    assert chances(work) == {1.0: 80}
    first = items(work)
    server.server_spans += failing(40, first=81)
    again(work)
    assert items(work)[:80] == first and chances(work) == {1.0: 80, (20 / 40 if order == "random" else None): 20}
    then = items(work)
    again(work)
    assert items(work) == then


def test_a_queue_of_before_keeps_what_it_has(store: SqliteStore) -> None:
    server = FakeServer(failing(80))
    work = limited(store, server, 100)
    fill(work)
    store.db.execute("DELETE FROM met")
    server.server_spans += failing(10, first=81)
    again(work)
    assert chances(work) == {1.0: 90}
    server.server_spans += failing(40, first=91)
    again(work)
    assert chances(work) == {1.0: 90, None: 10}


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
@pytest.mark.parametrize("limit", [150, 400])
def test_an_interrupted_filling_says_the_same(store: SqliteStore, order: Any, limit: int) -> None:
    whole = limited(store, FakeServer(failing(250)), limit, order=order)
    fill(whole)
    work = limited(store, FakeServer(failing(250), url="http://other.test"), limit, order=order)
    work.source.faults.extend([None, Unreachable("gone")])  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        fill(work)
    assert None in chances(work) or not items(work), "nobody knows yet whether it cuts"
    again(work)
    alike = [[(item.target, item.inclusion) for item in items(one)] for one in (work, whole)]
    assert alike[0] == alike[1] and len(alike[0]) == min(limit, 250)


def test_the_first_items_are_there_before_the_listing_ends(store: SqliteStore) -> None:
    work = limited(store, FakeServer(failing(250)), 220)
    counts: list[int] = []
    fill(replace(work, report=lambda done: counts.append(done.items)))
    assert 0 < counts[0] < 220


# A priority that came to nothing.


@pytest.mark.parametrize("order", ["random", "newest"])
@pytest.mark.parametrize("limit", [5, 8])
def test_of_a_priority_that_got_nothing_nothing_can_be_said(store: SqliteStore, order: Any, limit: int) -> None:
    rules = (replace(ERRORS, priority=1), Rule("sample", rate=0.5))
    work = limited(store, FakeServer(failing(80)), limit, order=order, rules=rules)
    done = fill(work)
    assert {(item.rule, item.inclusion) for item in items(work)} == {("errors", None)} and len(items(work)) == limit
    assert done.starved == ("sample",)
    assert again(work).starved == () and chances(work) == {None: limit}


def test_a_priority_of_which_something_came_is_weighed(store: SqliteStore) -> None:
    rules = (replace(ERRORS, priority=1), Rule("sample", rate=0.5), Rule("slow", "latency > 1h", priority=-1))
    work = limited(store, FakeServer(failing(80)), 9, order="random", rules=rules)
    done = fill(work)
    assert done.starved == () and Counter(item.rule for item in items(work)) == {"errors": 8, "sample": 1}
    assert {item.inclusion for item in items(work) if item.rule == "errors"} == {1.0}
    assert all(0 < (item.inclusion or math.nan) < 0.1 for item in items(work) if item.rule == "sample")
