"""The payloads of a trace that is here already: what comes again, what is new, what is another version of the same span."""

import json
import zlib
from collections.abc import Collection, Sequence

from annotator.domain.payload import PackedSpan, payload_of
from annotator.domain.span import Span
from annotator.store.area import among
from annotator.store.codec import damaged, pack_lines
from annotator.store.database import Database

MERGED = 8 << 20
"""Bytes of a trace's chunks up to which another version of a span takes the old one's place; beyond it both are kept."""


def known(db: Database, trace: int, spans: Sequence[Span | PackedSpan]) -> bool:
    """One of the spans is listed already."""
    return any(among(db, "SELECT 1 FROM span WHERE trace = ? AND span_id IN", (trace,), [span.span_id for span in spans]))


def keep_again(db: Database, trace: int, spans: Sequence[Span | PackedSpan], chunks: Sequence[bytes]) -> bool:
    """Keep spans of a trace that has some of them, so that they win over its older ones; False where nothing is new.

    Equal spans take no room; a changed one replaces the one that was here. Within a transaction.
    """
    size = db.one("SELECT sum(length(chunk)) FROM payload WHERE trace = ?", (trace,))[0]
    if not size or size > MERGED:
        db.many("DELETE FROM payload WHERE trace = ? AND chunk = ?", [(trace, chunk) for chunk in chunks])
        add_chunks(db, trace, chunks)
        return True
    kept = [chunk for (chunk,) in db.all("SELECT chunk FROM payload WHERE trace = ? ORDER BY id", (trace,))]
    if kept[-len(chunks) :] == list(chunks):
        return False
    had = _lines(kept)
    came = {span.span_id: _line(span) for span in spans}
    changed = {span_id: line for span_id, line in came.items() if span_id not in had or not _same(had[span_id], line)}
    if changed.keys() & had.keys():
        db.execute("DELETE FROM payload WHERE trace = ?", (trace,))
        add_chunks(db, trace, pack_lines((had | changed).values()))
    elif changed:
        add_chunks(db, trace, pack_lines(changed.values()))
    return bool(changed)


def add_chunks(db: Database, trace: int, chunks: Sequence[bytes]) -> None:
    db.many("INSERT INTO payload (trace, chunk) VALUES (?, ?)", [(trace, chunk) for chunk in chunks])


def fingerprints(db: Database, trace_ids: Collection[str], last: int) -> dict[tuple[int, str], bytes]:
    """See TraceStore.fingerprints."""
    rows = among(db, "SELECT id, source, trace_id FROM trace WHERE id <= ? AND trace_id IN", (last,), trace_ids)
    return {(source, trace_id): _fingerprint(db, trace, trace_id) for trace, source, trace_id in rows}


def _fingerprint(db: Database, trace: int, trace_id: str) -> bytes:
    from hashlib import blake2b  # 2.5 ms, and nothing is written at the start

    digest = blake2b(digest_size=16)
    header = "SELECT span_id, parent_id, name, kind, status_code, start_ns, end_ns, session_id FROM span WHERE trace = ? ORDER BY span_id"
    digest.update(repr(db.all(header, (trace,))).encode())
    for line in sorted(_lines([chunk for (chunk,) in db.all("SELECT chunk FROM payload WHERE trace = ? ORDER BY id", (trace,))]).values()):
        digest.update(line + b"\n")
    records = "SELECT DISTINCT digest FROM record WHERE trace IN (SELECT id FROM trace WHERE trace_id = ?) ORDER BY digest"
    for (record,) in db.all(records, (trace_id,)):
        digest.update(record)
    return digest.digest()


def _line(span: Span | PackedSpan) -> bytes:
    return span.payload if isinstance(span, PackedSpan) else payload_of(span)


def _lines(chunks: Sequence[bytes]) -> dict[str, bytes]:
    """The payload of each span as text, the newest, in the order in which the spans came first."""
    found: dict[str, bytes] = {}
    for chunk in chunks:
        try:
            lines = zlib.decompress(chunk).split(b"\n")
        except zlib.error as error:
            raise damaged() from error
        for line in lines:
            found[span_id_of(line)] = line
    return found


def span_id_of(line: bytes) -> str:
    """The first element of a payload, without reading the rest: a string, which ends at the first quote that no backslash stands before."""
    stop = 2
    while line[stop : stop + 1] not in (b'"', b""):
        stop += 2 if line[stop : stop + 1] == b"\\" else 1
    try:
        return str(json.loads(str(line[1 : stop + 1], "utf-8", "surrogatepass")))
    except ValueError as error:
        raise damaged() from error


def _same(one: bytes, other: bytes) -> bool:
    """Written alike, or by two writers of JSON."""
    if one == other:
        return True
    first, second = (json.loads(str(line, "utf-8", "surrogatepass")) for line in (one, other))
    return bool(first == second)
