"""Reading a damaged SQLite file: every row that can still be read, by its key, around what cannot."""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from typing import Any

from annotator.domain.record import record

REACH = 5_000
"""How many keys after the last readable row are tried, at 0.1 ms each, where the end of a table is damaged: ten pages of short rows."""
Row = Sequence[Any]


@record
class Table:
    """A table and the whole number that its rows are found by: the rowid, or the first column of the primary key."""

    name: str
    columns: tuple[str, ...]
    key: str

    @property
    def selected(self) -> str:
        return ", ".join((self.key, *(f'"{column}"' for column in self.columns)))


def table(db: sqlite3.Connection, name: str) -> Table:
    """A table by its definition, which has to be readable."""
    info = db.execute(f'PRAGMA table_info("{name}")').fetchall()
    [sql] = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    first = next((column for _, column, *_, place in info if place == 1), "rowid")
    return Table(name, tuple(column for _, column, *_ in info), f'"{first}"' if sql.rstrip().endswith("WITHOUT ROWID") else "rowid")


def rows_of(db: sqlite3.Connection, of: Table) -> Iterator[Row]:
    """Every readable row, some perhaps twice: from the table, then from indexes that hold all its columns."""
    last = yield from _until_damage(db, of, 0, None)
    if last is not None:
        yield from _between(db, of, last + 1, _end(db, of, last))
    yield from _from_indexes(db, of)


def expected(db: sqlite3.Connection, of: Table) -> int | None:
    """How many rows there were, by the table or an index that can be read; None where none can."""
    counts = []
    for hint in ("NOT INDEXED", *(f'INDEXED BY "{name}"' for name in _indexes(db, of))):
        with suppress(sqlite3.Error):
            counts.append(int(db.execute(f'SELECT count(*) FROM "{of.name}" {hint}').fetchone()[0]))
    return max(counts, default=None)


def _select(of: Table, rest: str) -> str:
    return f'SELECT {of.selected} FROM "{of.name}" NOT INDEXED WHERE {of.key} {rest}'


def _until_damage(db: sqlite3.Connection, of: Table, low: int, high: int | None) -> Generator[Row, None, int | None]:
    """The rows with low <= key <= high up to the first that cannot be read; returns the last key read, None where all could be."""
    end, last = (1 << 63) - 1 if high is None else high, low - 1
    try:
        with closing(db.execute(_select(of, f"BETWEEN ? AND ? ORDER BY {of.key}"), (low, end))) as found:
            for key, *row in found:
                last = key
                yield row
    except sqlite3.Error:
        return last
    return None


def _between(db: sqlite3.Connection, of: Table, low: int, high: int) -> Iterator[Row]:
    """Halve what cannot be read until single keys are left; without recursion, which a table of a million rows would exhaust."""
    ranges = [(low, high)]
    while ranges:
        low, high = ranges.pop()
        if low > high:
            continue
        last = yield from _until_damage(db, of, low, high)
        if last is None or low == high:
            continue
        start = max(low, last + 1)
        middle = (start + high) // 2
        ranges += [(middle + 1, high), (start, middle)]


def _end(db: sqlite3.Connection, of: Table, last: int) -> int:
    """The highest key, by the table or an index that can be read."""
    hints = [f'INDEXED BY "{name}"' for name in _indexes(db, of)]
    for sql in (_select(of, "> 0 ORDER BY 1 DESC LIMIT 1"), *(f'SELECT max({of.key}) FROM "{of.name}" {hint}' for hint in hints)):
        with suppress(sqlite3.Error):
            row = db.execute(sql).fetchone()
            return last if row is None or row[0] is None else int(row[0])
    return last + REACH


def _indexes(db: sqlite3.Connection, of: Table) -> list[str]:
    """Indexes with an entry for every row."""
    return [name for _, name, _, _, partial in db.execute(f'PRAGMA index_list("{of.name}")') if not partial]


def _from_indexes(db: sqlite3.Connection, of: Table) -> Iterator[Row]:
    for name in _indexes(db, of):
        held = {column for _, _, column in db.execute(f'PRAGMA index_info("{name}")')}
        alias = {column for _, column, kind, _, _, place in db.execute(f'PRAGMA table_info("{of.name}")') if place and kind == "INTEGER"}
        if not set(of.columns) <= held | alias:
            continue
        for order in ("ASC", "DESC"):
            by = ", ".join(f'"{column}" {order}' for _, _, column in db.execute(f'PRAGMA index_info("{name}")'))
            try:
                with closing(db.execute(f'SELECT {of.selected} FROM "{of.name}" INDEXED BY "{name}" ORDER BY {by}')) as found:
                    for _, *row in found:
                        yield row
                break
            except sqlite3.Error:
                continue
