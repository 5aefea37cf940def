"""A new store that was filled from a damaged one: what fits together again, and what has to be had again."""

import sqlite3
import time
from collections.abc import Mapping

from annotator.domain.queue import Selection
from annotator.domain.queue_json import selection_to_json
from annotator.domain.rubric import BUILT_IN
from annotator.domain.rubric_json import rubric_to_json
from annotator.store.codec import to_text
from annotator.store.queues import fixed_digits


def mend(new: sqlite3.Connection) -> int:
    """A row that the journal has and `annotation` lost comes back, and what may not be on its server waits to be sent again."""
    last = "(SELECT identity, max(seq) AS seq FROM journal WHERE identity IS NOT NULL GROUP BY identity)"
    held = "CASE action WHEN 'conflict' THEN before ELSE after END"
    restored = new.execute(
        "INSERT OR IGNORE INTO annotation (identity, content, annotator, seq)"
        f" SELECT journal.identity, {held}, annotator, journal.seq FROM journal JOIN {last} AS last ON last.seq = journal.seq"
        f" WHERE {held} IS NOT NULL AND journal.identity IN (SELECT id FROM identity)"
    ).rowcount
    # The server's own row is read, and compared, before this is sent: base_known 0.
    project = (
        "coalesce((SELECT project FROM queue JOIN journal ON journal.queue = queue.id WHERE journal.seq = annotation.seq),"
        " (SELECT project FROM queue WHERE queue.server = identity.server ORDER BY used DESC LIMIT 1), '')"
    )
    waiting = new.execute(
        "INSERT OR IGNORE INTO outbox (identity, server, project, annotator, action, content, changed_at, base_known, state, seq)"
        f" SELECT identity.id, identity.server, {project}, annotation.annotator, 'put', content, 0, 0, 'waiting', annotation.seq"
        " FROM annotation JOIN identity ON identity.id = annotation.identity WHERE server <> '' AND annotation.annotator <> ''"
    ).rowcount
    return restored + waiting


def stand_in(new: sqlite3.Connection) -> int:
    """How many queues were made: one that is lost, and whose items are not, gets another name and the built-in rubric."""
    fixed = (to_text(selection_to_json(Selection())), to_text(rubric_to_json(BUILT_IN)), to_text(fixed_digits({}, BUILT_IN)))
    made = new.execute(
        "INSERT INTO queue (id, name, source, server, project, selection, rubric, digits, complete, used)"
        " SELECT item.queue, 'rescued ' || item.queue, source.id, source.server, source.project, ?, ?, ?, 0, item.queue"
        " FROM item JOIN trace ON trace.id = item.trace JOIN source ON source.id = trace.source"
        " WHERE item.queue NOT IN (SELECT id FROM queue) GROUP BY item.queue",
        fixed,
    ).rowcount
    # The items came before their queue, uncounted.
    new.execute("UPDATE tally SET items = (SELECT count(*) FROM item WHERE item.queue = tally.queue AND item.state = tally.state)")
    return made


def drop_orphans(new: sqlite3.Connection, name: str) -> None:
    """Rows whose queue, trace or identity is gone mean nothing; the journal keeps its rows, without their identity."""
    for _, _, parent, column, *_ in new.execute(f'PRAGMA foreign_key_list("{name}")').fetchall():
        orphan = f'"{column}" IS NOT NULL AND "{column}" NOT IN (SELECT id FROM "{parent}")'
        if name == "journal":
            new.execute(f'UPDATE journal SET "{column}" = NULL WHERE {orphan}')
        else:
            new.execute(f'DELETE FROM "{name}" WHERE {orphan}')


def look_again(new: sqlite3.Connection, lost: Mapping[str, int | None]) -> None:
    """What came from a source can be had there again: traces without content, and the items of queues that lost some."""
    new.execute("UPDATE trace SET loaded = 0 WHERE loaded <> 0 AND id NOT IN (SELECT trace FROM payload)")
    if lost.get("item") != 0 or lost.get("trace") != 0:
        new.execute("UPDATE queue SET complete = 0, cursor = NULL")


def mark(new: sqlite3.Connection) -> None:
    """A journal row whose number is above all that were ever given, also to rows that are lost now."""
    highest = " UNION ".join(f"SELECT max(seq) AS seq FROM {table}" for table in ("journal", "annotation", "outbox", "member"))
    new.execute(
        f"INSERT INTO journal (seq, at, annotator, command, action) SELECT 1 + coalesce(max(seq), 0), ?, '', '', 'rescue' FROM ({highest})",
        (time.time(),),
    )
