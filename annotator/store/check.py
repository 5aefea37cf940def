"""Whether a store is whole: SQLite's own checks, and what must hold between its tables."""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotator.domain.record import record
from annotator.errors import StoreError
from annotator.store.area import BATCH
from annotator.store.database import Database
from annotator.store.opening import open_database

Report = Callable[[str, int, int], None]
"""What is looked at, how much of it was, and how much there is; 0 of 0 where nobody knows."""
STEPS = 1_000_000
"""SQLite's own steps between two reports: a few a second."""
NAMED = 5
"""Finds of one sort that are named."""

PULL_AGAIN = "annotator pull SOURCE brings them again."
REPORT_IT = "annotator store backup keeps the store as it is; then report this."

RULES: tuple[tuple[str, str, str], ...] = (
    (
        "counters that are not the number of their items",
        "SELECT queue.name || ' ' || tally.state FROM tally JOIN queue ON queue.id = tally.queue WHERE items <>"
        " (SELECT count(*) FROM item WHERE item.queue = tally.queue AND item.state = tally.state)"
        " UNION ALL SELECT name || ' has no counters' FROM queue WHERE (SELECT count(*) FROM tally WHERE tally.queue = queue.id) <> 5",
        REPORT_IT,
    ),
    (
        "counters that are not the number of what is unsent",
        "SELECT one.server || ' ' || one.state FROM (SELECT server, state, count(*) AS found FROM"
        " (SELECT server, state FROM outbox UNION ALL SELECT server, state FROM member) GROUP BY server, state) AS one"
        " LEFT JOIN outbox_tally USING (server, state) WHERE entries IS NOT found"
        " UNION ALL SELECT server || ' ' || state FROM outbox_tally AS kept WHERE entries <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM outbox WHERE outbox.server = kept.server AND outbox.state = kept.state) AND NOT EXISTS"
        " (SELECT 1 FROM member WHERE member.server = kept.server AND member.state = kept.state)",
        REPORT_IT,
    ),
    (
        "unsent rows that are not the verdict as it is here",
        "SELECT name || ' of ' || target FROM outbox JOIN identity ON identity.id = outbox.identity"
        " LEFT JOIN annotation ON annotation.identity = outbox.identity WHERE outbox.state IN ('waiting', 'parked')"
        " AND (action = 'put' AND outbox.content IS NOT annotation.content OR action = 'delete' AND annotation.content IS NOT NULL)",
        REPORT_IT,
    ),
    (
        "verdicts that are not what the journal says",
        "SELECT name || ' of ' || target FROM annotation JOIN identity ON identity.id = annotation.identity WHERE seq > 0 AND NOT EXISTS"
        " (SELECT 1 FROM journal WHERE journal.seq = annotation.seq AND journal.identity = annotation.identity"
        " AND CASE action WHEN 'conflict' THEN before ELSE after END IS annotation.content)",
        REPORT_IT,
    ),
    (
        "data sets that are not what the journal says",
        "SELECT dataset || ' with ' || target FROM member WHERE seq > 0 AND NOT EXISTS (SELECT 1 FROM journal"
        " WHERE journal.seq = member.seq AND journal.member = member.id AND (after IS NOT NULL) = within)",
        REPORT_IT,
    ),
    (
        "unsent rows and steps without their line in the journal",
        "SELECT 'unsent row ' || identity FROM outbox WHERE seq > 0 AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.seq = outbox.seq)"
        " UNION ALL SELECT 'step ' || id FROM step WHERE NOT EXISTS (SELECT 1 FROM journal WHERE seq = step.id)",
        REPORT_IT,
    ),
    (
        "lines missing in the journal",
        "SELECT (most - found) || ' lines' FROM (SELECT max(seq) AS most, count(*) AS found FROM journal)"
        " WHERE most > found AND NOT EXISTS (SELECT 1 FROM journal WHERE action = 'rescue')",
        REPORT_IT,
    ),
    (
        "items whose trace is of another source than their queue",
        "SELECT queue.name || ' ' || item.position FROM item JOIN queue ON queue.id = item.queue JOIN trace ON trace.id = item.trace"
        " WHERE trace.source <> queue.source",
        REPORT_IT,
    ),
)
"""What must hold: what is wrong, a query for its examples, what to do."""


