"""OTLP/JSON: an ExportTraceServiceRequest, and its spans as Phoenix's `/spans/otlpv1` pages hold them.

Keys come in camelCase (the OTLP/JSON encoding) and snake_case (Phoenix). Values are AnyValues, with or without the alternatives as nulls.
https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from annotator.domain.span import Span, SpanEvent, session_of
from annotator.sources.files.values import first, parent_id, span_or_trace_id, status_code, text, unix_nano

REQUEST = ("resourceSpans", "resource_spans")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans")
TRACE_ID = ("traceId", "trace_id")
SPAN_ID = ("spanId", "span_id")
_PARENT_ID = ("parentSpanId", "parent_span_id")
START = ("startTimeUnixNano", "start_time_unix_nano")
_END = ("endTimeUnixNano", "end_time_unix_nano")
_TIME = ("timeUnixNano", "time_unix_nano")
_READ = frozenset((*TRACE_ID, *SPAN_ID, *_PARENT_ID, "name", "status", "attributes", "events", *START, *_END))
_EMPTY: tuple[Any, ...] = (None, "", 0, [])
_NO_TIME = (None, "", 0, "0")
_STATUS = frozenset(("code", "message"))
_NO_STATUS = (None, "", 0, "0", "UNSET", "STATUS_CODE_UNSET")
_EVENT = frozenset(("name", "attributes", *_TIME))
_SCALARS = ("stringValue", "string_value", "boolValue", "bool_value", "bytesValue", "bytes_value")
_NUMBERS: dict[str, type[int] | type[float]] = {"intValue": int, "int_value": int, "doubleValue": float, "double_value": float}
_STRINGS = frozenset((str,))
Lists = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The names of a request's list of resources, of a resource's list of scopes, and of a scope's list of elements."""
Read = TypeVar("Read")
_ALTERNATIVES = frozenset(
    f"{kind}{suffix}" for kind in ("string", "bool", "bytes", "int", "double", "array", "kvlist") for suffix in ("Value", "_value")
)


def is_span(record: Mapping[str, Any]) -> bool:
    """True for a span of OTLP/JSON, told by its ids and one more of its fields."""
    return first(record, *SPAN_ID) is not None and (
        first(record, *TRACE_ID) is not None or first(record, *START) is not None or isinstance(record.get("attributes"), list)
    )


def spans_of_request(request: Mapping[str, Any]) -> Iterator[Span | str]:
    """Every span of a request; a string says why something in it is none."""
    return walk(request, (REQUEST, _SCOPES, ("spans",)), span_of)


def walk(
    request: Mapping[str, Any], lists: Lists, read: Callable[[Mapping[str, Any], Mapping[str, Any]], Read | str]
) -> Iterator[Read | str]:
    """What `read` makes of every element of a request and of what stands around it; a string says why something in it is nothing."""
    of_resources, of_scopes, of_elements = lists
    for r, of_resource in objects(first(request, *of_resources), of_resources[0]):
        if isinstance(of_resource, str):
            yield of_resource
            continue
        resource = entity(of_resource.get("resource"))
        for s, of_scope in objects(first(of_resource, *of_scopes), f"{of_resources[0]}[{r}].{of_scopes[0]}"):
            if isinstance(of_scope, str):
                yield of_scope
                continue
            where = f"{of_resources[0]}[{r}].{of_scopes[0]}[{s}].{of_elements[0]}"
            scope = entity(first(of_scope, "scope", "instrumentationLibrary"))
            around = {key: value for key, value in (("resource", resource), ("scope", scope)) if value}
            for index, element in objects(first(of_scope, *of_elements), where):
                made = element if isinstance(element, str) else read(element, around)
                yield f"{where}[{index}]: {made}" if isinstance(made, str) and made is not element else made


