"""OTLP log records: what of each becomes an event of the span that it names."""

import gzip
import io
import json
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.domain.source import Page
from annotator.domain.span import LogRecord
from annotator.sources.files.source import Files, describe
from tests.recorded import FOLDER

TRACE, SPAN = "e7ee67b35d3b4ed23846fe2cb9420980", "3dbb07782b4fa4bf"
RECORD: dict[str, Any] = {
    "traceId": TRACE.upper(),
    "spanId": SPAN,
    "observedTimeUnixNano": "1795228944074301416",
    "severityNumber": 9,
    "severityText": "INFO",
    "eventName": "gen_ai.user.message",
    "body": {"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": "Weather\u2028in Lisbon?"}}]}},
    "attributes": [{"key": "gen_ai.system", "value": {"stringValue": "openai"}}],
    "flags": 3,
}


def request(*records: Any, resource: str = "resourceLogs", scope: str = "scopeLogs", logs: str = "logRecords") -> dict[str, Any]:
    scoped = [{"scope": {"name": "lib"}, logs: list(records)}]
    attributes = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    return {resource: [{"resource": {"attributes": attributes}, scope: scoped}]}


def pages(*documents: Any) -> list[Page]:
    data = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()
    return list(Files("-", io.BytesIO(data)).pages(Selection()))


def records(*documents: Any) -> list[LogRecord]:
    read = pages(*documents)
    assert not [bad for page in read for bad in page.bad]
    return [record for page in read for record in page.logs]


def test_a_record_is_an_event_with_everything_that_came() -> None:
    [record] = records(request(RECORD))
    assert (record.trace_id, record.span_id) == (TRACE, SPAN)
    assert (record.event.name, record.event.time_ns) == ("gen_ai.user.message", 1795228944074301416)
    assert record.event.attributes == {
        "gen_ai.system": "openai",
        "body": {"content": "Weather\u2028in Lisbon?"},
        "observedTimeUnixNano": "1795228944074301416",
        "severityNumber": 9,
        "severityText": "INFO",
        "flags": 3,
        "resource": {"attributes": {"service.name": "shop"}},
        "scope": {"name": "lib"},
    }


def test_snake_case_and_camel_case_say_the_same() -> None:
    snake = {
        "trace_id": TRACE, "span_id": SPAN, "time_unix_nano": 7, "event_name": "gen_ai.user.message",
        "body": {"kvlist_value": {"values": [{"key": "content", "value": {"string_value": "Weather\u2028in Lisbon?", "int_value": None}}]}},
    }  # fmt: skip
    [one] = records(request(snake, resource="resource_logs", scope="scope_logs", logs="log_records"))
    [other] = records(request({**RECORD, "timeUnixNano": "7"}))
    assert (one.trace_id, one.span_id, one.event.name, one.event.time_ns) == (
        other.trace_id, other.span_id, other.event.name, other.event.time_ns,
    )  # fmt: skip
    assert one.event.attributes["body"] == other.event.attributes["body"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "gen_ai.user.message"),
        ({"eventName": "", "attributes": [{"key": "event.name", "value": {"stringValue": "gen_ai.choice"}}]}, "gen_ai.choice"),
        ({"eventName": None}, "log"),
    ],
)
def test_the_name_of_an_event(change: dict[str, Any], name: str) -> None:
    [record] = records(request({**RECORD, **change}))
    assert record.event.name == name


def test_a_line_may_be_one_record_as_a_console_exporter_writes_it() -> None:
    console = {
        "body": "asked", "severity_number": 9, "attributes": {"event.name": "gen_ai.choice"}, "timestamp": "2026-11-21T02:42:24.000001Z",
        "trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}", "trace_flags": 1, "resource": {"attributes": {}},
    }  # fmt: skip
    [record] = records(console)
    assert (record.trace_id, record.span_id, record.event.name) == (TRACE, SPAN, "gen_ai.choice")
    assert record.event.time_ns == 1795228944000001000
    assert record.event.attributes["body"] == "asked" and record.event.attributes["trace_flags"] == 1


def test_a_record_of_a_trace_alone_has_a_span_of_its_own_there() -> None:
    first, second = records(request({**RECORD, "spanId": ""}, {**RECORD, "spanId": "0" * 16}))
    assert first.span_id == second.span_id != SPAN and len(first.span_id) == 16 and first.trace_id == TRACE


def test_what_is_no_record_is_named_and_the_rest_loads() -> None:
    [page] = pages(request({**RECORD, "traceId": ""}, 3, RECORD), {"resourceLogs": [{"scopeLogs": 3}]})
    assert [(bad.line, bad.reason) for bad in page.bad] == [
        (1, "resourceLogs[0].scopeLogs[0].logRecords[0]: a log record without a trace id"),
        (1, "resourceLogs[0].scopeLogs[0].logRecords[1] is not an object"),
        (2, "resourceLogs[0].scopeLogs is not an array"),
    ]
    assert len(page.logs) == 1


def test_recorded_log_records_belong_to_the_recorded_spans() -> None:
    path = FOLDER / "otel-genai-openai-v2-events.otlp-logs.jsonl.gz"
    assert describe(str(path)) == "OTLP log records"
    [logs] = Files(str(path)).pages(Selection())
    assert not logs.bad and not logs.spans
    with gzip.open(path) as lines:
        requests = [json.loads(line) for line in lines]
    wanted = [raw for one in requests for r in one["resourceLogs"] for scope in r["scopeLogs"] for raw in scope["logRecords"]]
    assert [(record.span_id, record.event.name) for record in logs.logs] == [(raw["spanId"], raw["eventName"]) for raw in wanted]
    [spans] = Files(str(FOLDER / "otel-genai-openai-v2-events.otlp.json.gz")).pages(Selection())
    assert {record.span_id for record in logs.logs} <= {span.span_id for span in spans.spans}
