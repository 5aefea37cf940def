from annotator.domain.annotation import NOTE, Annotation, Identity, ItemState, Target
from annotator.domain.outbox import Account
from annotator.domain.queue import Counts
from annotator.domain.step import SetItem
from annotator.store.store import SqliteStore
from tests.server_rows import server_rows
from tests.store.scene import SERVER, Clock, deliver, due, filled, identity, item_at, journal, judged, label_of, only, put, row, step

ANN = Account(SERVER, "ann", "annotator:ann", "")
USER = Account(SERVER, "ann", "annotator:ann", "7")


def test_the_first_account_stays(store: SqliteStore) -> None:
    assert store.account(SERVER, "ann") is None
    assert store.fix_account(ANN) == ANN
    assert store.fix_account(Account(SERVER, "ann", "px-app:1", "1")) == ANN == store.account(SERVER, "ann")
    assert store.account("http://other", "ann") is None


def test_rows_of_others_are_kept_and_replaced(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    of = identity(item, identifier="llm")
    store.keep_read(server_rows(row(of, "pass", annotator_kind="LLM")), store.clock())
    assert store.on_target(SERVER, item.target) == [row(of, "pass", annotator_kind="LLM")]
    assert store.on_target("", item.target) == [] and store.on_target(SERVER, Target("trace", item.target.id)) == []
    assert journal(store) == []
    store.keep_read(server_rows(row(of, "fail", annotator_kind="LLM")), store.clock())
    assert label_of(store, of) == "fail" and [action for action, *_ in journal(store)] == ["pulled"]
    assert due(store) == []


def test_a_change_of_ours_that_waits_is_left_alone(store: SqliteStore) -> None:
    store.fix_account(ANN)
    item = item_at(store, filled(store), 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    entry = only(due(store))
    store.keep_read(server_rows(row(of, "web")), store.clock() + 1)
    assert only(due(store)) == entry and label_of(store, of) == "pass"
    store.park(entry, "gone")
    store.keep_read(server_rows(row(of, "web")), store.clock() + 1)
    assert label_of(store, of) == "pass"
    store.drop(of)
    store.keep_read(server_rows(row(of, "web")), store.clock() + 1)
    assert label_of(store, of) == "pass"


def test_what_another_client_changed_since_arrives(store: SqliteStore) -> None:
    store.fix_account(USER)
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    deliver(store)
    store.keep_read(server_rows(row(of, "web"), user_id="7"), store.clock() + 1)
    assert label_of(store, of) == "web" and journal(store)[-1][:2] == ("pulled", "ann")
    store.commit(step(item, put(of, "fail")))
    entry = only(due(store))
    assert entry.expected == row(of, "web") and entry.base_known and entry.base is None


def test_a_reading_from_before_the_last_change_is_stale(store: SqliteStore, clock: Clock) -> None:
    store.fix_account(USER)
    item = item_at(store, filled(store), 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    clock.now += 10
    deliver(store)
    store.keep_read(server_rows(row(of, "web"), user_id="7"), clock.now - 5)
    assert label_of(store, of) == "pass"
    store.keep_read(server_rows(row(of, "web"), user_id="7"), clock.now + 1)
    assert label_of(store, of) == "web"


def test_my_own_row_from_the_server_is_the_base_of_a_later_change(store: SqliteStore) -> None:
    store.fix_account(ANN)
    queue = filled(store)
    item = item_at(store, queue, 1)
    of = identity(item)
    base = row(of, "fail", score=0.0, metadata={"from": "web"})
    store.keep_read(server_rows(base), store.clock())
    assert due(store) == [] and store.outbox_counts().waiting == 0
    store.commit(judged(item, "pass"))
    entry = only(due(store))
    assert entry.base_known and entry.base == base and entry.expected == base
    store.undo("ann", queue.id)
    assert store.on_target(SERVER, item.target) == [base] and due(store) == [], "nothing was sent, so nothing is put back"
    store.redo("ann", queue.id)
    deliver(store)
    store.undo("ann", queue.id)
    entry = only(due(store))
    assert (entry.action, entry.base) == ("restore", base) and store.on_target(SERVER, item.target) == [base]


def test_a_row_pulled_before_the_account_was_known_is_a_base_too(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    base = row(identity(item), "fail")
    store.keep_read(server_rows(base), store.clock())
    store.commit(judged(item, "pass"))
    entry = only(due(store))
    assert entry.base_known and entry.base == base


def test_the_base_follows_the_server_while_nothing_of_ours_is_there(store: SqliteStore) -> None:
    store.fix_account(ANN)
    item = item_at(store, filled(store), 1)
    of = identity(item)
    store.keep_read(server_rows(row(of, "one")), store.clock())
    store.keep_read(server_rows(row(of, "two")), store.clock())
    store.commit(judged(item, "pass"))
    assert only(due(store)).base == row(of, "two")


def test_complete_marks_todo_items_only(store: SqliteStore) -> None:
    queue, other = filled(store), filled(store, name="other")
    first, second = item_at(store, queue, 1), item_at(store, queue, 2)
    store.commit(step(second, SetItem(second.id, ItemState.SKIPPED, "hard")))
    store.complete(queue.id, [first.id, second.id, item_at(store, other, 1).id])
    assert store.counts(queue.id) == Counts(todo=1, done=1, skipped=1) and store.counts(other.id) == Counts(todo=3)
    assert journal(store)[-1][0] == "complete"
    assert [one.position for one in store.last_verdicts(queue.id, "ann", 5)] == [2], "nobody judged here"
    reversal = store.undo("ann", queue.id)
    assert reversal is not None and reversal.step.item_id == second.id
    assert store.undo("ann", queue.id) is None and store.item(first.id).state == ItemState.DONE


def test_the_rows_of_one_person_among_everybodys(store: SqliteStore) -> None:
    item = item_at(store, filled(store, 1), 1)
    mine, theirs = (Annotation(Identity(SERVER, item.target, "correctness", one), "pass") for one in ("annotator:ann", "annotator:bob"))
    note = Annotation(Identity(SERVER, item.target, NOTE, "annotator:bob:1"), explanation="seen")
    store.keep_read(server_rows(mine, theirs, note), store.clock())
    assert store.on_target(SERVER, item.target, "annotator:ann") == [mine, note]
    assert store.on_target(SERVER, item.target) == [mine, theirs, note]
