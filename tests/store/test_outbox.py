from annotator.domain.outbox import OutboxCounts
from annotator.store.store import SqliteStore
from tests.store.scene import SERVER, Clock, due, filled, identity, item_at, journal, judged, label_of, only, put, row, step


def waiting(store: SqliteStore, items: int = 1) -> None:
    queue = filled(store, items)
    for position in range(1, items + 1):
        store.commit(judged(item_at(store, queue, position), "pass"))


def test_due_waits_until_a_change_has_settled(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    assert store.next_due(SERVER, 1.0) == clock.now + 1
    assert store.due(SERVER, clock.now + 0.9, 10, 1.0) == []
    assert len(store.due(SERVER, clock.now + 1, 10, 1.0)) == 1
    assert len(store.due(SERVER, clock.now, 10, 0)) == 1
    assert store.due("http://other", clock.now + 9, 10, 0) == [] and store.next_due("http://other", 1.0) is None


def test_due_is_oldest_first_and_coalesced(store: SqliteStore, clock: Clock) -> None:
    queue = filled(store, 3)
    for position in (2, 1, 3, 2):
        clock.now += 1
        item = item_at(store, queue, position)
        store.commit(step(item, put(identity(item), "fail" if label_of(store, identity(item)) else "pass")))
    assert [entry.identity.target.id for entry in store.due(SERVER, clock.now + 9, 10, 1.0)] == ["s1", "s3", "s2"]
    assert [entry.generation for entry in store.due(SERVER, clock.now + 9, 10, 1.0)] == [1, 1, 2]
    assert len(store.due(SERVER, clock.now + 9, 2, 1.0)) == 2


def test_a_clock_that_was_set_back_delays_nothing(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    entry = only(due(store))
    store.failed([entry], clock.now + 60, "offline", unknown=False)
    clock.now -= 86_400
    assert len(store.due(SERVER, clock.now, 10, 1.0)) == 1
    assert store.next_due(SERVER, 1.0) == clock.now


def test_a_failure_is_put_off_and_a_change_ends_the_delay(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    entry = only(due(store))
    store.attempt([(entry, entry.row)])
    store.failed([entry], clock.now + 30, "offline", unknown=False)
    assert store.due(SERVER, clock.now + 29, 10, 1.0) == [] and store.next_due(SERVER, 1.0) == clock.now + 30
    entry = only(store.due(SERVER, clock.now + 30, 10, 1.0))
    assert (entry.tries, entry.error, entry.attempts) == (1, "offline", ())
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(identity(item), "fail")))
    entry = only(store.due(SERVER, clock.now + 1, 10, 1.0))
    assert (entry.tries, entry.error, entry.generation) == (0, "", 2)


def test_an_unanswered_write_stays_on_record(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    entry = only(due(store))
    first, second = entry.row, row(entry.identity, "fail")
    store.attempt([(entry, first)])
    assert only(due(store)).attempts == (first,), "also when the program dies now"
    store.failed([entry], clock.now, "no answer", unknown=True)
    entry = only(due(store))
    store.attempt([(entry, second)])
    store.attempt([(entry, second)])
    assert only(due(store)).attempts == (first, second), "once a pass"
    store.failed([entry], clock.now, "refused", unknown=False)
    entry = only(due(store))
    assert entry.attempts == (first,)
    for _ in range(5):
        store.attempt([(entry, None)])
        store.failed([entry], clock.now, "no answer", unknown=True)
        entry = only(due(store))
    assert entry.attempts == (first, None, None), "of equal ones two say all"


def test_sent(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    entry = only(due(store))
    store.set_base(entry.identity, None)
    store.attempt([(entry, entry.row)])
    store.sent(entry, entry.row)
    assert due(store) == [] and store.outbox_counts() == OutboxCounts()
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(entry.identity, "fail")))
    again = only(due(store))
    assert (again.expected, again.base_known, again.base, again.attempts) == (entry.row, True, None, ())


def test_a_change_while_an_older_one_is_in_flight_stays_waiting(store: SqliteStore) -> None:
    waiting(store)
    entry = only(due(store))
    store.attempt([(entry, entry.row)])
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(entry.identity, "fail")))
    store.sent(entry, entry.row)
    again = only(due(store))
    assert again.generation == 2 and again.expected == entry.row and again.row is not None and again.row.label == "fail"


def test_sent_but_to_be_read_once_more(store: SqliteStore, clock: Clock) -> None:
    waiting(store)
    entry = only(due(store))
    store.attempt([(entry, None)])
    store.failed([entry], clock.now, "no answer", unknown=True)
    entry = only(due(store))
    store.attempt([(entry, entry.row)])
    store.sent(entry, entry.row, check_at=clock.now + 5)
    assert store.due(SERVER, clock.now + 4, 10, 0) == [] and store.outbox_counts().waiting == 1
    again = only(store.due(SERVER, clock.now + 5, 10, 0))
    assert again.attempts == (None, entry.row) and again.expected == entry.row
    store.sent(again, entry.row)
    assert store.outbox_counts().waiting == 0


