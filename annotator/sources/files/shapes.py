"""Which format a JSON value is, told by its shape and never by a file's name, and the spans in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.sources.files import otlp, phoenix_json
from annotator.sources.files.values import first

ACCEPTED = 'OTLP JSON ({"resourceSpans": …}) or Phoenix spans ({"data": …}), as JSON or JSON Lines, plain or gzip'
OTLP = "OTLP JSON"
PHOENIX = "Phoenix spans"
PHOENIX_OTLP = "Phoenix OTLP spans"

_FOREIGN = (
    (("resourceLogs",), "OTLP log records"),
    (("resource_logs",), "OTLP log records"),
    (("resourceMetrics",), "OTLP metrics"),
    (("resource_metrics",), "OTLP metrics"),
    (("info", "data"), "MLflow traces"),
    (("trace", "observations"), "a Langfuse export"),
    (("post", "patch"), "LangSmith runs"),
    (("spanContext",), "spans of OpenTelemetry for JavaScript"),
)


def format_of(value: Any) -> str:
    """What this record is, for people: one of the formats that are read, or what stands there instead."""
    if isinstance(value, list):
        return format_of(value[0]) if value else "an empty array"
    if not isinstance(value, dict):
        return f"a bare {_type_name(value)}"
    if isinstance(first(value, *otlp.REQUEST), list):
        return OTLP
    if isinstance(value.get("data"), list):
        return format_of(value["data"][0]) if value["data"] else PHOENIX
    if phoenix_json.is_span(value):
        return PHOENIX
    if otlp.is_span(value):
        return PHOENIX_OTLP
    foreign = next((name for keys, name in _FOREIGN if all(key in value for key in keys)), None)
    return foreign or f"an object with {_keys(value)}"


def spans_in(value: Any) -> Iterator[Span | str]:
    """Every span of a record: a request, a page, a span, or an array of those. A string says why something in it is none."""
    if not isinstance(value, list):
        yield from _spans_in_record(value)
        return
    for index, record in enumerate(value):
        for span in _spans_in_record(record):
            yield span if isinstance(span, Span) else f"[{index}]: {span}"


def _spans_in_record(record: Any) -> Iterator[Span | str]:
    if isinstance(record, dict) and isinstance(first(record, *otlp.REQUEST), list):
        yield from otlp.spans_of_request(record)
    elif isinstance(record, dict) and isinstance(record.get("data"), list):
        for index, value in enumerate(record["data"]):
            span = _span(value)
            yield span if isinstance(span, Span) else f"data[{index}]: {span}"
    else:
        yield _span(record)


def _span(value: Any) -> Span | str:
    if isinstance(value, dict):
        if phoenix_json.is_span(value):
            return phoenix_json.span_of(value)
        if otlp.is_span(value):
            return otlp.span_of(value)
    return f"not a span but {'an array' if isinstance(value, list) else format_of(value)}"


def _keys(value: Mapping[str, Any]) -> str:
    names = [key if len(key) <= 30 else key[:29] + "…" for key in list(value)[:4]]
    return f"the keys {', '.join(names)}{' and more' if len(value) > 4 else ''}" if names else "no keys"


def _type_name(value: Any) -> str:
    return {str: "string", bool: "true or false", int: "number", float: "number"}.get(type(value), "null")
