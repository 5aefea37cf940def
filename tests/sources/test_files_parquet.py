"""Parquet: Phoenix's own table of spans and tables of any kind; pyarrow is imported only for such a file."""

import datetime
import gzip
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.domain.queue import Selection
from annotator.domain.source import Page
from annotator.errors import BadFile
from annotator.reading import read
from annotator.sources.files.source import Files, describe

NANOS = 1795251600000001002
SPANS = [
    {
        "context.span_id": f"{n:016x}", "context.trace_id": f"{n // 2:032x}", "name": "chat", "span_kind": "LLM",
        "parent_id": None if n % 2 == 0 else f"{n - 1:016x}", "status_code": "ERROR", "status_message": "boom",
        "attributes.llm.input_messages": [{"message.role": "user", "message.content": f"question {n}"}],
        "attributes.llm.token_count.prompt": 7 if n > 2 else None,
        "attributes.metadata": {"topic": "x"} if n > 2 else {"other": 3},
        "attributes.retrieval.documents": [{"document.content": "doc", "document.score": 0.5, "document.metadata": {"uri": "u"}}],
        "events": [{"name": "exception", "timestamp": datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC),
                    "attributes": {"exception.message": "no"}}],
    }
    for n in range(2, 252)
]  # fmt: skip


def written(path: Path, rows: list[dict[str, Any]], **columns: Any) -> Path:
    table = pa.Table.from_pylist(rows)
    for name, values in columns.items():
        table = table.append_column(name, values)
    pq.write_table(table, path)
    return path


def pages(path: Path) -> list[Page]:
    return list(Files(str(path)).pages(Selection()))


def test_phoenix_own_table_of_spans(tmp_path: Path) -> None:
    starts = pa.array([NANOS] * 250, pa.timestamp("ns", "UTC"))
    path = written(tmp_path / "spans.parquet", SPANS, start_time=starts, end_time=starts)
    assert describe(str(path)) == "Phoenix table"
    found = pages(path)
    spans = [span for page in found for span in page.spans]
    assert [span.span_id for span in spans] == [row["context.span_id"] for row in SPANS] and not any(page.bad for page in found)
    span = spans[1]
    reading = read(span)
    assert (span.trace_id, span.parent_id, span.kind) == (f"{1:032x}", f"{2:016x}", "LLM")
    assert (span.start_ns, span.end_ns) == (NANOS // 1000 * 1000, NANOS // 1000 * 1000)
    assert (span.status_code, span.status_message, span.events[0].name) == ("ERROR", "boom", "exception")
    assert span.events[0].time_ns == 1795251600 * 10**9
    assert [message.text for message in reading.input_messages] == ["question 3"] and reading.prompt_tokens == 7
    assert reading.metadata == {"topic": "x"} and read(spans[0]).metadata == {"other": 3}, "what a row has not is not null"
    assert [(document.content, document.score, document.metadata) for document in reading.documents] == [("doc", 0.5, {"uri": "u"})]
    assert "llm.token_count.prompt" not in spans[0].attributes


def test_a_table_of_any_kind_from_a_file_a_pipe_and_gzip(tmp_path: Path) -> None:
    rows = [{"question": "Hi", "answer": "Ho", "contexts": ["a", "b"], "when": datetime.date(2026, 1, 2), "raw": b"\xff", "score": 0.5}]
    path = written(tmp_path / "any.bin", rows * 2)
    (tmp_path / "packed").write_bytes(gzip.compress(path.read_bytes()))
    sources = [Files(str(path)), Files(str(tmp_path / "packed")), Files("-", io.BytesIO(path.read_bytes()))]
    for source in sources:
        [page] = source.pages(Selection())
        assert len({span.span_id for span in page.spans}) == 2 and not page.bad
        reading = read(page.spans[0])
        assert (reading.input_text, reading.output_text) == ("Hi", "Ho")
        assert [document.content for document in reading.documents] == ["a", "b"]
        assert reading.metadata == {"when": "2026-01-02", "raw": "/w==", "score": 0.5}


def test_a_table_without_an_input(tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", [{"frage": "Wie?", "antwort": "So."}])
    with pytest.raises(BadFile) as caught:
        pages(path)
    assert "frage, antwort" in caught.value.title and "--column input=COLUMN" in caught.value.advice
    [page] = Files(str(path)).pages(Selection(columns=(("input", "frage"),)))
    assert read(page.spans[0]).input_text == "Wie?"


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", [{"input": "a"}] * 1000)
    (tmp_path / "half.parquet").write_bytes(path.read_bytes()[:400])
    with pytest.raises(BadFile, match="broken Parquet file"):
        pages(tmp_path / "half.parquet")


def test_without_pyarrow_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", [{"input": "a"}])
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from annotator.sources.files import Files; from annotator.domain.queue import Selection; from annotator.errors import BadFile\n"
        f"try: list(Files({str(path)!r}).pages(Selection()))\n"
        "except BadFile as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "is not installed" in done.stdout and "pip install 'annotator[parquet]'" in done.stdout


def test_pyarrow_is_not_imported_for_other_files(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("input,output\na,b\n")
    code = (
        "import sys\nfrom annotator.sources.files import Files; from annotator.domain.queue import Selection\n"
        f"assert list(Files({str(tmp_path / 'x.csv')!r}).pages(Selection()))[0].spans\n"
        "print([name for name in ('pyarrow', 'pandas', 'httpx', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