def test_base_is_kept_for_good(store: SqliteStore) -> None:
    waiting(store)
    of = only(due(store)).identity
    store.set_base(of, row(of, "web"))
    store.set_base(of, None)
    entry = only(due(store))
    assert entry.base_known and entry.base == row(of, "web") and entry.expected == entry.base


def test_parked_until_a_person_decides(store: SqliteStore) -> None:
    waiting(store, 2)
    entry, other = due(store)
    store.attempt([(entry, entry.row)])
    store.park(entry, "the span is gone")
    assert due(store) == [other] and store.outbox_counts(SERVER) == OutboxCounts(waiting=1, parked=1)
    parked = only(store.outbox_entries(SERVER, "parked"))
    assert (parked.error, parked.conflict, parked.attempts, parked.state) == ("the span is gone", False, (), "parked")
    assert len(store.outbox_entries(None)) == 2 and store.outbox_entries("http://other") == []
    store.retry(entry.identity)
    assert only([one for one in due(store) if one.identity == entry.identity]).error == ""


def test_parking_an_older_generation_changes_nothing(store: SqliteStore) -> None:
    waiting(store)
    entry = only(due(store))
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(entry.identity, "fail")))
    store.park(entry, "conflict", conflict=True, theirs=None)
    assert only(due(store)).generation == 2 and store.outbox_counts().parked == 0


def test_a_dropped_row_stays_here(store: SqliteStore) -> None:
    waiting(store)
    entry = only(due(store))
    store.park(entry, "the span is gone")
    store.drop(entry.identity)
    assert store.outbox_counts() == OutboxCounts() and store.outbox_entries(None) == [] and due(store) == []
    assert label_of(store, entry.identity) == "pass" and journal(store)[-1][0] == "drop"
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(entry.identity, "fail")))
    assert only(due(store)).generation == 2


def conflict(store: SqliteStore, theirs_label: str | None) -> None:
    waiting(store)
    entry = only(due(store))
    store.set_base(entry.identity, None)
    store.park(entry, "another client changed it", conflict=True, theirs=(theirs_label and row(entry.identity, theirs_label)) or None)


def test_a_conflict_keeps_theirs_in_the_journal(store: SqliteStore) -> None:
    conflict(store, "web")
    entry = only(store.outbox_entries(SERVER))
    assert entry.conflict and entry.theirs == row(entry.identity, "web") and label_of(store, entry.identity) == "pass"
    action, _, before, after = journal(store)[-1]
    assert action == "conflict" and "pass" in (before or "") and "web" in (after or "")


def test_on_a_conflict_retry_lets_mine_win(store: SqliteStore) -> None:
    conflict(store, "web")
    of = only(store.outbox_entries(SERVER)).identity
    store.retry(of)
    entry = only(due(store))
    assert (entry.conflict, entry.theirs, entry.base_known, entry.base) == (False, None, True, None)
    assert entry.expected == row(of, "web") and entry.row is not None and entry.row.label == "pass"


def test_on_a_conflict_drop_lets_theirs_win(store: SqliteStore) -> None:
    conflict(store, "web")
    of = only(store.outbox_entries(SERVER)).identity
    store.drop(of)
    assert label_of(store, of) == "web" and due(store) == [] and store.outbox_counts() == OutboxCounts()
    action, _, before, after = journal(store)[-1]
    assert action == "drop" and "pass" in (before or "") and "web" in (after or "")
    item = item_at(store, store.queues()[0], 1)
    store.commit(step(item, put(of, "fail")))
    entry = only(due(store))
    assert entry.expected == row(of, "web") and entry.base == row(of, "web"), "a later undo leaves their row"
    store.undo("ann", item.queue_id)
    assert label_of(store, of) == "web" and due(store) == []
    reversal = store.undo("ann", item.queue_id)
    assert reversal is not None and not reversal.done, "the judgement that lost cannot be undone"
    assert label_of(store, of) == "web"


def test_on_a_conflict_their_deletion_may_win(store: SqliteStore) -> None:
    conflict(store, None)
    of = only(store.outbox_entries(SERVER)).identity
    store.drop(of)
    assert label_of(store, of) is None and store.outbox_counts() == OutboxCounts()


def test_decisions_on_what_is_not_parked_change_nothing(store: SqliteStore) -> None:
    waiting(store)
    entry = only(due(store))
    store.retry(entry.identity)
    assert due(store) == [entry]
    store.sent(entry, entry.row)
    store.drop(entry.identity)
    store.retry(entry.identity)
    assert due(store) == [] and label_of(store, entry.identity) == "pass"
