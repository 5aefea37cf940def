"""Sources, span headers and payloads."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import LogRecord, Span, SpanHeader, Trace, start_order
from annotator.domain.store import TraceStore
from annotator.errors import StoreError
from annotator.store.area import BATCH, Area
from annotator.store.codec import pack, unpack, whole_span
from annotator.store.database import Database
from annotator.store.records import joined, keep_records, stand_in

HEADER = "span_id, parent_id, name, kind, status_code, start_ns, end_ns, session_id"
LATEST_NS = (1 << 63) - 1
"""The year 2262; a time beyond it is none."""

# A listing may know less than a payload did: what it leaves out is kept.
KEEP_SPAN = f"""
    INSERT INTO span (trace, {HEADER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (trace, span_id) DO UPDATE SET
        parent_id = excluded.parent_id, name = excluded.name, kind = excluded.kind, status_code = excluded.status_code,
        start_ns = coalesce(excluded.start_ns, start_ns), end_ns = coalesce(excluded.end_ns, end_ns),
        session_id = coalesce(excluded.session_id, session_id)
"""


@dataclass(slots=True)
class _Arrived:
    """What a page brings for one trace."""

    headers: list[SpanHeader] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)


class Traces(Area, TraceStore):
    """Traces as received; a trace is known by its source and trace id."""

    def add_source(self, source: SourceRef) -> int:
        with self.db.atomic():
            return keep_source(self.db, source)

    def add_page(self, source_id: int, page: Page) -> list[str]:
        arrived: dict[str, _Arrived] = {}
        for header in page.headers:
            arrived.setdefault(header.trace_id, _Arrived()).headers.append(header)
        for span in page.spans:
            trace = arrived.setdefault(span.trace_id, _Arrived())
            trace.headers.append(span)
            trace.spans.append(span)
        for record in page.logs:
            arrived.setdefault(record.trace_id, _Arrived()).logs.append(record)
        for trace in arrived.values():
            trace.chunks = pack(trace.spans) if trace.spans else []
        with self.db.atomic():
            source = self.db.one("SELECT location, server FROM source WHERE id = ?", (source_id,))
            if source is None:
                raise StoreError("The source of these traces is not in the store any more.", "Open it again.")
            from_file = source[0] != source[1]
            for trace_id, trace in arrived.items():
                self._keep(source_id, trace_id, trace, from_file)
        return list(arrived)

    def _keep(self, source_id: int, trace_id: str, arrived: _Arrived, from_file: bool) -> None:
        trace, loaded, new = keep_trace(self.db, source_id, trace_id)
        # Spans that a listing finds after the payload was fetched: fetch it again.
        known = self._span_count(trace) if loaded and not arrived.spans else 0
        self.db.many(KEEP_SPAN, [_header_values(trace, header) for header in arrived.headers])
        if not new:
            # What comes again moves to the end, where it wins, and is not kept twice.
            self.db.many("DELETE FROM payload WHERE trace = ? AND chunk = ?", [(trace, chunk) for chunk in arrived.chunks])
        self.db.many("INSERT INTO payload (trace, chunk) VALUES (?, ?)", [(trace, chunk) for chunk in arrived.chunks])
        if arrived.logs:
            keep_records(self.db, trace, arrived.logs)
        now = loaded or bool(from_file and arrived.spans)
        if known and self._span_count(trace) > known and not from_file:
            now = False
        if now != loaded:
            self.db.execute("UPDATE trace SET loaded = ? WHERE id = ?", (now, trace))

    def _span_count(self, trace: int) -> int:
        return int(self.db.one("SELECT count(*) FROM span WHERE trace = ?", (trace,))[0])

    def headers(self, source_id: int, trace_id: str) -> tuple[SpanHeader, ...]:
        rows = self.db.all(
            f"SELECT {HEADER} FROM span WHERE trace = (SELECT id FROM trace WHERE trace_id = ? AND source = ?)", (trace_id, source_id)
        )
        return tuple(sorted((SpanHeader(trace_id, *row) for row in rows), key=start_order))

    def set_loaded(self, source_id: int, trace_ids: Collection[str]) -> None:
        with self.db.atomic():
            self.db.many("UPDATE trace SET loaded = 1 WHERE trace_id = ? AND source = ?", [(one, source_id) for one in trace_ids])

    def has_payload(self, source_id: int, trace_id: str) -> bool:
        row = self.db.one("SELECT loaded FROM trace WHERE trace_id = ? AND source = ?", (trace_id, source_id))
        return row is not None and bool(row[0])

    def trace(self, source_id: int, trace_id: str) -> Trace | None:
        if not self.has_payload(source_id, trace_id):
            return None
        fields: dict[str, list[Any]] = {}
        chunks = self.db.all(
            "SELECT chunk FROM payload WHERE trace = (SELECT id FROM trace WHERE trace_id = ? AND source = ?) ORDER BY id",
            (trace_id, source_id),
        )
        for (chunk,) in chunks:
            fields.update(unpack(chunk))
        spans = tuple(whole_span(header, fields.get(header.span_id, ())) for header in self.headers(source_id, trace_id))
        return Trace(trace_id, joined(self.db, source_id, trace_id, spans))

    def settle_records(self, source_id: int) -> dict[str, int]:
        with self.db.atomic():
            return stand_in(self.db, source_id)

    def missing(self, queue_id: int, after: int, limit: int) -> list[tuple[str, int]]:
        # A look at one index entry saves the walk through a queue whose payloads are all here.
        if self.db.one("SELECT 1 FROM trace WHERE loaded = 0 AND source = (SELECT source FROM queue WHERE id = ?)", (queue_id,)) is None:
            return []
        found: dict[int, str] = {}
        rows = self.db.each(
            "SELECT trace.id, trace.trace_id FROM item CROSS JOIN trace ON trace.id = item.trace"
            " WHERE item.queue = ? AND item.position > ? AND trace.loaded = 0 ORDER BY item.position",
            (queue_id, after),
        )
        for trace, trace_id in rows:
            if len(found) == limit:
                break
            found[trace] = trace_id
        return [(trace_id, self._span_count(trace)) for trace, trace_id in found.items()]

    def find(self, prefix: str, limit: int = 3) -> list[tuple[int, str, str]]:
        bounds = (prefix, prefix + "\U0010ffff")
        found = self.db.all(
            "SELECT source, trace_id, '' FROM trace WHERE trace_id >= ? AND trace_id < ? ORDER BY trace_id LIMIT ?", (*bounds, limit)
        )
        spans = self.db.all(
            "SELECT trace.source, trace.trace_id, span.span_id FROM span JOIN trace ON trace.id = span.trace"
            " WHERE span.span_id >= ? AND span.span_id < ? ORDER BY span.span_id LIMIT ?",
            (*bounds, limit - len(found)),
        )
        return [(source, trace_id, span_id) for source, trace_id, span_id in found + spans]

    def trace_ids(self, source_id: int) -> Iterator[str]:
        last, page = 0, "SELECT id, trace_id FROM trace WHERE id > ? AND source = ? ORDER BY id LIMIT ?"
        while rows := self.db.all(page, (last, source_id, BATCH)):
            yield from (trace_id for _, trace_id in rows)
            last = rows[-1][0]


def keep_source(db: Database, source: SourceRef) -> int:
    """Its id, made where it is new."""
    values = (source.location, source.project, source.server)
    db.execute("INSERT OR IGNORE INTO source (location, project, server) VALUES (?, ?, ?)", values)
    return int(db.one("SELECT id FROM source WHERE location = ? AND project = ? AND server = ?", values)[0])


def keep_trace(db: Database, source_id: int, trace_id: str) -> tuple[int, bool, bool]:
    """Its id, whether its payload is here, and whether it was made just now."""
    row = db.one("SELECT id, loaded FROM trace WHERE trace_id = ? AND source = ?", (trace_id, source_id))
    if row is not None:
        return int(row[0]), bool(row[1]), False
    added = db.execute("INSERT INTO trace (source, trace_id, loaded) VALUES (?, ?, 0)", (source_id, trace_id))
    return int(added.lastrowid or 0), False, True


def _header_values(trace: int, header: SpanHeader) -> Sequence[Any]:
    times = (None if ns is None or abs(ns) > LATEST_NS else ns for ns in (header.start_ns, header.end_ns))
    texts = (header.name, header.kind, header.status_code)
    session = None if header.session_id is None else _text(header.session_id)
    return (trace, header.span_id, header.parent_id, *map(_text, texts), *times, session)


def _text(text: str) -> str:
    """Half of a surrogate pair has no UTF-8; the payload keeps it as received."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
