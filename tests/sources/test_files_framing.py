"""Pages, progress, cursors, folders, and files that are not what they seem."""

import gzip
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine, Page
from annotator.errors import BadFile
from annotator.sources.files.source import PAGE, Files


def line(number: int) -> str:
    context = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
    return json.dumps({"context": context, "name": f"span {number}", "attributes": {}})


def pages(path: Path, cursor: str | None = None) -> list[Page]:
    return list(Files(str(path)).pages(Selection(), cursor))


def span_ids(found: list[Page]) -> list[int]:
    return [int(span.span_id, 16) for page in found for span in page.spans]


def bad(found: list[Page]) -> list[BadLine]:
    return [line for page in found for line in page.bad]


def test_pages_are_small_and_say_how_far_they_are(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_text("\n".join(line(number) for number in range(1, 251)))
    found = pages(path)
    assert [len(page.spans) for page in found] == [PAGE, PAGE, 50]
    assert span_ids(found) == list(range(1, 251))
    assert [page.read for page in found] == sorted(page.read for page in found)
    assert found[-1].read == found[-1].total == path.stat().st_size
    assert [page.cursor is None for page in found] == [False, False, True]


@pytest.mark.parametrize("page", [0, 1])
def test_a_cursor_goes_on_where_the_page_ended(tmp_path: Path, page: int) -> None:
    path = tmp_path / "spans.jsonl"
    lines = [line(number) for number in range(1, 251)]
    lines[230] = "{oops"
    path.write_text("\r\n".join(lines))
    found = pages(path)
    rest = pages(path, found[page].cursor)
    assert span_ids(rest) == [number for number in range((page + 1) * PAGE + 1, 251) if number != 231]
    assert bad(rest) == bad(found)
    assert bad(rest)[0].line == 231


def test_a_cursor_within_one_long_line_repeats_the_line(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text("\n".join(json.dumps({"data": [json.loads(line(100 * page + n)) for n in range(150)]}) for page in (1, 10)))
    found = pages(path)
    for page in found[:-1]:
        seen = set(span_ids(found[: found.index(page) + 1]))
        assert seen | set(span_ids(pages(path, page.cursor))) == set(span_ids(found))


@pytest.mark.parametrize("cursor", ["0", "nonsense", "7:3", "99999999:4", "-1:5", "1:1"])
def test_a_cursor_that_fits_no_line_starts_over(tmp_path: Path, cursor: str) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_text("\n".join(line(number) for number in range(1, 4)))
    assert span_ids(pages(path, cursor)) == [1, 2, 3]


def test_every_page_but_the_last_has_a_cursor_where_reading_starts_over(tmp_path: Path) -> None:
    text = "[" + ",\n".join(line(number) for number in range(1, 151)) + "]"
    packed = gzip.compress("\n".join(line(number) for number in range(1, 151)).encode())
    for data in (text.encode(), packed):
        path = tmp_path / "spans"
        path.write_bytes(data)
        found = pages(path)
        assert [page.cursor for page in found] == ["0", None]
        assert span_ids(pages(path, "0")) == span_ids(found) == list(range(1, 151))


def test_a_bad_line_is_named_and_the_rest_loads(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    odd = [b'{"context": ', b"", b"\xff\xfe", b'{"a": 1}', b'{"context": {"span_id": "1"}}', b"[" * 100_000, b"3"]
    path.write_bytes(b"\n".join([*odd, line(1).encode()]))
    found = pages(path)
    assert span_ids(found) == [1]
    assert [(mark.line, mark.reason) for mark in bad(found)] == [
        (1, "not JSON: Expecting value at column 12, and the rest is not UTF-8: byte 15 is 0xff"),
        (3, "not UTF-8: byte 1 is 0xff"),
        (4, "not a span but an object with the keys a"),
        (5, "a span without a trace id"),
        (6, "nested too deep"),
        (0, "… and 1 more"),
    ]


def test_a_bad_part_of_a_document_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good: dict[str, Any] = {"traceId": "ab" * 16, "spanId": "cd" * 8}
    scopes: list[Any] = [{"spans": [good, {"traceId": "ab"}, 4]}, 5, {"spans": 6}]
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": scopes}, {"scopeSpans": 7}, None]}, indent=1))
    found = pages(path)
    assert len(span_ids(found)) == 1
    assert [mark.reason for mark in bad(found)] == [
        "resourceSpans[0].scopeSpans[0].spans[1]: a span without a span id",
        "resourceSpans[0].scopeSpans[0].spans[2] is not an object",
        "resourceSpans[0].scopeSpans[1] is not an object",
        "resourceSpans[0].scopeSpans[2].spans is not an array",
        "resourceSpans[1].scopeSpans is not an array",
        "… and 1 more",
    ]


def test_gzip_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    lines = "\n".join(line(number) for number in range(1, 3000))
    data = gzip.compress(lines.encode())
    path.write_bytes(data[: len(data) // 2])
    found = pages(path)
    assert span_ids(found) == list(range(1, len(span_ids(found)) + 1))
    assert len(span_ids(found)) > 100
    assert "gzip data is broken" in bad(found)[-1].reason


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(line(2))
    (tmp_path / "a.jsonl").write_text(line(1))
    (tmp_path / "c.gz").write_bytes(gzip.compress(line(3).encode()))
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "notes.txt").write_text("no")
    (tmp_path / ".hidden.json").write_text(line(8))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.json").write_text(line(9))
    found = pages(tmp_path)
    assert span_ids(found) == [1, 2, 3]
    assert [mark.reason for mark in bad(found)] == [
        f"{tmp_path / 'empty.json'} is empty",
        "package.json: not a span but an object with the keys name",
    ]
    assert found[-1].read == found[-1].total


def test_a_folder_without_files_is_the_folders_in_it(tmp_path: Path) -> None:
    (tmp_path / "day" / "one").mkdir(parents=True)
    (tmp_path / "day" / "one" / "d.json").write_text(line(9))
    assert span_ids(pages(tmp_path)) == [9]


def test_standard_input_is_read_as_it_comes() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as stdin, open(writer, "wb", buffering=0) as stdout:
        stdout.write(b"\n".join(line(number).encode() for number in range(1, 102)) + b"\n")
        first = next(iter(Files("-", stdin).pages(Selection())))
        assert len(first.spans) == PAGE
        assert first.total is None


def test_a_pipe_is_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(line(1)))
    writer.start()
    found = pages(pipe)
    writer.join()
    assert span_ids(found) == [1]


def test_spans_reads_the_traces_that_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_text("\n".join(line(number) for number in range(1, 251)))
    found = [span.name for spans in Files(str(path)).spans([f"{7:032x}", f"{240:032x}"]) for span in spans]
    assert found == ["span 7", "span 240"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b"\n \n", "holds no traces"),
        (b"hello\nworld", "line 1: not JSON: Expecting value at column 1"),
        (b'{"a":\n', "line 1: cut off: the JSON document does not end"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "is not a text file"),
        (bytes(range(1, 256)) * 9, "is not a text file"),
        (b"[]", "holds no traces"),
        (b'{"data": []}', "holds no traces"),
        (b'{"resourceMetrics": []}', "OTLP metrics"),
        (b'{"info": {}, "data": {"spans": []}}', "line 1: an MLflow trace without spans and without an id"),
        (b'{"trace": {}, "observations": []}', "line 1: a Langfuse trace without observations and without an id"),
        (b"PAR1....", "is a broken Parquet file"),
        (b"\xff\xfe{\x00", "is UTF-16 text"),
        (b"<html>", "is HTML or XML"),
        (b"\x1f\x8b", "the gzip data is broken"),
        (b"\x1f\x8bnothing", "the gzip data is broken"),
        (gzip.compress(b"", mtime=0), "holds no traces"),
        (b'[\n {"context": {"trace_id": "1", "span_id": "2"}},\n x', "line 1: not JSON: Expecting value"),
        (b"1" * 5000, "not JSON"),
    ],
)
def test_a_file_without_traces_says_what_it_is(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(BadFile) as raised:
        pages(path)
    assert what in raised.value.title
    assert raised.value.title.startswith(str(path))
    assert "OTLP JSON" in raised.value.advice


def test_a_file_that_is_not_there_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text(line(1))
    with pytest.raises(BadFile, match="There is no file") as raised:
        Files(str(tmp_path / "trace.jsonl"))
    assert raised.value.advice == f"Did you mean {tmp_path / 'traces.jsonl'}?"
    with pytest.raises(BadFile) as raised:
        pages(tmp_path / "gone" / "x.json")
    assert "no folder" in raised.value.advice
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFile, match="holds no trace files"):
        pages(tmp_path / "empty")
    with pytest.raises(BadFile, match="cannot be read"):
        pages(tmp_path / ("x" * 300))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "context",
                    "trace_id",
                    "spanId",
                    "attributes",
                    "resourceSpans",
                    "scopeSpans",
                    "spans",
                    "key",
                    "value",
                    "intValue",
                    "arrayValue",
                    "values",
                    "status",
                    "events",
                    "start_time",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(
    st.binary()
    | st.lists(json_values.map(json.dumps) | st.text(max_size=5), max_size=5).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
)
def test_no_bytes_raise_anything_but_bad_file(data: bytes) -> None:
    for packed in (data, gzip.compress(data), gzip.compress(data)[:-3]):
        try:
            found = list(Files("-", io.BytesIO(packed)).pages(Selection()))
        except BadFile:
            continue
        assert found[-1].cursor is None
        for span in (span for page in found for span in page.spans):
            assert span.trace_id and span.span_id
            json.dumps([span.attributes, span.extra])
            f"{span.trace_id}{span.span_id}{span.parent_id}{span.name}{span.kind}{span.session_id}".encode()


spans_or_junk = st.lists(st.integers(1, 10**9) | st.sampled_from(["{", "", "nonsense", '{"a": 1}', "\u2028"]), min_size=1, max_size=260)


@given(spans_or_junk, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_no_span_is_lost_between_bad_lines(entries: list[int | str], newline: str, packed: bool) -> None:
    text = newline.join(line(entry) if isinstance(entry, int) else entry for entry in entries).encode()
    numbers = [entry for entry in entries if isinstance(entry, int)]
    junk = [index for index, entry in enumerate(entries, 1) if isinstance(entry, str) and entry]
    if not numbers:
        return
    found = list(Files("-", io.BytesIO(gzip.compress(text) if packed else text)).pages(Selection()))
    assert span_ids(found) == numbers
    assert [mark.line for mark in bad(found)] == [*junk[:5], *([0] if len(junk) > 5 else [])]
    assert sum(mark.count for mark in bad(found)) == len(junk)
    assert all(len(page.spans) + len(page.bad) <= PAGE for page in found)
