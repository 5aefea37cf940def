"""Rows from files in the store: whose they are, what they never change, and taking them back."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotation import Annotation, Identity, KnownAnnotation, Target
from annotator.domain.imported import Import, Kept
from annotator.domain.outbox import Account
from annotator.domain.source import ServerRow
from annotator.domain.step import SetAnnotation
from annotator.store.check import check
from annotator.store.store import SqliteStore, open_store
from tests.store.scene import SERVER, Clock, deliver, due, filled, item_at, journal, judged, label_of, only

WORK = Import("evals", "rita", project="default")
SENT = Import("evals", "rita", project="default", send=True)


def of(n: int, identifier: str = "import:evals", name: str = "quality", server: str = SERVER) -> Identity:
    return Identity(server, Target("span", f"s{n}"), name, identifier)


def put(identity: Identity, label: str = "good") -> SetAnnotation:
    return SetAnnotation(identity, Annotation(identity, label, annotator_kind="LLM"))


def take(identity: Identity) -> SetAnnotation:
    return SetAnnotation(identity, None)


def kept(store: SqliteStore, work: Import, *changes: SetAnnotation) -> list[Kept]:
    foreseen = store.foresee_imported(work, changes)
    _, found = store.keep_imported(work, changes)
    assert found == foreseen
    return found


def how(found: Sequence[Kept]) -> list[str]:
    return [one.how for one in found]


def known(store: SqliteStore, identity: Identity) -> KnownAnnotation:
    [found] = [one for one in store.known_on(identity.server, [identity.target]) if one.row.identity == identity]
    return found


def taken_back(store: SqliteStore) -> tuple[int, int]:
    last = store.last_import()
    assert last is not None
    return store.undo_import(last)


def test_twice_changes_nothing_and_a_changed_row_is_changed(store: SqliteStore) -> None:
    assert how(kept(store, WORK, put(of(1)), put(of(2)))) == ["new", "new"]
    before = journal(store)
    assert how(kept(store, WORK, put(of(1)), put(of(2)))) == ["unchanged", "unchanged"]
    assert journal(store) == before
    assert how(kept(store, WORK, put(of(1)), put(of(2), "bad"), take(of(1)), take(of(3)))) == [
        "unchanged", "changed", "withdrawn", "unchanged",
    ]  # fmt: skip
    assert (label_of(store, of(1)), label_of(store, of(2))) == (None, "bad")
    assert not due(store)


def test_they_are_nobodys_here_and_say_their_author(store: SqliteStore) -> None:
    row = Annotation(of(1), "good", annotator_kind="HUMAN", metadata={"annotator": "zoe"})
    store.keep_imported(WORK, [SetAnnotation(of(1), row)])
    found = known(store, of(1))
    assert (found.row, found.annotator, found.source, found.author, found.at) == (row, "", "", "zoe", store.clock())


def test_what_a_person_here_wrote_is_never_changed(store: SqliteStore) -> None:
    queue = filled(store)
    store.commit(judged(item_at(store, queue, 1), "pass"))
    store.fix_account(Account(SERVER, "bob", "px-app:7", "7"))
    mine, bobs = of(1, "annotator:ann", "correctness"), of(2, "px-app:7")
    found = kept(store, SENT, put(mine, "fail"), put(bobs), take(mine))
    assert [(one.how, one.reason.split()[0]) for one in found] == [("refused", "ann"), ("refused", "the"), ("refused", "ann")]
    assert "bob, who judges here" in found[1].reason
    assert label_of(store, mine) == "pass" and label_of(store, bobs) is None
    assert [entry.identity for entry in due(store)] == [mine]


def test_what_a_server_has_otherwise_is_never_changed(store: SqliteStore) -> None:
    held = Annotation(of(1, "judge"), "bad", annotator_kind="LLM")
    store.keep_read([ServerRow(held, "1", "API")], store.clock())
    found = kept(store, SENT, put(of(1, "judge")))
    assert how(found) == ["refused"] and "the server has another quality" in found[0].reason
    assert how(kept(store, SENT, put(of(1, "judge"), "bad"))) == ["unchanged"]
    assert known(store, of(1, "judge")).row == held and not due(store)


def test_what_is_only_here_stays_when_a_server_is_read(store: SqliteStore) -> None:
    store.keep_imported(WORK, [put(of(1))])
    store.forget_gone(SERVER, "span", ["s1"], [])
    assert label_of(store, of(1)) == "good"


def test_sent_as_the_importing_persons(store: SqliteStore) -> None:
    kept(store, WORK, put(of(1)))
    assert not due(store)
    assert how(kept(store, SENT, put(of(1)), put(of(2)))) == ["unchanged", "new"]
    entries = due(store)
    assert [(one.identity, one.annotator, one.project, one.action) for one in entries] == [
        (of(1), "rita", "default", "put"), (of(2), "rita", "default", "put"),
    ]  # fmt: skip
    assert [one.row and one.row.annotator_kind for one in entries] == ["LLM", "LLM"] and not any(one.base_known for one in entries)
    deliver(store)
    assert how(kept(store, SENT, put(of(1)), put(of(2)))) == ["unchanged", "unchanged"] and not due(store)


def test_a_row_that_was_sent_once_is_sent_again_when_it_changes(store: SqliteStore) -> None:
    kept(store, SENT, put(of(1)))
    deliver(store)
    assert how(kept(store, WORK, put(of(1), "bad"), put(of(2)))) == ["changed", "new"]
    entry = only(due(store))
    assert entry.row is not None and (entry.identity, entry.row.label, entry.expected and entry.expected.label) == (of(1), "bad", "good")


def test_taking_back_before_and_after_it_was_sent(store: SqliteStore) -> None:
    kept(store, WORK, put(of(1), "bad"))
    kept(store, SENT, put(of(1)), put(of(2)))
    assert taken_back(store) == (2, 0)
    assert (label_of(store, of(1)), label_of(store, of(2)), due(store)) == ("bad", None, [])
    kept(store, SENT, put(of(1)), put(of(2)))
    deliver(store)
    assert taken_back(store) == (2, 0)
    assert (label_of(store, of(1)), label_of(store, of(2))) == ("bad", None)
    assert {(entry.identity, entry.action, entry.base) for entry in due(store)} == {(of(1), "restore", None), (of(2), "restore", None)}
    deliver(store)
    assert taken_back(store) == (1, 0) and store.last_import() is None
    assert label_of(store, of(1)) is None and not due(store)


def test_taking_back_a_sending_alone(store: SqliteStore) -> None:
    kept(store, WORK, put(of(1)))
    kept(store, SENT, put(of(1)))
    deliver(store)
    assert taken_back(store) == (1, 0)
    assert label_of(store, of(1)) == "good" and [entry.action for entry in due(store)] == ["restore"]
    deliver(store)
    assert how(kept(store, SENT, put(of(1)))) == ["unchanged"] and [entry.action for entry in due(store)] == ["put"]


def test_taking_back_gives_the_server_what_an_earlier_import_sent(store: SqliteStore) -> None:
    kept(store, SENT, put(of(1), "bad"))
    deliver(store)
    kept(store, WORK, put(of(1)))
    deliver(store)
    assert taken_back(store) == (1, 0)
    entry = only(due(store))
    assert entry.action == "put" and entry.row is not None and entry.row.label == "bad" == label_of(store, of(1))


def test_what_was_changed_since_stays(store: SqliteStore) -> None:
    work, _ = store.keep_imported(WORK, [put(of(1)), put(of(2))])
    store.keep_imported(work, [put(of(3))])
    store.keep_read([ServerRow(Annotation(of(2), "better", annotator_kind="LLM"), "1", "API")], store.clock())
    assert taken_back(store) == (2, 1)
    assert [label_of(store, of(n)) for n in (1, 2, 3)] == [None, "better", None]


def test_taking_back_goes_on_where_it_was_cut_off(
    store: SqliteStore, opened: Callable[[], SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.store.imports.BATCH", 2)
    store.keep_imported(WORK, [put(of(n)) for n in range(5)])
    store.clock.now += 1  # type: ignore[attr-defined]
    work = store.last_import()
    assert work is not None
    batches = store._unimport
    done: list[int] = []

    def cut(*args: object) -> bool:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(1)
        return batches(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_unimport", cut)
    with pytest.raises(KeyboardInterrupt):
        store.undo_import(work)
    again = opened()
    assert again.last_import() == work and again.undo_import(work) == (5, 0)
    assert again.last_import() is None and not [n for n in range(5) if label_of(again, of(n))]


def test_a_conflict_given_up_leaves_nobodys_row(store: SqliteStore) -> None:
    kept(store, SENT, put(of(1)))
    entry = only(due(store))
    theirs = Annotation(of(1), "bad", annotator_kind="LLM")
    store.park(entry, "another", conflict=True, theirs=theirs)
    store.drop(of(1))
    assert (known(store, of(1)).row, known(store, of(1)).annotator) == (theirs, "")


def test_it_is_whole_by_its_own_check(store: SqliteStore) -> None:
    filled(store)
    kept(store, SENT, put(of(1)), put(of(2)))
    kept(store, WORK, put(of(1), "bad"), put(of(9)))
    taken_back(store)
    assert check(store.path, lambda what, done, total: None).findings == []


ROWS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(("good", "bad", None))), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS | st.none(), max_size=8))
def test_imports_and_taking_back_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, work: list[list[tuple[int, str | None]] | None]
) -> None:
    """None takes the last import back. What is held is what a list of snapshots says."""
    store = open_store(tmp_path_factory.mktemp("imports") / "a.db", clock=Clock())
    now: dict[int, str] = {}
    before: list[dict[int, str]] = []
    for rows in work:
        if rows is None:
            if before:
                taken_back(store)
                now = before.pop()
            else:
                assert store.last_import() is None
            continue
        after = dict(now)
        for n, label in rows:
            after.pop(n, None)
            if label:
                after[n] = label
        changed = any(one != "unchanged" for one in how(kept_rows(store, rows)))
        if changed:
            before.append(now)
        now = after
        held = {n: label_of(store, of(n)) for n in range(1, 5)}
        assert {n: label for n, label in held.items() if label} == now
    store.close()


def kept_rows(store: SqliteStore, rows: list[tuple[int, str | None]]) -> list[Kept]:
    return store.keep_imported(WORK, [put(of(n), label) if label else take(of(n)) for n, label in rows])[1]


def test_who_is_here(store: SqliteStore, tmp_path: Path) -> None:
    filled(store)
    assert store.among_here("trace", ["t1", "t9"]) == {"t1"} and store.among_here("session", ["t1"]) == set()
