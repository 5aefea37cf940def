from collections.abc import Callable

import pytest

from annotator.domain.annotation import NOTE, Annotation, Identity, ItemState, Target
from annotator.domain.queue import Counts
from annotator.domain.step import SetAnnotation, SetItem, Step
from annotator.errors import StoreError
from annotator.store.store import SqliteStore
from tests.server_rows import server_rows
from tests.store.scene import (
    ON_FILE,
    SERVER,
    Clock,
    deliver,
    due,
    filled,
    identity,
    item_at,
    journal,
    judged,
    label_of,
    only,
    put,
    row,
    step,
)


def test_a_judgement_is_one_transaction(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    answer = row(of, "pass", score=1.0, explanation="because", metadata={"annotator": "ann", "tags": ["a"], "seconds": 1.5})
    store.commit(step(item, SetAnnotation(of, answer), SetItem(item.id, ItemState.DONE, "r")))
    other = opened()
    assert other.on_target(SERVER, item.target) == [answer]
    assert other.item(item.id).state == ItemState.DONE and other.item(item.id).reason == "r"
    assert other.counts(queue.id) == Counts(todo=2, done=1)
    entry = only(due(other))
    assert (entry.action, entry.row, entry.annotator, entry.generation, entry.base_known) == ("put", answer, "ann", 1, False)
    assert [(action, who) for action, who, _, _ in journal(other)] == [("do", "ann"), ("do", "ann")]


def test_a_failing_step_changes_nothing(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    with pytest.raises(StoreError):
        store.commit(step(item, put(identity(item), "pass"), SetItem(999, ItemState.DONE)))
    assert label_of(store, identity(item)) is None and journal(store) == [] and store.outbox_counts().waiting == 0
    assert store.undo("ann", queue.id) is None


def test_what_is_so_already_is_no_work(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    rows = len(journal(store))
    store.commit(step(item, SetAnnotation(of, row(of, "pass", score=1, explanation=""))))
    assert len(journal(store)) == rows and only(due(store)).generation == 1
    store.commit(step(item, put(of, "pass"), SetItem(item.id, ItemState.DONE)))
    assert len(journal(store)) == rows + 1 and only(due(store)).generation == 1
    for expected in (ItemState.TODO, None):
        reversal = store.undo("ann", queue.id)
        assert reversal is not None and reversal.done
        assert store.item(item.id).state == ItemState.TODO
        assert (label_of(store, of) == "pass") == (expected is not None)
    assert store.undo("ann", queue.id) is None


def test_a_file_queue_has_no_outbox(store: SqliteStore) -> None:
    queue = filled(store, source=ON_FILE)
    item = item_at(store, queue, 1)
    store.commit(judged(item, "pass", server=""))
    assert store.outbox_counts().waiting == 0 and label_of(store, identity(item, server="")) == "pass"
    store.undo("ann", queue.id)
    assert label_of(store, identity(item, server="")) is None


def test_undo_and_redo_to_any_depth_across_restarts(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    queue = filled(store, 4)
    steps = [judged(item_at(store, queue, position), label) for position, label in ((1, "pass"), (2, "fail"), (3, "pass"), (1, "fail"))]
    for one in steps:
        store.commit(one)
    for one in reversed(steps):
        reversal = opened().undo("ann", queue.id)
        assert reversal is not None and reversal.done and reversal.step == one
    assert store.counts(queue.id) == Counts(todo=4) and store.outbox_counts().waiting == 0
    assert opened().undo("ann", queue.id) is None
    for one in steps:
        reversal = opened().redo("ann", queue.id)
        assert reversal is not None and reversal.done and reversal.step == one
    assert opened().redo("ann", queue.id) is None
    assert [label_of(store, identity(item_at(store, queue, n))) for n in (1, 2, 3, 4)] == ["fail", "fail", "pass", None]
    assert store.counts(queue.id) == Counts(todo=1, done=3) and store.outbox_counts().waiting == 3
    assert [action for action, *_ in journal(store)] == ["do"] * 7 + ["undo"] * 7 + ["redo"] * 7


def test_a_new_step_ends_redo_but_only_ones_own(store: SqliteStore) -> None:
    queue = filled(store)
    first, second, third = (item_at(store, queue, n) for n in (1, 2, 3))
    store.commit(judged(first, "pass"))
    store.commit(judged(second, "pass", annotator="bob"))
    store.undo("ann", queue.id)
    store.undo("bob", queue.id)
    store.commit(judged(third, "fail"))
    assert store.redo("ann", queue.id) is None
    reversal = store.redo("bob", queue.id)
    assert reversal is not None and reversal.done and reversal.step.item_id == second.id


def test_a_step_that_changes_nothing_leaves_redo(store: SqliteStore) -> None:
    queue = filled(store)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    store.commit(judged(item_at(store, queue, 2), "pass"))
    store.undo("ann", queue.id)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    assert store.redo("ann", queue.id) is not None


def test_undo_is_of_the_queue(store: SqliteStore) -> None:
    one, other = filled(store, name="one"), filled(store, name="other")
    store.commit(judged(item_at(store, one, 1), "pass"))
    assert store.undo("ann", other.id) is None and store.undo("bob", one.id) is None
    assert store.undo("ann", one.id) is not None


def test_what_was_changed_since_is_not_undone(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(judged(item_at(store, queue, 2), "pass"))
    store.commit(judged(item, "pass"))
    store.commit(step(item, put(of, "fail"), annotator="bob"))
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and not reversal.done and reversal.step == judged(item, "pass")
    assert label_of(store, of) == "fail" and store.item(item.id).state == ItemState.DONE
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and reversal.done and reversal.step.item_id != item.id
    reversal = store.redo("ann", queue.id)
    assert reversal is not None and reversal.done


def test_what_was_changed_since_is_not_redone(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    store.commit(judged(item, "pass"))
    store.undo("ann", queue.id)
    store.commit(step(item, SetItem(item.id, ItemState.SKIPPED), annotator="bob"))
    reversal = store.redo("ann", queue.id)
    assert reversal is not None and not reversal.done
    assert label_of(store, identity(item)) is None and store.item(item.id).state == ItemState.SKIPPED
    assert store.redo("ann", queue.id) is None


def test_a_step_may_change_one_row_twice(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass"), put(of, None), put(of, "fail")))
    assert label_of(store, of) == "fail"
    for _ in range(2):
        assert store.undo("ann", queue.id).done and label_of(store, of) is None  # type: ignore[union-attr]
        assert store.redo("ann", queue.id).done and label_of(store, of) == "fail"  # type: ignore[union-attr]


def test_undo_of_what_the_server_has_goes_to_the_server(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    store.commit(judged(item, "pass"))
    deliver(store)
    assert store.outbox_counts().waiting == 0
    store.undo("ann", queue.id)
    entry = only(due(store))
    assert (entry.action, entry.row, entry.base_known, entry.base, entry.generation) == ("restore", None, True, None, 2)
    assert entry.expected is not None and entry.expected.label == "pass"
    deliver(store)
    assert store.outbox_counts().waiting == 0
    store.redo("ann", queue.id)
    entry = only(due(store))
    assert entry.action == "put" and entry.expected is None and entry.base_known


def test_undo_of_what_may_be_under_way_goes_to_the_server(store: SqliteStore, clock: Clock) -> None:
    queue = filled(store)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    entry = only(due(store))
    store.set_base(entry.identity, None)
    store.attempt([(entry, entry.row)])
    store.failed([entry], clock.now, "no answer", unknown=True)
    store.undo("ann", queue.id)
    assert only(due(store)).action == "restore" and only(due(store)).attempts == (entry.row,)


def test_undo_of_what_was_certainly_not_sent_needs_no_sending(store: SqliteStore, clock: Clock) -> None:
    queue = filled(store)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    entry = only(due(store))
    store.set_base(entry.identity, None)
    store.attempt([(entry, entry.row)])
    store.failed([entry], clock.now, "offline", unknown=False)
    store.undo("ann", queue.id)
    assert due(store) == [] and store.outbox_counts().waiting == 0


def test_undo_between_reading_and_sending(store: SqliteStore) -> None:
    """The drain holds an entry; the person takes it back; the drain sends it all the same: it must come back from the server."""
    queue = filled(store)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    entry = only(due(store))
    store.set_base(entry.identity, None)
    store.undo("ann", queue.id)
    store.attempt([(entry, entry.row)])
    store.sent(entry, entry.row)
    again = only(due(store))
    assert again.action == "restore" and again.expected == entry.row


def test_undo_leaves_the_servers_own_row_where_it_is_known(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    base = row(of, "fail", score=0.0, metadata={"from": "web"})
    store.commit(step(item, put(of, "pass")))
    store.set_base(of, base)
    entry = only(due(store))
    store.attempt([(entry, entry.row)])
    store.sent(entry, entry.row)
    store.undo("ann", queue.id)
    assert store.on_target(SERVER, item.target) == [base]
    entry = only(due(store))
    assert (entry.action, entry.base) == ("restore", base)
    store.sent(entry, base)
    assert store.redo("ann", queue.id).done and label_of(store, of) == "pass"  # type: ignore[union-attr]
    assert store.undo("ann", queue.id).done and label_of(store, of) == "fail"  # type: ignore[union-attr]
    assert due(store) == [], "put back before anything was sent again"


def test_a_row_like_the_servers_that_was_withdrawn_since_is_not_undone(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    store.set_base(of, only(due(store)).row)
    store.commit(step(item, put(of, None), annotator="bob"))
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and not reversal.done and label_of(store, of) is None


def test_withdrawing_an_answer_restores(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    deliver(store)
    store.commit(step(item, put(of, None)))
    assert only(due(store)).action == "restore" and label_of(store, of) is None
    deliver(store)
    store.undo("ann", queue.id)
    assert only(due(store)).action == "put" and label_of(store, of) == "pass"


def test_verdicts_newest_first(store: SqliteStore, clock: Clock) -> None:
    queue = filled(store, 4)
    first, second, third, fourth = (item_at(store, queue, n) for n in (1, 2, 3, 4))
    for one in (judged(first, "pass"), step(second, SetItem(second.id, ItemState.SKIPPED), title="skip"), judged(third, "fail")):
        clock.now += 10
        store.commit(one)
    store.commit(step(fourth, put(identity(fourth, "tone"), "ok"), title="tone ok"))
    store.commit(judged(first, "pass", annotator="bob"))
    found = store.last_verdicts(queue.id, "ann", 5)
    assert [(one.position, one.state, one.title, one.at) for one in found] == [
        (3, ItemState.DONE, "fail", 1_000_030.0),
        (2, ItemState.SKIPPED, "skip", 1_000_020.0),
        (1, ItemState.DONE, "pass", 1_000_010.0),
    ]
    assert store.verdict_times(queue.id, "ann", 2) == [1_000_030.0, 1_000_020.0]
    store.undo("ann", queue.id)
    store.undo("ann", queue.id)
    assert [one.position for one in store.last_verdicts(queue.id, "ann", 5)] == [2, 1]
    assert len(store.verdict_times(queue.id, "ann", 9)) == 2
    clock.now += 10
    store.commit(judged(second, "fail"))
    assert [(one.position, one.title) for one in store.last_verdicts(queue.id, "ann", 5)] == [(2, "fail"), (1, "pass")]
    store.commit(step(second, SetItem(second.id, ItemState.TODO)))
    assert [one.position for one in store.last_verdicts(queue.id, "ann", 5)] == [1]


def test_last_answers(store: SqliteStore) -> None:
    queue = filled(store)
    first, second = item_at(store, queue, 1), item_at(store, queue, 2)
    assert store.last_answers("ann", queue.id) is None
    note = identity(first, NOTE, identifier="annotator:ann:1")
    store.commit(step(first, SetAnnotation(note, Annotation(note, explanation="a note"))))
    store.commit(step(first, put(identity(first, identifier="annotator:bob"), "fail"), annotator="bob"))
    store.commit(judged(first, "pass"))
    store.commit(step(second, put(identity(second), "fail")))
    found = store.last_answers("ann", queue.id)
    assert found is not None and found[0] == first.id
    assert [(one.identity.identifier, one.label) for one in found[1]] == [("annotator:ann", "pass")]


def test_the_journal_cannot_be_rewritten(store: SqliteStore) -> None:
    store.commit(judged(item_at(store, filled(store), 1), "pass"))
    for sql in ("DELETE FROM journal", "UPDATE journal SET after = NULL"):
        with pytest.raises(StoreError, match="append-only"):
            store.db.execute(sql)


def test_a_withdrawal_that_another_person_built_on_stands(store: SqliteStore) -> None:
    """Ann withdraws the server's row, bob gives the same answer, ann cannot undo: bob's undo leaves no row, here and there."""
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.keep_read(server_rows(row(of, "pass")), store.clock())
    store.commit(step(item, SetAnnotation(of, None)))
    store.commit(step(item, put(of, "pass"), annotator="bob"))
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and not reversal.done
    reversal = store.undo("bob", queue.id)
    assert reversal is not None and reversal.done
    assert label_of(store, of) is None and only(due(store)).action == "delete"
    assert store.undo("ann", queue.id) is None, "it is not offered again"


def test_undo_turns_to_what_was_judged(store: SqliteStore) -> None:
    """A document of the item's span: the step knows it, also across a restart, and who wrote the row is known."""
    queue = filled(store)
    item = item_at(store, queue, 1)
    document = Target("document", item.span_id, 2)
    of = Identity(SERVER, document, "relevance", "annotator:ann")
    store.commit(Step("ann", queue.id, "answer", "relevant", item.id, "relevance", (SetAnnotation(of, row(of, "relevant")),), document))
    store.commit(judged(item, "pass"))
    [known] = store.known_on(SERVER, [Target("document", item.span_id, 1), document])
    assert (known.row.label, known.annotator, known.at) == ("relevant", "ann", 1_000_000.0)
    first, second = store.undo("ann", queue.id), store.undo("ann", queue.id)
    assert first is not None and first.step.target is None
    assert second is not None and second.step.target == document
    assert store.known_on(SERVER, [document]) == []
