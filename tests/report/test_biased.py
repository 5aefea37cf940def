"""The failure rate of all traffic, from a queue of rules: all errors, and a share of the rest by chance."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from annotator.cli.report_text import lines
from annotator.domain.annotation import Annotation, Identity
from annotator.domain.queue import Rule, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.span import Span
from annotator.filter.facts import Reviewer
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.choosing import Choosing
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.report.calibration import Outcome, failure_rate
from annotator.workflow.report.figures import Asked, ConfigFigures, figures
from annotator.workflow.report.rated import Judged, judged
from annotator.workflow.report.whole import report
from tests.fake_server import FakeServer
from tests.server_rows import server_rows

MEMORY = "/dev/shm"
TRACES = 1200
RULES = (Rule("errors", "status = error"), Rule("sample", rate=0.05))


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """In memory where there is such a folder: this is no test of the disk."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        made = open_store(Path(folder) / "annotator.db")
        yield made
        made.close()


def is_error(n: int) -> bool:
    """8 % of the traces."""
    return n % 25 in (3, 14)


def spans() -> list[Span]:
    return [
        Span(f"t{n}", f"s{n}", None, "answer", "LLM", "ERROR" if is_error(n) else "OK", n * 10**9, n * 10**9 + 1, None, "", {})
        for n in range(TRACES)
    ]


def failing(seed: int) -> dict[str, bool]:
    """Which of them fail: 60 % of those with an error, 5 % of the rest."""
    random = np.random.default_rng(seed).random(TRACES)
    return {f"s{n}": bool(random[n] < (0.6 if is_error(n) else 0.05)) for n in range(TRACES)}


def working(store: SqliteStore, server: FakeServer, **selection: Any) -> Filling:
    name = f"queue {len(store.queues())}"
    queue = store.create(name, SourceRef(server.url, "default", server.url), Selection(order="newest", **selection), BUILT_IN)
    return Filling(store, server, queue)


def held(store: SqliteStore, seeds: int) -> tuple[int, int]:
    """In how many queues the truth is within the interval: weighted, and not."""
    server = FakeServer(spans())
    fill(working(store, server))
    weighted = unweighted = 0
    for seed in range(seeds):
        work, fails = working(store, server, rules=RULES, seed=seed), failing(seed)
        headers = store.headers_of(work.queue.source_id, [f"t{n}" for n in range(TRACES)])
        choosing = Choosing(work)
        items = [item for some in choosing.choose(choosing.candidates(headers, whole=True), headers) for item in some.items]
        said = [Outcome(fails[item.target.id], None, item.inclusion or 0.0) for item in items]
        found, raw = failure_rate(said), failure_rate([Outcome(one.people, None) for one in said])
        truth = sum(fails.values()) / TRACES
        weighted += found.low <= truth <= found.high
        unweighted += raw.low <= truth <= raw.high
        store.remove(work.queue.id)
    return weighted, unweighted


def test_weighted_intervals_hold_the_truth_and_unweighted_ones_do_not(store: SqliteStore) -> None:
    weighted, unweighted = held(store, 100)
    assert weighted >= 95
    assert unweighted == 0


@pytest.mark.soak
def test_they_hold_it_as_often_as_they_say(store: SqliteStore) -> None:
    weighted, _ = held(store, 2000)
    assert 0.94 <= weighted / 2000 <= 0.985


def reported(store: SqliteStore, work: Filling, fails: Mapping[str, bool]) -> ConfigFigures:
    """What the report says when every item is judged."""
    items = store.items(work.queue.id, limit=TRACES)
    rows = (Identity(work.queue.source.server, item.target, "correctness", "annotator:ann") for item in items)
    store.keep_read(server_rows(*(Annotation(of, "fail" if fails[of.target.id] else "pass") for of in rows)), store.clock())
    return figures(_found(store, work), Asked({one.name: one for one in work.queue.rubric.criteria}))[0]


def test_the_report_weighs_what_the_rules_kept(store: SqliteStore) -> None:
    fails = failing(1)
    work = working(store, FakeServer(spans()), rules=RULES, seed=1)
    fill(work)
    made = reported(store, work, fails)
    counts = Counter((item.inclusion, fails[item.target.id]) for item in store.items(work.queue.id, limit=TRACES))
    failed, passed = counts[1.0, True] + counts[0.05, True] / 0.05, counts[1.0, False] + counts[0.05, False] / 0.05
    assert made.weighted and not made.alone and made.unknown == 0
    assert made.failure.value == pytest.approx(failed / (failed + passed))
    assert made.failure.low <= sum(fails.values()) / TRACES <= made.failure.high


def test_items_of_which_it_is_not_known_are_left_out_and_counted(store: SqliteStore) -> None:
    server = FakeServer(spans()[:600])
    work = working(store, server, rules=RULES, limit=100)
    fill(work)
    known = store.counts(work.queue.id).items
    server.server_spans = spans()
    fill(replace(work, queue=store.queue(work.queue.id)))
    made = reported(store, work, failing(1))
    assert known < 100 == store.counts(work.queue.id).items
    assert (made.failure.n, made.unknown, made.alone) == (known, 100 - known, False)
    text = "\n".join(lines(report(["queue"], "", None, _found(store, work), Asked({}), partial=["queue"]), 80, 5))
    assert f"left out: {100 - known} items, of which it is not known how likely they were to come" in text
    assert "of what the rules of queue can take, not of all that is there" in text


def test_where_it_is_known_of_none_the_share_is_theirs_alone(store: SqliteStore) -> None:
    work, fails = working(store, FakeServer(spans()), rules=RULES, limit=50), failing(1)
    fill(work)
    made = reported(store, work, fails)
    there = [fails[item.target.id] for item in store.items(work.queue.id, limit=TRACES)]
    assert made.alone and not made.weighted and made.failure.n == 50 and made.failure.value == pytest.approx(sum(there) / 50)
    assert "of these items alone" in "\n".join(lines(report(["queue"], "", None, _found(store, work), Asked({})), 80, 5))


def _found(store: SqliteStore, work: Filling) -> list[Judged]:
    return list(judged(store, [work.queue], {}, {work.queue.id: Reviewer("ann", "annotator:ann")}))
