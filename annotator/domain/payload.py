"""A span's payload as JSON text: how it is kept, and how it comes from a process that read it."""

import json
from dataclasses import dataclass

from annotator.domain.span import Span, SpanHeader

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)
"""Made once; what came from JSON has no circles."""


@dataclass(frozen=True, slots=True)
class PackedSpan(SpanHeader):
    """A span whose payload is text already."""

    payload: bytes = b""
    """What `payload_of` gives for it."""


def payload_of(span: Span) -> bytes:
    """One line of JSON in UTF-8: [span id, status message, attributes, [[event's name, time, attributes], …], extra].

    A half of a surrogate pair is kept as the three bytes that it would have.
    """
    events = [[event.name, event.time_ns, dict(event.attributes)] for event in span.events]
    fields = [span.span_id, span.status_message, dict(span.attributes), events, dict(span.extra)]
    return _ENCODER.encode(fields).encode("utf-8", "surrogatepass")
