"""Opening the SQLite file: made where there is none, looked at before anything is changed, brought to this version."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from annotator.errors import StoreBusy, StoreError, StoreTooNew
from annotator.store.backup import before_migration, forget_old
from annotator.store.database import Database, explain
from annotator.store.network import refuse_network

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICATION_ID = 1634627183
BUSY_SECONDS = 0.25
"""How long a write waits for another program's; imports hold the lock for a few ms."""
_MAKING = threading.Lock()


def open_database(path: Path, busy: float = BUSY_SECONDS) -> Database:
    """Open or make the file and bring it to this version. A new folder is 0700, a new file 0600.

    `busy`: seconds that a write waits for another program's. Raises StoreTooNew, StoreBusy, StoreError.
    """
    path = path.expanduser().absolute()
    refuse_network(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(path)
    except OSError as error:
        raise StoreError(f"The store {path} cannot be opened ({error.strerror}).", "Name another file with --store.") from error
    db = _connect(path, busy)
    try:
        # No other program's readers fit a change of the journal mode, so SQLite answers busy at once and the wait is ours.
        _use_wal(db, time.monotonic() + 5)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        # A statement that touches more than 64 KB would keep what it may have to undo in a file: four times the bytes of an import.
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA journal_size_limit = 67108864")
        _migrate(db, _latest())
        db.execute(f"PRAGMA busy_timeout = {int(busy * 1000)}")
    except BaseException:
        db.close()
        raise
    return db


def _connect(path: Path, busy: float) -> Database:
    """A connection to a file that was looked at; another one where a rescue has put a new file in its place meanwhile."""
    while True:
        before = path.stat().st_ino
        try:
            connection = sqlite3.connect(path, timeout=max(busy, 5.0), isolation_level=None)
        except sqlite3.Error as error:
            raise explain(error, path) from error
        db = Database(connection, path)
        try:
            _check(db)
        except BaseException:
            _leave(db)
            raise
        # Having read it, the connection holds a lock that keeps a rescue away.
        if path.stat().st_ino == before:
            return db
        db.close()


def _leave(db: Database) -> None:
    """Close a file that is refused, as it was: the last connection to leave would move the -wal into it, and one that only reads cannot."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{db.path.as_uri()}?mode=ro", uri=True)) as reader:
        reader.execute("PRAGMA user_version").fetchone()
        db.close()
    db.close()


def make_private(path: Path) -> None:
    """Make the file, for its owner alone. One that is there is never opened: closing it would drop the locks that SQLite holds on it
    for this process's other threads, and the next program to leave would take itself for the last one and delete the WAL under them.
    """
    with _MAKING, suppress(FileExistsError):  # a thread that comes second connects only after the first one's close
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _latest() -> int:
    """The newest version that this program knows."""
    return len(list(MIGRATIONS.glob("*.sql")))


def _check(db: Database) -> None:
    """Look whose file it is; nothing is changed."""
    # One reading of all three: another program may be making the store right now.
    db.execute("BEGIN")
    version, application, tables = _version(db), db.one("PRAGMA application_id")[0], db.one("SELECT 1 FROM sqlite_master")
    db.execute("COMMIT")
    latest = _latest()
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{db.path} is the database of another program.", "Name another file with --store.")
    if version > latest:
        raise StoreTooNew(
            f"The store {db.path} was written by a newer annotator (format {version}, this one knows {latest}).",
            "Update annotator, or name another file with --store.",
        )


def _version(db: Database) -> int:
    return int(db.one("PRAGMA user_version")[0])


def _use_wal(db: Database, until: float) -> None:
    while True:
        try:
            # A row of 2.25 KB wastes 45 % of a page of 4096. Counts only before the first table is made.
            db.execute("PRAGMA page_size = 8192")
            mode = db.one("PRAGMA journal_mode = WAL")[0]
        except StoreBusy:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)
            continue
        if mode != "wal":
            raise StoreError(f"The disk of {db.path} cannot keep a store (no shared memory).", "Name a file on a local disk with --store.")
        return


def _migrate(db: Database, latest: int) -> None:
    """Each version in one transaction; another program may be doing the same."""
    version = _version(db)
    if 0 < version < latest:
        db.backup(before_migration(db.path, version), version)
        forget_old(db.path)
    for number, script in enumerate(sorted(MIGRATIONS.glob("*.sql"))[version:], version + 1):
        with db.atomic():
            if _version(db) >= number:
                continue
            for statement in statements(script.read_text("utf-8")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")


def statements(script: str) -> Iterator[str]:
    """A script's statements, each of which ends its line; `executescript` would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
