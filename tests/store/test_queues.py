import pytest

from annotator.domain.annotation import ItemState, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, Value
from annotator.domain.queue import Counts, NewItem, Selection
from annotator.domain.rubric import BUILT_IN, Condition, Criterion, Rubric
from annotator.domain.step import SetItem
from annotator.errors import StoreError
from annotator.store.store import SqliteStore
from tests.store.scene import ON_SERVER, filled, identity, item_at, judged, label_of, step


def rubric(*labels: str) -> Rubric:
    return Rubric((Criterion(CategoricalConfig("tone", tuple(Value(label) for label in labels))), Criterion(ContinuousConfig("score"))))


def test_a_queue_comes_back_as_it_was_made(store: SqliteStore) -> None:
    selection = Selection("span", ("LLM", "TOOL"), "ERROR", 1, 2, "sess", 7, "random", 42)
    asked = Rubric((*rubric("a").criteria, Criterion(CategoricalConfig("why", ()), False, Condition("tone", "a"), "w")), "mine", "3")
    made = store.create("a queue", ON_SERVER, selection, asked)
    assert store.queue(made.id) == made
    assert (made.name, made.source, made.selection, made.rubric) == ("a queue", ON_SERVER, selection, asked)
    assert made.cursor is None and not made.complete


def test_names_are_unique(store: SqliteStore) -> None:
    one, other = filled(store, 0, name="one"), filled(store, 0, name="other")
    with pytest.raises(StoreError, match="'one' already"):
        store.create("one", ON_SERVER, Selection(), BUILT_IN)
    with pytest.raises(StoreError, match="'other' already"):
        store.rename(one.id, "other")
    with pytest.raises(StoreError, match="needs a name"):
        store.rename(one.id, " ")
    with pytest.raises(StoreError, match="half of a character"):
        store.rename(one.id, "\udcff")
    store.rename(other.id, "third")
    store.rename(one.id, "one")
    assert {queue.name for queue in store.queues()} == {"one", "third"}


def test_queues_are_listed_by_use(store: SqliteStore) -> None:
    first, second = filled(store, 0, name="first"), filled(store, 0, name="second")
    assert [queue.id for queue in store.queues()] == [second.id, first.id]
    store.touch(first.id)
    assert [queue.id for queue in store.queues()] == [first.id, second.id]


def test_the_listing_goes_on_where_it_stopped(store: SqliteStore) -> None:
    queue = filled(store, 0)
    store.set_listing(queue.id, "page 2", False)
    assert (store.queue(queue.id).cursor, store.queue(queue.id).complete) == ("page 2", False)
    store.set_listing(queue.id, None, True)
    assert (store.queue(queue.id).cursor, store.queue(queue.id).complete) == (None, True)


def test_a_digit_never_moves(store: SqliteStore) -> None:
    queue = store.create("queue", ON_SERVER, Selection(), rubric("good", "bad"))
    assert queue.digits == {"tone": {"good": 0, "bad": 1}}
    assert store.set_rubric(queue.id, rubric("bad", "odd", "good")).digits == {"tone": {"good": 0, "bad": 1, "odd": 2}}
    assert store.set_rubric(queue.id, rubric("new")).digits["tone"] == {"good": 0, "bad": 1, "odd": 2, "new": 3}
    again = store.set_rubric(queue.id, rubric("good", "last"))
    assert again.digits["tone"] == {"good": 0, "bad": 1, "odd": 2, "new": 3, "last": 4}
    assert again.rubric == rubric("good", "last") and store.queue(queue.id) == again


def test_items_are_appended_once(store: SqliteStore) -> None:
    queue = filled(store, 2)
    new = [NewItem(Target("span", f"s{n}"), f"t{n}", f"s{n}", "why") for n in (2, 5, 1, 5, 6)]
    assert store.add_items(queue.id, new) == 2
    assert [(item.position, item.target.id) for item in store.items(queue.id)] == [(1, "s1"), (2, "s2"), (3, "s5"), (4, "s6")]
    assert store.items(queue.id, after=2, limit=1)[0].why == "why"
    documents = [NewItem(Target("document", "s1", n), "t1", "s1") for n in (0, 1)] + [NewItem(Target("trace", "s1"), "t1", "s1")]
    assert store.add_items(queue.id, documents) == 3
    found = store.item_of(queue.id, Target("document", "s1", 1))
    assert found is not None and found.position == 6 and found.target == Target("document", "s1", 1)
    assert store.item_of(queue.id, Target("document", "s1", 2)) is None


def test_many_items_are_contiguous(store: SqliteStore) -> None:
    queue = filled(store, 950)
    assert [item.position for item in store.items(queue.id, limit=2000)] == list(range(1, 951))
    assert store.counts(queue.id) == Counts(todo=950)


def test_stepping(store: SqliteStore) -> None:
    queue, other = filled(store, 6), filled(store, 9, name="other")
    for position, state in ((2, ItemState.DONE), (3, ItemState.SKIPPED), (5, ItemState.DONE)):
        item = item_at(store, queue, position)
        store.commit(step(item, SetItem(item.id, state, "because")))

    def at(position: int, direction: int, *states: ItemState) -> int | None:
        found = store.step(queue.id, position, 1 if direction > 0 else -1, states or None)
        return None if found is None else found.position

    todo, done, skipped = ItemState.TODO, ItemState.DONE, ItemState.SKIPPED
    assert [at(0, 1), at(6, 1), at(6, -1), at(1, -1)] == [1, None, 5, None]
    assert [at(1, 1, todo), at(4, 1, todo), at(6, 1, todo)] == [4, 6, None]
    assert [at(6, -1, todo), at(4, -1, todo), at(1, -1, todo)] == [4, 1, None]
    assert [at(1, 1, done, skipped), at(3, 1, done, skipped), at(5, -1, done, skipped)] == [2, 5, 3]
    assert at(0, 1, ItemState.FLAGGED) is None
    assert store.at(queue.id, 7) is None
    assert store.counts(queue.id) == Counts(todo=3, done=2, skipped=1) and store.counts(other.id) == Counts(todo=9)
    assert item_at(store, queue, 3).reason == "because"


def test_a_removed_queue_leaves_the_annotations(store: SqliteStore) -> None:
    queue, kept = filled(store), filled(store, name="kept")
    item = item_at(store, queue, 1)
    store.commit(judged(item, "pass"))
    store.remove(queue.id)
    assert store.queues() == [store.queue(kept.id)] and store.counts(kept.id) == Counts(todo=3)
    assert label_of(store, identity(item)) == "pass" and store.outbox_counts().waiting == 1
    for gone in (lambda: store.item(item.id), lambda: store.queue(queue.id), lambda: store.commit(judged(item, "fail"))):
        with pytest.raises(StoreError, match="not in the store any more"):
            gone()
    assert label_of(store, identity(item)) == "pass"
    assert store.undo("ann", queue.id) is None
    assert filled(store, name="queue").id not in (queue.id, kept.id)
