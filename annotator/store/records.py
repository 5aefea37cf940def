"""Log records: events that travel apart from their spans, before or after them, and are joined to them when the trace is read."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from annotator.domain.span import NOTICE, LogRecord, Span, SpanEvent
from annotator.errors import StoreError
from annotator.store.codec import LEVEL
from annotator.store.database import Database

UNSEEN = "(log records)"
"""The name of a span that only its log records tell of."""
ONLY_RECORDS = "only log records of this span came, not the span itself"
LATEST_NS = (1 << 63) - 1

STRAYS = """
    SELECT record.trace, trace.trace_id, record.span_id, min(record.time_ns), count(*),
        EXISTS (SELECT 1 FROM span WHERE span.trace = record.trace)
    FROM record JOIN trace ON trace.id = record.trace
    WHERE trace.source = ? AND NOT EXISTS (
        SELECT 1 FROM trace AS one JOIN span ON span.trace = one.id WHERE one.trace_id = trace.trace_id AND span.span_id = record.span_id
    )
    GROUP BY record.trace, record.span_id ORDER BY min(record.id)
"""
# Traces of other sources with a span that stands for log records, and the trace of this source that has the span itself.
STOOD_FOR = """
    SELECT DISTINCT other.id, mine.id FROM record CROSS JOIN trace AS other ON other.id = record.trace
    JOIN trace AS mine ON mine.trace_id = other.trace_id AND mine.source = ? AND mine.loaded = 1
    JOIN span AS stand ON stand.trace = other.id AND stand.span_id = record.span_id
    JOIN span AS own ON own.trace = mine.id AND own.span_id = record.span_id
    WHERE other.source <> mine.source AND stand.name = ? AND own.name <> ?
"""
COLUMNS = "span_id, parent_id, name, kind, status_code, start_ns, end_ns, session_id"


def keep_records(db: Database, trace: int, records: Sequence[LogRecord]) -> bool:
    """Within a transaction. Equal records of a span are one; False where all were here."""
    from hashlib import blake2b  # 2.5 ms, and nothing is written at the start

    rows = []
    for record in records:
        event = record.event
        fields = [record.span_id, event.name, event.time_ns, dict(event.attributes)]
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
        time_ns = event.time_ns if event.time_ns is None or abs(event.time_ns) <= LATEST_NS else None
        rows.append((trace, record.span_id, time_ns, blake2b(text, digest_size=16).digest(), zlib.compress(text, LEVEL)))
    return db.many("INSERT OR IGNORE INTO record (trace, span_id, time_ns, digest, content) VALUES (?, ?, ?, ?, ?)", rows) > 0


def joined(db: Database, trace_id: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans of a trace with their log records, from whichever source, after their own events, earliest first, those without a time
    last.
    """
    events = _events(db, trace_id)
    return tuple(_with(span, events[span.span_id]) if span.span_id in events else span for span in spans) if events else spans


def stand_in(db: Database, source_id: int) -> dict[str, int]:
    """A root for every span that only log records tell of, and how many such records each trace has. Within a transaction.

    Roots of other sources that stood for spans which came with this source give way to its trace.
    """
    for other, mine in db.all(STOOD_FOR, (source_id, UNSEEN, UNSEEN)):
        here = "SELECT span_id FROM span WHERE trace = ?"
        db.execute(f"DELETE FROM span WHERE trace = ? AND name = ? AND span_id IN ({here})", (other, UNSEEN, mine))
        db.execute(f"INSERT OR IGNORE INTO span (trace, {COLUMNS}) SELECT ?, {COLUMNS} FROM span WHERE trace = ?", (other, mine))
        db.execute("INSERT INTO payload (trace, chunk) SELECT ?, chunk FROM payload WHERE trace = ? ORDER BY id", (other, mine))
    counts: dict[str, int] = {}
    for trace, trace_id, span_id, time_ns, count, with_spans in db.all(STRAYS, (source_id,)):
        # Without a start it comes after every root that is there.
        start = None if with_spans else time_ns
        db.execute(
            "INSERT INTO span (trace, span_id, name, kind, status_code, start_ns) VALUES (?, ?, ?, 'UNKNOWN', 'UNSET', ?)",
            (trace, span_id, UNSEEN, start),
        )
        db.execute("UPDATE trace SET loaded = 1 WHERE id = ?", (trace,))
        counts[trace_id] = counts.get(trace_id, 0) + count
    return counts


def _events(db: Database, trace_id: str) -> Mapping[str, tuple[SpanEvent, ...]]:
    rows = db.all(
        "SELECT content FROM record WHERE trace IN (SELECT id FROM trace WHERE trace_id = ?)"
        " GROUP BY digest ORDER BY time_ns IS NULL, time_ns, min(id)",
        (trace_id,),
    )
    found: dict[str, list[SpanEvent]] = {}
    for (content,) in rows:
        try:
            span_id, *fields = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
        except (zlib.error, ValueError) as error:
            raise StoreError("A stored log record is damaged.", "Fetch the queue again, or restore a backup of the store.") from error
        found.setdefault(span_id, []).append(SpanEvent(*fields))
    return {span_id: tuple(events) for span_id, events in found.items()}


def _with(span: Span, events: tuple[SpanEvent, ...]) -> Span:
    extra = {**span.extra, NOTICE: ONLY_RECORDS} if NOTICE in span.extra else span.extra
    return replace(span, events=span.events + events, extra=extra)
