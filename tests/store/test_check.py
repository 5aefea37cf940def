"""Whether a store is whole: what a check finds, and that it finds nothing where nothing is wrong."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.domain.source import Page
from annotator.errors import StoreError
from annotator.store.check import Checked, check
from annotator.store.store import open_store
from tests.store.scene import Clock, deliver, due, filled, item_at, judged
from tests.workflow.scene import traces


def made(path: Path) -> None:
    """Two queues; verdicts that were sent, undone, put off and parked."""
    with closing(open_store(path, clock=Clock())) as store:
        queue = filled(store, 6)
        store.add_page(queue.source_id, Page(spans=tuple(traces(6))))
        for position, label in ((1, "pass"), (2, "fail"), (3, "pass")):
            store.commit(judged(item_at(store, queue, position), label))
        deliver(store)
        store.undo("ann", queue.id)
        store.commit(judged(item_at(store, queue, 2), "pass"))
        store.commit(judged(item_at(store, queue, 4), "pass"))
        store.park(due(store)[-1], "refused")
        store.keep_reveal("ann", queue.id, 1, "t1", ())
        filled(store, 2, name="other")


def looked(path: Path) -> Checked:
    return check(path, lambda what, done, total: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made(tmp_path / "annotator.db")
    return tmp_path / "annotator.db"


def test_a_whole_store_has_no_findings_and_is_left_as_it_was(path: Path) -> None:
    before, said = path.read_bytes(), []
    found = check(path, lambda what, done, total: said.append((what, done, total)))
    assert found.findings == [] and not found.damaged
    assert found.rows["queue"] == 2 and found.rows["item"] == 8 and found.rows["annotation"] == 3
    assert path.read_bytes() == before
    assert ("the content of traces", 6, 6) in said


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE tally SET items = items + 1 WHERE queue = 1 AND state = 'done'", "not the number of their items: queue done"),
        ("DELETE FROM tally WHERE queue = 2", "other has no counters"),
        ("UPDATE outbox_tally SET entries = 7 WHERE state = 'parked'", "counters that are not the number of what is unsent"),
        ("DELETE FROM annotation WHERE identity = (SELECT identity FROM outbox WHERE state = 'parked')", "unsent rows"),
        ("UPDATE outbox SET content = '[]' WHERE state = 'waiting'", "unsent rows that are not the verdict as it is here"),
        ("UPDATE annotation SET content = '[\"other\",0,null,\"HUMAN\",{}]'", "verdicts that are not what the journal says"),
        ("UPDATE annotation SET seq = 999", "verdicts that are not what the journal says"),
        ("DROP TRIGGER journal_kept; DELETE FROM journal WHERE seq = 3", "lines missing in the journal: 1 lines"),
        ("DROP TRIGGER journal_kept; DELETE FROM journal WHERE seq = (SELECT max(id) FROM step)", "without their line in the journal"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM queue WHERE id = 2", "rows without what they belong to: item"),
        ("INSERT INTO source (location, project, server) VALUES ('x', '', ''); UPDATE trace SET source = 2 WHERE id = 1", "another source"),
        ("UPDATE payload SET chunk = substr(chunk, 1, length(chunk) - 1) WHERE id = 2", "traces whose content cannot be read"),
    ],
)
def test_what_is_wrong_is_found_and_named(path: Path, sql: str, said: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(sql)
    found = looked(path)
    assert any(said in finding.what for finding in found.findings), found.findings
    assert all(finding.advice for finding in found.findings) and not found.damaged


def test_damaged_pages_are_found_wherever_they_are(path: Path) -> None:
    whole = path.read_bytes()
    pages = len(whole) // 8192
    for page in range(1, pages):
        path.write_bytes(whole[: page * 8192] + b"\xa5" * 8192 + whole[(page + 1) * 8192 :])
        found = looked(path)
        assert found.findings, page
        assert found.damaged and "--rescue" in found.findings[0].advice, (page, found.findings)


def test_what_is_no_store_or_newer_is_not_called_damaged(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match="not a store"):
        looked(other)


def test_a_rescued_store_is_whole(path: Path) -> None:
    from annotator.store.rescue import rescue

    content = bytearray(path.read_bytes())
    content[8192 * 3 : 8192 * 4] = b"\xa5" * 8192
    path.write_bytes(content)
    assert looked(path).damaged
    rescue(path)
    found = looked(path)
    assert found.findings == [], found.findings
