"""Copies of the whole store: of one moment, while other programs go on writing, and never half a file under its name."""

import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from annotator.errors import StoreError

PAGES = 1000
"""Pages copied between two reports: 8 MB, about 10 ms."""
KEPT = 2
"""Copies from before migrations that are kept, the newest ones."""


def write_copy(
    db: sqlite3.Connection, to: Path, version: int | None = None, report: Callable[[int, int], None] = lambda done, total: None
) -> bool:
    """Write the store to a file that only its owner reads, which takes its name when all of it is on disk.

    `report`: bytes so far, bytes in all. With a `version` only while the store has that format: False where another program has
    brought it to a newer one meanwhile. Raises StoreError where the disk has no room, OSError, sqlite3.Error.
    """
    [page] = db.execute("PRAGMA page_size").fetchone()
    draft = to.with_name(f".{to.name}.{os.getpid()}.{threading.get_ident()}")
    db.execute("BEGIN")
    try:
        [found] = db.execute("PRAGMA user_version").fetchone()  # from here on the store is read as it is at this moment
        if version not in (None, found):
            return False
        [pages] = db.execute("PRAGMA page_count").fetchone()
        need_room(to.parent, page * pages)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            with closing(sqlite3.connect(draft)) as copy:
                db.backup(copy, pages=PAGES, progress=lambda _, left, total: report(page * (total - left), page * total))
            to_disk(draft)
            os.replace(draft, to)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    finally:
        db.execute("COMMIT")
    to_disk(to.parent)
    return True


def need_room(folder: Path, wanted: int) -> None:
    """Raises StoreError where a folder's disk has less than so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        what = f"{folder} has room for {free / 1e6:,.1f} MB, and {wanted / 1e6:,.1f} MB are needed; nothing was changed."
        raise StoreError(what, "Free some space there, then do it again.")


def before_migration(path: Path, version: int) -> Path:
    """Where the copy of a store goes before it is brought from this format to a newer one."""
    return path.with_name(f"{path.name}.{version}.backup")


def forget_old(path: Path) -> None:
    """Remove the copies of older formats but the newest ones."""
    named = re.compile(rf"{re.escape(path.name)}\.(\d+)\.backup")
    found = sorted((int(match[1]), one) for one in path.parent.iterdir() if (match := named.fullmatch(one.name)))
    for _, one in found[:-KEPT]:
        one.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Return when a file's content, or a folder's list of names, outlives a power loss."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
