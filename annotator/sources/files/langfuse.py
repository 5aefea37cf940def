"""Langfuse: a trace with its observations as the UI and the API give it, observations alone, traces alone.

Keys come in camelCase (UI, API) and snake_case (exports to blob storage).
https://api.reference.langfuse.com (TraceWithFullDetails, ObservationsView, Score)
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.kinds import openinference_kind
from annotator.domain.span import Span
from annotator.sources.files.values import any_nano, first, parent_id, span_or_trace_id, text

OBSERVATION = "langfuse.observation."
TRACE = "langfuse.trace."
SCORES = "langfuse.scores"
"""Attributes: an observation's own fields, the fields of its trace (on the root), the scores of the export."""
TYPES = frozenset(("SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EMBEDDING", "EVALUATOR", "GUARDRAIL"))
_TRACE_ID = ("traceId", "trace_id")
_PARENT = ("parentObservationId", "parent_observation_id")
_START = ("startTime", "start_time")
_END = ("endTime", "end_time")
_SESSION = ("sessionId", "session_id")
_OF_TRACES = (
    *_SESSION,
    *("userId", "user_id", "bookmarked", "public", "release", "htmlPath", "projectId", "project_id", "environment", "tags"),
)
_PLAIN = ("SPAN", "EVENT")
_OPERATIONS = {"execute_tool": "TOOL", "invoke_agent": "AGENT", "create_agent": "AGENT", "embeddings": "EMBEDDING"}


def is_export(record: Mapping[str, Any]) -> bool:
    """True for a trace with its observations, within it or beside it."""
    listed = record.get("observations")
    return isinstance(listed, list) and ("trace" in record or "scores" in record or "id" in record or any(map(_is_object, listed[:1])))


def is_observation(record: Mapping[str, Any]) -> bool:
    """True for an observation, told by its trace's id and its type."""
    kind = record.get("type")
    return isinstance(kind, str) and kind.upper() in TYPES and first(record, *_TRACE_ID) is not None and "id" in record


def is_trace(record: Mapping[str, Any]) -> bool:
    """True for a trace without observations: a row of the table of traces."""
    return "timestamp" in record and "id" in record and "type" not in record and sum(key in record for key in _OF_TRACES) > 2


def spans_of_export(record: Mapping[str, Any]) -> Iterator[Span | str]:
    """Every observation as a span; a string says why something is none.

    What the trace itself says goes to its only root; where it has none or several, the trace is a span of its own above them.
    """
    inner = record.get("trace")
    trace = dict(inner) if isinstance(inner, dict) else {}
    trace |= {key: value for key, value in record.items() if key not in ("trace", "observations", "scores")}
    trace |= {} if isinstance(inner, dict) else {"trace": inner}
    listed = record["observations"]
    scores = [*_list(record.get("scores")), *_list(trace.pop("scores", None))]
    observations = []
    named: list[Any] = []
    for index, value in enumerate(listed):
        if isinstance(value, dict):
            observations.append((index, value))
        elif isinstance(value, str):
            named.append(value)
        else:
            yield f"observations[{index}]: not an object"
    if named:
        trace["observations"] = named
    known = {text(observation.get("id")) for _, observation in observations}
    roots = [index for index, observation in observations if parent_id(first(observation, *_PARENT)) is None]
    trace_id = span_or_trace_id(trace.get("id")) or next((_trace_id(observation) for _, observation in observations), "")
    whole = bool(trace.get("id")) and len(roots) != 1
    rest: list[Any] = []
    by_span: dict[str, list[Any]] = {}
    for score in scores:
        target = text(first(score, "observationId", "observation_id")) if isinstance(score, dict) else ""
        (by_span.setdefault(target, []) if target in known else rest).append(score)
    said = _prefixed(TRACE, trace) | ({SCORES: rest} if rest else {})
    if whole:
        yield _trace_span(trace, trace_id, said) if trace_id else "a Langfuse trace without an id"
    for place, (index, observation) in enumerate(observations):
        top = not whole and (index == roots[0] if roots else place == 0)
        more = dict(said) if top else {}
        if own := by_span.get(text(observation.get("id"))):
            more[SCORES] = [*own, *more.get(SCORES, [])]
        span = _span(observation, trace_id, text(first(trace, *_SESSION)) or None, more, trace_id if whole else None)
        yield span if isinstance(span, Span) else f"observations[{index}]: {span}"
    if not observations and not whole:
        yield "a Langfuse trace without observations and without an id"


