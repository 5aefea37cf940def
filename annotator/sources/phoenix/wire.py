"""The JSON of Phoenix's REST API (20.26) and what it becomes. Unknown fields and nulls are taken as they come."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.annotation import HUMAN, Annotation, Identity, Target, TargetKind
from annotator.domain.annotation_config import (
    DIRECTIONS,
    AnnotationConfig,
    CategoricalConfig,
    ContinuousConfig,
    Direction,
    FreeformConfig,
    Value,
)
from annotator.domain.source import ServerRow, ServerUser
from annotator.domain.span import Span, SpanEvent, SpanHeader

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FRACTION = re.compile(r"\.(\d+)")


def nanoseconds(text: str | None) -> int | None:
    """ISO 8601 to nanoseconds since 1970, exact to the last digit; UTC where no zone is named; None for what is no time."""
    if not text:
        return None
    fraction = FRACTION.search(text)
    try:
        moment = datetime.fromisoformat(FRACTION.sub("", text, count=1))
    except ValueError:
        return None
    passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000_000 + int(f"{fraction[1] if fraction else '0':0<9.9}")


# A span that never ended has OTLP's end 0, which Phoenix gives as 1970-01-01: hence `or None` on a span's times.


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ListPage(Wire):
    next_cursor: str | None = None


class Project(Wire):
    id: str
    name: str


class ProjectPage(ListPage):
    data: list[Project]


class TraceSpan(Wire):
    """A span of GET /v1/projects/P/traces?include_spans=true: no payload, no session."""

    span_id: str
    parent_id: str | None = None
    name: str | None = None
    span_kind: str | None = None
    status_code: str | None = None
    start_time: str | None = None
    end_time: str | None = None

    def header(self, trace_id: str, session_id: str | None) -> SpanHeader:
        return SpanHeader(
            trace_id,
            self.span_id,
            self.parent_id or None,
            self.name or "",
            (self.span_kind or "UNKNOWN").upper(),
            (self.status_code or "UNSET").upper(),
            nanoseconds(self.start_time) or None,
            nanoseconds(self.end_time) or None,
            session_id,
        )


class ListedTrace(Wire):
    trace_id: str
    start_time: str | None = None
    spans: list[TraceSpan] | None = None


class TracePage(ListPage):
    data: list[ListedTrace]


class ListedSession(Wire):
    """Of GET /v1/projects/P/sessions."""

    id: str
    session_id: str
    traces: list[ListedTrace]


class SessionPage(ListPage):
    data: list[ListedSession]


class Context(Wire):
    trace_id: str
    span_id: str


class Event(Wire):
    name: str | None = None
    timestamp: str | None = None
    attributes: dict[str, Any] | None = None


class WholeSpan(Wire):
    """A span of GET /v1/projects/P/spans."""

    model_config = ConfigDict(extra="allow")

    context: Context
    parent_id: str | None = None
    name: str | None = None
    span_kind: str | None = None
    status_code: str | None = None
    status_message: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    attributes: dict[str, Any] | None = None
    events: list[Event] | None = None

    def span(self) -> Span:
        attributes = self.attributes or {}
        session = attributes.get("session.id")
        return Span(
            self.context.trace_id,
            self.context.span_id,
            self.parent_id or None,
            self.name or "",
            (self.span_kind or "UNKNOWN").upper(),
            (self.status_code or "UNSET").upper(),
            nanoseconds(self.start_time) or None,
            nanoseconds(self.end_time) or None,
            session.strip() or None if isinstance(session, str) else None,
            self.status_message or "",
            attributes,
            tuple(SpanEvent(event.name or "", nanoseconds(event.timestamp), event.attributes or {}) for event in self.events or ()),
            self.model_extra or {},
        )


class SpanPage(ListPage):
    data: list[WholeSpan]


class OtlpSpanPage(ListPage):
    """Of GET /v1/projects/P/spans/otlpv1."""

    data: list[dict[str, Any]]


class Result(Wire):
    label: str | None = None
    score: float | None = None
    explanation: str | None = None


class Row(Wire):
    """A row of GET /v1/projects/P/{span,trace,session}_annotations."""

    id: str
    name: str
    identifier: str | None = None
    annotator_kind: str | None = None
    result: Result | None = None
    metadata: dict[str, Any] | None = None
    source: str | None = None
    user_id: str | None = None
    updated_at: str | None = None
    span_id: str | None = None
    trace_id: str | None = None
    session_id: str | None = None

    def row(self, server: str, kind: TargetKind) -> ServerRow:
        target = Target(kind, {"span": self.span_id, "trace": self.trace_id, "session": self.session_id}.get(kind) or "")
        result = self.result or Result()
        annotation = Annotation(
            Identity(server, target, self.name, self.identifier or ""),
            result.label,
            result.score,
            result.explanation,
            self.annotator_kind or HUMAN,
            self.metadata or {},
        )
        return ServerRow(annotation, self.id, self.source or "", self.user_id or "", self.updated_at or "")


class RowPage(ListPage):
    data: list[Row]


class ConfigValue(Wire):
    label: str
    score: float | None = None


class Config(Wire):
    id: str
    name: str
    type: str
    description: str | None = None
    optimization_direction: str | None = None
    values: list[ConfigValue] | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None
    threshold: float | None = None

    def config(self) -> AnnotationConfig | None:
        """None for a type that came after 20.26."""
        direction: Direction | None = next((known for known in DIRECTIONS if known == self.optimization_direction), None)
        common: dict[str, Any] = {"description": self.description, "optimization_direction": direction, "config_id": self.id}
        bounds: dict[str, Any] = {"lower_bound": self.lower_bound, "upper_bound": self.upper_bound}
        if self.type == "CATEGORICAL":
            return CategoricalConfig(self.name, tuple(Value(value.label, value.score) for value in self.values or ()), **common)
        if self.type == "CONTINUOUS":
            return ContinuousConfig(self.name, **bounds, **common)
        if self.type == "FREEFORM":
            return FreeformConfig(self.name, **bounds, threshold=self.threshold, **common)
        return None


class ConfigPage(ListPage):
    data: list[Config]


class User(Wire):
    id: str | None = None
    username: str | None = None
    role: str | None = None
    auth_method: str | None = None

    def user(self) -> ServerUser:
        """A system key is nobody's; without authentication everybody is ANONYMOUS."""
        if self.auth_method == "ANONYMOUS" or not self.role:
            return ServerUser()
        role = self.role.upper()
        return ServerUser(role=role) if role == "SYSTEM" else ServerUser(self.username or "", self.id or "", role)


class GraphUser(Wire):
    """Whose key a row was written with, as GraphQL tells a member too."""

    id: str | None = None
    username: str | None = None

    @property
    def name(self) -> str:
        """'' for the user that stands for system keys: nobody."""
        return "" if self.username in (None, "system") else self.username


class UserAnswer(Wire):
    data: User = Field(default_factory=User)


class Uploaded(Wire):
    """Of POST /v1/datasets/upload?sync=true."""

    num_created_examples: int = 0
    num_updated_examples: int = 0


class UploadAnswer(Wire):
    data: Uploaded
