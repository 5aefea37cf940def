"""A span's payload as JSON text: how it is kept, and how it comes from a process that read it."""

import json
from typing import Any, NamedTuple

from annotator.domain.span import Span

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)
"""Made once; what came from JSON has no circles."""


class PackedSpan(NamedTuple):
    """A span's header, field by field, and its payload as text already; a tuple, since a big file has very many.

    Its texts hold no half of a surrogate pair, and its times fit into 64 bits.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    status_code: str
    start_ns: int | None
    end_ns: int | None
    session_id: str | None
    payload: bytes
    """What `payload_of` gives for it."""


def payload_fields(span: Span) -> list[Any]:
    """[span id, status message, attributes, [[event's name, time, attributes], …], extra]."""
    events = [[event.name, event.time_ns, event.attributes] for event in span.events] if span.events else []
    return [span.span_id, span.status_message, span.attributes, events, span.extra]


def payload_of(span: Span) -> bytes:
    """`payload_fields` as one line of JSON in UTF-8; a half of a surrogate pair is kept as the three bytes that it would have."""
    return _ENCODER.encode(payload_fields(span)).encode("utf-8", "surrogatepass")
