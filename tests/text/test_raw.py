"""The raw view holds every string that was received."""

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.cli.main import main
from annotator.domain.span import Span, SpanEvent, Trace
from annotator.text.escape import visible
from annotator.text.lines.layout import lay_out
from annotator.text.plain import plain
from annotator.text.trace.raw import raw_blocks
from tests.recorded import traces

ODD = st.sampled_from([
    "\ud800",
    "\x1b[31m", "\x9b", "\u202e", "\U000e0041", "a\r\nb", "\t", '{"a": "b\\nc"}', '"', "\\", "\\u0041", "🏳\ufe0f\u200d🌈", "a" * 9000,
])  # fmt: skip
TEXT = st.text(st.characters(), max_size=12) | ODD
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECT = st.dictionaries(TEXT, JSON | JSON.map(json.dumps), max_size=6)


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)


def one(attributes: dict[str, Any], *events: SpanEvent, name: str = "n", message: str = "", **extra: Any) -> Trace:
    return Trace("t", (Span("t", "s", None, name, "LLM", "OK", 0, 1, None, message, attributes, events, extra),))


@settings(max_examples=200, deadline=None)
@given(OBJECT, st.lists(OBJECT, max_size=2), TEXT, TEXT, OBJECT)
def test_every_string_is_there(
    attributes: dict[str, Any], events: list[dict[str, Any]], name: str, message: str, extra: dict[str, Any]
) -> None:
    recorded = tuple(SpanEvent(name, place, event) for place, event in enumerate(events))
    trace = Trace("t", (Span("t", "s", None, name, "LLM", "OK", 0, 1, None, message, attributes, recorded, extra),))
    blocks = raw_blocks(trace, "s")
    text = "\n".join(block.text for block in blocks)
    for string in strings([attributes, events, name, message, extra]):
        assert visible(string) in text
    assert len({block.key for block in blocks}) == len(blocks)
    for shown in [*plain(blocks), *(line.plain for line in lay_out(blocks, 60, 20, {}))]:
        assert not [char for char in shown if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000]


def anyvalue(value: Any) -> dict[str, Any]:
    """A JSON value as OTLP/JSON's AnyValue."""
    match value:
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [anyvalue(inner) for inner in value]}}
        case dict():
            return {"kvlistValue": {"values": pairs(value)}}
    return {}


def pairs(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": anyvalue(value)} for key, value in values.items()]


def phoenix_line(place: int, attributes: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "n", "context": {"trace_id": "ab" * 16, "span_id": f"{place:016x}"}, "parent_id": None, "span_kind": "LLM",
        "start_time": "2026-11-01T12:00:00+00:00", "end_time": "2026-11-01T12:00:01+00:00", "status_code": "OK", "status_message": "",
        "attributes": attributes, "events": [{"name": "e", "timestamp": "2026-11-01T12:00:00+00:00", "attributes": event}],
    }  # fmt: skip


def otlp_line(place: int, attributes: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    span = {
        "traceId": "cd" * 16, "spanId": f"{place:016x}", "name": "n", "startTimeUnixNano": "1", "endTimeUnixNano": "2",
        "attributes": pairs(attributes), "events": [{"name": "e", "timeUnixNano": "1", "attributes": pairs(event)}],
    }  # fmt: skip
    return {"resourceSpans": [{"resource": {"attributes": pairs(event)}, "scopeSpans": [{"scope": {"name": "lib"}, "spans": [span]}]}]}


def run(*argv: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(argv)
    assert code == 0, err.getvalue()
    return out.getvalue()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(OBJECT, OBJECT), min_size=1, max_size=6))
def test_every_string_of_a_file_is_in_the_store(spans: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, file = ["--store", f"{folder}/store.db"], Path(folder, "traces.jsonl")
        lines = [shape(place + 1, *span) for shape in (phoenix_line, otlp_line) for place, span in enumerate(spans)]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        run("pull", str(file), "--as", "mira", *store)
        for trace_id in ("ab" * 16, "cd" * 16):
            text = run("show", "--raw", trace_id, *store)
            for string in strings(list(map(list, spans))):
                assert visible(string) in text


def test_what_kind_of_value_is_seen() -> None:
    trace = one(
        {"a.0.b": "5", "number": 5, "none": None, "object": {"x": ["p", "q\nr"]}, "nested": '{"x": {"y": [1, 2]}}', "empty": {}},
        SpanEvent("exception", 5, {"exception.message": "no\nway"}),
        message="broke",
        scope={"name": "lib"},
    )
    shown = {block.head: block.body for block in raw_blocks(trace, "")}
    assert shown["a.0.b"] == '"5"' and shown["number"] == "5" and shown["none"] == "null" and shown["empty"] == "{}"
    assert shown["object"] == '{\n  "x": [\n    "p",\n    "q\nr"\n  ]\n}'
    assert shown["nested   (a string of JSON)"] == '{\n  "x": {\n    "y": [1, 2]\n  }\n}'
    nested = next(block for block in raw_blocks(trace, "") if block.head.startswith("nested"))
    assert nested.detail == 'as received: "{"x": {"y": [1, 2]}}"'
    assert shown["exception.message"] == '"no\nway"' and shown["exception"].startswith("time_ns: 5")
    assert 'status_message: "broke"' in shown["n"] and shown["scope"] == '{\n  "name": "lib"\n}'
    assert [block.title for block in raw_blocks(trace, "") if block.title] == ["SPAN", "ATTRS", "EVENT", "EXTRA"]


def test_one_span_or_all() -> None:
    trace = next(trace for trace in traces("langchain-langgraph") if len(trace.spans) > 2)
    first = trace.spans[0].span_id
    assert {block.span_id for block in raw_blocks(trace, first)} == {first}
    assert {block.span_id for block in raw_blocks(trace, "")} == {span.span_id for span in trace.spans}
    deep: Any = "bottom"
    for _ in range(3000):
        deep = [deep]
    assert "bottom" in "\n".join(block.text for block in raw_blocks(one({"deep": deep}), ""))
    assert raw_blocks(Trace("t", ()), "")[0].note
