"""Sources, span headers and payloads."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.payload import PackedSpan
from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import LogRecord, Span, SpanHeader, Trace, start_order
from annotator.domain.trace_store import TraceStore
from annotator.errors import StoreError
from annotator.store.area import BATCH, Area, among
from annotator.store.codec import pack, unpack, whole_span
from annotator.store.known import Kept, keep_source, keep_traces
from annotator.store.payloads import fingerprints, keep_again, known
from annotator.store.records import joined, keep_records, stand_in

HEADER = "span_id, parent_id, name, kind, status_code, start_ns, end_ns, session_id"
LATEST_NS = (1 << 63) - 1
"""The year 2262; a time beyond it is none."""

HEADERS = f"""
    SELECT trace.trace_id, {HEADER} FROM trace JOIN span ON span.trace = trace.id WHERE trace.source = ? AND trace.trace_id IN
"""

# A listing may know less than a payload did: what it leaves out is kept.
KEEP_SPAN = f"""
    INSERT INTO span (trace, {HEADER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (trace, span_id) DO UPDATE SET
        parent_id = excluded.parent_id, name = excluded.name, kind = excluded.kind, status_code = excluded.status_code,
        start_ns = coalesce(excluded.start_ns, start_ns), end_ns = coalesce(excluded.end_ns, end_ns),
        session_id = coalesce(excluded.session_id, session_id)
"""

MISSING = """
    SELECT trace.id, trace.trace_id FROM item CROSS JOIN trace ON trace.id = item.trace
    WHERE item.queue = ? AND item.position > ? AND trace.loaded = 0 ORDER BY item.position
"""
# The newest trace of a session comes last: when it is here, and is shown, the turns before it are too.
MISSING_OF_SESSIONS = """
    SELECT trace.id, trace.trace_id FROM item CROSS JOIN span ON span.session_id = item.target CROSS JOIN trace ON trace.id = span.trace
    WHERE item.queue = ? AND item.position > ? AND trace.loaded = 0
        AND trace.source = (SELECT source FROM queue WHERE queue.id = item.queue)
    ORDER BY item.position, trace.id = item.trace, span.start_ns
"""

# With spans before without, the source that was pulled last before the others.
FIND_TRACES = """
    SELECT trace.source, trace.trace_id, '' FROM trace JOIN source ON source.id = trace.source WHERE trace.trace_id IN
        (SELECT DISTINCT trace_id FROM trace WHERE trace_id >= ? AND trace_id < ? ORDER BY trace_id LIMIT ?)
    ORDER BY trace.trace_id, NOT EXISTS (SELECT 1 FROM span WHERE span.trace = trace.id), source.pulled_at DESC, trace.id
"""
FIND_SPANS = """
    SELECT trace.source, trace.trace_id, span.span_id FROM span JOIN trace ON trace.id = span.trace JOIN source ON source.id = trace.source
    WHERE span.span_id IN (SELECT DISTINCT span_id FROM span WHERE span_id >= ? AND span_id < ? ORDER BY span_id LIMIT ?)
    ORDER BY span.span_id, source.pulled_at DESC, trace.id
"""
FIND_SESSION = """
    SELECT trace.source, trace.trace_id, '' FROM span JOIN trace ON trace.id = span.trace JOIN source ON source.id = trace.source
    WHERE span.session_id = ? ORDER BY source.pulled_at DESC, span.start_ns DESC LIMIT 1
"""
# Log records join the spans of every source.
FORGET_QUESTIONS = """
    UPDATE span SET question = NULL WHERE trace IN (SELECT id FROM trace WHERE trace_id = ?) AND question IS NOT NULL
"""


@dataclass(slots=True)
class _Arrived:
    """What a page brings for one trace."""

    headers: list[SpanHeader | PackedSpan] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)
    spans: list[Span | PackedSpan] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)


class Traces(Area, TraceStore):
    """Traces as received; a trace is known by its source and trace id."""

    def add_source(self, source: SourceRef) -> int:
        with self.db.atomic():
            return keep_source(self.db, source)

    def add_page(self, source_id: int, page: Page) -> dict[str, tuple[SpanHeader, ...] | None]:
        arrived: dict[str, _Arrived] = defaultdict(_Arrived)
        for header in page.headers:
            arrived[header.trace_id].headers.append(header)
        whole: tuple[Span | PackedSpan, ...] = (*page.spans, *page.packed)
        for span in whole:
            trace = arrived[span.trace_id]
            trace.headers.append(span)
            trace.spans.append(span)
        for record in page.logs:
            arrived[record.trace_id].logs.append(record)
        for trace in arrived.values():
            trace.chunks = pack(trace.spans) if trace.spans else []
        with self.db.atomic():
            source = self.db.one("SELECT location, server FROM source WHERE id = ?", (source_id,))
            if source is None:
                raise StoreError("The source of these traces is not in the store any more.", "Open it again.")
            kept = self._keep(source_id, arrived, from_file=source[0] != source[1])
        return {trace_id: _whole(trace_id, came) if kept[trace_id].new else None for trace_id, came in arrived.items()}

    def _keep(self, source_id: int, arrived: Mapping[str, _Arrived], from_file: bool) -> dict[str, Kept]:
        here = {trace_id for trace_id, came in arrived.items() if came.spans} if from_file else set()
        kept = keep_traces(self.db, source_id, arrived, here)
        # Spans that a listing finds after the payload was fetched: fetch it again.
        listed = [trace for trace_id, trace in kept.items() if trace.loaded and not from_file and not arrived[trace_id].spans]
        counts = {trace.id: self._span_count(trace.id) for trace in listed}
        again = {trace_id for trace_id, trace in kept.items() if not trace.new and known(self.db, trace.id, arrived[trace_id].spans)}
        self.db.many(KEEP_SPAN, [row for trace_id, came in arrived.items() for row in _rows(kept[trace_id].id, came.headers)])
        self._keep_payloads(arrived, kept, again)
        changed = [(True, kept[trace_id].id) for trace_id in here if not kept[trace_id].loaded]
        changed += [(False, trace.id) for trace in listed if self._span_count(trace.id) > counts[trace.id]]
        self.db.many("UPDATE trace SET loaded = ? WHERE id = ?", changed)
        return kept

    def _keep_payloads(self, arrived: Mapping[str, _Arrived], kept: Mapping[str, Kept], again: Collection[str]) -> None:
        chunks = [(kept[trace_id].id, chunk) for trace_id, came in arrived.items() if trace_id not in again for chunk in came.chunks]
        self.db.many("INSERT INTO payload (trace, chunk) VALUES (?, ?)", chunks)
        for trace_id, came in arrived.items():
            changed = bool(came.spans) and not kept[trace_id].new
            if trace_id in again:
                changed = keep_again(self.db, kept[trace_id].id, came.spans, came.chunks)
            told = bool(came.logs) and keep_records(self.db, kept[trace_id].id, came.logs)
            if changed or told:
                self.db.execute(FORGET_QUESTIONS, (trace_id,))

    def _span_count(self, trace: int) -> int:
        return int(self.db.one("SELECT count(*) FROM span WHERE trace = ?", (trace,))[0])

    def headers(self, source_id: int, trace_id: str) -> tuple[SpanHeader, ...]:
        rows = self.db.all(
            f"SELECT {HEADER} FROM span WHERE trace = (SELECT id FROM trace WHERE trace_id = ? AND source = ?)", (trace_id, source_id)
        )
        return tuple(sorted((SpanHeader(trace_id, *row) for row in rows), key=start_order))

    def headers_of(self, source_id: int, trace_ids: Collection[str]) -> dict[str, tuple[SpanHeader, ...]]:
        spans: dict[str, list[SpanHeader]] = {trace_id: [] for trace_id in trace_ids}
        for trace_id, *row in among(self.db, HEADERS, (source_id,), trace_ids):
            spans[trace_id].append(SpanHeader(trace_id, *row))
        return {trace_id: tuple(sorted(found, key=start_order)) for trace_id, found in spans.items()}

    def set_loaded(self, source_id: int, trace_ids: Collection[str]) -> None:
        with self.db.atomic():
            self.db.many("UPDATE trace SET loaded = 1 WHERE trace_id = ? AND source = ?", [(one, source_id) for one in trace_ids])

    def has_payload(self, source_id: int, trace_id: str) -> bool:
        row = self.db.one("SELECT loaded FROM trace WHERE trace_id = ? AND source = ?", (trace_id, source_id))
        return row is not None and bool(row[0])

    def trace(self, source_id: int, trace_id: str, as_received: bool = False) -> Trace | None:
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
        trace = Trace(trace_id, joined(self.db, trace_id, spans))
        return trace if as_received or self.redactor is None else self.redactor.trace(trace)

    def settle_records(self, source_id: int) -> dict[str, int]:
        with self.db.atomic():
            return stand_in(self.db, source_id)

    def session_traces(self, source_id: int, session_id: str, most: int) -> list[str]:
        some = "SELECT count(*) FROM (SELECT DISTINCT trace FROM span WHERE session_id = ? LIMIT ?)"
        if self.db.one(some, (session_id, most + 1))[0] > most:
            return []
        rows = self.db.all(
            "SELECT trace.trace_id FROM span JOIN trace ON trace.id = span.trace WHERE span.session_id = ? AND trace.source = ?"
            " GROUP BY trace.id ORDER BY min(span.start_ns) IS NULL, min(span.start_ns), trace.trace_id",
            (session_id, source_id),
        )
        return [trace_id for (trace_id,) in rows]

    def payload_size(self, source_id: int, trace_id: str) -> int:
        size = "SELECT sum(length(chunk)) FROM payload WHERE trace = (SELECT id FROM trace WHERE trace_id = ? AND source = ?)"
        return int(self.db.one(size, (trace_id, source_id))[0] or 0)

    def lacks_payloads(self, queue_id: int) -> bool:
        lacking = "SELECT 1 FROM trace WHERE loaded = 0 AND source = (SELECT source FROM queue WHERE id = ?)"
        return self.db.one(lacking, (queue_id,)) is not None

    def missing(self, queue_id: int, after: int, limit: int) -> list[tuple[str, int]]:
        # A look at one index entry saves the walk through a queue whose payloads are all here.
        if not self.lacks_payloads(queue_id):
            return []
        found: dict[int, str] = {}
        of_sessions = self.db.one("SELECT json_extract(selection, '$.target') = 'session' FROM queue WHERE id = ?", (queue_id,))
        rows = self.db.each(MISSING_OF_SESSIONS if of_sessions and of_sessions[0] else MISSING, (queue_id, after))
        for trace, trace_id in rows:
            if len(found) == limit:
                break
            found[trace] = trace_id
        return [(trace_id, self._span_count(trace)) for trace, trace_id in found.items()]

    def find(self, prefix: str, limit: int = 3) -> list[tuple[int, str, str]]:
        bounds = (prefix, prefix + "\U0010ffff")
        traces = self.db.all(FIND_TRACES, (*bounds, limit))
        spans = self.db.all(FIND_SPANS, (*bounds, limit - len({row[1] for row in traces})))
        found = traces + spans or self.db.all(FIND_SESSION, (prefix,))
        return [(source, trace_id, span_id) for source, trace_id, span_id in found]

    def last_trace(self) -> int:
        return int(self.db.one("SELECT coalesce(max(id), 0) FROM trace")[0])

    def fingerprints(self, trace_ids: Collection[str], last: int) -> dict[tuple[int, str], bytes]:
        return fingerprints(self.db, trace_ids, last)

    def set_pulled(self, source_id: int) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE source SET pulled_at = ? WHERE id = ?", (self.clock(), source_id))

    def trace_ids(self, source_id: int) -> Iterator[str]:
        last, page = 0, "SELECT id, trace_id FROM trace WHERE id > ? AND source = ? ORDER BY id LIMIT ?"
        while rows := self.db.all(page, (last, source_id, BATCH)):
            yield from (trace_id for _, trace_id in rows)
            last = rows[-1][0]


def _whole(trace_id: str, came: _Arrived) -> tuple[SpanHeader, ...] | None:
    """The spans of a trace that is new; None where one came twice and the store joined the two."""
    if len({span.span_id for span in came.headers}) < len(came.headers):
        return None
    rows = _rows(0, came.headers)
    return tuple(sorted((SpanHeader(trace_id, *fields) for _, *fields in rows), key=start_order))


def _rows(trace: int, headers: Sequence[SpanHeader | PackedSpan]) -> list[Sequence[Any]]:
    """The rows of `KEEP_SPAN`."""
    return [(trace, *header[1:9]) if isinstance(header, PackedSpan) else _values(trace, header) for header in headers]


def _values(trace: int, header: SpanHeader) -> Sequence[Any]:
    start, end, session = header.start_ns, header.end_ns, header.session_id
    return (
        trace, header.span_id, header.parent_id, text_of(header.name), text_of(header.kind), text_of(header.status_code),
        start if start is None or abs(start) <= LATEST_NS else None,
        end if end is None or abs(end) <= LATEST_NS else None,
        session if session is None else text_of(session),
    )  # fmt: skip


def text_of(text: str) -> str:
    """Half of a surrogate pair has no UTF-8; the payload keeps it as received."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
