"""Give the room of what was removed back to the disk: the file is written anew, without its free pages."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from annotator.errors import StoreBusy
from annotator.store.backup import need_room
from annotator.store.database import explain
from annotator.store.opening import open_database


def compact(path: Path) -> tuple[int, int]:
    """Bytes of the file before and after. Raises StoreBusy while another program has it open, StoreError without room.

    VACUUM writes the new file beside the old one, then over it through the -wal: a crash leaves the old or the new one.
    """
    path = path.expanduser().absolute()
    open_database(path).close()  # whose it is, and its format
    need_room(path.parent, 2 * path.stat().st_size)
    os.environ["SQLITE_TMPDIR"] = str(path.parent)  # /tmp may be small, or in memory
    try:
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as db:
            before = _size(db)
            # In this mode the file is locked as a whole, which fails while anybody else has it open, also when they only look.
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN IMMEDIATE")
            db.execute("COMMIT")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return before, _size(db)
    except sqlite3.Error as error:
        told = explain(error, path)
        if isinstance(told, StoreBusy):
            raise StoreBusy(f"Another program has {path} open; nothing was changed.", "Leave it there, then do this again.") from error
        raise told from error


def _size(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0])
