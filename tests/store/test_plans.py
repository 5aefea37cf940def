"""What runs on a key or at opening looks rows up: no statement scans a table that grows, by SQLite's own plan of it."""

import time

import pytest

from annotator.domain.annotation import ItemState, Target
from annotator.domain.outbox import Account
from annotator.domain.queue import NewItem, Queue, Selection
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.store.store import SqliteStore
from annotator.workflow.judge import Judge
from annotator.workflow.stepping import next_todo
from tests.server_rows import server_rows
from tests.store.scene import ON_SERVER, SERVER, filled

SMALL = {"queue", "source", "account", "tally", "outbox_tally"}
"""Tables with a row for each queue, server or person. `record` is looked through when a source was read to its end, see below."""
ENTRIES = 30


@pytest.fixture
def queue(store: SqliteStore) -> Queue:
    queue = filled(store, ENTRIES)
    spans = tuple(
        Span(f"t{n}", f"s{n}", None, "answer", "LLM", "OK", n, n + 1, "session", "", {"input.value": "why?"}, (), {})
        for n in range(1, ENTRIES + 1)
    )
    store.add_page(queue.source_id, Page(spans=spans))
    store.set_loaded(queue.source_id, [span.trace_id for span in spans])
    return queue


def statements(store: SqliteStore) -> list[str]:
    """What is run from now on, with its values."""
    seen: list[str] = []
    store.db._connection.set_trace_callback(seen.append)
    return seen


def scans(store: SqliteStore, seen: list[str]) -> list[str]:
    """Each look through a whole table or index that grows, with its statement; what triggers run comes as a comment."""
    store.db._connection.set_trace_callback(None)
    found = []
    for sql in dict.fromkeys(one for one in seen if one.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
        for *_, detail in store.db.all(f"EXPLAIN QUERY PLAN {sql}"):
            words = detail.split()
            if words[0] == "SCAN" and words[1] not in SMALL | {"CONSTANT"} and not words[1].startswith("("):
                found.append(f"{detail}: {' '.join(sql.split())}")
    return found


def test_the_plans_of_scans_are_seen(store: SqliteStore, queue: Queue) -> None:
    seen = statements(store)
    store.db.all("SELECT count(*) FROM item WHERE why = ''")
    assert len(scans(store, seen)) == 1


def test_opening_and_listing_scan_nothing(store: SqliteStore, queue: Queue) -> None:
    seen = statements(store)
    store.queues()
    store.queue(queue.id)
    store.touch(queue.id)
    store.counts(queue.id)
    store.accounts(None)
    store.account(SERVER, "ann")
    store.outbox_counts()
    store.outbox_counts(SERVER)
    store.outbox_entries(SERVER, "waiting")
    store.outbox_entries(SERVER, "parked")
    store.awaited()
    store.next_due(SERVER, 1.0)
    store.listed(queue.id, 10, 50)
    store.listed(queue.id, 10, 50, ItemState.FLAGGED)
    store.unread(queue.id, 10, 10)
    store.missing(queue.id, 10, 25)
    store.find("t1")
    store.last_trace()
    assert len(seen) > 18 and scans(store, seen) == []


def test_no_key_scans(store: SqliteStore, queue: Queue) -> None:
    judge = Judge(store, queue, "ann", "annotator:ann")
    items, criterion = store.items(queue.id), queue.rubric.criteria[0]
    seen = statements(store)
    for item in items[:3]:
        judge.answer(item, criterion, "pass")
    judge.explain(items[0], criterion, "because")
    judge.note(items[0], "note")
    judge.repeat(items[4])
    for state in (ItemState.SKIPPED, ItemState.DEFERRED, ItemState.FLAGGED):
        judge.move(items[5], state, "later")
    for _ in range(4):
        judge.undo()
    judge.redo()
    for position in (0, 10, ENTRIES):
        next_todo(store, queue.id, position, lambda item: store.has_payload(queue.source_id, item.trace_id))
        for states in (None, *((state,) for state in ItemState), tuple(ItemState)):
            store.step(queue.id, position, 1, states)
            store.step(queue.id, position, -1, states)
    store.at(queue.id, 10)
    store.item(items[0].id)
    store.items(queue.id, 10)
    store.item_of(queue.id, Target("span", "s3"))
    store.trace(queue.source_id, "t3")
    store.payload_size(queue.source_id, "t3")
    store.session_traces(queue.source_id, "session", 100)
    store.last_verdicts(queue.id, "ann", 5)
    store.verdict_times(queue.id, "ann", 60)
    store.last_answers("ann", queue.id)
    assert len(seen) > 100 and scans(store, seen) == []


def test_a_drain_scans_nothing(store: SqliteStore, queue: Queue) -> None:
    store.fix_account(Account(SERVER, "ann", "annotator:ann", ""))
    judge = Judge(store, queue, "ann", "annotator:ann")
    for item in store.items(queue.id):
        judge.answer(item, queue.rubric.criteria[0], "pass")
    seen = statements(store)
    store.hurry(SERVER)
    entries = store.due(SERVER, time.time() + 10, 100, 1.0)
    assert len(entries) == ENTRIES
    for entry in entries:
        store.set_base(entry.identity, None)
    store.attempt([(entry, entry.row) for entry in entries])
    store.failed(entries[:2], store.clock() + 5, "why", unknown=True)
    store.park(entries[2], "why")
    store.retry(entries[2].identity)
    store.park(entries[3], "why")
    store.drop(entries[3].identity)
    for entry in entries[4:]:
        store.sent(entry, entry.row)
    store.keep_read(server_rows(*(entry.row for entry in entries if entry.row)), store.clock() + 1)
    assert len(seen) > 100 and scans(store, seen) == []


def test_filling_scans_nothing_but_log_records(store: SqliteStore, queue: Queue) -> None:
    second = store.create("second", ON_SERVER, Selection(), BUILT_IN)
    seen = statements(store)
    store.headers_of(second.source_id, ["t1", "t2"])
    store.add_items(second.id, [])
    store.among_items(second.id, "span", ["s1"])
    store.among_judged(SERVER, "span", ["s1"])
    store.fingerprints(["t1"], store.last_trace())
    store.set_listing(second.id, "cursor", complete=False)
    store.settle_records(second.source_id)
    store.set_pulled(second.source_id)
    sessions = store.create("sessions", ON_SERVER, Selection("session"), BUILT_IN)
    item = NewItem(Target("session", "session"), "t1", "s1")
    store.add_items(sessions.id, [item])
    store.show_at(sessions.id, [item])
    store.listed(sessions.id)
    store.db.execute("UPDATE trace SET loaded = 0 WHERE trace_id = 't1'")
    store.missing(sessions.id, 0, 10)
    store.find("session")
    assert [scan for scan in scans(store, seen) if not scan.startswith("SCAN record")] == []
