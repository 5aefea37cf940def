"""Queues that rules fill: which items come, why, and with which probability."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.queue import Item, Rule, Selection, Taken
from annotator.domain.span import Span
from annotator.errors import Unreachable
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from tests.fake_server import FakeServer
from tests.workflow.scene import again, filling, span, targets

ERRORS, REST = Rule("errors", "status = error"), Rule("rest", rate=0.3)
JUDGE = Rule("judge", "llm.quality = fail")
SECOND = 10**9


def failing(count: int, every: int = 10, first: int = 1) -> list[Span]:
    """s1, s2, …, of which every tenth failed."""
    return [span(f"s{n}", start=n, status="OK" if n % every else "ERROR") for n in range(first, first + count)]


def ruled(store: SqliteStore, spans: list[Span] | FakeServer, *rules: Rule, **selection: Any) -> Filling:
    server = spans if isinstance(spans, FakeServer) else FakeServer(spans)
    return filling(store, server, Selection(**({"order": "newest"} | selection), rules=rules))


def items(work: Filling) -> list[Item]:
    return work.store.items(work.queue.id, limit=10_000)


def chances(work: Filling) -> Counter[tuple[str, float | None]]:
    return Counter((item.rule, None if item.inclusion is None else round(item.inclusion, 9)) for item in items(work))


def says(server: FakeServer, *numbers: int, label: str = "fail", who: str = "judge", name: str = "quality") -> None:
    """A model annotates the spans of these numbers."""
    of = (Identity(server.url, Target("span", f"s{n}"), name, who) for n in numbers)
    server.write(*(Annotation(one, label, annotator_kind="LLM") for one in of))


def test_a_rule_takes_all_that_meets_it_and_another_a_share_of_everything(store: SqliteStore) -> None:
    work = ruled(store, failing(300), ERRORS, REST)
    fill(work)
    found = chances(work)
    assert set(found) == {("errors", 1.0), ("rest", 0.3)} and found["errors", 1.0] == 30 and 55 <= found["rest", 0.3] <= 110
    assert {item.target.id for item in items(work) if item.rule == "errors"} == {f"s{n}" for n in range(10, 301, 10)}
    assert targets(store, work.queue) == sorted(targets(store, work.queue), key=lambda name: -int(name[1:]))
    whys = {item.rule: item.why for item in reversed(items(work))}
    assert whys == {"errors": "errors: error in name s300", "rest": "rest: 30 % of all"}


def test_the_seed_decides_and_nothing_else(store: SqliteStore) -> None:
    server = FakeServer(failing(200))
    one, same, other = (ruled(store, server, REST, seed=seed) for seed in (1, 1, 2))
    for work in (one, same, other):
        fill(work)
    assert targets(store, one.queue) == targets(store, same.queue) != targets(store, other.queue)


def test_what_several_rules_may_take_is_likelier_whichever_took_it(store: SqliteStore) -> None:
    work = ruled(store, failing(400, every=2), Rule("half", "status = error", rate=0.5), Rule("tenth", rate=0.1))
    fill(work)
    assert set(chances(work)) == {("half", 0.55), ("tenth", 0.55), ("tenth", 0.1)}
    assert any(item.rule == "tenth" for item in items(work) if int(item.target.id[1:]) % 2 == 0), "taken by the other draw alone"


def test_every_way_to_a_rule(store: SqliteStore) -> None:
    """Annotations of a model and of users, disagreement, latency, a tool that failed."""
    spans = [span(f"s{n}", f"t{n}", start=n) for n in range(1, 9)]
    spans[2] = replace(spans[2], end_ns=9 * SECOND + (spans[2].start_ns or 0))
    spans.append(replace(span("tool", "t4", "s4", start=4, kind="TOOL", status="ERROR"), name="get_order"))
    server = FakeServer(spans)
    says(server, 1)
    says(server, 2, label="down", who="app", name="user_feedback")
    says(server, 5, label="pass", who="one")
    says(server, 5, label="fail", who="two")
    whens = [
        'user_feedback = "down"', "disagreement.quality", "llm.quality = fail", "latency > 5s", "any(kind = tool and status = error)",
        "status = error or (latency > 5s and kind = agent)",
    ]  # fmt: skip
    work = ruled(store, server, *(Rule(f"rule {n}", when) for n, when in enumerate(whens)), order="oldest")
    fill(work)
    assert [(item.target.id, item.why) for item in items(work)] == [
        ("s1", "rule 2"), ("s2", "rule 0"), ("s3", "rule 3: took 9.0s"), ("s4", "rule 4: error in get_order"), ("s5", "rule 1"),
    ]  # fmt: skip


def test_what_only_payloads_tell_is_fetched_for_what_a_draw_may_take(store: SqliteStore) -> None:
    said = [replace(one, attributes={"input.value": f"a refund of {n % 2}"}) for n, one in enumerate(failing(300))]
    server = FakeServer(said)
    work = ruled(store, server, Rule("refunds", 'text ~ "refund of 1"', rate=0.1))
    done = fill(work)
    brought = sum(1 for n in range(1, 301) if store.has_payload(work.queue.source_id, f"ts{n}"))
    assert done.looked == 300 and 15 <= brought <= 60, "a tenth was drawn, and nothing else is looked at"
    assert 5 <= done.items < brought and set(chances(work)) == {("refunds", 0.1)}


def test_filling_again_changes_nothing(store: SqliteStore) -> None:
    work = ruled(store, failing(300), ERRORS, Rule("some", rate=0.5, cap=20))
    fill(work)
    before = items(work), store.taken(work.queue.id)
    for _ in range(2):
        assert again(work).added == 0
    assert (items(work), store.taken(work.queue.id)) == before


def test_new_traces_are_drawn_too(store: SqliteStore) -> None:
    server = FakeServer(failing(300))
    work, whole = ruled(store, server, ERRORS, REST), ruled(store, FakeServer(failing(500), url="http://other.test"), ERRORS, REST)
    fill(work)
    server.server_spans += failing(200, first=301)
    again(work)
    fill(whole)
    assert sorted(targets(store, work.queue)) == sorted(targets(store, whole.queue)) and chances(work) == chances(whole)


# Annotations that come later.


def test_what_comes_to_meet_a_rule_is_taken_and_what_is_there_is_likelier(store: SqliteStore) -> None:
    server = FakeServer(failing(300))
    work = ruled(store, server, REST, JUDGE)
    fill(work)
    before = targets(store, work.queue)
    says(server, *range(1, 101))
    again(work)
    now = targets(store, work.queue)
    assert now[: len(before)] == before and set(now) == set(before) | {f"s{n}" for n in range(1, 101)}
    assert len(now) == len(set(now))
    old = {item.target.id: item for item in items(work)[: len(before)]}
    assert {old[name].inclusion for name in old if int(name[1:]) <= 100} == {1.0}
    assert {old[name].inclusion for name in old if int(name[1:]) > 100} == {0.3}
    assert {item.rule for item in old.values()} == {"rest"}, "what took it first stays"
    seen = items(work)
    assert again(work).added == 0 and items(work) == seen


def test_the_rows_of_others_are_not_asked_for_where_a_certain_rule_settles_it(store: SqliteStore) -> None:
    server = FakeServer(failing(100, every=1))
    fill(ruled(store, server, ERRORS, JUDGE))
    settled = server.calls.count("read")
    server.calls.clear()
    fill(ruled(store, server, JUDGE, ERRORS))
    assert server.calls.count("read") > settled


# Caps.


def test_a_cap_takes_from_all_alike(store: SqliteStore) -> None:
    work = ruled(store, failing(1000), ERRORS, Rule("some", rate=0.5, cap=45))
    fill(work)
    assert store.taken(work.queue.id) == {"errors": Taken(100, 100), "some": Taken(45, 45)}
    assert set(chances(work)) == {("errors", 1.0), ("some", 0.05)}, "what the errors settle does not use it up"
    taken = [int(item.target.id[1:]) for item in items(work) if item.rule == "some"]
    assert min(taken) < 300 and max(taken) > 700, "not only the newest"


def test_a_full_rule_is_closed_and_one_that_is_not_goes_on_until_it_is(store: SqliteStore) -> None:
    server = FakeServer(failing(100))
    work = ruled(store, server, Rule("full", "status = error", cap=3), Rule("open", rate=0.5, cap=80))
    fill(work)
    first = items(work)
    assert store.taken(work.queue.id)["full"].draws == 3
    server.server_spans += failing(200, first=101)
    again(work)
    new = items(work)[len(first) :]
    assert items(work)[: len(first)] == first
    assert store.taken(work.queue.id)["full"].draws == 3 and store.taken(work.queue.id)["open"].draws == 80
    assert {(item.rule, item.inclusion) for item in new} == {("open", 0.5)}
    seen = items(work)
    assert again(work).added == 0 and items(work) == seen


def test_a_cap_on_annotations_that_come_later(store: SqliteStore) -> None:
    server = FakeServer(failing(100))
    work = ruled(store, server, replace(JUDGE, cap=10), Rule("rest", rate=0.2))
    fill(work)
    says(server, *range(1, 51))
    again(work)
    assert store.taken(work.queue.id)["judge"].draws == 10
    assert {item.inclusion for item in items(work) if item.rule == "judge"} == {1.0}
    seen = items(work)
    says(server, *range(51, 101))
    assert again(work).added == 0 and items(work) == seen


# Priorities and limits.


def test_higher_priorities_come_first(store: SqliteStore) -> None:
    work = ruled(store, failing(200), REST, replace(ERRORS, priority=1), Rule("last", 'name ~ "s1"', priority=-1))
    fill(work)
    rules = [item.rule for item in items(work)]
    assert rules == sorted(rules, key=["errors", "rest", "last"].index) and len(set(rules)) == 3
    numbers = [int(item.target.id[1:]) for item in items(work) if item.rule == "rest"]
    assert numbers == sorted(numbers, reverse=True)


def test_a_limit_that_cuts_by_order_leaves_no_probability(store: SqliteStore) -> None:
    work = ruled(store, failing(300), ERRORS, REST, limit=20)
    fill(work)
    assert len(items(work)) == 20 and {item.inclusion for item in items(work)} == {None}


def test_a_limit_that_cuts_nothing_leaves_every_probability(store: SqliteStore) -> None:
    server = FakeServer(failing(300))
    work = ruled(store, server, ERRORS, REST, limit=250)
    fill(work)
    assert set(chances(work)) == {("errors", 1.0), ("rest", 0.3)}
    first = items(work)
    server.server_spans += failing(900, first=301)
    again(work)
    assert items(work)[: len(first)] == first and len(items(work)) == 250
    assert {item.inclusion for item in items(work)[len(first) :]} == {None}


def test_a_limit_in_a_random_order_is_a_chance(store: SqliteStore) -> None:
    work = ruled(store, failing(300), ERRORS, REST, limit=40, order="random")
    whole = ruled(store, work.source, ERRORS, REST, order="random")  # type: ignore[arg-type]
    fill(work)
    fill(whole)
    left = 40 / len(items(whole))
    assert targets(store, work.queue) == targets(store, whole.queue)[:40]
    assert set(chances(work)) == {("errors", round(left, 9)), ("rest", round(0.3 * left, 9))}


# Interruptions.


@pytest.mark.parametrize(
    ("rules", "selection"),
    [
        ((ERRORS, REST), {}),
        ((ERRORS, REST), {"limit": 60, "order": "random"}),
        ((replace(ERRORS, priority=1), Rule("some", rate=0.5, cap=50)), {}),
        ((Rule("most", rate=0.98, cap=230),), {}),
        ((Rule("said", 'text ~ "7"', cap=30), JUDGE, REST), {"limit": 50, "order": "random"}),
    ],
)
def test_an_interrupted_filling_ends_as_one_that_was_not(store: SqliteStore, rules: Any, selection: Any) -> None:
    spans = [replace(one, attributes={"input.value": one.span_id}) for one in failing(250)]
    server = FakeServer(spans)
    says(server, *range(3, 250, 9))
    whole = ruled(store, server, *rules, **selection)
    fill(whole)
    cut = 0
    for faults in (1, 3, 4, 6, 14):
        broken = FakeServer(spans, url=f"http://other{faults}.test")
        says(broken, *range(3, 250, 9))
        work = ruled(store, broken, *rules, **selection)
        broken.faults.extend([None] * faults + [Unreachable("gone")])
        try:
            fill(work)
            broken.faults.clear()
        except Unreachable:
            cut += 1
            again(work)
        assert items_alike(work) == items_alike(whole), faults
        assert store.taken(work.queue.id) == store.taken(whole.queue.id)
    assert cut >= 2


def items_alike(work: Filling) -> list[tuple[Any, ...]]:
    return [(item.position, item.target, item.why, item.rule, item.inclusion) for item in items(work)]


# Targets.


@pytest.mark.parametrize("target", ["span", "trace", "session", "document"])
def test_every_target_is_drawn(store: SqliteStore, target: Any) -> None:
    spans = [
        replace(span(f"s{n}", start=n, session=f"c{n}"), attributes={f"retrieval.documents.{k}.document.content": "x" for k in range(3)})
        for n in range(1, 201)
    ]
    work = ruled(store, spans, REST, target=target)
    fill(work)
    count = 600 if target == "document" else 200
    assert {item.target.kind for item in items(work)} == {target} and {item.inclusion for item in items(work)} == {0.3}
    assert 0.2 * count < len(items(work)) < 0.4 * count
    assert again(work).added == 0
