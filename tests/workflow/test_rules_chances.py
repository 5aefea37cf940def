"""Over many seeds every item comes as often as it says, and sums weighted by 1 / probability are those of everything."""

import math
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from annotator.domain.queue import Rule
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.fill import fill
from tests.fake_server import FakeServer
from tests.workflow.test_rules import failing, items, ruled

TRACES, SEEDS = 30, 250
MEMORY = "/dev/shm"
FIFTH = Rule("fifth", rate=0.2, cap=6)
SLOW = Rule("slow", 'name ~ "1"', rate=0.3, cap=4)
ERRORS = Rule("errors", "status = error", rate=0.4)
SOAK = pytest.mark.soak


def seeds(store: SqliteStore, *rules: Rule, **selection: Any) -> list[dict[str, float]]:
    """For each seed the items, and with which probability they say they came."""
    server = FakeServer(failing(TRACES, every=3))
    found = []
    for seed in range(SEEDS):
        work = ruled(store, server, *rules, seed=seed, **selection)
        fill(work)
        found.append({item.target.id: item.inclusion or math.nan for item in items(work)})
        store.remove(work.queue.id)
    return found


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """In memory where there is such a folder: this is no test of the disk."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        made = open_store(Path(folder) / "annotator.db")
        yield made
        made.close()


@pytest.mark.parametrize("rules", [pytest.param((FIFTH,), marks=SOAK), pytest.param((FIFTH, SLOW), marks=SOAK), (ERRORS, SLOW, FIFTH)])
def test_an_item_comes_as_often_as_it_says(store: SqliteStore, rules: tuple[Rule, ...]) -> None:
    found = seeds(store, *rules)
    came = Counter(name for one in found for name in one)
    said = {name: chance for one in found for name, chance in one.items()}
    assert len(said) == TRACES and all(one[name] == pytest.approx(said[name]) for one in found for name in one), "whatever the seed"
    off = {name: (came[name] - SEEDS * chance) / math.sqrt(SEEDS * chance * (1 - chance)) for name, chance in said.items()}
    assert max(map(abs, off.values())) < 4.0 and fmean(value**2 for value in off.values()) < 1.7


@pytest.mark.parametrize(
    ("rules", "selection"),
    [
        pytest.param((ERRORS, FIFTH), {"order": "random", "limit": 5}, marks=SOAK),
        pytest.param((ERRORS, Rule("all")), {"order": "random", "limit": 9}, marks=SOAK),
        pytest.param((replace(ERRORS, priority=1), Rule("rest", rate=0.9)), {"order": "random", "limit": 9}, marks=SOAK),
        ((replace(FIFTH, priority=1), Rule("rest", 'name ~ "2"', rate=0.7), Rule("all")), {"order": "random", "limit": 8}),
    ],
)
def test_weighted_sums_are_those_of_everything_also_within_a_limit(store: SqliteStore, rules: Any, selection: Any) -> None:
    """Of all that a rule takes, and of errors; the standard error is that of the seeds."""
    found = seeds(store, *rules, **selection)
    for of in (set(range(1, TRACES + 1)), set(range(3, TRACES + 1, 3))):
        sums = [sum(1 / chance for name, chance in one.items() if int(name[1:]) in of) for one in found]
        assert abs(fmean(sums) - len(of)) < 4 * stdev(sums) / math.sqrt(SEEDS) + 0.02 * len(of)
