"""Tables: CSV, generic JSON Lines and Phoenix's own, with columns that are named or guessed."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine
from annotator.domain.span import Span
from annotator.errors import BadFile, UsageError
from annotator.reading import read
from annotator.sources.files.columns import column_map
from annotator.sources.files.source import Files, describe

CSV = 'id;question;answer;contexts;note\n1;"multi\nline; ""q"""; yes ;"[\'one\', \'two\']";n1\n2;q2;no;plain;\n'


def load(data: bytes | str, *columns: str) -> tuple[list[Span], list[BadLine]]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    pages = list(Files("-", stream).pages(Selection(columns=column_map(columns))))
    return [span for page in pages for span in page.spans], [bad for page in pages for bad in page.bad]


def one(data: str | bytes, *columns: str) -> Span:
    [span], bad = load(data, *columns)
    assert not bad
    return span


def test_a_csv_is_read_by_its_columns_usual_names() -> None:
    (first, second), bad = load(CSV)
    assert not bad
    assert (first.span_id, first.trace_id, first.attributes["input.value"]) == ("1", "1", 'multi\nline; "q"')
    assert first.attributes["output.value"] == " yes "
    reading = read(first)
    assert [document.content for document in reading.documents] == ["one", "two"] and reading.metadata == {"note": "n1"}
    assert [document.content for document in read(second).documents] == ["plain"] and read(second).metadata == {}
    assert first.extra["columns"] == {"input": "question", "output": "answer", "context": "contexts", "id": "id"}


@pytest.mark.parametrize(
    "data",
    [
        CSV.replace(";", "\t"), CSV.replace(";", ","), CSV.replace("\n", "\r\n"), "\ufeff" + CSV, "\n\n" + CSV,
        gzip.compress(CSV.encode(), mtime=0), CSV.rstrip("\n"),
    ],
)  # fmt: skip
def test_dialects(data: str | bytes) -> None:
    spans, bad = load(data)
    assert not bad and [span.span_id for span in spans] == ["1", "2"]
    assert "question" not in read(spans[0]).metadata and read(spans[0]).metadata == {"note": "n1"}


def test_a_huge_cell_a_nul_and_a_unicode_line_separator_are_cells_like_others() -> None:
    text = "x" * 3_000_000
    span = one(f'input,output\n"a\0\u2028b",{text}\n')
    assert span.attributes["input.value"] == "a\0\u2028b" and span.attributes["output.value"] == text


def test_bad_rows_are_named_and_the_rest_is_read() -> None:
    spans, bad = load(b'input,output\na,b\nonly\na,b,c\ncaf\xe9,d\n"x"y,z\nlast,row\n"never closed,q\nmore\n')
    assert [span.attributes["input.value"] for span in spans] == ["a", "last"]
    assert [(one.line, one.reason.partition(":")[0]) for one in bad] == [
        (3, "1 cells in a table of 2 columns"), (4, "3 cells in a table of 2 columns"), (5, "not UTF-8"), (6, "not CSV"), (8, "not CSV"),
    ]  # fmt: skip


def test_columns_of_one_name_and_without_one_are_kept_apart() -> None:
    assert read(one("input,x,x,\n1,2,3,4\n")).metadata == {"x": "2", "x (3)": "3", "column 4": "4"}


def test_named_columns_win_and_the_others_are_metadata() -> None:
    data = "frage,antwort,question,wer,tag,wann\nWie?,So.,other,u1,a,2026-11-21T09:00:00Z\n"
    named = ("input=frage", "output=antwort", "user=wer", "metadata.label=tag", "start=wann")
    span = one(data, *named)
    reading = read(span)
    assert (reading.input_text, reading.output_text, reading.user_id) == ("Wie?", "So.", "u1")
    assert reading.metadata == {"question": "other", "label": "a"}
    assert span.start_ns == span.end_ns == 1795251600 * 10**9
    assert read(one('{"frage": "Wie?", "antwort": "So.", "messages": 3}\n', *named[:2])).output_text == "So."


def test_every_role() -> None:
    row = {
        "id": "row-1", "trace_id": "t-1", "parent_id": "p-1", "session_id": "s", "user_id": 7, "name": "n", "kind": "agent",
        "input": "Hi", "output": "Ho", "model": "m", "system_prompt": "Be kind.", "label": 3,
        "documents": [{"page_content": "d", "score": 0.5, "metadata": {"uri": "u"}}, {"document": {"content": "e", "id": 4}}],
        "start_time": 1770131992.5, "end_time": "2026-02-03T15:20:00Z", "status": "error",
    }  # fmt: skip
    span = one(json.dumps(row))
    reading = read(span)
    assert (span.span_id, span.trace_id, span.parent_id) == ("row-1", "t-1", "p-1")
    assert (span.session_id, span.name, span.kind) == ("s", "n", "AGENT")
    assert (span.start_ns, span.end_ns, span.status_code) == (1770131992500000000, 1770132000 * 10**9, "ERROR")
    assert [(message.role, message.text) for message in reading.input_messages] == [("system", "Be kind."), ("user", "Hi")]
    assert (reading.output_text, reading.model, reading.user_id, reading.session_id) == ("Ho", "m", "7", "s")
    assert [(document.content, document.document_id, document.score, document.metadata) for document in reading.documents] == [
        ("d", None, 0.5, {"uri": "u"}), ("e", "4", None, {}),
    ]  # fmt: skip
    assert reading.metadata == {"label": 3}


