"""Spans and traces, as instrumentation recorded them. Times are nanoseconds since 1970 in UTC."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from annotator.domain.record import record

ERROR = "ERROR"
"""The status code of a span that failed; the others are OK and UNSET."""
SESSION_KEYS = (
    "session.id",
    "gen_ai.conversation.id",
    "langfuse.session.id",
    "mlflow.trace.session",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.chat_id",
    "ai.telemetry.metadata.sessionId",
    "langsmith.metadata.session_id",
)
"""Attributes that name a span's session, in order of trust; their values may be quoted as JSON."""

_SESSION_KEYS = frozenset(SESSION_KEYS)

NOTICE = "annotator.notice"
"""The key of `Span.extra` under which a store or a source says, for people, why the content of a span is not here."""


def session_of(attributes: Mapping[str, Any]) -> str | None:
    """The session that a span's attributes name; None where they name none."""
    if attributes.keys().isdisjoint(_SESSION_KEYS):
        return None
    for key in SESSION_KEYS:
        value = attributes.get(key)
        if isinstance(value, str) and value:
            return value[1:-1] if len(value) > 2 and value[0] == value[-1] == '"' else value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


@record
class SpanHeader:
    """What a span tree needs: everything but the payload."""

    trace_id: str
    """32 lower-case hex digits, as a rule; kept as received otherwise."""
    span_id: str
    """16 lower-case hex digits, as a rule."""
    parent_id: str | None
    name: str
    kind: str
    """OpenInference span kind in upper case (LLM, TOOL, RETRIEVER, AGENT, CHAIN, ...); UNKNOWN where none was recorded."""
    status_code: str
    """OK, ERROR or UNSET."""
    start_ns: int | None
    end_ns: int | None
    """None for a span that never ended."""
    session_id: str | None = None

    @property
    def duration_ns(self) -> int | None:
        """None where an end is missing or lies before the start."""
        if self.start_ns is None or self.end_ns is None or self.end_ns < self.start_ns:
            return None
        return self.end_ns - self.start_ns


@record
class SpanEvent:
    """Something that happened within a span, an exception for instance."""

    name: str
    time_ns: int | None
    attributes: Mapping[str, Any]


@record
class LogRecord:
    """An event that travelled apart from its span: an OTLP log record with a trace and a span id."""

    trace_id: str
    span_id: str
    event: SpanEvent


@record
class Span(SpanHeader):
    """A span with its payload as received."""

    status_message: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """JSON values. Phoenix: flat dotted keys with list indexes. OTLP: flat dotted keys, values unwrapped."""
    events: tuple[SpanEvent, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Everything else that was received: resource, scope, links, trace state."""


@record
class Node:
    """A span at its place in the tree."""

    span: SpanHeader
    depth: int
    orphan: bool
    """Its parent is named but not in the trace."""
    circular: bool = False
    """Its parents lead back to it: the tree is entered here."""


def start_order(span: SpanHeader) -> tuple[int, str]:
    """Sort key: earliest first, spans without a start last, ties by id."""
    return (span.start_ns if span.start_ns is not None else 1 << 63, span.span_id)


def tree(spans: tuple[SpanHeader, ...]) -> list[Node]:
    """Every span once, parents before children, siblings by start; cycles are entered at their earliest span.

    Where several spans have one id, the earliest is the parent of what names it.
    """
    ordered = sorted(spans, key=start_order)
    places: dict[str, int] = {}
    for place, span in enumerate(ordered):
        places.setdefault(span.span_id, place)
    children: dict[int, list[int]] = {}
    tops: list[int] = []
    for place, span in enumerate(ordered):
        parent = places.get(span.parent_id) if span.parent_id else None
        if parent is None:
            tops.append(place)
        elif parent != place:
            children.setdefault(parent, []).append(place)
    nodes: list[Node] = []
    seen: set[int] = set()

    def walk(top: int, circular: bool) -> None:
        stack = [(top, 0)]
        while stack:
            place, depth = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            span = ordered[place]
            nodes.append(Node(span, depth, not depth and not circular and bool(span.parent_id), not depth and circular))
            stack.extend((child, depth + 1) for child in reversed(children.get(place, ())))

    for place in tops:
        walk(place, False)
    for place in range(len(ordered)):
        if place not in seen:
            walk(place, True)
    return nodes


def root(spans: tuple[SpanHeader, ...]) -> SpanHeader | None:
    """The span that stands for the trace: the earliest root, else the earliest orphan, else the earliest span."""
    known = {span.span_id for span in spans}
    for rank in (
        [span for span in spans if not span.parent_id],
        [span for span in spans if span.parent_id not in known],
        list(spans),
    ):
        if rank:
            return min(rank, key=start_order)
    return None


@record
class Trace:
    """The spans of one trace with their payloads, earliest first."""

    trace_id: str
    spans: tuple[Span, ...]

    @property
    def root(self) -> Span | None:
        """See `root`; None for a trace without spans."""
        found = root(self.spans)
        return next((span for span in self.spans if found and span.span_id == found.span_id), None)
