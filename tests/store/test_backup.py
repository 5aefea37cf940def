"""Copies of a store, the copies before migrations, and a store written anew."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotator.domain.source import Page
from annotator.errors import StoreBusy, StoreError
from annotator.store import backup, opening
from annotator.store.check import check
from annotator.store.compact import compact
from annotator.store.opening import open_database
from annotator.store.store import open_store
from tests.store.scene import filled, item_at, judged
from tests.store.test_database import LATEST
from tests.store.test_traces import span


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store" / "annotator.db"
    with closing(open_store(path)) as store:
        queue = filled(store, 500)
        for start in range(0, 500, 100):
            texts = (span(f"t{n}", f"s{n}", os.urandom(3000).hex()) for n in range(start + 1, start + 101))
            store.add_page(queue.source_id, Page(spans=tuple(texts)))
    return path


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def is_whole(path: Path) -> bool:
    return check(path, lambda what, done, total: None).findings == []


def test_a_copy_is_of_one_moment_while_another_connection_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAGES", 3)
    copy = path.with_name("copy.db")
    going, told = threading.Event(), []

    def judge() -> None:
        with closing(open_store(path, busy=5)) as store:
            queue = store.queues()[0]
            for position in range(1, 101):
                store.commit(judged(item_at(store, queue, position), "pass"))
                going.set()

    writer = threading.Thread(target=judge)
    writer.start()
    assert going.wait(20)
    with closing(open_database(path)) as db:
        assert db.backup(copy, report=lambda done, total: told.append((done, total)))
    writer.join()
    assert len(told) > 10 and told[-1][0] == told[-1][1] and told == sorted(told), "it never began anew"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert is_whole(copy) and is_whole(path)
    with closing(open_store(copy)) as kept, closing(open_store(path)) as store:
        done = kept.counts(kept.queues()[0].id).done
        assert done == kept.db.one("SELECT count(*) FROM annotation")[0] == kept.db.one("SELECT count(*) FROM outbox")[0]
        assert 1 <= done <= store.counts(store.queues()[0].id).done == 100


def test_a_copy_that_fails_leaves_nothing_and_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = path.with_name("copy.db")
    copy.write_text("mine")
    before = names(path)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with closing(open_database(path)) as db:
        with pytest.raises(KeyboardInterrupt):
            db.backup(copy, report=stop)
        assert copy.read_text() == "mine" and names(path) - {"annotator.db-wal", "annotator.db-shm"} == before
        with monkeypatch.context() as full:
            full.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
            with pytest.raises(StoreError, match="room") as caught:
                db.backup(copy)
        assert "Free some space" in caught.value.advice and copy.read_text() == "mine"
        with pytest.raises(StoreError, match="cannot be written"):
            db.backup(path / "copy.db")
        assert db.one("SELECT count(*) FROM item") == (500,), "the store goes on"


def first_format(path: Path) -> None:
    """A store as the first version made it, with a queue and a trace."""
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path)) as old:
        old.executescript((opening.MIGRATIONS / "001_store.sql").read_text())
        old.executescript(
            "PRAGMA user_version = 1; INSERT INTO source VALUES (1, '/traces.jsonl', '', '');"
            "INSERT INTO queue (name, source, server, project, selection, rubric, digits, used)"
            """ VALUES ('old', 1, '', '', '{}', '{"name": "", "version": "", "configs": []}', '{}', 1);"""
            "INSERT INTO trace VALUES (1, 1, 't1', 0);"
            "INSERT INTO item (queue, position, kind, target, document, trace, span_id, why) VALUES (1, 1, 'span', 's1', -1, 1, 's1', '');"
        )


def test_a_store_of_the_first_format_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "old" / "annotator.db"
    first_format(path)
    with closing(open_database(path)) as db:
        assert db.one("PRAGMA user_version") == (LATEST,)
        assert db.one("SELECT name, purged_at FROM queue") == ("old", 0.0)
    copy = path.with_name("annotator.db.1.backup")
    assert names(path) == {"annotator.db", copy.name} and stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
        assert old.execute("SELECT target FROM item").fetchall() == [("s1",)]


def test_a_migration_without_room_for_the_copy_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old" / "annotator.db"
    first_format(path)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
        with pytest.raises(StoreError, match="room"):
            open_database(path)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
    open_database(path).close()


def test_the_newest_two_copies_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "annotator.db"
    for number in (1, 3, 9, 10):
        (tmp_path / f"annotator.db.{number}.backup").touch()
    others = {"annotator.db.20261121T101010.backup.txt", "other.db.1.backup", "annotator.db.x.backup"}
    for name in others:
        (tmp_path / name).touch()
    backup.forget_old(path)
    assert {one.name for one in tmp_path.iterdir()} == others | {"annotator.db.9.backup", "annotator.db.10.backup"}


def test_a_copy_is_not_made_of_a_store_that_was_migrated_meanwhile(path: Path) -> None:
    copy = backup.before_migration(path, 1)
    with closing(open_database(path)) as db:
        assert not db.backup(copy, version=1) and not copy.exists()


def test_a_store_is_written_anew_without_what_was_removed(path: Path) -> None:
    with closing(open_store(path)) as store:
        store.db.execute("DELETE FROM payload WHERE id % 2")
    before, after = compact(path)
    assert after < 0.7 * before and path.stat().st_size == after
    assert is_whole(path) and names(path) == {"annotator.db"}
    assert compact(path) == (after, after)


HOLD = """
import sys
from pathlib import Path
from annotator.store.store import open_store
store = open_store(Path(sys.argv[1]))
print(store.queues()[0].name, flush=True)
sys.stdin.read()
"""


def test_a_store_that_another_program_only_looks_at_is_not_written_anew(path: Path) -> None:
    with closing(open_store(path)) as mine, pytest.raises(StoreBusy, match=r"has .* open; nothing was changed"):
        assert mine.queues()
        compact(path)
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout and other.stdout.readline() == "queue\n"
    with pytest.raises(StoreBusy):
        compact(path)
    other.communicate("", timeout=20)
    compact(path)


def test_a_store_without_room_is_not_written_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=path.stat().st_size))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="room"):
        compact(path)
    assert path.read_bytes() == before
