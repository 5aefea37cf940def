"""Which rules items met, and what they weigh by that."""

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import Met, NewItem, Queue, Selection, Taken
from annotator.domain.rubric import BUILT_IN
from annotator.store.store import SqliteStore
from tests.store.scene import ON_SERVER
from tests.store.test_plans import scans, statements

ONE, TWO = Target("document", "s1", 0), Target("document", "s1", 1)


def item(target: Target, rule: str, *met: Met, inclusion: float | None = None) -> NewItem:
    return NewItem(target, "t1", target.id, f"{rule}: why", rule, inclusion, met)


@pytest.fixture
def queue(store: SqliteStore) -> Queue:
    queue = store.create("queue", ON_SERVER, Selection(), BUILT_IN)
    store.add_items(queue.id, [
        item(ONE, "errors", Met("errors", 1.0), inclusion=1.0), item(TWO, "rest", Met("rest", 0.1), Met("", None)),
    ])  # fmt: skip
    return queue


def chances(store: SqliteStore, queue: Queue) -> list[float | None]:
    return [one.inclusion for one in store.items(queue.id)]


def test_what_was_met_is_kept_for_each_target(store: SqliteStore, queue: Queue) -> None:
    other = store.create("other", ON_SERVER, Selection(), BUILT_IN)
    store.add_items(other.id, [item(ONE, "mine", Met("mine", 0.5), inclusion=0.5)])
    assert store.met(queue.id, [ONE, TWO, Target("document", "s2", 0)]) == {
        ONE: {"errors": Met("errors", 1.0)}, TWO: {"rest": Met("rest", 0.1), "": Met("", None)},
    }  # fmt: skip
    assert store.taken(queue.id) == {"errors": Taken(1, 1), "rest": Taken(1, 1)}
    assert store.taken(other.id) == {"mine": Taken(1, 1)}


def test_what_is_met_later_makes_likelier_and_what_was_kept_stays(store: SqliteStore, queue: Queue) -> None:
    store.settle_limit(queue.id)
    elsewhere = item(Target("document", "s9", 0), "", Met("late", 1))
    store.keep_met(queue.id, [item(TWO, "", Met("late", 0.5, taken=False), Met("rest", 0.9)), elsewhere])
    assert chances(store, queue) == [1.0, pytest.approx(1 - 0.9 * 0.5)]
    assert store.taken(queue.id) == {"errors": Taken(1, 1), "rest": Taken(1, 1), "late": Taken(0, 0)}
    assert [one.rule for one in store.items(queue.id)] == ["errors", "rest"]


def test_a_limit_that_cut_nothing_leaves_what_the_rules_say(store: SqliteStore, queue: Queue) -> None:
    assert chances(store, queue) == [1.0, None]
    store.keep_met(queue.id, [item(TWO, "", Met("late", 0.5))])
    assert chances(store, queue) == [1.0, None], "not while it may have"
    store.settle_limit(queue.id)
    assert chances(store, queue) == [1.0, pytest.approx(0.55)]


def test_a_queue_takes_it_along(store: SqliteStore, queue: Queue) -> None:
    store.remove(queue.id)
    assert store.db.all("SELECT * FROM met") == []


def test_it_is_looked_up(store: SqliteStore, queue: Queue) -> None:
    seen = statements(store)
    store.met(queue.id, [ONE, TWO])
    store.keep_met(queue.id, [item(TWO, "", Met("late", 0.5))])
    store.settle_limit(queue.id)
    store.taken(queue.id)
    assert scans(store, seen) == []