def test_messages_in_a_cell_are_messages() -> None:
    messages = [{"role": "system", "content": "sys"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    for data in (
        json.dumps({"prompt": messages, "note": "x"}),
        json.dumps({"prompt": messages[:2], "response": "Ho", "note": "x"}),
        "note,prompt,response\nx,\"" + json.dumps(messages[:2]).replace('"', '""') + '",Ho\n',
    ):
        reading = read(one(data))
        asked = [(message.role, message.text) for message in reading.input_messages]
        assert asked == [("system", "sys"), ("user", "Hi")], data
        assert reading.output_text == "Ho" or [message.text for message in reading.output_messages] == ["Ho"]
        assert reading.metadata == {"note": "x"}


def test_rows_without_ids_and_with_repeated_ones_stay_apart() -> None:
    rows = "input,output\na,b\na,b\na,c\n"
    ids = [span.span_id for span in load(rows)[0]]
    assert len(set(ids)) == 3 and ids == [span.span_id for span in load(rows)[0]]
    assert [span.span_id for span in load("id,input\n1,a\n1,b\n2,c\n1,a\n")[0]] == ["1", "1#2", "2", "1#3"]


def test_a_reading_that_broke_off_starts_over_where_rows_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"input": "a"}\n' * 150)
    whole = list(Files(str(path)).pages(Selection()))
    assert len({span.span_id for page in whole for span in page.spans}) == 150
    resumed = list(Files(str(path)).pages(Selection(), whole[0].cursor))
    assert {span.span_id for page in resumed for span in page.spans} == {span.span_id for page in whole for span in page.spans}


@pytest.mark.parametrize("data", ["frage,antwort\na,b\n", "\ufefffrage;antwort\na;b\n"])
def test_a_table_of_which_nothing_says_what_was_asked(data: str) -> None:
    with pytest.raises(BadFile) as caught:
        load(data)
    assert "frage, antwort" in caught.value.title and "--column input=COLUMN" in caught.value.advice


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(BadFile) as caught:
        load("frage,antwort\na,b\n", "input=frag")
    assert "'frag'" in caught.value.title and "frage, antwort" in caught.value.advice


@pytest.mark.parametrize(
    ("given", "said"),
    [("input", "not ROLE=COLUMN"), ("no=x", "no role 'no'"), ("metadata.=x", "no role"), ("input=a|input=b", "two columns for input")],
)
def test_a_wrong_map(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        column_map(given.split("|"))


def test_a_map_takes_other_words_and_equals_signs() -> None:
    assert column_map(["Documents=a=b", "metadata.Label=c", "documents=a=b"]) == (("context", "a=b"), ("metadata.Label", "c"))


def test_a_csv_of_phoenix_own_table_of_spans() -> None:
    messages = [{"message.role": "user", "message.content": "Hi"}]
    header = (
        "context.span_id,name,span_kind,parent_id,start_time,end_time,status_code,context.trace_id,"
        "attributes.llm.input_messages,attributes.output.value"
    )
    cells = f'aa,chat,LLM,,2026-11-21 09:00:00.000001+00:00,2026-11-21 09:00:01+00:00,OK,bb,"{messages!r}",Ho'
    span = one(f"{header}\n{cells}\n")
    reading = read(span)
    assert (span.span_id, span.trace_id, span.parent_id, span.kind, span.status_code) == ("aa", "bb", None, "LLM", "OK")
    assert (span.start_ns, span.end_ns) == (1795251600000001000, 1795251601000000000)
    assert [message.text for message in reading.input_messages] == ["Hi"] and reading.output_text == "Ho"


def test_any_object_of_a_known_format_stays_that_format(tmp_path: Path) -> None:
    """A column of the usual name does not make a span a row."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"traceId": "aa", "spanId": "bb", "name": "n", "startTimeUnixNano": "7", "input": "odd"}))
    assert describe(str(path)) == "Phoenix OTLP spans"


def test_rows_with_ids_of_spans_are_rows() -> None:
    span = one(json.dumps({"trace_id": "t", "span_id": "s", "input": "Hi", "output": "Ho"}))
    assert (span.trace_id, span.span_id, read(span).input_text) == ("t", "s", "Hi")


@pytest.mark.parametrize("data", [b"hello\nworld\n", b"just text, with a comma\nand more\n", b"a\rb\rc"])
def test_text_is_no_table(data: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        load(data)
    assert caught.value.title and caught.value.advice


def test_extra_keys_of_any_kind_do_no_harm() -> None:
    row: dict[str, Any] = {"input": {"a": [1, None]}, "output": 5, "flag": False, "zero": 0, "nested": {"a.b": {"c": 1}}}
    reading = read(one(json.dumps(row)))
    assert reading.output_text == "5" and reading.metadata["flag"] is False and reading.metadata["zero"] == 0
