import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.filter import Answer, Field
from annotator.domain.ordering import Ordering, looked_at, ordering_of
from annotator.domain.queue import NewItem, Rule, Selection
from annotator.domain.span import Span
from annotator.errors import Unreachable, UsageError
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.selection import Ranked, ranked, shuffle_key, within
from tests.fake_server import FakeServer
from tests.workflow.scene import again, filling, span, targets

KINDS = ("AGENT", "CHAIN", "LLM", "RETRIEVER", "TOOL")


def rows(seed: int, count: int = 80, strata: Sequence[str] = KINDS, rules: Sequence[str] = ("",)) -> list[Ranked]:
    """Items of unequal strata, some without a value, some without a score."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        value = (strata[min(int(chance.expovariate(0.9)), len(strata) - 1)],) if chance.random() < 0.9 else ()
        score = round(chance.random(), 2) if chance.random() < 0.8 else None
        item = NewItem(Target("span", f"s{n}"), f"t{n}", f"s{n}", rule=chance.choice(rules))
        made.append(Ranked(chance.randrange(1000), item, value, score))
    return made


def ids(found: Sequence[Ranked]) -> list[str]:
    return [row.item.target.id for row in found]


# As people write them.


@pytest.mark.parametrize(
    ("text", "ordering", "on"),
    [
        ("newest", Ordering("newest"), None),
        ("random", Ordering("random"), None),
        ("random:7", Ordering("random", 7), None),
        ("stratified:kind", Ordering("stratified", 0, "kind"), Field("kind")),
        ("stratified:model@7", Ordering("stratified", 7, "model"), Field("model")),
        ("stratified:correctness", Ordering("stratified", 0, "correctness"), Answer("correctness")),
        ("stratified:llm.correctness@3", Ordering("stratified", 3, "llm.correctness"), Answer("correctness", "llm")),
        ('stratified:"kind@1"', Ordering("stratified", 0, '"kind@1"'), Answer("kind@1")),
        ('stratified:human."a.b"@2', Ordering("stratified", 2, 'human."a.b"'), Answer("a.b", "human")),
        ("uncertain:llm.correctness", Ordering("uncertain", 0, "llm.correctness", 0.5), Answer("correctness", "llm")),
        ("uncertain:quality@-1.5", Ordering("uncertain", 0, "quality", -1.5), Answer("quality")),
    ],
)
def test_an_order_is_read(text: str, ordering: Ordering, on: Field | Answer | None) -> None:
    assert ordering_of(text) == ordering
    assert on is None or looked_at(ordering.by, ordering.order) == on


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("up", "up is not an order"),
        ("stratfied:kind", "Nearest: stratified"),
        ("newest:3", "Nearest: newest"),
        ("random:x", "the seed 'x'"),
        ("stratified", "does not say what to look at"),
        ("stratified:kidn", "Nearest: kind"),
        ("stratified:latency", "latency is not what an order can look at"),
        ("stratified:judge.correctness", "judge does not say whose"),
        ("stratified:llm", "llm says whose annotations, and not which"),
        ("stratified:kind@two", "the seed 'two'"),
        ("uncertain:kind", "kind has no score"),
        ("uncertain:quality@nan", "the threshold 'nan'"),
        ("uncertain:quality@high", "the threshold 'high'"),
    ],
)
def test_a_wrong_order_is_said_with_the_nearest_word(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        ordering_of(text)
    assert said in f"{error.value.title} {error.value.advice}"


# Against a brute-force expectation.


def round_robin(found: Sequence[Ranked], selection: Selection) -> list[str]:
    """One of each stratum in turn, by hand."""
    left: dict[tuple[str, ...], list[Ranked]] = defaultdict(list)
    for row in sorted(found, key=lambda row: shuffle_key(selection.seed, selection.reviewer, row.item.target.id)):
        left[row.stratum].append(row)
    names = sorted(name for name in left if name) + ([()] if () in left else [])
    out: list[str] = []
    while any(left.values()):
        out += [left[name].pop(0).item.target.id for name in names if left[name]]
    return out


def by_priority(found: Sequence[Ranked], selection: Selection) -> list[list[Ranked]]:
    of = {rule.name: rule.priority for rule in selection.rules}
    classes: dict[int, list[Ranked]] = defaultdict(list)
    for row in found:
        classes[of[row.item.rule]].append(row)
    return [classes[one] for one in sorted(classes, reverse=True)]


@pytest.mark.parametrize("seed", range(12))
def test_stratified_takes_in_turn_from_each_value_within_each_priority(seed: int) -> None:
    selection = Selection(order="stratified", by="kind", seed=seed, rules=(Rule("a"), Rule("b", priority=2), Rule("c", priority=-1)))
    found = rows(seed, rules=("a", "b", "c"))
    expected = [one for some in by_priority(found, selection) for one in round_robin(some, selection)]
    assert ids(ranked(found, selection)) == expected
    assert ids(ranked(random.Random(seed).sample(found, len(found)), selection)) == expected


def test_the_first_twenty_show_every_value() -> None:
    found = rows(1, 5000, [f"KIND{n}" for n in range(19)])
    assert {row.stratum for row in ranked(found, Selection(order="stratified", by="kind"))[:20]} == {row.stratum for row in found}


@pytest.mark.parametrize("seed", range(12))
def test_uncertain_brings_what_is_nearest_to_the_threshold_first(seed: int) -> None:
    near = random.Random(seed).random()
    selection = Selection(order="uncertain", by="quality", near=near, seed=seed)
    found = ranked(rows(seed), selection)
    scores = [row.score for row in found]
    scored = [score for score in scores if score is not None]
    assert scores == scored + [None] * (len(scores) - len(scored)) and None in scores
    assert scored == sorted(scored, key=lambda score: abs(score - near))
    mixed = [shuffle_key(seed, "", row.item.target.id) for row in found]
    equal = [key for row, key in zip(found, mixed, strict=True) if row.score is None]
    assert equal == sorted(equal)


def test_several_reviewers_walk_permutations_of_their_own_whatever_the_times() -> None:
    found = rows(3)
    walks = [ids(ranked(found, Selection(order="newest", reviewers=2, reviewer=name))) for name in ("ann", "bob")]
    assert walks[0] != walks[1] and sorted(walks[0]) == sorted(walks[1])
    assert walks[0] == ids(ranked(found, Selection(order="random", reviewers=2, reviewer="ann")))


# What a limit leaves.


@pytest.mark.parametrize("limit", [3, 20, 41, 80, None])
def test_a_limit_leaves_an_item_with_the_share_of_its_stratum(limit: int | None) -> None:
    selection = Selection(order="stratified", by="kind", seed=5)
    found = ranked(rows(4), selection)
    kept = within(found, selection, limit)
    assert [item for item, _ in kept] == [row.item for row in found[:limit]]
    whole, left = Counter(row.stratum for row in found), Counter(row.stratum for row in found[:limit])
    strata = [row.stratum for row in found[:limit]]
    assert [chance for _, chance in kept] == [left[one] / whole[one] for one in strata]
    # Each stratum's weights are as many as it has items.
    weights = [(name, 1 / chance) for (_, chance), name in zip(kept, strata, strict=True) if chance]
    for one in set(strata):
        assert sum(weight for name, weight in weights if name == one) == pytest.approx(whole[one])


def test_over_many_seeds_each_item_is_taken_as_often_as_its_probability_says() -> None:
    found, taken, said = rows(6, 24), Counter[str](), dict[str, float]()
    for seed in range(600):
        selection = Selection(order="stratified", by="kind", seed=seed)
        for item, chance in within(ranked(found, selection), selection, 11):
            taken[item.target.id] += 1
            assert chance is not None
            assert said.setdefault(item.target.id, chance) == chance
    assert set(said) == set(ids(found))
    assert all(abs(taken[one] / 600 - chance) < 4.5 * (chance * (1 - chance) / 600) ** 0.5 + 1e-9 for one, chance in said.items())


def test_where_no_chance_cuts_nothing_is_said_of_it() -> None:
    found = rows(7)
    for order in ("newest", "oldest", "uncertain"):
        selection = Selection(order=order, by="quality")
        assert {chance for _, chance in within(ranked(found, selection), selection, 10)} == {None}
        assert {chance for _, chance in within(ranked(found, selection), selection, 80)} == {1.0}


def test_a_priority_that_came_whole_is_not_cut() -> None:
    selection = Selection(order="newest", rules=(Rule("a"), Rule("b", priority=1)))
    found = ranked(rows(8, rules=("a", "b")), selection)
    first = sum(row.item.rule == "b" for row in found)
    assert [chance for _, chance in within(found, selection, first + 2)] == [1.0] * first + [None] * 2


# From a server.


def judged(server: FakeServer, number: int, score: float | None = None, label: str | None = None, by: str = "x") -> None:
    identity = Identity(server.url, Target("span", f"s{number}"), "quality", by)
    server.write(Annotation(identity, label, score, None, "LLM"))


def calling(number: int, model: str) -> list[Span]:
    """A trace whose root names no model, and whose call does."""
    call = replace(span(f"c{number}", f"t{number}", f"s{number}", number), attributes={"llm.model_name": model})
    return [span(f"s{number}", f"t{number}", None, number, "AGENT"), call]


def test_a_queue_shows_every_kind_first(store: SqliteStore) -> None:
    kinds = ["LLM"] * 40 + ["TOOL"] * 3 + ["RETRIEVER"]
    server = FakeServer([span(f"s{n}", start=n, kind=kind) for n, kind in enumerate(kinds, 1)])
    work = filling(store, server, Selection("span", order="stratified", by="kind", limit=8))
    fill(work)
    items = store.items(work.queue.id)
    kind = [kinds[int(item.target.id[1:]) - 1] for item in items]
    assert kind == ["LLM", "RETRIEVER", "TOOL", "LLM", "TOOL", "LLM", "TOOL", "LLM"]
    assert [item.inclusion for item in items] == [{"LLM": 0.1, "TOOL": 1.0, "RETRIEVER": 1.0}[one] for one in kind]
    assert "spans" not in server.calls


def test_the_models_of_a_trace_are_those_of_its_calls(store: SqliteStore) -> None:
    models = ["big"] * 6 + ["small"] * 2
    server = FakeServer([one for n, model in enumerate(models, 1) for one in calling(n, model)])
    work = filling(store, server, Selection(order="stratified", by="model"))
    fill(work)
    assert [models[int(one[1:]) - 1] for one in targets(store, work.queue)[:4]] == ["big", "small", "big", "small"]


def test_labels_of_somebodys_annotations_are_strata(store: SqliteStore) -> None:
    server = FakeServer([span(f"s{n}", start=n) for n in range(1, 10)])
    for n in range(1, 7):
        judged(server, n, label="pass" if n < 6 else "fail")
    judged(server, 5, label="fail", by="y")
    work = filling(store, server, Selection(order="stratified", by="llm.quality"))
    fill(work)
    # fail alone, both, pass, none.
    assert targets(store, work.queue)[:2] == ["s6", "s5"] and targets(store, work.queue)[2] in ("s1", "s2", "s3", "s4")
    assert targets(store, work.queue)[3] in ("s7", "s8", "s9")


def test_uncertain_takes_the_mean_of_several_scores_and_what_has_none_last(store: SqliteStore) -> None:
    server = FakeServer([span(f"s{n}", start=n) for n in range(1, 6)])
    judged(server, 1, 0.9)
    judged(server, 2, 0.0)
    judged(server, 2, 1.0, by="y")
    judged(server, 3, 0.4)
    judged(server, 4, label="fail")
    work = filling(store, server, Selection(order="uncertain", by="quality"))
    fill(work)
    assert targets(store, work.queue)[:3] == ["s2", "s3", "s1"] and set(targets(store, work.queue)[3:]) == {"s4", "s5"}
    assert {item.inclusion for item in store.items(work.queue.id)} == {1.0}


def many(url: str = "http://phoenix.test") -> FakeServer:
    server = FakeServer([one for n in range(1, 451) for one in calling(n, f"model {n % 7}")], url=url)
    for n in range(1, 451, 2):
        judged(server, n, (n * 37 % 100) / 100)
    return server


@pytest.mark.parametrize("ordering", [ordering_of("stratified:model@2"), ordering_of("uncertain:quality@0.3")])
def test_filling_that_broke_off_goes_on_and_ends_as_if_it_had_not(store: SqliteStore, ordering: Ordering) -> None:
    selection = Selection(order=ordering.order, seed=ordering.seed, by=ordering.by, near=ordering.near)
    sound, server = many(), many("http://other.test")
    whole = filling(store, sound, selection)
    fill(whole)
    work = filling(store, server, selection)
    for fault in (Unreachable("gone"), Unreachable("gone again")):
        server.faults.extend([*[None] * 9, fault])
        with pytest.raises(Unreachable):
            fill(replace(work, queue=store.queue(work.queue.id)))
        assert store.counts(work.queue.id).items == 0
    again(work)
    assert targets(store, work.queue) == targets(store, whole.queue) and len(targets(store, work.queue)) == 450
    # What was under way comes again, and nothing else of payloads or rows.
    for call, under_way in (("spans", 4), ("read", 12)):
        assert server.calls.count(call) <= sound.calls.count(call) + under_way


def test_a_stop_gives_no_item_a_position(store: SqliteStore) -> None:
    server = many()
    asked = iter(range(1000))
    work = replace(filling(store, server, Selection(order="stratified", by="model")), stopped=lambda: next(asked) > 6)
    fill(work)
    assert targets(store, work.queue) == [] and not store.queue(work.queue.id).complete
    again(work)
    assert len(targets(store, work.queue)) == 450


def test_progress_is_told_while_everything_is_looked_at(store: SqliteStore) -> None:
    seen: list[Any] = []
    work = replace(filling(store, many(), Selection(order="stratified", by="model")), report=seen.append)
    fill(work)
    assert len(seen) > 10 and [one.looked for one in seen] == sorted(one.looked for one in seen) and seen[-1].items == 450


def test_what_comes_later_goes_behind(store: SqliteStore) -> None:
    server = FakeServer([span(f"s{n}", start=n, kind=KINDS[n % 2]) for n in range(1, 7)])
    work: Filling = filling(store, server, Selection(order="stratified", by="kind", limit=9))
    fill(work)
    before = targets(store, work.queue)
    server.server_spans += [span(f"s{n}", start=n, kind="TOOL") for n in range(7, 12)]
    again(work)
    after = targets(store, work.queue)
    assert after[:6] == before and len(after) == 9
    assert [item.inclusion for item in store.items(work.queue.id)] == [1.0] * 6 + [3 / 5] * 3
