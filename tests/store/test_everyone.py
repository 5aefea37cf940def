"""Everybody's rows: what a server says of them, what others take away, and one's own row changed elsewhere."""

import pytest

from annotator.domain.annotation import Identity, KnownAnnotation, Target
from annotator.domain.imported import Import
from annotator.domain.outbox import Account
from annotator.domain.queue import Item
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.domain.step import SetAnnotation
from annotator.store.store import SqliteStore
from tests.server_rows import server_rows
from tests.store.scene import SERVER, Clock, deliver, due, filled, identity, item_at, journal, judged, label_of, only, put, row, step
from tests.store.test_plans import scans, statements

ANN = Account(SERVER, "ann", "annotator:ann", "")


def known(store: SqliteStore, item: Item) -> list[KnownAnnotation]:
    return store.known_on(SERVER, [item.target])


def test_source_author_and_time_are_kept_and_follow_the_server(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    of = identity(item, identifier="px-app:7")
    store.keep_read(server_rows(row(of, "pass"), user="bob"), 5.0)
    assert known(store, item) == [KnownAnnotation(row(of, "pass"), "", "APP", "bob", 1795262400.0)]
    store.keep_read(server_rows(row(of, "pass"), user="bob", updated_at="2026-11-21T12:00:01+00:00"), 6.0)
    assert known(store, item)[0].at == 1795262401.0 and journal(store) == []
    store.keep_read(server_rows(row(of, "fail"), user="eve"), 7.0)
    assert (known(store, item)[0].row.label, known(store, item)[0].author) == ("fail", "eve")


def test_a_change_made_here_is_no_longer_what_the_server_said(store: SqliteStore, clock: Clock) -> None:
    store.fix_account(ANN)
    item = item_at(store, filled(store), 1)
    store.keep_read(server_rows(row(identity(item), "pass"), user="ann"), 5.0)
    store.commit(judged(item, "fail"))
    assert known(store, item) == [KnownAnnotation(row(identity(item), "fail", score=0.0), "ann", "", "", clock.now)]


def test_what_others_took_away_goes_here_too_and_the_journal_keeps_it(store: SqliteStore) -> None:
    store.fix_account(ANN)
    queue = filled(store)
    item, other = item_at(store, queue, 1), item_at(store, queue, 2)
    bob, eve = (identity(item, identifier=f"annotator:{name}") for name in ("bob", "eve"))
    elsewhere = identity(other, identifier="annotator:bob")
    mine = row(identity(item), "pass")
    store.keep_read(server_rows(row(bob, "pass"), row(eve, "fail"), mine, row(elsewhere, "pass")), 5.0)
    imported = Identity(SERVER, item.target, "toxicity", "file")
    store.keep_imported(Import("evals", "ann"), [SetAnnotation(imported, row(imported, "low"))])
    store.forget_gone(SERVER, "span", [item.target.id], server_rows(row(eve, "fail")))
    left = {(one.row.name, one.row.identity.identifier) for one in known(store, item)}
    assert left == {("correctness", "annotator:eve"), ("correctness", "annotator:ann"), ("toxicity", "file")}
    assert label_of(store, elsewhere) == "pass", "nobody asked about that one"
    assert journal(store)[-1][0] == "pulled" and journal(store)[-1][3] is None and '"pass"' in str(journal(store)[-1][2])


def test_documents_are_taken_away_by_their_span(store: SqliteStore) -> None:
    item = item_at(store, filled(store), 1)
    rows = [row(Identity(SERVER, Target("document", item.target.id, place), "relevance", "bob"), "yes") for place in range(3)]
    store.keep_read(server_rows(*rows), 5.0)
    store.forget_gone(SERVER, "document", [item.target.id], server_rows(rows[1]))
    assert [one.row for place in range(3) for one in store.known_on(SERVER, [rows[place].target])] == [rows[1]]


@pytest.mark.parametrize("settles", ["retry", "drop"])
def test_a_row_that_was_decided_here_and_changed_elsewhere_is_a_conflict(store: SqliteStore, settles: str) -> None:
    store.fix_account(ANN)
    item = item_at(store, filled(store), 1)
    of = identity(item)
    store.commit(step(item, put(of, "pass")))
    deliver(store)
    store.keep_read(server_rows(row(of, "web")), store.clock() + 10)
    assert label_of(store, of) == "pass" and store.outbox_counts().parked == 1
    assert known(store, item)[0].conflict and known(store, item)[0].theirs == row(of, "web")
    getattr(store, settles)(of)
    assert label_of(store, of) == ("pass" if settles == "retry" else "web")
    assert not known(store, item)[0].conflict
    assert len(due(store)) == (1 if settles == "retry" else 0)
    if settles == "retry":
        assert only(due(store)).expected == row(of, "web"), "mine replaces what is there"


def test_what_the_same_user_wrote_elsewhere_is_taken_as_hers(store: SqliteStore) -> None:
    store.fix_account(Account(SERVER, "ann", "px-app:7", "7"))
    item = item_at(store, filled(store), 1)
    of = identity(item, identifier="px-app:7")
    store.commit(step(item, put(of, "pass")))
    deliver(store)
    store.keep_read(server_rows(row(of, "web"), user_id="7"), store.clock() + 10)
    assert label_of(store, of) == "web" and store.outbox_counts().parked == 0
    store.commit(step(item, put(of, "pass")))
    deliver(store)
    store.keep_read(server_rows(row(of, "web"), user_id="8"), store.clock() + 10)
    assert label_of(store, of) == "pass" and store.outbox_counts().parked == 1


def test_a_reading_from_before_the_last_change_changes_nothing(store: SqliteStore, clock: Clock) -> None:
    store.fix_account(ANN)
    item = item_at(store, filled(store), 1)
    store.commit(step(item, put(identity(item), "pass")))
    deliver(store)
    store.keep_read(server_rows(row(identity(item), "web")), clock.now - 5)
    assert label_of(store, identity(item)) == "pass" and store.outbox_counts().parked == 0


def test_all_of_a_trace_is_found_without_a_scan(store: SqliteStore) -> None:
    queue = filled(store, 30)
    item = item_at(store, queue, 1)
    spans = tuple(Span("t1", span_id, None, "answer", "LLM", "OK", 1, 2, "chat") for span_id in ("s1", "s9"))
    store.add_page(queue.source_id, Page(spans=spans))
    targets = [
        Target("span", "s1"), Target("span", "s9"), Target("document", "s9", 4), Target("trace", "t1"), Target("session", "chat"),
    ]  # fmt: skip
    others = [Target("span", "s2"), Target("trace", "t2"), Target("session", "other")]
    rows = [row(Identity(SERVER, target, "quality", "bob"), "good") for target in (*targets, *others)]
    store.keep_read(server_rows(*rows), 5.0)
    seen = statements(store)
    found = store.known_in(SERVER, queue.source_id, "t1")
    store.rows_read_at(queue.source_id, "t1")
    store.set_rows_read(queue.source_id, ["t1"], 7.0)
    store.rows_unread(queue.id, 0, 100)
    store.known_on(SERVER, [item.target])
    store.forget_gone(SERVER, "span", ["s1", "s9"], server_rows(*rows))
    store.gone_of_ours(SERVER, "span", ["s1", "s9"], server_rows(*rows), 9.0)
    assert scans(store, seen) == []
    assert {one.row.target for one in found} == set(targets)
    assert store.rows_read_at(queue.source_id, "t1") == 7.0 and store.rows_unread(queue.id, 0, 100)[0] == (2, "t2")
