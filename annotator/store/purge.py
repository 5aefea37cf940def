"""Removing the payloads of queues that are finished: what a source can give again. What a person decided is never touched."""

from collections.abc import Callable

from annotator.domain.queue import Queue
from annotator.domain.record import record
from annotator.errors import StoreError
from annotator.store.area import BATCH
from annotator.store.database import Database
from annotator.store.queues import unsent

# Traces with content that belong to the queue, and to no other queue that is still to be judged.
TRACES = """
    SELECT DISTINCT item.trace FROM item JOIN payload ON payload.trace = item.trace WHERE item.queue = :queue AND item.trace NOT IN (
        SELECT trace FROM item AS other JOIN queue ON queue.id = other.queue WHERE other.queue <> :queue
        AND (complete = 0 OR EXISTS (SELECT 1 FROM tally WHERE tally.queue = other.queue AND state IN ('todo', 'deferred') AND items > 0))
    )
"""
GONE = ("DELETE FROM payload WHERE trace = ?", "DELETE FROM record WHERE trace = ?", "UPDATE trace SET loaded = 0 WHERE id = ?")


@record
class Purgeable:
    """What a purge of a queue would remove."""

    queue: Queue
    traces: int
    bytes: int
    why_not: str
    """Why it is kept; '' where it may go."""


def purgeable(db: Database, queue: Queue, flagged_too: bool = False) -> Purgeable:
    """`flagged_too`: although somebody is still to look at its flagged items."""
    if why_not := _why_not(db, queue, flagged_too):
        return Purgeable(queue, 0, 0, why_not)
    size = f"SELECT count(DISTINCT trace), coalesce(sum(length(chunk)), 0) FROM payload WHERE trace IN ({TRACES})"
    traces, total = db.one(size, {"queue": queue.id})
    return Purgeable(queue, traces, total, "")


def purge(db: Database, queue: Queue, now: float, flagged_too: bool = False, report: Callable[[int], None] = lambda traces: None) -> int:
    """Remove them, a few ms of the lock at a time; how many traces. Raises StoreError where the queue is not finished any more."""
    traces = db.all(TRACES, {"queue": queue.id})
    for start in range(0, len(traces), BATCH):
        some = traces[start : start + BATCH]
        with db.atomic():
            # Looked at again each time: another program may be judging.
            if why_not := _why_not(db, queue, flagged_too):
                raise StoreError(f"The queue {queue.name} is kept: {why_not}.", f"{start:,} traces were purged before that.")
            for sql in GONE:
                db.many(sql, some)
            # Without its stamp the source is read again from its start.
            db.execute("UPDATE queue SET purged_at = ?, stamp = '' WHERE id = ?", (now, queue.id))
        report(start + len(some))
    return len(traces)


def _why_not(db: Database, queue: Queue, flagged_too: bool) -> str:
    row = db.one("SELECT complete FROM queue WHERE id = ?", (queue.id,))
    if row is None:
        return "it is not in the store any more"
    counts = dict(db.all("SELECT state, items FROM tally WHERE queue = ?", (queue.id,)))
    if not row[0]:
        return "it was not filled to its end"
    if waiting := counts.get("todo", 0) + counts.get("deferred", 0):
        return f"{waiting:,} {'item is' if waiting == 1 else 'items are'} still to be judged"
    if counts.get("flagged", 0) and not flagged_too:
        return f"{counts['flagged']:,} flagged for someone to look at (--queue NAME purges it all the same)"
    if rows := unsent(db, queue.id):
        return f"{rows:,} {'row is' if rows == 1 else 'rows are'} not sent yet"
    return ""
