"""Big files, which a process of their own reads: the same spans, and a clear error where the process ends too early."""

import gc
import json
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from annotator.domain.payload import PackedSpan, payload_of
from annotator.domain.queue import Selection
from annotator.domain.source import Page
from annotator.errors import BadFile, SourceError
from annotator.sources.files import Files
from annotator.sources.files.apart import pages_apart
from annotator.sources.files.source import APART

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


def span_line(number: int, **attributes: Any) -> str:
    context = {"trace_id": f"{number // 4:032x}", "span_id": f"{number:016x}"}
    times = {"start_time": "2026-01-01T00:00:00.123456+00:00", "end_time": "2026-01-01T00:00:01+00:00"}
    exception = {"name": "exception", "timestamp": "2026-01-01T00:00:01Z", "attributes": {"exception.message": f"no {number}"}}
    return json.dumps(
        {"name": f"span {number}", "context": context, "parent_id": None, "span_kind": "LLM", "status_code": "OK", **times}
        | {"attributes": {"input.value": f"question {number}", **attributes}, "events": [exception]}
    )


ODD: list[dict[str, Any]] = [
    {"text": "half \ud800 of a pair, \u2028, \x00, é, 𝄞"},
    {"numbers": [1e300, -0.0, 10**30, 0.1, float("nan"), float("inf")]},
    {"deep": json.loads("[" * 230 + "]" * 230)},
    {"nested": {"a.b": [{"c": None}, True]}},
]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "spans.jsonl"
    written = [span_line(number, **ODD[number % 5] if number % 5 < len(ODD) else {}) for number in range(700)]
    written[300] = '{"broken": '
    written[500] = '{"neither": "span"}'
    path.write_text("\n".join(written) + "\n", "utf-8")
    return path


def packed(page: Page) -> list[PackedSpan]:
    """The spans of a page as a process of their own sends them."""
    return [
        PackedSpan(
            span.trace_id, span.span_id, span.parent_id, span.name, span.kind, span.status_code,
            span.start_ns, span.end_ns, span.session_id, payload_of(span),
        )
        for span in page.spans
    ]  # fmt: skip


def meant(spans: list[PackedSpan]) -> list[Any]:
    payloads = [json.loads(span.payload.decode("utf-8", "surrogatepass")) for span in spans]
    return [(span.trace_id, span.span_id, span.name, span.start_ns, payload) for span, payload in zip(spans, payloads, strict=True)]


def running() -> set[int]:
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


OTHERS: set[int] = set()
"""Processes of the tests before, a server among them."""


@pytest.fixture(autouse=True)
def others() -> None:
    OTHERS.clear()
    OTHERS.update(running())


def children() -> set[int]:
    """Processes that the test started and that did not end, or were not waited for."""
    return running() - OTHERS


def test_the_pages_are_those_of_a_file_that_is_read_here(lines: Path) -> None:
    here = list(Files(str(lines)).pages_here((), None))
    apart = list(pages_apart(str(lines), (), None))
    spans = [span for page in here for span in packed(page)]
    assert len(spans) == 698
    assert meant([span for page in apart for span in page.packed]) == meant(spans)
    bad = [line for page in apart for line in page.bad]
    assert bad == [line for page in here for line in page.bad]
    assert [line.line for line in bad] == [301, 501]
    assert apart[-1].cursor is None and apart[-1].read == apart[-1].total == lines.stat().st_size
    assert not any(page.spans for page in apart)


def test_a_cursor_goes_on_within_the_file(lines: Path) -> None:
    first, *rest = pages_apart(str(lines), (), None)
    again = list(pages_apart(str(lines), (), first.cursor))
    assert [span.span_id for page in again for span in page.packed] == [span.span_id for page in rest for span in page.packed]


def test_log_records_come_too(tmp_path: Path) -> None:
    record = {"traceId": "a" * 32, "spanId": "b" * 16, "eventName": "said", "timeUnixNano": "5", "body": {"stringValue": "words"}}
    path = tmp_path / "logs.jsonl"
    path.write_text(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}))
    (here,), (apart,) = Files(str(path)).pages_here((), None), pages_apart(str(path), (), None)
    assert apart.logs == here.logs and apart.logs[0].event.name == "said"


def test_only_a_big_file_is_worth_a_process(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_text(span_line(1))
    (page,) = Files(str(path)).pages(Selection())
    assert page.spans and not page.packed
    path.write_text("\n".join(span_line(number, text="x" * 10_000) for number in range(APART // 10_000)))
    pages = Files(str(path)).pages(Selection())
    assert next(pages).packed and len(children()) == 1
    pages.close()  # type: ignore[attr-defined]
    assert not children(), "it ends with who reads from it"


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Generator[Page, None, None]]:
    """Pages of a process that has far more to read than it may send ahead."""
    path = tmp_path / "long.jsonl"
    path.write_text("\n".join(span_line(number, text="x" * 2000) for number in range(6000)))
    with closing(pages_apart(str(path), (), None)) as pages:
        yield pages
    assert not children()


def test_a_process_that_is_killed_is_a_clear_error(reading: Generator[Page, None, None]) -> None:
    assert next(reading).packed
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    with pytest.raises(SourceError, match=r"long\.jsonl broke off \(signal 9\)") as raised:
        list(reading)
    assert "goes on where it was" in raised.value.advice
    assert not children(), "no zombie is left"


def test_it_ends_when_nobody_holds_its_pages(reading: Generator[Page, None, None]) -> None:
    next(reading)
    assert len(children()) == 1
    reading.close()
    gc.collect()
    assert not children()


def test_a_file_without_traces_and_one_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"a": 1}\n')
    with pytest.raises(BadFile, match=r"holds no traces: line 1: .*the keys a"):
        list(pages_apart(str(path), (), None))
    path.unlink()
    with pytest.raises(BadFile, match="There is no file"):
        list(pages_apart(str(path), (), None))


def test_a_process_that_fails_says_so(tmp_path: Path, lines: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SourceError, match="broke off"):
        list(pages_apart(str(lines), (("one", "two", "three"),), None))  # type: ignore[arg-type]
    assert "Traceback" in caplog.text


@given(JSON)
def test_the_quick_parser_gives_what_json_gives_or_refuses(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    expected = json.JSONDecoder(parse_constant=str).decode(text.decode("utf-8", "surrogatepass"))
    try:
        found = from_json(text, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return
    assert repr(found) == repr(expected)
