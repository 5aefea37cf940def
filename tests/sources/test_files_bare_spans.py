"""Spans outside any export: JavaScript's ReadableSpan, and attributes alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.domain.span import Span, SpanEvent
from annotator.reading import read
from annotator.sources.files.source import Files, describe

PUBLIC = Path(__file__).parents[3] / "shared" / "traces" / "public"
TRACE, SPAN, PARENT = "b3e700af9eab81e19f72f964d62a35af", "39d6e9b3ddec9996", "11d6e9b3ddec9996"
READABLE: dict[str, Any] = {
    "name": "ai.generateText", "kind": 0, "spanContext": {"traceId": TRACE.upper(), "spanId": SPAN, "traceFlags": 1},
    "parentSpanContext": {"traceId": TRACE, "spanId": PARENT}, "startTime": [1770131992, 242000001], "endTime": [0, 0],
    "status": {"code": 2, "message": "boom"}, "attributes": {"ai.prompt": '{"prompt": "Hi"}'}, "ended": False,
    "events": [{"name": "exception", "time": [1770131993, 5], "attributes": {"exception.type": "E"}, "droppedAttributesCount": 0}],
    "resource": {"_attributes": {"service.name": "shop"}},
}  # fmt: skip


def load(*records: Any) -> list[Span]:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    pages = list(Files("-", io.BytesIO(data)).pages(Selection()))
    assert not [bad for page in pages for bad in page.bad]
    return [span for page in pages for span in page.spans]


def test_a_readable_span() -> None:
    [span] = load(READABLE)
    assert (span.trace_id, span.span_id, span.parent_id) == (TRACE, SPAN, PARENT)
    assert (span.start_ns, span.end_ns) == (1770131992242000001, None)
    assert (span.status_code, span.status_message) == ("ERROR", "boom")
    assert span.events == (SpanEvent("exception", 1770131993000000005, {"exception.type": "E"}),)
    assert span.extra["resource"] == {"_attributes": {"service.name": "shop"}} and span.extra["context"] == {"traceFlags": 1}


def test_its_private_names_and_the_console_exporter_say_the_same() -> None:
    private = {("_" + key if key == "spanContext" else key): value for key, value in READABLE.items() if key != "parentSpanContext"}
    console = {
        "traceId": TRACE, "id": SPAN, "parentId": PARENT, "name": "ai.generateText", "timestamp": 1770131992242000, "duration": 1500.5,
        "status": {"code": 2}, "attributes": READABLE["attributes"], "events": [], "links": [],
    }  # fmt: skip
    one, other = load({**private, "parentSpanId": PARENT}, console)
    assert (one.trace_id, one.span_id, one.parent_id) == (other.trace_id, other.span_id, other.parent_id) == (TRACE, SPAN, PARENT)
    assert (other.start_ns, other.end_ns) == (1770131992242000000, 1770131992243500500)


def test_attributes_alone_have_ids_of_their_own() -> None:
    message = {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": [message]}
    one, again, named = load(attributes, attributes, {"name": "call", "attributes": attributes, "start_time": "2026-01-01T00:00:00Z"})
    assert len({one.span_id, again.span_id, named.span_id}) == 3
    assert [span.span_id for span in load(attributes, attributes)] == [one.span_id, again.span_id]
    assert [message.text for message in read(one).input_messages] == ["Hi"]
    assert (named.name, named.start_ns, named.attributes) == ("call", 1767225600 * 10**9, attributes)


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="public traces are not beside this checkout")
def test_public_dumps_of_the_ai_sdk() -> None:
    path = PUBLIC / "openinference-vercel-v6" / "all-spans.json"
    assert describe(str(path)) == "OpenTelemetry JavaScript spans"
    [page] = Files(str(path)).pages(Selection())
    raw = json.loads(path.read_text())
    assert [(span.name, span.span_id) for span in page.spans] == [(one["name"], one["spanContext"]["spanId"]) for one in raw]
    assert not page.bad and all(span.start_ns and span.end_ns and span.end_ns > span.start_ns for span in page.spans)


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="public traces are not beside this checkout")
@pytest.mark.parametrize("name", [path.name for path in sorted((PUBLIC / "openinference-genai").glob("*.json"))])
def test_public_attributes_of_one_span(name: str) -> None:
    path = PUBLIC / "openinference-genai" / name
    [page] = Files(str(path)).pages(Selection())
    [span] = page.spans
    assert span.attributes == json.loads(path.read_text()) and not page.bad
    reading = read(span)
    assert reading.input_messages or reading.input_text
