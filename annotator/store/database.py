"""One connection to the SQLite file: statements, transactions, and its errors in words that a person can act on."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from annotator.errors import StoreBusy, StoreError
from annotator.store.backup import write_copy

Values = Sequence[Any] | Mapping[str, Any]


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
