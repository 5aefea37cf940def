"""Files that are cut off, binary, or full of lines that are none: said in few words, and the rest loads."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine
from annotator.domain.span import Span
from annotator.errors import BadFile
from annotator.sources.files import Files

CUT = "cut off: the JSON document does not end"


def span(number: int) -> dict[str, Any]:
    return {"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "näme \U0001f41d", "attributes": []}


def request(numbers: range) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "s"}, "spans": [*map(span, numbers)]}]}]}


def brought(path: Path) -> tuple[list[Span], list[BadLine]]:
    pages = list(Files(str(path)).pages(Selection()))
    return [one for page in pages for one in page.spans], [bad for page in pages for bad in page.bad]


def numbers(spans: list[Span]) -> list[int]:
    return [int(one.span_id, 16) for one in spans]


@pytest.mark.parametrize("indent", [1, None])
def test_a_document_that_is_cut_off_anywhere_says_so_once_and_gives_what_is_whole(tmp_path: Path, indent: int | None) -> None:
    data = json.dumps(request(range(1, 6)), indent=indent, ensure_ascii=False).encode()
    ends = [data.index(f"{number:016x}".encode()) for number in range(1, 6)]
    path = tmp_path / "cut.json"
    for stop in range(ends[1] + 90, len(data.rstrip(b" \n]}")), 1):
        path.write_bytes(data[:stop])
        spans, bad = brought(path)
        whole = sum(json_end(data, end) <= stop for end in ends)
        assert numbers(spans) == list(range(1, whole + 1)), stop
        assert bad == [BadLine(1 + data[:stop].rstrip().count(b"\n"), CUT)], stop
        assert spans[0].extra["scope"] == {"name": "s"}


def json_end(data: bytes, start: int) -> int:
    """Where the span that has its id here ends."""
    return data.index(b"}", start) + 1


def test_a_cut_array_of_spans(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps([span(1), span(2), span(3)], indent=1)[:-60])
    spans, bad = brought(path)
    assert numbers(spans) == [1, 2] and [one.reason for one in bad] == [CUT]


TAILS = ['{"a": "unterm', '{"a": tr', '{"a": -', '{"a": 1.', '{"a": 1e', '{"a": "\\', '{"a": "\\u12', '{"a"', "{", "["]


@pytest.mark.parametrize("tail", TAILS)
def test_a_last_line_that_is_cut_off(tmp_path: Path, tail: str) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_text(f"{json.dumps(request(range(1, 3)))}\n{json.dumps(request(range(3, 4)))}\n{tail}")
    spans, bad = brought(path)
    assert numbers(spans) == [1, 2, 3] and bad == [BadLine(3, CUT)]


def test_the_whole_spans_of_a_last_line_that_is_cut_off_load(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_text(f"{json.dumps(request(range(1, 3)))}\n{json.dumps(request(range(3, 6)))[:-70]}")
    spans, bad = brought(path)
    assert numbers(spans) == [1, 2, 3, 4] and bad == [BadLine(2, CUT)]


@pytest.mark.parametrize("wrong", ['{"a": 1,}', '{"a": truth}', '{"a": 1 "b"}', "[1 2]", '{"a": 01}'])
def test_what_is_wrong_and_not_cut_off_is_named(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text(f"{json.dumps(span(1) | {'startTimeUnixNano': '1'})}\n{wrong}")
    _, bad = brought(path)
    assert [one.line for one in bad] == [2] and bad[0].reason.startswith("not JSON")


@pytest.mark.parametrize("packed", [False, True])
def test_five_bad_lines_are_named_and_the_others_counted(tmp_path: Path, packed: bool) -> None:
    good = json.dumps(request(range(1, 2)))
    data = "\n".join(["nonsense"] * 129 + [good]).encode()
    path = tmp_path / ("bad.jsonl.gz" if packed else "bad.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    spans, bad = brought(path)
    assert numbers(spans) == [1]
    assert [one.line for one in bad] == [1, 2, 3, 4, 5, 0] and bad[-1] == BadLine(0, "… and 124 more", 124)


def test_each_file_of_a_folder_has_its_own_few(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(["nonsense"] * 7))
    (tmp_path / "b.json").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(200) + b"\n" * 500)
    (tmp_path / "c.json").write_text(json.dumps(request(range(1, 2))))
    spans, bad = brought(tmp_path)
    assert numbers(spans) == [1]
    assert [one.reason.split(": ")[0] for one in bad] == ["a.jsonl"] * 6 + [f"{tmp_path / 'b.json'} is not a text file"]
    assert bad[5].reason == "a.jsonl: … and 2 more"


def test_text_in_an_old_encoding_is_text(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(json.dumps({"input": "café", "output": "x"}, ensure_ascii=False).encode("latin-1"))
    with pytest.raises(BadFile, match="not UTF-8: byte 15 is 0xe9"):
        brought(path)
