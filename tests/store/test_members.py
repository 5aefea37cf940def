"""Which items are in which data sets: steps like any other, and what the server does not have of them."""

from collections.abc import Callable

import pytest

from annotator.domain.annotation import Target
from annotator.domain.dataset import Member
from annotator.domain.outbox import OutboxCounts
from annotator.domain.queue import Item
from annotator.domain.step import SetMember, Step
from annotator.errors import StoreError
from annotator.store.check import check
from annotator.store.store import SqliteStore
from tests.store.scene import ON_FILE, SERVER, Clock, filled, item_at, judged
from tests.store.test_plans import scans, statements

GOLDEN = "golden"


def member(item: Item, within: bool = True, annotator: str = "ann", server: str = SERVER, dataset: str = GOLDEN) -> Step:
    change = SetMember(server, dataset, item.target, within)
    return Step(annotator, item.queue_id, "dataset", f"add to {dataset}", item.id, "", (change,))


def held(store: SqliteStore, item: Item, server: str = SERVER) -> tuple[str, ...]:
    return store.datasets_of(server, [item.target]).get(item.target, ())


def waiting(store: SqliteStore) -> list[Member]:
    return store.members_due(SERVER, store.clock() + 100, 100, 1.0)


def deliver(store: SqliteStore, digest: str = "d") -> None:
    """What a drain does when all goes well."""
    for one in waiting(store):
        store.member_attempt([(one, digest if one.within else "")])
        store.member_sent(one, digest if one.within else None, True)


