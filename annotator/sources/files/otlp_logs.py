"""OTLP log records: an ExportLogsServiceRequest in JSON, and single records as OpenTelemetry's console exporters write them.

A record belongs to the span that it names and becomes one of its events: the record's attributes, its `body`, and everything else
under the key that it came with. https://opentelemetry.io/docs/specs/otel/logs/data-model/
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.span import LogRecord, SpanEvent
from annotator.sources.files.otlp import SPAN_ID, TRACE_ID, attributes_of, unwrap, walk
from annotator.sources.files.values import first, iso_nano, span_or_trace_id, text, unix_nano

REQUEST = ("resourceLogs", "resource_logs")
_SCOPES = ("scopeLogs", "scope_logs", "instrumentationLibraryLogs", "instrumentation_library_logs")
_RECORDS = ("logRecords", "log_records", "logs")
_TIME = ("timeUnixNano", "time_unix_nano", "timestamp", "observedTimeUnixNano", "observed_time_unix_nano", "observed_timestamp")
_NAME = ("eventName", "event_name")
_READ = frozenset((*TRACE_ID, *SPAN_ID, *_NAME, "attributes", "body"))
UNNAMED = "log"
"""The name of an event whose record has none."""


def is_request(record: Mapping[str, Any]) -> bool:
    return isinstance(first(record, *REQUEST), list)


def is_record(record: Mapping[str, Any]) -> bool:
    """True for a single log record: it names a span or a trace, and has a body or an event's name but no start and no parent."""
    named = first(record, *SPAN_ID, *TRACE_ID) is not None
    return named and first(record, "body", *_NAME, "severityNumber", "severity_number") is not None and "start_time" not in record


def records_of_request(request: Mapping[str, Any]) -> Iterator[LogRecord | str]:
    """Every record of a request; a string says why something in it is none."""
    return walk(request, (REQUEST, _SCOPES, _RECORDS), record_of)


def record_of(record: Mapping[str, Any], around: Mapping[str, Any] | None = None) -> LogRecord | str:
    """The record with what stood around it; a string says why it can belong to no span. One that names only its trace gets a span there."""
    trace_id, span_id = span_or_trace_id(first(record, *TRACE_ID)), span_or_trace_id(first(record, *SPAN_ID))
    if not trace_id.strip("0"):
        return "a log record without a trace id"
    if not span_id.strip("0"):
        span_id = hashlib.blake2b(f"records of {trace_id}".encode(), digest_size=8).hexdigest()
    received, odd = attributes_of(record.get("attributes"))
    attributes = {**received, **({"odd attributes": odd} if odd else {})}
    attributes |= {key: value for key, value in record.items() if key not in _READ and value not in (None, "", [])} | dict(around or {})
    if (body := unwrap(record.get("body"))) is not None:
        attributes["body"] = body
    name = text(first(record, *_NAME) or received.get("event.name")) or UNNAMED
    return LogRecord(trace_id, span_id, SpanEvent(name, _time(record), attributes))


def _time(record: Mapping[str, Any]) -> int | None:
    """The first time that is one: of the event, else of its observation."""
    times = (unix_nano(record.get(key)) or iso_nano(record.get(key)) for key in _TIME)
    return next((time for time in times if time is not None), None)
