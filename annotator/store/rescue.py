"""Rescue: a damaged store is set aside, and everything that can still be read goes into a new one in its place."""

import errno
import fcntl
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from annotator.domain.record import record
from annotator.errors import StoreBusy, StoreError
from annotator.store.backup import to_disk
from annotator.store.database import explain
from annotator.store.mending import drop_orphans, look_again, mark, mend, stand_in
from annotator.store.opening import APPLICATION_ID, MIGRATIONS, make_private, statements
from annotator.store.salvage import Row, Table, expected, rows_of, table

FIRST = ("identity", "account", "annotation", "journal", "outbox", "member", "source", "queue", "trace", "item", "step")
"""What a person decided comes first, then what it hangs on; every other table follows."""
WRITTEN = re.compile(r"(?:INTO|UPDATE) (\w+)")
"""What a trigger writes to: those tables fill themselves while the rest comes in."""
AS_JSON = {
    "annotation": ("content",),
    "journal": ("before", "after"),
    "member": ("attempts",),
    "outbox": ("content", "base", "expected", "attempts", "theirs"),
    "queue": ("selection", "rubric", "digits"),
    "step": ("effects",),
}
"""A text that is no JSON was overwritten: its row is damaged."""
LOCK_BYTES = (510, 0x40000002)
"""Where SQLite's connections hold a shared lock, as (length, start): a lock on all of it means that nobody has the file open."""


@record
class Rescued:
    """What came out of a damaged store."""

    aside: Path
    """The damaged file as it was, with its -wal beside it."""
    kept: Mapping[str, int]
    """Rows by table."""
    lost: Mapping[str, int | None]
    """Rows that were there and cannot be read, by table; None where not even their number can be. Without those that lost none."""
    mended: int
    """Annotations and outbox entries that were written again by what the journal says."""


def rescue(path: Path) -> Rescued:
    """Set the file aside as `NAME.damaged-TIME` and write a new one from what can be read. No store of this process may be open.

    Raises StoreBusy while another program has the store open, StoreError where nothing can be read; the file is then as it was.
    """
    path = path.expanduser().absolute()
    fresh = path.with_name(f"{path.name}.rescue")
    with _nobody_else(path):
        aside = _set_aside(path)
        with suppress(FileNotFoundError):
            fresh.unlink()  # of a rescue that was broken off
        try:
            # Read-only, so that what lies in the -wal is read and not moved.
            with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True, isolation_level=None)) as damaged:
                rescued = _rewrite(damaged, fresh, aside)
        except sqlite3.Error as error:
            fresh.unlink(missing_ok=True)
            for name in _files(aside):
                name.unlink(missing_ok=True)
            raise _nothing(error, path) from error
        _tidy(aside)
        # The old -wal goes first: beside the new file it would be taken for its own.
        for name in _files(path)[1:]:
            name.unlink(missing_ok=True)
        os.replace(fresh, path)
        to_disk(path.parent)
    return rescued


def newest_backup(path: Path) -> Path | None:
    """The newest copy of the store that annotator made beside it."""
    found = sorted(path.parent.glob(f"{path.name}.*backup*"), key=lambda one: one.stat().st_mtime)
    return found[-1] if found else None


def _nothing(error: sqlite3.Error, path: Path) -> StoreError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return explain(error, path)
    backup = newest_backup(path)
    way_out = f"The newest backup is {backup}: copy it there." if backup else "Restore a backup, or name another file with --store."
    return StoreError(f"Nothing can be read from {path} ({error}).", way_out)


def _tidy(aside: Path) -> None:
    """Reading made these; an empty -wal says nothing."""
    _, wal, shm = _files(aside)
    shm.unlink(missing_ok=True)
    if wal.exists() and not wal.stat().st_size:
        wal.unlink()


def _files(path: Path) -> list[Path]:
    return [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]


