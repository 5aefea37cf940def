import os
import shutil
import sqlite3
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.errors import AnnotatorError, StoreBusy, StoreError, StoreTooNew
from annotator.store import network, opening
from annotator.store.network import file_system
from annotator.store.opening import statements
from annotator.store.store import SqliteStore, open_store
from tests.store.scene import SERVER, filled, identity, item_at, journal, judged, label_of

LATEST = len(list(opening.MIGRATIONS.glob("*.sql")))
"""The version of a store that is made now."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_store_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "new" / "annotator.db"
    with closing(open_store(path)) as store:
        filled(store)
        assert mode(path.parent) == 0o700
        assert {mode(path.with_name(path.name + suffix)) for suffix in ("", "-wal", "-shm")} == {0o600}
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "page_size", "user_version", "busy_timeout")
        assert [store.db.one(f"PRAGMA {name}")[0] for name in pragmas] == ["wal", 2, 1, 8192, LATEST, 250]
        assert store.db.all("PRAGMA foreign_key_check") == [] and store.db.one("PRAGMA integrity_check")[0] == "ok"


def test_the_folder_that_was_there_is_left_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_store(tmp_path / "annotator.db").close()
    assert mode(tmp_path) == 0o755 and mode(tmp_path / "annotator.db") == 0o600


def test_opening_again_makes_no_backup(tmp_path: Path) -> None:
    for _ in range(2):
        open_store(tmp_path / "annotator.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["annotator.db"]


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "annotator.db").touch()
    with closing(open_store(tmp_path / "annotator.db")) as store:
        assert filled(store).id == 1


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "annotator.db"
    with closing(open_store(path)) as store:
        store.db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="newer annotator") as caught:
        open_store(path)
    assert "Update" in caught.value.advice and path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all " * 50, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "annotator.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert caught.value.advice and "--store" in caught.value.advice and path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "file" / "annotator.db")


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    path = tmp_path / "annotator.db"
    with closing(open_store(path)) as store:
        filled(store, 2000)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as caught, closing(open_store(path)) as store:
        store.queues()
    assert "store check" in caught.value.advice


def as_nobody(work: Callable[[], None]) -> str:
    """Run in a child without root's rights; the titles of what it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            work()
            os.write(writer, b"no error")
        except AnnotatorError as error:
            os.write(writer, f"{error.title} | {error.advice}".encode())
        except BaseException as error:
            os.write(writer, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_read_only_store_says_so(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "annotator.db"
        open_store(path).close()
        path.chmod(0o444)
        folder.chmod(0o555)
        said = as_nobody(lambda: open_store(path).close())
        assert "cannot be written" in said and "--store" in said
        assert "cannot be opened" in as_nobody(lambda: open_store(folder / "new.db").close())
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_store_that_becomes_read_only_says_so(store: SqliteStore) -> None:
    queue = filled(store)
    store.db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be written"):
        store.commit(judged(item_at(store, queue, 1), "pass"))
    store.db.execute("PRAGMA query_only = OFF")
    store.commit(judged(item_at(store, queue, 1), "pass"))


def test_a_full_disk_says_so_and_changes_nothing(store: SqliteStore) -> None:
    queue = filled(store)
    pages = store.db.one("PRAGMA page_count")[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    item = item_at(store, queue, 1)
    with pytest.raises(StoreError, match="disk is full"):
        store.commit(judged(item, "x" * 100_000))
    assert label_of(store, identity(item)) is None and journal(store) == [] and store.outbox_counts(SERVER).waiting == 0
    store.commit(judged(item, "pass"))


def test_a_lock_held_elsewhere_is_busy_and_changes_nothing(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    queue = filled(store)
    item, other = item_at(store, queue, 1), opened()
    with other.db.atomic():
        with pytest.raises(StoreBusy):
            store.commit(judged(item, "pass"))
        assert store.on_target(SERVER, item.target) == [], "reading goes on"
    assert journal(store) == [] and store.outbox_counts().waiting == 0
    store.commit(judged(item, "pass"))


def test_what_is_done_together_is_seen_together(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    other = opened()
    with store.together():
        other.add_source(SourceRef("before the first change"))  # which takes the lock
        store.add_source(SourceRef("one"))
        with pytest.raises(StoreBusy):
            other.add_source(SourceRef("meanwhile"))
        store.add_source(SourceRef("two"))
        assert locations(other) == ["before the first change"]
    assert locations(other) == ["before the first change", "one", "two"]
    store.add_source(SourceRef("three"))
    assert locations(other)[-1] == "three", "each is a transaction of its own again"


def test_what_is_done_together_fails_together(store: SqliteStore) -> None:
    with pytest.raises(KeyError), store.together():
        store.add_source(SourceRef("one"))
        raise KeyError
    with pytest.raises(StoreError), store.together():
        store.add_source(SourceRef("two"))
        store.add_page(99, Page())
    with store.together():
        pass
    store.add_source(SourceRef("three"))
    assert locations(store) == ["three"]


def locations(store: SqliteStore) -> list[str]:
    return [location for (location,) in store.db.all("SELECT location FROM source ORDER BY id")]


def test_a_connection_belongs_to_its_thread(store: SqliteStore) -> None:
    raised: list[Exception] = []

    def use() -> None:
        try:
            store.queues()
        except StoreError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert raised and "thread" in str(raised[0])


def test_migrations_run_in_order_after_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "annotator.db"
    with closing(open_store(path)) as store:
        filled(store)
    folder = tmp_path / "migrations"
    shutil.copytree(opening.MIGRATIONS, folder)
    (folder / "998_more.sql").write_text("CREATE TABLE more (a);\nINSERT INTO more VALUES (';');\n")
    (folder / "999_again.sql").write_text("ALTER TABLE more ADD COLUMN b DEFAULT 7;\n")
    monkeypatch.setattr(opening, "MIGRATIONS", folder)
    with closing(open_store(path)) as store:
        assert store.db.all("SELECT a, b FROM more") == [(";", 7)] and store.db.one("PRAGMA user_version")[0] == LATEST + 2
        assert len(store.queues()) == 1
    backup = path.with_name(f"annotator.db.{LATEST}.backup")
    assert mode(backup) == 0o600
    with closing(sqlite3.connect(backup)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (LATEST,) and old.execute("SELECT count(*) FROM item").fetchone() == (3,)


def test_a_failing_migration_leaves_the_version_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "annotator.db"
    open_store(path).close()
    folder = tmp_path / "migrations"
    shutil.copytree(opening.MIGRATIONS, folder)
    (folder / "999_broken.sql").write_text("CREATE TABLE more (a);\nINSERT INTO nowhere VALUES (1);\n")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "MIGRATIONS", folder)
        with pytest.raises(StoreError, match="nowhere"):
            open_store(path)
    with closing(open_store(path)) as store:
        assert store.db.one("PRAGMA user_version")[0] == LATEST and store.db.one("SELECT 1 FROM sqlite_master WHERE name = 'more'") is None


def test_statements_end_where_sqlite_says() -> None:
    script = "-- a;\nCREATE TABLE t (a);\nCREATE TRIGGER x AFTER INSERT ON t BEGIN\n  SELECT 1;\nEND;\n"
    assert len(list(statements(script))) == 2


MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/ann/disk ext4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
ann@host: /home/ann/far fuse.sshfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/annotator.db", "ext4"),
        ("/home/ann/annotator.db", "nfs4"),
        ("/home/ann/disk/annotator.db", "ext4"),
        ("/mnt/my share/a/annotator.db", "cifs"),
        ("/home/ann/far/annotator.db", "fuse.sshfs"),
        ("/homestead/annotator.db", "ext4"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind
    assert network.is_network(kind) == (kind != "ext4")


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(network, "MOUNTS", mounts)
    with pytest.raises(StoreError, match=r"network file system \(nfs\)") as caught:
        open_store(tmp_path / "store" / "annotator.db")
    assert "--store" in caught.value.advice and not (tmp_path / "store").exists()
