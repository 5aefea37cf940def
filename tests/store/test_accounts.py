import pytest

from annotator.domain.annotation import NOTE, Annotation
from annotator.domain.step import SetAnnotation
from annotator.errors import StoreError
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE, SERVER, deliver, due, filled, identity, item_at, judged, label_of, put, row, step

PX = "px-app:1"


def note(store: SqliteStore, position: int, uuid: str) -> None:
    item = item_at(store, store.queues()[0], position)
    of = identity(item, NOTE, "", f"annotator:ann:{uuid}")
    store.commit(step(item, SetAnnotation(of, Annotation(of, explanation=uuid))))


def test_the_verdicts_of_a_file_wait_for_a_server(store: SqliteStore) -> None:
    queue = filled(store, source=ON_FILE)
    first, second, third = (item_at(store, queue, n) for n in (1, 2, 3))
    store.commit(judged(first, "pass", server=""))
    store.commit(judged(second, "fail", server=""))
    store.commit(judged(third, "fail", server="", annotator="bob"))
    note(store, 1, "one")
    note(store, 1, "two")
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 4
    sent = {(entry.identity.target.id, entry.identity.name, entry.identity.identifier): entry.row for entry in due(store)}
    assert set(sent) == {
        ("s1", "correctness", PX),
        ("s2", "correctness", PX),
        ("s1", NOTE, "annotator:ann:one"),
        ("s1", NOTE, "annotator:ann:two"),
    }
    assert all(entry.identity.server == SERVER and entry.annotator == "ann" for entry in due(store))
    assert sent["s1", "correctness", PX] == row(identity(first, identifier=PX), "pass", score=1.0)
    assert store.queue(queue.id).source.server == SERVER and store.queue(queue.id).source_id == queue.source_id
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 0
    deliver(store)
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 0 and due(store) == []
    with pytest.raises(StoreError, match="already"):
        store.send_queue_to(queue.id, "http://other", "", PX, "ann")


def test_a_newer_verdict_on_the_server_is_not_replaced_by_the_old_one(store: SqliteStore) -> None:
    queue = filled(store, source=ON_FILE)
    item = item_at(store, queue, 1)
    store.commit(judged(item, "pass", server=""))
    store.send_queue_to(queue.id, SERVER, "", PX, "ann")
    store.commit(step(item, put(identity(item, identifier=PX), "fail")))
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 0
    assert label_of(store, identity(item, identifier=PX)) == "fail"
    store.commit(step(item, put(identity(item, server=""), "odd")))
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 1
    assert label_of(store, identity(item, identifier=PX)) == "odd"


@pytest.mark.parametrize("delivered", [False, True])
def test_undo_takes_back_what_was_sent(store: SqliteStore, delivered: bool) -> None:
    queue = filled(store, source=ON_FILE)
    first, second = item_at(store, queue, 1), item_at(store, queue, 2)
    for one in (judged(first, "pass", server=""), judged(second, "pass", server=""), judged(second, "fail", server="")):
        store.commit(one)
    store.undo("ann", queue.id)
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 2
    if delivered:
        deliver(store)
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and reversal.done
    assert label_of(store, identity(second, identifier=PX)) is None
    assert [entry.action for entry in due(store) if entry.identity.target == second.target] == (["restore"] if delivered else [])
    assert store.send_queue_to(queue.id, SERVER, "", PX, "ann") == 0, "what was taken back does not come again"
    for label in ("pass", "fail"):
        reversal = store.redo("ann", queue.id)
        assert reversal is not None and reversal.done and label_of(store, identity(second, identifier=PX)) == label