def span_of_observation(record: Mapping[str, Any]) -> Span | str:
    """An observation that stands alone."""
    return _span(record, "", None, {}, None)


def span_of_trace(record: Mapping[str, Any]) -> Span | str:
    """A trace whose observations are elsewhere."""
    trace_id = span_or_trace_id(record.get("id"))
    rest = {key: value for key, value in record.items() if key != "scores"}
    scores = {SCORES: record["scores"]} if record.get("scores") else {}
    return _trace_span(rest, trace_id, _prefixed(TRACE, rest) | scores) if trace_id else "a Langfuse trace without an id"


def _span(record: Mapping[str, Any], trace_id: str, session: str | None, more: Mapping[str, Any], above: str | None) -> Span | str:
    span_id = span_or_trace_id(record.get("id"))
    trace_id = _trace_id(record) or trace_id
    if not span_id or not trace_id:
        return f"an observation without {'a trace id' if span_id else 'an id'}"
    fields = dict(record)
    lifted, extra = _origin(fields)
    kind = text(record.get("type")).upper()
    start, end = any_nano(first(record, *_START)), any_nano(first(record, *_END))
    level = text(record.get("level")).upper()
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id(first(record, *_PARENT)) or above,
        name=text(record.get("name")) or kind.lower(),
        kind=_kind(kind, lifted, record.get("output")),
        status_code="ERROR" if level == "ERROR" else "UNSET",
        start_ns=start,
        end_ns=start if end is None and kind == "EVENT" else end,
        session_id=text(first(record, *_SESSION)) or session,
        status_message=text(first(record, "statusMessage", "status_message")),
        attributes={**lifted, **_prefixed(OBSERVATION, fields), **more},
        extra=extra,
    )


def _trace_span(trace: Mapping[str, Any], trace_id: str, attributes: Mapping[str, Any]) -> Span:
    start, latency = any_nano(trace.get("timestamp")), trace.get("latency")
    took = latency if isinstance(latency, int | float) and not isinstance(latency, bool) and 0 <= latency < 1e7 else None
    return Span(
        trace_id=trace_id,
        span_id=trace_id,
        parent_id=None,
        name=text(trace.get("name")) or "trace",
        kind="CHAIN",
        status_code="UNSET",
        start_ns=start,
        end_ns=start + int(took * 1_000_000_000) if start and took is not None else None,
        session_id=text(first(trace, *_SESSION)) or None,
        attributes=attributes,
    )


def _origin(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The attributes, resource and scope of the OpenTelemetry span that an observation was made of, taken out of its metadata."""
    metadata = fields.get("metadata")
    if isinstance(metadata, str) and metadata[:1] == "{" and '"attributes"' in metadata:
        try:
            metadata = json.loads(metadata)
        except (ValueError, RecursionError):
            return {}, {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("attributes"), dict):
        return {}, {}
    if "resourceAttributes" not in metadata and "scope" not in metadata:
        return {}, {}
    rest = {key: value for key, value in metadata.items() if key not in ("attributes", "resourceAttributes", "scope")}
    lifted = {key: value for key, value in metadata["attributes"].items() if not key.startswith("langfuse.")}
    if len(lifted) < len(metadata["attributes"]):
        rest["attributes"] = {key: value for key, value in metadata["attributes"].items() if key not in lifted}
    fields["metadata"] = rest or None
    around = {"resource": {"attributes": metadata.get("resourceAttributes")}, "scope": metadata.get("scope")}
    return lifted, {key: value for key, value in around.items() if value not in (None, {"attributes": None})}


def _kind(kind: str, lifted: Mapping[str, Any], output: Any) -> str:
    """SPAN says little: what the span was before Langfuse, or a LangChain tool message that came out of it, says more."""
    if kind in _PLAIN:
        if isinstance(origin := lifted.get("openinference.span.kind"), str):
            kind = origin
        elif "gen_ai.tool.name" in lifted:
            kind = "TOOL"
        elif (operation := lifted.get("gen_ai.operation.name")) in _OPERATIONS:
            kind = _OPERATIONS[operation]
        elif isinstance(output, dict) and output.get("type") == "tool" and "tool_call_id" in output:
            kind = "TOOL"
    return text(openinference_kind(kind))


def _trace_id(record: Mapping[str, Any]) -> str:
    return span_or_trace_id(first(record, *_TRACE_ID))


def _prefixed(prefix: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + key: value for key, value in fields.items() if value is not None}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "", {}) else [value]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and is_observation(value)
