"""How rows become text and payloads become blobs."""

import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from annotator.domain.annotation import Annotation, Identity
from annotator.domain.payload import PackedSpan, payload_of
from annotator.domain.record import record
from annotator.domain.span import NOTICE, Span, SpanEvent, SpanHeader
from annotator.errors import StoreError

CHUNK = 1 << 20
"""Bytes of JSON in one chunk, unless a single span has more."""
LEVEL = 3
NOT_HERE = "this span was listed, but the source did not give its content"


def to_text(value: Any) -> str:
    """JSON in ASCII, so that half a surrogate pair survives SQLite's UTF-8."""
    return json.dumps(value, separators=(",", ":"))


def row_text(row: Annotation | None) -> str | None:
    """An annotation without its identity."""
    if row is None:
        return None
    return to_text([row.label, row.score, row.explanation, row.annotator_kind, dict(row.metadata)])


def text_row(identity: Identity, text: str | None) -> Annotation | None:
    """The inverse of `row_text`."""
    if text is None:
        return None
    label, score, explanation, kind, metadata = json.loads(text)
    return Annotation(identity, label, score, explanation, kind, metadata)


def same_row(identity: Identity, one: str | None, other: str | None) -> bool:
    """The same content, see Annotation.same_as; no row is only like no row."""
    if one is None or other is None or one == other:
        return one == other
    row = text_row(identity, one)
    return row is not None and row.same_as(text_row(identity, other))


@record
class Effect:
    """One change of a step and what was there before it: the text of an annotation, of an item's state and reason, of a rubric, or of
    who put a target into a data set.
    """

    item: bool
    subject: int
    """The id of the item, of the queue whose rubric it is, of the member, else of the identity."""
    before: str | None
    after: str | None
    changed: bool = True
    """False where it was so already; taking the step back then neither asks nor does anything about it."""
    rubric: bool = False
    member: bool = False

    @property
    def row(self) -> bool:
        """An annotation is changed."""
        return not (self.item or self.rubric or self.member)


ROW, ITEM, RUBRIC, MEMBER = range(4)


def effects_text(effects: Sequence[Effect]) -> str:
    kinds = (MEMBER if one.member else RUBRIC if one.rubric else ITEM if one.item else ROW for one in effects)
    return to_text([[kind, one.subject, one.before, one.after, int(one.changed)] for kind, one in zip(kinds, effects, strict=True)])


def text_effects(text: str) -> list[Effect]:
    return [
        Effect(kind == ITEM, subject, before, after, bool(changed), kind == RUBRIC, kind == MEMBER)
        for kind, subject, before, after, changed in json.loads(text)
    ]


def pack(spans: Sequence[Span | PackedSpan]) -> list[bytes]:
    """The payloads of one trace's spans as chunks: zlib of JSON lines, a line a span; equal spans give equal chunks."""
    return pack_lines([span.payload if isinstance(span, PackedSpan) else payload_of(span) for span in spans])


def pack_lines(payloads: Collection[bytes]) -> list[bytes]:
    """The chunks of `pack` from the payloads."""
    if sum(map(len, payloads)) <= CHUNK:
        return [zlib.compress(b"\n".join(payloads), LEVEL)]
    chunks: list[list[bytes]] = [[]]
    size = 0
    for line in payloads:
        if chunks[-1] and size + len(line) > CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(line)
        size += len(line)
    return [zlib.compress(b"\n".join(lines), LEVEL) for lines in chunks]


def unpack(chunk: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Span ids and payload fields of a chunk, in the order of `pack`; one span at a time, with no copy of a large one but its own."""
    try:
        data = zlib.decompress(chunk)
    except zlib.error as error:
        raise damaged() from error
    lines, start = memoryview(data), 0
    while start <= len(data):
        stop = data.find(b"\n", start)
        stop = len(data) if stop < 0 else stop
        try:
            span_id, *fields = json.loads(str(lines[start:stop], "utf-8", "surrogatepass"))
        except ValueError as error:
            raise damaged() from error
        yield span_id, fields
        start = stop + 1


def damaged() -> StoreError:
    """A payload that cannot be read."""
    return StoreError("A stored trace is damaged.", "Fetch the queue again, or restore a backup of the store.")


def whole_span(header: SpanHeader, fields: Sequence[Any]) -> Span:
    """A header and its payload; without fields the payload never came, which is said."""
    status_message, attributes, events, extra = fields or ("", {}, [], {NOTICE: NOT_HERE})
    return Span(
        header.trace_id, header.span_id, header.parent_id, header.name, header.kind, header.status_code,
        header.start_ns, header.end_ns, header.session_id,
        status_message, attributes, tuple(SpanEvent(*event) for event in events), extra,
    )  # fmt: skip
