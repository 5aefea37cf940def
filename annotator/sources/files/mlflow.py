"""MLflow traces: `Trace.to_json()` of schema 2 and 3, `TraceData` alone, the REST API's answer, rows of `search_traces`.

https://github.com/mlflow/mlflow/blob/master/mlflow/entities/trace.py
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.kinds import UNKNOWN, openinference_kind
from annotator.domain.span import Span, session_of
from annotator.sources.files import otlp
from annotator.sources.files.chat import merged
from annotator.sources.files.values import any_nano, first, span_or_trace_id, status_code, text

INFO = "mlflow.trace_info."
"""The prefix of what a trace says about itself, on its first root."""
_INFO = ("info", "trace_info")
_METADATA = ("trace_metadata", "request_metadata")
_REPEATED = ("trace", "spans", "request", "response")
"""Columns of `search_traces` that say again what the trace says."""
_V2 = {"parent_id": "parent_span_id", "start_time": "start_time_unix_nano", "end_time": "end_time_unix_nano"}


def is_trace(record: Mapping[str, Any]) -> bool:
    """True for a trace of MLflow, told by what holds its spans and by what stands beside them."""
    inner = record.get("trace")
    if isinstance(inner, str):
        return inner[:1] == "{" and ("spans" in record or '"data"' in inner)
    if isinstance(inner, dict) and "observations" not in record:
        return is_trace(inner)
    if isinstance(record.get("data"), dict):
        return "info" in record
    spans = record.get("spans")
    if not isinstance(spans, list):
        return False
    return any(key in record for key in (*_INFO, *_METADATA)) or any(_is_span(span) for span in spans[:1])


def spans_of_trace(record: Mapping[str, Any]) -> Iterator[Span | str]:
    """Every span of a trace; a string says why something in it is none. A trace without spans is a span of its own."""
    row: Mapping[str, Any] = {}
    if (inner := record.get("trace")) is not None:
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError) as error:
                yield f"trace: not JSON: {error}"
                return
        if not isinstance(inner, dict):
            yield "trace: not an object"
            return
        row, record = {key: value for key, value in record.items() if key not in _REPEATED}, inner
    data = record.get("data")
    holder = data if isinstance(data, dict) else record
    about = first(record, *_INFO)
    info = {**row, **_but(record, (*_INFO, "spans", *(("data",) if holder is data else ())))}
    info |= _but(holder, ("spans",)) if holder is data else {}
    info = merged(about, "data", info) if isinstance(about, dict) else info | {"info": about}
    session, named = _session(info), _bare(first(info, "trace_id", "request_id"))
    found: list[Span] = []
    listed = holder.get("spans")
    for index, value in enumerate(listed if isinstance(listed, list) else []):
        span = _span(value, named, session) if isinstance(value, dict) else "not an object"
        if isinstance(span, Span):
            found.append(span)
        else:
            yield f"spans[{index}]: {span}"
    said = {INFO + key: value for key, value in info.items() if value not in (None, "", [], {})}
    top = next((span for span in found if span.parent_id is None), found[0] if found else None)
    for span in found:
        yield replace(span, attributes={**span.attributes, **said}) if span is top else span
    if top is None:
        yield _alone(info, named, session, said)


def _span(record: Mapping[str, Any], trace_id: str, session: str | None) -> Span | str:
    """A span of either schema, through OTLP's reader: schema 3 has its field names."""
    if isinstance(context := record.get("context"), dict):
        record = _schema_3(record, context)
    span = otlp.span_of({**record, "trace_id": _bare(first(record, "trace_id", "traceId")) or trace_id})
    if not isinstance(span, Span):
        return span
    attributes = {key: plain(value) for key, value in span.attributes.items()}
    kind = openinference_kind(first(attributes, "openinference.span.kind", "mlflow.spanType"))
    return replace(span, kind=text(kind), session_id=text(session_of(attributes)) or session, attributes=attributes)


def _schema_3(span: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    events = span.get("events")
    return {
        **{_V2.get(key, key): value for key, value in span.items() if key not in ("context", "status_code", "status_message")},
        **context,
        "status": {"code": span.get("status_code"), "message": span.get("status_message")},
        "events": [_v2_event(event) for event in events] if isinstance(events, list) else events,
    }


def plain(value: Any) -> Any:
    """MLflow writes every attribute as JSON text: a string comes out of its quotes; objects, lists and numbers stay text."""
    if not isinstance(value, str) or len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    try:
        inner = json.loads(value)
    except ValueError:
        return value
    return inner if isinstance(inner, str) else value


def _is_span(value: Any) -> bool:
    attributes = value.get("attributes") if isinstance(value, dict) else None
    return isinstance(attributes, dict) and any(key.startswith("mlflow.") for key in attributes)


def _but(record: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


def _v2_event(event: Any) -> Any:
    if not isinstance(event, dict):
        return event
    return {"time_unix_nano" if key == "timestamp" else key: value for key, value in event.items()}


def _bare(value: Any) -> str:
    """A trace id without MLflow's `tr-` and `trace:/location/`, so that it is the one that other exporters write."""
    name = text(value) if isinstance(value, str) else ""
    if name.startswith("trace:/"):
        name = name.rpartition("/")[2]
    return span_or_trace_id(name.removeprefix("tr-"))


def _session(info: Mapping[str, Any]) -> str | None:
    for key in _METADATA:
        if isinstance(values := info.get(key), dict) and (session := session_of(values)):
            return text(session)
    return None


def _alone(info: Mapping[str, Any], trace_id: str, session: str | None, attributes: Mapping[str, Any]) -> Span | str:
    """A trace whose spans are kept elsewhere, from what it says about itself."""
    if not trace_id:
        return "an MLflow trace without spans and without an id"
    tags = info.get("tags")
    start = any_nano(first(info, "request_time", "timestamp_ms"))
    took = first(info, "execution_duration_ms", "execution_time_ms")
    end = start + int(took * 1_000_000) if start and isinstance(took, int | float) and 0 <= took < 1e12 else None
    name = tags.get("mlflow.traceName") if isinstance(tags, dict) else None
    return Span(
        trace_id=trace_id,
        span_id=trace_id,
        parent_id=None,
        name=text(name) or "trace",
        kind=UNKNOWN,
        status_code=status_code(first(info, "state", "status")),
        start_ns=start,
        end_ns=end,
        session_id=session,
        attributes=attributes,
    )