def test_undo_and_redo_are_exact_and_survive_a_restart(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    item = item_at(store, filled(store), 1)
    store.commit(judged(item, "pass"))
    store.commit(member(item))
    assert held(store, item) == (GOLDEN,) and store.member_count(SERVER, GOLDEN) == 1 and store.dataset_names(SERVER) == [GOLDEN]
    again = opened()
    undone = again.undo("ann", item.queue_id)
    assert undone is not None and undone.done and undone.step == member(item)
    assert held(again, item) == () and again.member_count(SERVER, GOLDEN) == 0 and again.dataset_names(SERVER) == []
    assert again.counts(item.queue_id).done == 1, "the verdict before it stands"
    redone = opened().redo("ann", item.queue_id)
    assert redone is not None and redone.done and held(store, item) == (GOLDEN,)
    rows = store.db.all("SELECT action, before, after FROM journal WHERE member IS NOT NULL ORDER BY seq")
    assert rows == [("do", None, '["ann",1]'), ("undo", '["ann",1]', None), ("redo", None, '["ann",1]')]
    assert check(store.path, lambda *of: None).findings == []


def test_undo_of_what_was_never_sent_sends_nothing(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    assert only_waiting(store).within and store.outbox_counts() == OutboxCounts(waiting=1) and store.awaited() == [SERVER]
    store.undo("ann", item.queue_id)
    assert waiting(store) == [] and store.outbox_counts() == OutboxCounts() and store.next_due(SERVER, 1.0) is None


def only_waiting(store: SqliteStore) -> Member:
    [found] = waiting(store)
    return found


def test_undo_of_what_was_sent_and_of_what_is_on_its_way_is_sent(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    deliver(store)
    assert waiting(store) == []
    store.undo("ann", item.queue_id)
    gone = only_waiting(store)
    assert (gone.within, gone.held, gone.ours) == (False, "d", True) and gone.known == {"d"}
    deliver(store)
    assert waiting(store) == [] and held(store, item) == ()

    store.redo("ann", item.queue_id)
    flying = only_waiting(store)
    assert (flying.ours, flying.held, flying.attempts) == (None, None, ()), "what the server has by now is looked up anew"
    store.undo("ann", item.queue_id)  # between reading and sending
    assert waiting(store) == []
    store.member_attempt([(flying, "e")])
    store.member_sent(flying, "e", True)
    back = only_waiting(store)
    assert (back.within, back.held) == (False, "e"), "it arrived, and is to be taken out"


def test_the_same_again_is_nothing_and_anothers_is_left(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    for who in ("ann", "bob"):
        store.commit(member(item, annotator=who))
    assert store.undo("bob", item.queue_id) is None and store.member_count(SERVER, GOLDEN) == 1
    assert store.db.one("SELECT count(*) FROM journal WHERE member IS NOT NULL")[0] == 1
    store.commit(member(item, dataset="hard"))
    assert held(store, item) == (GOLDEN, "hard")
    store.undo("ann", item.queue_id)
    store.undo("ann", item.queue_id)
    store.commit(member(item, annotator="bob"))
    redone = store.redo("ann", item.queue_id)
    assert redone is not None and not redone.done, "bob put it in meanwhile"
    assert held(store, item) == (GOLDEN,) and store.members_due(SERVER, store.clock() + 9, 9, 1)[0].annotator == "bob"


def test_what_is_taken_out_can_be_put_back_as_it_was(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    deliver(store)
    store.commit(member(item, within=False, annotator="bob"))
    assert held(store, item) == () and not only_waiting(store).within
    store.undo("bob", item.queue_id)
    back = only_waiting(store)
    assert held(store, item) == (GOLDEN,) and back.annotator == "ann"


def test_another_verdict_has_the_example_sent_again(store: SqliteStore, clock: Clock) -> None:
    queue = filled(store)
    item, other = item_at(store, queue, 1), item_at(store, queue, 2)
    store.commit(member(item))
    deliver(store)
    store.commit(judged(other, "pass"))
    assert waiting(store) == []
    clock.now += 50
    store.commit(judged(item, "fail"))
    assert only_waiting(store).target == item.target
    assert store.members_due(SERVER, clock.now, 9, 1.0) == [], "when it has settled"
    deliver(store)
    store.undo("ann", queue.id)
    assert only_waiting(store).within
    # What was there before us is not ours to change.
    store.member_sent(only_waiting(store), None, False)
    store.redo("ann", queue.id)
    assert waiting(store) == []


def test_parked_ones_are_counted_retried_and_dropped(store: SqliteStore, clock: Clock) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    store.member_failed([only_waiting(store)], clock.now + 500, "no answer", 0.0)
    assert store.members_due(SERVER, clock.now + 400, 9, 1.0) == [] and store.next_due(SERVER, 1.0) == clock.now + 500
    store.hurry(SERVER)
    store.park_member(only_waiting(store), "not here")
    [parked] = store.members_open(None, "parked")
    assert (parked.error, parked.tries) == ("not here", 1) and store.members_open(SERVER, "waiting") == []
    assert store.outbox_counts() == OutboxCounts(parked=1) and store.unsent(item.queue_id) == 1
    store.retry_member(parked)
    assert only_waiting(store).error == ""
    store.park_member(only_waiting(store), "not here")
    store.drop_member(parked)
    assert store.outbox_counts() == OutboxCounts() and held(store, item) == (GOLDEN,), "here it stays as it is"
    assert check(store.path, lambda *of: None).findings == []


def test_an_answer_that_never_came_is_remembered(store: SqliteStore, clock: Clock) -> None:
    item = item_at(store, filled(store), 1)
    store.commit(member(item))
    first = only_waiting(store)
    store.member_attempt([(first, "a")])
    store.member_failed([first], clock.now, "no answer", clock.now + 20)
    unknown = only_waiting(store)
    assert (unknown.attempts, unknown.late_until, unknown.ours) == (("a",), clock.now + 20, True)
    store.member_attempt([(unknown, "b")])
    store.member_failed([unknown], clock.now, "refused", 0.0)
    assert only_waiting(store).attempts == ("a",), "what was refused is not there"
    store.undo("ann", item.queue_id)
    assert not only_waiting(store).within, "it may be there: it is looked for"
    store.member_sent(only_waiting(store), None, True, clock.now + 20)
    assert store.members_due(SERVER, clock.now + 19, 9, 1.0) == [] and only_waiting(store).known == {"a"}


def test_a_queue_without_a_server_keeps_them_until_it_is_pushed_to_one(store: SqliteStore) -> None:
    queue = filled(store, source=ON_FILE)
    one, two = item_at(store, queue, 1), item_at(store, queue, 2)
    store.commit(member(one, server=""))
    store.commit(member(two, server=""))
    store.undo("ann", queue.id)
    assert held(store, one, "") == (GOLDEN,) and store.outbox_counts() == OutboxCounts() and store.awaited() == []
    assert store.send_queue_to(queue.id, SERVER, "p", "annotator:ann", "ann") == 1
    assert held(store, one) == (GOLDEN,) and held(store, two) == ()
    assert only_waiting(store).queue_id == queue.id and store.outbox_counts() == OutboxCounts(waiting=1)
    assert store.send_queue_to(queue.id, SERVER, "p", "annotator:ann", "ann") == 0
    deliver(store)
    redone = store.redo("ann", queue.id)
    assert redone is not None and redone.done and held(store, two) == (GOLDEN,), "steps follow to the server"
    store.undo("ann", queue.id)
    store.undo("ann", queue.id)
    assert held(store, one) == () and not only_waiting(store).within
    assert check(store.path, lambda *of: None).findings == []


def test_the_data_set_of_a_queue_is_kept(opened: Callable[[], SqliteStore]) -> None:
    store = opened()
    queue = filled(store)
    assert queue.dataset == ""
    store.set_dataset(queue.id, GOLDEN)
    assert opened().queue(queue.id).dataset == GOLDEN


def test_a_removed_queue_has_no_steps_and_what_was_put_in_stays(store: SqliteStore) -> None:
    queue = filled(store)
    item = item_at(store, queue, 1)
    store.commit(member(item))
    store.remove(queue.id)
    assert held(store, item) == (GOLDEN,) and only_waiting(store).queue_id == queue.id
    with pytest.raises(StoreError):
        store.queue(queue.id)


def test_nothing_scans(store: SqliteStore) -> None:
    queue = filled(store, 30)
    items = store.items(queue.id)
    for item in items:
        store.commit(member(item))
    seen = statements(store)
    store.commit(member(items[0], dataset="hard"))
    store.commit(judged(items[0], "pass"))
    store.undo("ann", queue.id)
    store.redo("ann", queue.id)
    store.datasets_of(SERVER, [item.target for item in items])
    store.datasets_of(SERVER, [Target("document", "s1", 2)])
    store.member_count(SERVER, GOLDEN)
    store.dataset_names(SERVER)
    due = store.members_due(SERVER, store.clock() + 9, 20, 1.0)
    store.member_attempt([(one, "d") for one in due])
    store.member_failed(due[:3], store.clock(), "why", store.clock() + 20)
    store.park_member(due[3], "why")
    store.retry_member(due[3])
    store.park_member(due[4], "why")
    store.drop_member(due[4])
    store.member_sent(due[5], "d", True)
    store.members_open(SERVER, "parked")
    store.members_open(SERVER, "waiting")
    store.next_due(SERVER, 1.0)
    store.hurry(SERVER)
    store.set_dataset(queue.id, GOLDEN)
    assert len(seen) > 50 and scans(store, seen) == []
