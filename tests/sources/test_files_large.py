"""Documents that are too large to hold, with small limits: what they bring is what they bring when they are held."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.domain.source import BadLine
from annotator.domain.span import LogRecord, Span
from annotator.errors import BadFile
from annotator.sources.files import Files, framing, large

SPANS = st.builds(
    lambda number, value, broken: (
        {"traceId": "" if broken else f"{number:032x}", "spanId": f"{number:016x}", "name": value}
        | {"attributes": [{"key": "input.value", "value": {"stringValue": value * 9}}], "startTimeUnixNano": "1760000000000000000"}
    ),
    st.integers(1, 99),
    st.sampled_from(["x", "é\u2028\n", "𝄞}]", '"\\']),
    st.sampled_from([False, False, False, True]),
)
NO_OBJECT = st.sampled_from(["text", 1, None])
LISTS = st.lists(SPANS | NO_OBJECT, max_size=6) | NO_OBJECT
SCOPES = st.builds(lambda name, spans: {"scope": {"name": name * 30}, "spans": spans, "schemaUrl": ""}, st.sampled_from("ab"), LISTS)
RESOURCES = st.builds(
    lambda name, scopes: {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]}, "scopeSpans": scopes},
    st.sampled_from("ab"),
    st.lists(SCOPES | NO_OBJECT, max_size=3) | NO_OBJECT,
)
REQUESTS = st.builds(lambda resources: {"resourceSpans": resources}, st.lists(RESOURCES | NO_OBJECT, max_size=3))
PAGES = st.builds(lambda spans: {"next_cursor": None, "data": spans}, st.lists(SPANS, max_size=9))
DOCUMENTS = REQUESTS | PAGES | st.lists(SPANS | REQUESTS, max_size=5)
LAYOUTS = st.sampled_from([{}, {"indent": 1}, {"indent": 0}, {"separators": (" ,\t", " :\r\n")}])


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "LONG", 120)
    monkeypatch.setattr(large, "FITS", 150)
    monkeypatch.setattr(large, "BLOCK", 64)
    monkeypatch.setattr(large, "AT_ONCE", 2)


def brought(path: Path) -> tuple[list[Span], list[LogRecord], list[BadLine]]:
    pages = list(Files(str(path)).pages_here((), None))
    return [s for page in pages for s in page.spans], [r for page in pages for r in page.logs], [b for page in pages for b in page.bad]


@pytest.mark.usefixtures("small_limits")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS, LAYOUTS)
def test_any_document_brings_what_it_brings_when_it_is_held(tmp_path: Path, document: Any, layout: dict[str, Any]) -> None:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document, ensure_ascii=False, **layout), "utf-8")
    with pytest.MonkeyPatch.context() as held:
        held.setattr(framing, "LONG", 1 << 30)
        try:
            spans, logs, bad = brought(path)
        except BadFile:
            return
    found = brought(path)
    assert found[0] == spans and found[1] == logs
    assert [line.reason for line in found[2]] == [line.reason for line in bad]


@pytest.mark.usefixtures("small_limits")
def test_a_document_is_read_in_pieces(tmp_path: Path) -> None:
    record = {
        "resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": [{"traceId": "a" * 32, "spanId": "b" * 16}] * 50}]}]
    }
    path = tmp_path / "logs.json"
    path.write_text(json.dumps(record))
    with path.open("rb") as stream:
        pieces = list(framing.records(stream))
    assert len(pieces) == 25
    assert pieces[3].first == {"resourceLogs": 0, "scopeLogs": 0, "logRecords": 6}
    assert len(brought(path)[1]) == 50


def line_of(number: int) -> str:
    span = {"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "x" * 90, "startTimeUnixNano": "1760000000000000000"}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"scope": {}, "spans": [span] * (4 if number % 3 == 0 else 1)}]}]})


@pytest.mark.usefixtures("small_limits")
def test_long_lines_among_short_ones_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    lines = [line_of(number) for number in range(12)]
    lines[4] = '{"short and": '
    lines[6] = lines[6][:-7]  # a long one that breaks off
    lines[9] = lines[9] + " and more"
    path.write_text("\n".join(lines))
    spans, _, bad = brought(path)
    assert {int(span.trace_id, 16) for span in spans} >= {0, 1, 2, 3, 5, 7, 8, 10, 11}
    assert {line.line for line in bad} == {5, 7, 10}


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("first", ['{"broken": ', '{"a": "unterminated', "[", "no JSON at all " * 30, "{" + "x" * 300])
def test_lines_after_a_first_one_that_is_none(tmp_path: Path, first: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join([first, *(line_of(number) for number in range(1, 9))]))
    spans, _, bad = brought(path)
    assert next(line.line for line in bad) in (1, 2, 3)
    assert {int(span.trace_id, 16) for span in spans} == set(range(1, 9))


@pytest.mark.usefixtures("small_limits")
def test_a_document_that_breaks_off_says_where_and_what_came_is_kept(tmp_path: Path) -> None:
    spans = [{"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "x" * 90, "attributes": []} for number in range(1, 9)]
    text = json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}, indent=1)
    lines = text.splitlines()
    path = tmp_path / "document.json"
    path.write_text("\n".join(lines[: len(lines) // 2]))
    came, _, (bad,) = brought(path)
    assert 0 < len(came) < 8
    assert (bad.line, bad.reason) == (len(lines) // 2, "cut off: the JSON document does not end")


@pytest.mark.usefixtures("small_limits")
def test_what_stands_after_its_spans_is_named(tmp_path: Path) -> None:
    spans = [{"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "x" * 90, "attributes": []} for number in range(1, 9)]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    path = tmp_path / "document.json"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}], "resource": resource}]}))
    came, _, (bad,) = brought(path)
    assert len(came) == 8 and "shop" in bad.reason


@pytest.mark.usefixtures("small_limits")
def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    text = json.dumps({"data": [{"traceId": f"{n:032x}", "spanId": f"{n:016x}", "name": "x" * 90, "attributes": []} for n in range(1, 9)]})
    path.write_bytes(text.encode()[:700] + b"\xff" + text.encode()[700:])
    came, _, bad = brought(path)
    assert came and bad[-1].reason == "not UTF-8: byte 701 of the document is 0xff"