@contextmanager
def _nobody_else(path: Path) -> Iterator[None]:
    """SQLite's own lock on the file, taken without SQLite, which may not be able to open it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"The store {path} cannot be opened ({error.strerror}).", "Name another file with --store.") from error
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, *LOCK_BYTES)
        except OSError as error:
            raise StoreBusy(f"Another program has {path} open; nothing was changed.", "Leave it, then do this again.") from error
        yield
    finally:
        os.close(handle)


def _set_aside(path: Path) -> Path:
    """A second name for the file and its -wal: they are not written any more. A copy where the disk has no such names."""
    stem = f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    names = [stem, *(f"{stem}.{number}" for number in range(2, 1000))]
    aside = path.with_name(next(name for name in names if not path.with_name(name).exists()))
    for old, new in zip(_files(path)[:2], _files(aside)[:2], strict=True):
        if not old.exists():
            continue
        try:
            try:
                os.link(old, new)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                    raise
                shutil.copy2(old, new)
        except OSError as error:
            raise StoreError(f"The damaged store cannot be set aside ({error.strerror}).", f"Make room in {path.parent}.") from error
    return aside


def _rewrite(damaged: sqlite3.Connection, fresh: Path, aside: Path) -> Rescued:
    [version] = damaged.execute("PRAGMA user_version").fetchone()
    [application] = damaged.execute("PRAGMA application_id").fetchone()
    there = {name for (name,) in damaged.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application != APPLICATION_ID or not version:
        raise sqlite3.DatabaseError("it is not a store of annotator")
    make_private(fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        for pragma in ("page_size = 8192", "journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            new.execute(f"PRAGMA {pragma}")
        new.execute("BEGIN")
        for script in sorted(MIGRATIONS.glob("*.sql"))[:version]:
            for statement in statements(script.read_text("utf-8")):
                new.execute(statement)
        new.execute(f"PRAGMA user_version = {version}")
        bodies = new.execute("SELECT substr(sql, instr(sql, 'BEGIN')) FROM sqlite_master WHERE type = 'trigger'")
        counted = {name for (body,) in bodies for name in WRITTEN.findall(body)}
        guards = new.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'").fetchall()
        for name, _ in guards:
            new.execute(f"DROP TRIGGER {name}")
        names = [name for (name,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        tables = [table(new, name) for name in sorted(names, key=_importance) if name not in counted]
        for one in tables:
            if one.name in there:
                _copy(damaged, new, one)
        mended = mend(new)
        made_up = stand_in(new)
        for name in sorted(names, key=_importance):
            drop_orphans(new, name)
        kept = {one.name: _count(new, one) for one in tables}
        kept["queue"] -= made_up
        lost = {one.name: _lost(damaged, one, kept[one.name]) for one in tables if one.name in there}
        look_again(new, lost)
        mark(new)
        for _, sql in guards:
            new.execute(sql)
        new.execute("COMMIT")
        new.execute("PRAGMA journal_mode = WAL")
    to_disk(fresh)
    return Rescued(aside, kept, {name: count for name, count in lost.items() if count != 0}, mended)


def _importance(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _copy(damaged: sqlite3.Connection, new: sqlite3.Connection, of: Table) -> None:
    places = ", ".join("?" * len(of.columns))
    new.executemany(f'INSERT OR IGNORE INTO "{of.name}" VALUES ({places})', (row for row in rows_of(damaged, of) if _is_whole(of, row)))


def _is_whole(of: Table, row: Row) -> bool:
    try:
        for column in AS_JSON.get(of.name, ()):
            if column in of.columns and (text := row[of.columns.index(column)]) is not None:
                json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _count(db: sqlite3.Connection, of: Table) -> int:
    return int(db.execute(f'SELECT count(*) FROM "{of.name}"').fetchone()[0])


def _lost(damaged: sqlite3.Connection, of: Table, kept: int) -> int | None:
    there = expected(damaged, of)
    return None if there is None else max(0, there - kept)
