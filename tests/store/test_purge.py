"""Payloads of finished queues: what goes, what stays, and how it comes back."""

from collections.abc import Callable
from contextlib import closing

import pytest

from annotator.domain.annotation import ItemState, Target
from annotator.domain.queue import NewItem, Queue, Selection
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.step import SetItem
from annotator.errors import StoreError
from annotator.store import purge as purging
from annotator.store.check import check
from annotator.store.purge import purge, purgeable
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE, ON_SERVER, deliver, filled, item_at, judged, step
from tests.workflow.scene import traces


def finished(store: SqliteStore, items: int = 3, on_server: bool = True, name: str = "queue") -> Queue:
    """Every item has its verdict, and every verdict is on the server."""
    queue = filled(store, items, ON_SERVER if on_server else ON_FILE, name)
    store.add_page(queue.source_id, Page(spans=tuple(traces(items))))
    store.set_loaded(queue.source_id, [f"t{n}" for n in range(1, items + 1)])
    store.set_listing(queue.id, None, complete=True)
    store.set_stamp(queue.id, "stamp")
    for position in range(1, items + 1):
        store.commit(judged(item_at(store, queue, position), "pass", queue.source.server))
    deliver(store)
    return store.queue(queue.id)


def decided(store: SqliteStore) -> list[object]:
    """Everything that a person decided."""
    return [store.db.all(f"SELECT * FROM {name}") for name in ("annotation", "journal", "outbox", "identity", "item", "step", "tally")]


def test_the_payloads_of_a_finished_queue_go_and_nothing_else(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 20)
    queue = finished(store, 45)
    before, told = decided(store), list[int]()
    found = purgeable(store.db, queue)
    assert (found.traces, found.why_not) == (45, "") and found.bytes == store.db.one("SELECT sum(length(chunk)) FROM payload")[0] > 0
    assert purge(store.db, queue, 77.0, report=told.append) == 45 and told == [20, 40, 45]
    assert store.db.one("SELECT count(*) FROM payload") == (0,) and decided(store) == before
    assert store.trace(queue.source_id, "t1") is None and len(store.headers(queue.source_id, "t1")) == 1
    queue = store.queue(queue.id)
    assert (queue.purged_at, queue.stamp) == (77.0, "") and store.lacks_payloads(queue.id)
    assert len(store.listed(queue.id, 0, 1000)) == 45
    assert purgeable(store.db, queue).traces == 0
    assert check(store.path, lambda what, done, total: None).findings == []
    store.add_page(queue.source_id, Page(spans=tuple(traces(45))))
    store.set_loaded(queue.source_id, [f"t{n}" for n in range(1, 46)])
    assert store.trace(queue.source_id, "t1") is not None and not store.lacks_payloads(queue.id)


def test_unsent_open_and_flagged_queues_are_kept(store: SqliteStore) -> None:
    queue = finished(store)
    store.commit(judged(item_at(store, queue, 2), "fail"))
    assert purgeable(store.db, queue).why_not == "1 row is not sent yet"
    with pytest.raises(StoreError, match="not sent yet"):
        purge(store.db, queue, 1.0)
    deliver(store)
    store.commit(step(item_at(store, queue, 2), SetItem(item_at(store, queue, 2).id, ItemState.DEFERRED)))
    assert purgeable(store.db, queue).why_not == "1 item is still to be judged"
    store.undo("ann", queue.id)
    store.commit(step(item_at(store, queue, 2), SetItem(item_at(store, queue, 2).id, ItemState.FLAGGED)))
    assert "1 flagged" in purgeable(store.db, queue).why_not
    assert purgeable(store.db, queue, flagged_too=True).traces == 3
    store.undo("ann", queue.id)
    store.set_listing(queue.id, "cursor", complete=False)
    assert "filled to its end" in purgeable(store.db, queue).why_not
    assert store.db.one("SELECT count(*) FROM payload") == (3,)


def test_traces_of_another_queue_that_is_still_to_be_judged_stay(store: SqliteStore) -> None:
    queue = finished(store)
    other = store.create("other", queue.source, Selection(), BUILT_IN)
    store.add_items(other.id, [NewItem(Target("span", "s2"), "t2", "s2")])
    assert purgeable(store.db, queue).traces == 2
    purge(store.db, queue, 1.0)
    assert [store.trace(queue.source_id, f"t{n}") is not None for n in (1, 2, 3)] == [False, True, False]
    assert "filled to its end" in purgeable(store.db, other).why_not


def test_a_purge_ends_where_another_program_reopens_the_queue(
    store: SqliteStore, opened: Callable[[], SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 20)
    queue = finished(store, 45)

    def reopen(done: int) -> None:
        with closing(opened()) as other:
            item = item_at(other, queue, 1)
            other.commit(step(item, SetItem(item.id, ItemState.TODO)))

    with pytest.raises(StoreError, match="1 item is still to be judged") as caught:
        purge(store.db, queue, 1.0, report=reopen)
    assert "20 traces were purged" in caught.value.advice
    assert store.db.one("SELECT count(*) FROM payload") == (25,)


def test_a_queue_from_a_file_without_a_server_can_be_purged(store: SqliteStore) -> None:
    queue = finished(store, on_server=False)
    assert purge(store.db, queue, 1.0) == 3
    assert store.db.one("SELECT count(*) FROM annotation") == (3,)
