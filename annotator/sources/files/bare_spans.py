"""Spans outside any export: dumps of OpenTelemetry for JavaScript, and the attributes of one span, with or without a name.

https://github.com/open-telemetry/opentelemetry-js/blob/main/packages/opentelemetry-sdk-trace-base/src/export/ReadableSpan.ts
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.span import Span, SpanEvent, session_of
from annotator.sources.files.content_ids import ContentIds
from annotator.sources.files.values import any_nano, first, parent_id, span_or_trace_id, status_code, text

_CONTEXT = ("spanContext", "_spanContext")
_PARENT = ("parentSpanContext", "_parentSpanContext")
_PARENT_ID = ("parentSpanId", "parentId")
_START = ("startTime", "start_time", "timestamp")
_END = ("endTime", "end_time")
_READ = frozenset((*_CONTEXT, *_PARENT_ID, *_START, *_END, "traceId", "id", "name", "status", "attributes", "events"))
CONVENTIONS = (
    "gen_ai.", "llm.", "openinference.", "input.value", "output.value", "ai.", "traceloop.", "langfuse.", "langsmith.", "mlflow.",
)  # fmt: skip
"""Beginnings of attribute keys that only spans have."""


def is_readable_span(record: Mapping[str, Any]) -> bool:
    """True for a ReadableSpan of OpenTelemetry for JavaScript, and for what its console exporter prints."""
    if isinstance(first(record, *_CONTEXT), dict):
        return True
    return "traceId" in record and "id" in record and "timestamp" in record and isinstance(record.get("attributes"), dict)


def readable_span(record: Mapping[str, Any]) -> Span | str:
    """The span; a string says why it is none."""
    context = first(record, *_CONTEXT) or {"traceId": record.get("traceId"), "spanId": record.get("id")}
    trace_id, span_id = span_or_trace_id(context.get("traceId")), span_or_trace_id(context.get("spanId"))
    if not trace_id or not span_id:
        return f"a span without a {'span' if trace_id else 'trace'} id"
    parent = first(record, *_PARENT)
    named = parent.get("spanId") if isinstance(parent, dict) else None
    span = _span(record, trace_id, span_id, parent_id(named or first(record, *_PARENT_ID)))
    rest = {key: value for key, value in context.items() if key not in ("traceId", "spanId") and value not in (None, "")}
    if rest:
        span.extra["context"] = rest  # type: ignore[index]
    return span


class AttributesAlone:
    """Spans without ids: the attributes of one, or an object with a name and attributes."""

    def __init__(self, ids: ContentIds) -> None:
        self._ids = ids

    def recognises(self, record: Mapping[str, Any]) -> bool:
        inner = record.get("attributes")
        keys = inner if isinstance(inner, dict) and inner else record
        return any(key.startswith(CONVENTIONS) for key in keys)

    def spans(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        inner = record.get("attributes")
        wrapped = record if isinstance(inner, dict) and inner else {"attributes": record}
        yield _span(wrapped, *self._ids.of(record), None)


def _span(record: Mapping[str, Any], trace_id: str, span_id: str, parent: str | None) -> Span:
    received = record.get("attributes")
    attributes = received if isinstance(received, dict) else {}
    nested = record.get("status")
    status = nested if isinstance(nested, dict) else {"code": nested}
    extra = {key: value for key, value in record.items() if key not in _READ and value not in (None, "", [], {})}
    if attributes is not received and received:
        extra["attributes"] = received
    start, end = _time(first(record, *_START)), _time(first(record, *_END))
    if end is None and start is not None and "timestamp" in record and isinstance(record.get("duration"), int | float):
        end = start + round(record["duration"] * 1000)  # the console exporter's microseconds
    happened = record.get("events")
    events = [_event(event) for event in happened if isinstance(event, dict)] if isinstance(happened, list) else []
    if happened and (not isinstance(happened, list) or len(events) != len(happened)):
        extra["events"] = happened
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent,
        name=text(record.get("name")),
        kind=text(attributes.get("openinference.span.kind")).upper() or "UNKNOWN",
        status_code=status_code(first(status, "code", "status_code")),
        start_ns=start,
        end_ns=end,
        session_id=text(session_of(attributes)) or None,
        status_message=text(first(status, "message", "description")),
        attributes=attributes,
        events=tuple(events),
        extra=extra,
    )


def _event(event: Mapping[str, Any]) -> SpanEvent:
    attributes = event.get("attributes")
    return SpanEvent(text(event.get("name")), _time(first(event, "time", "timestamp")), attributes if isinstance(attributes, dict) else {})


def _time(value: Any) -> int | None:
    """From [seconds, nanoseconds], which is [0, 0] for a span that did not end, or any other time."""
    if isinstance(value, list):
        if len(value) == 2 and all(isinstance(part, int) and not isinstance(part, bool) for part in value):
            nanos: int = value[0] * 1_000_000_000 + value[1]
            return nanos if 0 < nanos < 1 << 63 else None
        return None
    return any_nano(value)
