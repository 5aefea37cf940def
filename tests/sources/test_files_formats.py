"""Each format that is read, and that the three of them tell the same of one trace."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.config.paths import SAMPLE_TRACES
from annotator.domain.queue import Selection
from annotator.domain.span import Span, SpanEvent
from annotator.sources.files.source import Files, describe

OTLP_SPAN: dict[str, Any] = {
    "traceId": "5B8EFFF798038103D269B633813FC60C",
    "spanId": "EEE19B7EC3C1B174",
    "parentSpanId": "EEE19B7EC3C1B173",
    "name": "answer",
    "kind": 1,
    "startTimeUnixNano": "1544712660000000001",
    "endTimeUnixNano": 1544712661000000000,
    "attributes": [
        {"key": "openinference.span.kind", "value": {"stringValue": "llm"}},
        {"key": "session.id", "value": {"stringValue": "s-1"}},
        {"key": "llm.token_count.prompt", "value": {"intValue": "100"}},
        {"key": "score", "value": {"doubleValue": 0.5}},
        {"key": "flag", "value": {"boolValue": False}},
        {"key": "tag.tags", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": 0}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "x", "value": {"doubleValue": "NaN"}}]}}},
        {"key": "raw", "value": {"bytesValue": "aGk="}},
        {"key": "nothing", "value": {}},
    ],
    "events": [{"name": "exception", "timeUnixNano": "5", "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}],
    "status": {"code": 2, "message": "boom"},
    "links": [{"traceId": "aa"}],
}
REQUEST = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": [OTLP_SPAN]}],
        }
    ]
}
PHOENIX_SPAN: dict[str, Any] = {
    "id": "U3Bhbjox",
    "name": "answer",
    "context": {"trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174"},
    "span_kind": "LLM",
    "parent_id": None,
    "start_time": "2026-11-21T02:30:13.116040+00:00",
    "end_time": None,
    "status_code": "OK",
    "status_message": "",
    "attributes": {"session.id": "s-1", "llm.input_messages.10.message.role": "user"},
    "events": [{"name": "e", "timestamp": "1970-01-01T00:00:01Z", "attributes": {"a": 1}}],
}


def load(data: bytes) -> list[Span]:
    pages = list(Files("-", io.BytesIO(data)).pages(Selection()))
    assert not [bad for page in pages for bad in page.bad]
    return [span for page in pages for span in page.spans]


def test_otlp_json_is_read_whole() -> None:
    [span] = load(json.dumps(REQUEST).encode())
    assert span == Span(
        trace_id="5b8efff798038103d269b633813fc60c",
        span_id="eee19b7ec3c1b174",
        parent_id="eee19b7ec3c1b173",
        name="answer",
        kind="LLM",
        status_code="ERROR",
        start_ns=1544712660000000001,
        end_ns=1544712661000000000,
        session_id="s-1",
        status_message="boom",
        attributes={
            "openinference.span.kind": "llm",
            "session.id": "s-1",
            "llm.token_count.prompt": 100,
            "score": 0.5,
            "flag": False,
            "tag.tags": ["a", 0],
            "map": {"x": "NaN"},
            "raw": "aGk=",
            "nothing": None,
        },
        events=(SpanEvent("exception", 5, {"exception.type": "E"}),),
        extra={
            "kind": 1,
            "links": [{"traceId": "aa"}],
            "resource": {"attributes": {"service.name": "shop"}},
            "scope": {"name": "lib", "version": "1"},
        },
    )


def test_a_phoenix_page_is_read_whole() -> None:
    [span] = load(json.dumps({"data": [PHOENIX_SPAN], "next_cursor": None}).encode())
    assert span == Span(
        trace_id="5b8efff798038103d269b633813fc60c",
        span_id="eee19b7ec3c1b174",
        parent_id=None,
        name="answer",
        kind="LLM",
        status_code="OK",
        start_ns=1795228213116040000,
        end_ns=None,
        session_id="s-1",
        attributes=PHOENIX_SPAN["attributes"],
        events=(SpanEvent("e", 1_000_000_000, {"a": 1}),),
        extra={"id": "U3Bhbjox"},
    )


def test_a_phoenix_otlp_page_has_nulls_beside_each_value() -> None:
    nulls = {f"{kind}_value": None for kind in ("array", "bool", "bytes", "double", "int", "kvlist", "string")}
    span = {
        "trace_id": "ab" * 16,
        "span_id": "cd" * 8,
        "parent_span_id": "",
        "start_time_unix_nano": 7,
        "end_time_unix_nano": 0,
        "status": {"code": "STATUS_CODE_OK", "message": None},
        "attributes": [{"key": "n", "value": {**nulls, "int_value": 0}}, {"key": "s", "value": {**nulls, "string_value": ""}}],
        "events": None,
    }
    [read] = load(json.dumps({"data": [span]}).encode())
    assert (read.parent_id, read.start_ns, read.end_ns, read.status_code, read.kind) == (None, 7, None, "OK", "UNKNOWN")
    assert read.attributes == {"n": 0, "s": ""}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(REQUEST),
        json.dumps(REQUEST, indent=1),
        "\ufeff" + json.dumps(REQUEST, indent=1),
        "\n\r\n" + json.dumps(REQUEST) + "\r\n",
        json.dumps(REQUEST).replace("resourceSpans", "resource_spans").replace("scopeSpans", "scope_spans"),
        json.dumps([REQUEST]),
        json.dumps({"data": [OTLP_SPAN]}),
        json.dumps(OTLP_SPAN),
        json.dumps([PHOENIX_SPAN], indent=2),
        json.dumps(PHOENIX_SPAN),
    ],
)
def test_the_shape_tells_the_format(data: str) -> None:
    for packed in (data.encode(), gzip.compress(data.encode())):
        assert [span.span_id for span in load(packed)] == ["eee19b7ec3c1b174"]


def test_documents_of_several_lines_one_after_another() -> None:
    second = {**OTLP_SPAN, "spanId": "22" * 8}
    data = json.dumps(REQUEST, indent=4) + "\n" + json.dumps(second, indent=4) + "\n"
    assert [span.span_id for span in load(data.encode())] == ["eee19b7ec3c1b174", "22" * 8]


def test_a_line_ends_at_a_newline_alone() -> None:
    spans = [{**PHOENIX_SPAN, "name": f"a\u2028b\x85c{n}", "context": {"trace_id": "ab" * 16, "span_id": f"{n:016x}"}} for n in (1, 2)]
    data = "\n".join(json.dumps(span, ensure_ascii=False) for span in spans)
    assert [span.name for span in load(data.encode())] == ["a\u2028b\x85c1", "a\u2028b\x85c2"]


def test_ids_in_base64_are_the_same_as_in_hex() -> None:
    ids = {"traceId": "Ubd9/n5CBl0QCN4IeipNfA==", "spanId": "ff+JlQ+4uxQ=", "parentSpanId": "AAAAAAAAAAA="}
    [span] = load(json.dumps({**OTLP_SPAN, **ids}).encode())
    assert (span.trace_id, span.span_id, span.parent_id) == ("51b77dfe7e42065d1008de087a2a4d7c", "7dff89950fb8bb14", None)


def test_ids_that_are_neither_hex_nor_base64_stay_as_they_are() -> None:
    [span] = load(json.dumps({**OTLP_SPAN, "traceId": "Ubd9/n5CBl0QCN4IeipNfA", "spanId": "run-7="}).encode())
    assert (span.trace_id, span.span_id) == ("Ubd9/n5CBl0QCN4IeipNfA", "run-7=")


@pytest.mark.parametrize(
    ("time", "nanos"),
    [
        ("2026-11-21T02:30:13.116040123Z", 1795228213116040123),
        ("2026-11-21T02:30:13", 1795228213000000000),
        ("2026-11-21T03:30:13.1+01:00", 1795228213100000000),
        ("1970-01-01T00:00:00Z", None),
        ("soon", None),
        (12, None),
    ],
)
def test_iso_times_keep_their_nanoseconds(time: object, nanos: int | None) -> None:
    [span] = load(json.dumps({**PHOENIX_SPAN, "start_time": time}).encode())
    assert span.start_ns == nanos
    assert ("start_time" in span.extra) == (nanos is None)


def test_a_time_that_no_database_holds_is_kept_beside() -> None:
    [span] = load(json.dumps({**OTLP_SPAN, "endTimeUnixNano": "99999999999999999999"}).encode())
    assert span.end_ns is None
    assert span.extra["end_time_unix_nano"] == "99999999999999999999"


def test_half_a_character_never_reaches_a_header() -> None:
    [span] = load(json.dumps({**PHOENIX_SPAN, "name": "a\ud800"}).encode())
    assert span.name == "a\N{REPLACEMENT CHARACTER}"


def test_what_is_misshapen_in_a_span_is_kept_beside_it() -> None:
    [span] = load(json.dumps({**OTLP_SPAN, "attributes": ["odd", {"key": "a", "value": {"intValue": "x"}}], "events": [3]}).encode())
    assert span.attributes == {"a": "x"}
    assert (span.extra["attributes"], span.extra["events"]) == (["odd"], [3])


def test_the_samples_are_whole_traces() -> None:
    pages = list(Files(str(SAMPLE_TRACES)).pages(Selection()))
    spans = [span for page in pages for span in page.spans]
    traces = {span.trace_id for span in spans}
    assert len(traces) >= 12
    assert not [bad for page in pages for bad in page.bad]
    roots = [span for span in spans if span.parent_id is None]
    assert {span.trace_id for span in roots} == traces
    assert spans[0].name == "refund_agent"
    assert {"LLM", "TOOL", "RETRIEVER", "RERANKER", "AGENT", "GUARDRAIL", "CHAIN"} <= {span.kind for span in spans}
    assert any(span.status_code == "ERROR" for span in spans if span.kind == "TOOL")
    assert len({span.trace_id for span in spans if span.session_id == "sess-7f21"}) == 4


def test_describe_names_the_first_record(tmp_path: Path) -> None:
    names = {"OTLP JSON": REQUEST, "Phoenix spans": {"data": [PHOENIX_SPAN]}, "Phoenix OTLP spans": {"data": [OTLP_SPAN]}}
    for name, value in names.items():
        path = tmp_path / "x"
        path.write_text(json.dumps(value))
        assert describe(str(path)) == name
    path.write_text('{"resourceLogs": []}')
    assert describe(str(path)) == "OTLP log records"