def span_of(span: Mapping[str, Any], around: Mapping[str, Any] | None = None) -> Span | str:
    """The span, with what stood around it in `extra`; a string says why it is none."""
    # `get` finds nearly every one of these; `first` decides where it does not.
    trace_id = span_or_trace_id(span.get("traceId") or first(span, *TRACE_ID))
    span_id = span_or_trace_id(span.get("spanId") or first(span, *SPAN_ID))
    if not trace_id or not span_id:
        return f"a span without a {'span' if trace_id else 'trace'} id"
    attributes, odd_attributes = attributes_of(span.get("attributes"))
    events, odd_events = _events(span.get("events"))
    received = span.get("status")
    status = received if isinstance(received, dict) else {"code": received}
    start, end = span.get(START[0]) or first(span, *START), span.get(_END[0]) or first(span, *_END)
    start_ns, end_ns = unix_nano(start), unix_nano(end)
    extra = {key: value for key, value in span.items() if key not in _READ and value not in _EMPTY}
    if around:
        extra |= around
    code, parent = status_code(status.get("code")), first(span, *_PARENT_ID)
    if not (status.keys() <= _STATUS) or (code == "UNSET" and status.get("code") not in _NO_STATUS):
        extra["status"] = received
    if parent is not None and not isinstance(parent, str | int):
        extra[_PARENT_ID[1]] = parent
    if odd_attributes:
        extra["attributes"] = odd_attributes
    if odd_events:
        extra["events"] = odd_events
    if start_ns is None and start not in _NO_TIME:
        extra[START[1]] = start
    if end_ns is None and end not in _NO_TIME:
        extra[_END[1]] = end
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id(parent),
        name=text(span.get("name")),
        kind=text(attributes.get("openinference.span.kind")).upper() or "UNKNOWN",
        status_code=code,
        start_ns=start_ns,
        end_ns=end_ns,
        session_id=text(session_of(attributes)) or None,
        status_message=text(status.get("message")),
        attributes=attributes,
        events=events,
        extra=extra,
    )


def unwrap(value: Any) -> Any:
    """An AnyValue as a JSON value; 64-bit integers in strings become numbers, bytes stay base64, what is no AnyValue stays."""
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        for kind, inner in value.items():
            if kind in _SCALARS:
                return inner
            if kind in _NUMBERS and inner is not None:
                return _number(inner, _NUMBERS[kind])
    if not value.keys() <= _ALTERNATIVES:
        return value
    scalar = first(value, *_SCALARS)
    if scalar is not None:
        return scalar
    for key, kind in _NUMBERS.items():
        if value.get(key) is not None:
            return _number(value[key], kind)
    array = first(value, "arrayValue", "array_value")
    if array is not None:
        values = array.get("values") or [] if isinstance(array, dict) else array
        return [unwrap(inner) for inner in values] if isinstance(values, list) else array
    pairs = first(value, "kvlistValue", "kvlist_value")
    if pairs is None:
        return None
    attributes, odd = attributes_of(pairs.get("values") if isinstance(pairs, dict) else pairs)
    return pairs if odd else attributes


def _number(value: Any, kind: type[int] | type[float]) -> Any:
    """The number in a string; NaN, Infinity and what is no number stay as they are, as JSON has no numbers for them."""
    if not isinstance(value, str):
        return value
    try:
        number = kind(value)
    except ValueError:
        return value
    return number if abs(number) < float("inf") else value


def attributes_of(pairs: Any) -> tuple[dict[str, Any], Any]:
    """Key-value pairs as a dictionary, and what of them is no pair, as received."""
    if isinstance(pairs, dict):
        return pairs, None
    if not isinstance(pairs, list):
        return {}, pairs
    try:
        # Nearly every value is a string alone, and every pair is one.
        attributes = {
            pair["key"]: value["stringValue"] if len(value := pair["value"]) == 1 and "stringValue" in value else unwrap(value)
            for pair in pairs
        }
        if _STRINGS.issuperset(map(type, attributes)):
            return attributes, []
    except (KeyError, TypeError, IndexError):
        pass
    good = [pair for pair in pairs if isinstance(pair, dict) and isinstance(pair.get("key"), str)]
    odd = [pair for pair in pairs if not isinstance(pair, dict) or not isinstance(pair.get("key"), str)]
    return {pair["key"]: unwrap(pair.get("value")) for pair in good}, odd


def _events(events: Any) -> tuple[tuple[SpanEvent, ...], Any]:
    """The events, and what of them is none or says more than an event, as received."""
    if not isinstance(events, list):
        return (), events
    read: list[SpanEvent] = []
    odd: list[Any] = []
    for event in events:
        if not isinstance(event, dict):
            odd.append(event)
            continue
        attributes, misshapen = attributes_of(event.get("attributes"))
        time = first(event, *_TIME)
        read.append(SpanEvent(text(event.get("name")), unix_nano(time), attributes))
        if misshapen or (time not in _NO_TIME and read[-1].time_ns is None) or any(event[key] for key in event.keys() - _EVENT):
            odd.append(event)
    return tuple(read), odd


def entity(value: Any) -> Any:
    """A resource or a scope with its attributes unwrapped."""
    if not isinstance(value, dict) or "attributes" not in value:
        return value
    return {**value, "attributes": attributes_of(value["attributes"])[0]}


def objects(values: Any, where: str) -> Iterator[tuple[int, Any]]:
    """The objects of an array with their places; a string in the place of what is no object."""
    if not isinstance(values, list):
        if values is not None:
            yield 0, f"{where} is not an array"
        return
    for index, value in enumerate(values):
        yield index, value if isinstance(value, dict) else f"{where}[{index}] is not an object"
