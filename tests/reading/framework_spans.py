"""Spans in the shapes that instrumentation libraries write them, one file a library: where that was read, the spans, and what must be seen.

{"source": "owner/repo: path, ...", "spans": [{"id", "parent", "name", "kind", "status", "message", "attributes", "events"}],
 "page": [strings that the page shows], "never": [strings that it does not], "once": [strings that it shows exactly once]}
The trace id, times and everything that is left out are filled in; a span lasts until the last one below it has ended.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "frameworks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
START = 1_795_228_200_000_000_000
STEP = 10_000_000


@dataclass(frozen=True)
class Expected:
    """What the page of the trace must be like."""

    page: list[str]
    never: list[str]
    once: list[str]


@cache
def _recorded(name: str) -> dict[str, Any]:
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert found.keys() <= {"source", "spans", "page", "never", "once"} and found["source"] and (found["page"] or found["once"])
    return dict(found)


def expected(name: str) -> Expected:
    found = _recorded(name)
    return Expected(found["page"], found.get("never", []), found.get("once", []))


def _spans(name: str) -> list[dict[str, Any]]:
    rows = _recorded(name)["spans"]
    trace_id = sha256(name.encode()).hexdigest()[:32]
    ids = {row["id"]: sha256(f"{name}/{row['id']}".encode()).hexdigest()[:16] for row in rows}
    ends = {row["id"]: START + place * STEP + STEP // 2 for place, row in enumerate(rows)}
    for row in reversed(rows):
        if (parent := row.get("parent")) in ends:
            ends[parent] = max(ends[parent], ends[row["id"]] + 1000)
    return [
        {
            **row,
            "trace_id": row.get("trace", trace_id),
            "span_id": ids[row["id"]],
            "parent_id": ids.get(row.get("parent"), row.get("parent")),
            "start": START + place * STEP,
            "end": ends[row["id"]],
        }
        for place, row in enumerate(rows)
    ]


def _iso(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds - START, 1_000_000_000)
    return f"2026-11-21T02:30:{seconds:02}.{rest // 1000:06}+00:00"


def phoenix(name: str) -> str:
    """A page of Phoenix's `/spans`."""
    rows = [
        {
            "id": span["span_id"],
            "name": span["name"],
            "context": {"trace_id": span["trace_id"], "span_id": span["span_id"]},
            "span_kind": span.get("kind", "UNKNOWN"),
            "parent_id": span["parent_id"],
            "start_time": _iso(span["start"]),
            "end_time": _iso(span["end"]),
            "status_code": span.get("status", "UNSET"),
            "status_message": span.get("message", ""),
            "attributes": {key: value for key, value in span["attributes"].items() if key != "openinference.span.kind"},
            "events": [{"timestamp": _iso(span["start"]), **event} for event in span.get("events", ())],
        }
        for span in _spans(name)
    ]
    return json.dumps({"data": rows, "next_cursor": None})


def otlp(name: str) -> str:
    """An OTLP/JSON request."""
    codes = {"UNSET": 0, "OK": 1, "ERROR": 2}
    rows = [
        {
            "traceId": span["trace_id"],
            "spanId": span["span_id"],
            **({"parentSpanId": span["parent_id"]} if span["parent_id"] else {}),
            "name": span["name"],
            "startTimeUnixNano": str(span["start"]),
            "endTimeUnixNano": str(span["end"]),
            "status": {"code": codes[span.get("status", "UNSET")], "message": span.get("message", "")},
            "attributes": _pairs(
                span["attributes"] | ({"openinference.span.kind": span["kind"]} if span.get("kind", "UNKNOWN") != "UNKNOWN" else {})
            ),
            "events": [
                {"timeUnixNano": str(span["start"]), "name": event["name"], "attributes": _pairs(event["attributes"])}
                for event in span.get("events", ())
            ],
        }
        for span in _spans(name)
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "test"}, "spans": rows}]}]})


def _pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _any_value(value)} for key, value in attributes.items()]


def _any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _pairs(value)}}
    return {"stringValue": value}
