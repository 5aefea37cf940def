"""Real traces from tests/traces: Phoenix `/spans` pages, one a line, as whole traces."""

import gzip
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from annotator.domain.message import Reading
from annotator.domain.span import Span, SpanEvent, Trace, start_order
from annotator.reading import read

FOLDER = Path(__file__).parent / "traces"


def nanoseconds(time: str) -> int:
    return round(datetime.fromisoformat(time).timestamp() * 1_000_000) * 1000


def span(row: Mapping[str, Any]) -> Span:
    attributes = row["attributes"]
    events = tuple(SpanEvent(event["name"], nanoseconds(event["timestamp"]), event["attributes"]) for event in row["events"])
    return Span(
        row["context"]["trace_id"],
        row["context"]["span_id"],
        row["parent_id"],
        row["name"],
        row["span_kind"],
        row["status_code"],
        nanoseconds(row["start_time"]),
        nanoseconds(row["end_time"]),
        attributes.get("session.id"),
        row["status_message"],
        attributes,
        events,
    )


@cache
def traces(name: str) -> tuple[Trace, ...]:
    """The traces of a set, earliest first."""
    by_id: dict[str, list[Span]] = {}
    with gzip.open(FOLDER / f"{name}.phoenix-spans.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            for row in json.loads(line)["data"]:
                by_id.setdefault(row["context"]["trace_id"], []).append(span(row))
    found = [Trace(trace_id, tuple(sorted(spans, key=start_order))) for trace_id, spans in by_id.items()]
    return tuple(sorted(found, key=lambda trace: start_order(trace.spans[0])))


def readings(trace: Trace) -> Mapping[str, Reading]:
    return {span.span_id: read(span) for span in trace.spans}


def spans(name: str, kind: str = "", called: str = "") -> list[Span]:
    """The spans of a set of one kind, or with one name."""
    return [span for trace in traces(name) for span in trace.spans if kind in ("", span.kind) and called in ("", span.name)]
