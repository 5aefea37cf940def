"""Spans as Phoenix's `GET /v1/projects/{project}/spans` writes them; OpenTelemetry's console exporter writes nearly the same."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span, SpanEvent, session_of
from annotator.sources.files.values import iso_nano, parent_id, span_or_trace_id, status_code, text

_READ = frozenset(
    ("name", "context", "span_kind", "parent_id", "start_time", "end_time", "status_code", "status_message", "attributes", "events")
)
_EMPTY: tuple[Any, ...] = (None, "", [])


def is_span(record: Mapping[str, Any]) -> bool:
    """True for a span of Phoenix, told by the context that holds its ids."""
    context = record.get("context")
    return isinstance(context, dict) and "span_id" in context


def span_of(span: Mapping[str, Any]) -> Span | str:
    """The span; a string says why it is none."""
    context = span["context"]
    trace_id, span_id = span_or_trace_id(context.get("trace_id")), span_or_trace_id(context.get("span_id"))
    if not trace_id or not span_id:
        return f"a span without a {'span' if trace_id else 'trace'} id"
    received = span.get("attributes")
    attributes = received if isinstance(received, dict) else {}
    events, odd_events = _events(span.get("events"))
    nested = span.get("status")
    status = nested if isinstance(nested, dict) else {}
    start, end = span.get("start_time"), span.get("end_time")
    start_ns, end_ns = iso_nano(start), iso_nano(end)
    extra = {key: value for key, value in span.items() if key not in _READ and value not in _EMPTY}
    if received and attributes is not received:
        extra["attributes"] = received
    if odd_events:
        extra["events"] = odd_events
    if start and start_ns is None:
        extra["start_time"] = start
    if end and end_ns is None:
        extra["end_time"] = end
    if len(context) > 2 and (odd := {key: value for key, value in context.items() if key not in ("trace_id", "span_id") and value}):
        extra["context"] = odd
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id(span.get("parent_id")),
        name=text(span.get("name")),
        kind=text(span.get("span_kind") or attributes.get("openinference.span.kind")).upper() or "UNKNOWN",
        status_code=status_code(span.get("status_code") or status.get("status_code")),
        start_ns=start_ns,
        end_ns=end_ns,
        session_id=text(session_of(attributes)) or None,
        status_message=text(span.get("status_message") or status.get("description")),
        attributes=attributes,
        events=events,
        extra=extra,
    )


def _events(events: Any) -> tuple[tuple[SpanEvent, ...], Any]:
    """The events, and what of them is none, as received."""
    if not isinstance(events, list):
        return (), events
    read = []
    odd = []
    for event in events:
        if isinstance(event, dict):
            attributes = event.get("attributes")
            read.append(
                SpanEvent(text(event.get("name")), iso_nano(event.get("timestamp")), attributes if isinstance(attributes, dict) else {})
            )
        else:
            odd.append(event)
    return tuple(read), odd
