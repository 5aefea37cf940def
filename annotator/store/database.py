"""The SQLite file: opening, migrating, transactions, and its errors in words that a person can act on."""

import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from annotator.errors import StoreBusy, StoreError, StoreTooNew
from annotator.store.backup import before_migration, forget_old, write_copy

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICATION_ID = 1634627183
MOUNTS = Path("/proc/mounts")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "davfs", "davfs2", "sshfs", "s3fs", "gcsfuse",
    "rclone", "blobfuse", "blobfuse2",
})  # fmt: skip
"""File systems without the shared memory that WAL needs, or with locks that do not hold."""
Values = Sequence[Any] | Mapping[str, Any]
_MAKING = threading.Lock()
BUSY_SECONDS = 0.25
"""How long a write waits for another program's; imports hold the lock for a few ms."""


class Database:
    """One connection; errors come as StoreError."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._together = False
        self.path = path

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        with self._told():
            return self._connection.execute(sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """How many rows were changed."""
        with self._told():
            return self._connection.executemany(sql, rows).rowcount

    def one(self, sql: str, values: Values = ()) -> Any:
        """The first row, or None."""
        with self._told():
            return self._connection.execute(sql, values).fetchone()

    def all(self, sql: str, values: Values = ()) -> list[Any]:
        with self._told():
            return self._connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Values = ()) -> Iterator[Any]:
        """Row by row; close it early where not all are wanted."""
        with self._told(), closing(self._connection.execute(sql, values)) as cursor:
            yield from cursor

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing, with the write lock from the start, on disk when it ends. StoreBusy where another program holds the lock.

        Within `together` it is a part of one transaction, and on disk when that ends.
        """
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            if not self._together:
                self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Every `atomic` inside is one transaction; it begins, and takes the write lock, with the first of them."""
        self._together = True
        try:
            yield
            if self._connection.in_transaction:
                self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._together = False

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def backup(self, to: Path, version: int | None = None, report: Callable[[int, int], None] = lambda done, total: None) -> bool:
        """See write_copy."""
        try:
            with self._told():
                return write_copy(self._connection, to, version, report)
        except OSError as error:
            raise StoreError(f"The copy {to} cannot be written ({error.strerror}).", "Make its folder writable.") from error

    @contextmanager
    def ticking(self, steps: int, tick: Callable[[], None]) -> Iterator[None]:
        """Call back once in so many of SQLite's steps, for queries that take minutes."""
        self._connection.set_progress_handler(tick, steps)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None, 0)

    def close(self) -> None:
        self._connection.close()

    def checkpoint(self) -> None:
        """Bring what was committed from the WAL into the file; whoever reads or writes meanwhile does not wait."""
        self.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _told(self) -> "Told":
        return Told(self.path)


class Told:
    """A context that raises what goes wrong in SQLite as a StoreError. A class: a generator took a fifth of a look-up's time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise explain(error, self.path) from error
        if isinstance(error, UnicodeEncodeError):
            raise StoreError("A text holds half of a character (a lone surrogate) and cannot be kept.", "Type it again.") from error
        if isinstance(error, OverflowError):
            raise StoreError("A number is too large to be kept.", "Whole numbers up to 2^63 - 1 can be.") from error


ANOTHER = "or name another file with --store."


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """What went wrong and what to do, by SQLite's primary result code."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy("Another program is writing to the store; nothing was changed.", "Do it again.")
        case sqlite3.SQLITE_FULL:
            return StoreError("The disk is full; nothing was changed.", f"Free some space for {path}, then do it again.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StoreError(f"The store {path} cannot be written.", f"Make it and its folder writable for you, {ANOTHER}")
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(f"The store {path} cannot be opened.", f"Make it and its folder writable for you, {ANOTHER}")
        case sqlite3.SQLITE_NOTADB:
            return StoreError(f"{path} is not a store of annotator.", "Name another file with --store.")
        case sqlite3.SQLITE_CORRUPT:
            return StoreError("The store is damaged.", f"Leave; annotator store check says what of {path} can be read, and rescues it.")
        case sqlite3.SQLITE_IOERR:
            return StoreError(f"The disk failed ({error}); nothing was changed.", f"Check the disk of {path}, then do it again.")
    return StoreError(f"The store {path} cannot do this: {error}.", "Report it, with the file that --log names.")


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


def refuse_network(path: Path) -> None:
    """StoreError for a path on a network file system, as far as the system says (Linux)."""
    try:
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return
    kind = file_system(path.resolve(), mounts)
    if is_network(kind):
        raise StoreError(
            f"{path} is on a network file system ({kind}), where SQLite cannot keep a store safely.",
            "Name a file on a local disk with --store, for instance --store /var/tmp/annotator.db.",
        )


def is_network(kind: str) -> bool:
    """Whether a file system of this type, as /proc/mounts names it, is on another machine."""
    name = kind.removeprefix("fuse.")
    return name in NETWORK or name.startswith("smb")


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, by a table in the format of /proc/mounts; '' where it does not say."""
    best, kind = -1, ""
    for row in mounts.splitlines():
        fields = row.split(" ")
        if len(fields) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1]))
        if (path == point or point in path.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