@record
class Finding:
    """Something that a person has to look at."""

    what: str
    advice: str


@dataclass
class Checked:
    """What a store is like."""

    findings: list[Finding] = field(default_factory=list)
    damaged: bool = False
    """The file itself is: a rescue would help."""
    rows: dict[str, int] = field(default_factory=dict)
    """Queues, items, annotations and spans, by those names."""
    size: int = 0
    """Bytes of the file."""


def check(path: Path, report: Report) -> Checked:
    """Look at all of it. Nothing is changed. Raises StoreError where it cannot be opened and is not damaged."""
    found = Checked()
    try:
        db = open_database(path)
    except StoreError as error:
        if not _is_damage(error):
            raise
        return _broken(found, error)
    try:
        _look(db, found, report)
    except StoreError as error:
        if not _is_damage(error):
            raise
        return _broken(found, error)
    finally:
        db.close()
    found.size = path.stat().st_size
    return found


def _is_damage(error: StoreError) -> bool:
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_CORRUPT or (code == sqlite3.SQLITE_ERROR and "malformed" in str(error.__cause__))


def _broken(found: Checked, error: StoreError) -> Checked:
    found.damaged = True
    found.findings.append(Finding(f"the file is damaged: {error.__cause__}", "annotator store check --rescue saves what can be read."))
    return found


def _look(db: Database, found: Checked, report: Report) -> None:
    with db.ticking(STEPS, lambda: report("every page", 0, 0)):
        pages = [text for (text,) in db.all(f"PRAGMA integrity_check({NAMED})") if text != "ok"]
        for text in pages:
            found.damaged = True
            found.findings.append(Finding(text, "annotator store check --rescue saves what can be read."))
        if pages:
            return
        orphans = [f"{child} {row} of {parent}" for child, row, parent, _ in db.all("PRAGMA foreign_key_check")]
        _tell(found, "rows without what they belong to", orphans, REPORT_IT)
        for what, sql, advice in RULES:
            _tell(found, what, [text for (text,) in db.all(sql)], advice)
        found.rows = {name: int(db.one(f"SELECT count(*) FROM {name}")[0]) for name in ("queue", "item", "annotation", "span")}
    _tell(found, "traces whose content cannot be read", list(_unreadable(db, "payload", "chunk", report)), PULL_AGAIN)
    _tell(found, "log records that cannot be read", list(_unreadable(db, "record", "content", report)), PULL_AGAIN)


def _tell(found: Checked, what: str, examples: list[str], advice: str) -> None:
    if examples:
        more = f" and {len(examples) - NAMED:,} more" if len(examples) > NAMED else ""
        found.findings.append(Finding(f"{what}: {', '.join(examples[:NAMED])}{more}", advice))


def _unreadable(db: Database, table: str, column: str, report: Report) -> Iterator[str]:
    """The ids of traces with a blob that cannot be decompressed: zlib ends it with a checksum."""
    last, total = 0, int(db.one(f"SELECT coalesce(max(id), 0) FROM {table}")[0])
    some = f"SELECT one.id, {column}, trace_id FROM {table} AS one JOIN trace ON trace.id = one.trace"
    while rows := db.all(f"{some} WHERE one.id > ? ORDER BY one.id LIMIT ?", (last, BATCH)):
        for _, blob, trace_id in rows:
            try:
                zlib.decompress(blob)
            except zlib.error:
                yield str(trace_id)
        last = rows[-1][0]
        report("the content of traces" if table == "payload" else "log records", last, total)
