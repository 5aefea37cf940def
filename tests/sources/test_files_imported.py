"""What rows of evaluations and feedback say, in every shape that Phoenix's client writes, and by a map."""

import gzip
import io
import json
import math
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.cli.import_annotations import MAP
from annotator.config.map_file import load_map
from annotator.domain.annotation import Target
from annotator.domain.imported import ImportedRow
from annotator.domain.source import BadLine
from annotator.errors import BadFile
from annotator.sources.files.evaluations import Evaluations
from annotator.sources.files.imported import import_file
from annotator.sources.files.mapped import Mapped
from tests.phoenix_modules import phoenix_module

SPAN, TRACE = "b77e90d3593ad699", "0f19c557067cbbe80f19c557067cbbe8"


def read(path: Path, name: str = "", kind: str = "") -> list[ImportedRow | BadLine]:
    with import_file(str(path)) as file:
        return list(file.rows(Evaluations(name, kind).rows))


def said(tmp_path: Path, text: str, **given: str) -> list[ImportedRow | BadLine]:
    path = tmp_path / "evals.csv"
    path.write_text(text, "utf-8")
    return read(path, **given)


def rows(found: list[ImportedRow | BadLine]) -> list[ImportedRow]:
    assert not [one for one in found if isinstance(one, BadLine)], found
    return [one for one in found if isinstance(one, ImportedRow)]


def bad(found: list[ImportedRow | BadLine]) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in found if isinstance(one, BadLine)]


def content(row: ImportedRow) -> tuple[Any, ...]:
    return row.target, row.name, row.label, row.score, row.explanation, row.annotator_kind, row.identifier, dict(row.metadata)


def test_csv_with_every_column(tmp_path: Path) -> None:
    found = said(
        tmp_path,
        "span_id,document_position,name,annotator_kind,label,score,explanation,identifier,metadata\n"
        f'{SPAN},,quality,CODE,good,1,"said\nwell",run-1,"{{""v"": 2}}"\n'
        f"{SPAN.upper()},2,relevance,,,0.5,,,\n",
    )
    first, second = rows(found)
    assert content(first) == (Target("span", SPAN), "quality", "good", 1.0, "said\nwell", "CODE", "run-1", {"v": 2})
    assert content(second) == (Target("document", SPAN, 2), "relevance", None, 0.5, None, "LLM", "", {})
    assert (first.line, second.line) == (2, 4)


def test_traces_sessions_and_what_the_options_say(tmp_path: Path) -> None:
    text = f"trace_id,session_id,name,label\n{TRACE},,own,good\n,chat 7,own,bad\n"
    one, two = rows(said(tmp_path, text, name="given", kind="HUMAN"))
    assert (one.target, one.name, one.annotator_kind) == (Target("trace", TRACE), "given", "HUMAN")
    assert two.target == Target("session", "chat 7")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{SPAN},,q,,high,", "score 'high' is not a number"),
        (f"{SPAN},,q,,1_0,", "score '1_0' is not a number"),
        (f"{SPAN},-1,q,,1,", "document_position '-1' is not a whole number from 0 on"),
        (f"{SPAN},1.5,q,,1,", "document_position '1.5' is not a whole number from 0 on"),
        (f"{SPAN},,q,,,", "no label, no score and no explanation"),
        (f"{SPAN},,,good,,", "no name, and no --name for all"),
        (",,q,good,,", "no span_id, trace_id or session_id"),
        (",1,q,good,,", "a document_position without a span_id"),
        (f"{SPAN},,q,good,,robot", "annotator_kind 'robot' is not LLM, CODE or HUMAN"),
        (f"{SPAN},,q", "3 cells in a table of 6 columns"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path: Path, row: str, reason: str) -> None:
    text = f"span_id,document_position,name,label,score,annotator_kind\n{SPAN},,q,good,,\n{row}\n{SPAN},,q2,good,,\n"
    found = said(tmp_path, text)
    assert bad(found) == [(3, reason)]
    assert [one.name for one in found if isinstance(one, ImportedRow)] == ["q", "q2"]


def test_json_lines_a_page_and_an_array(tmp_path: Path) -> None:
    row = {
        "id": "U3Bhbg==", "span_id": SPAN, "name": "q", "annotator_kind": "HUMAN", "user_id": "VXNlcjoz", "source": "API",
        "result": {"label": "good", "score": 1.0, "explanation": None}, "metadata": {"a": 1}, "identifier": "px-app:VXNlcjoz",
    }  # fmt: skip
    expected = (Target("span", SPAN), "q", "good", 1.0, None, "HUMAN", "px-app:VXNlcjoz", {"annotator": "VXNlcjoz", "a": 1})
    path = tmp_path / "rows"
    for text in (json.dumps(row), json.dumps([row]), json.dumps({"data": [row], "next_cursor": None}, indent=1)):
        path.write_text(text, "utf-8")
        assert [content(one) for one in rows(read(path))] == [expected]
    path.write_bytes(gzip.compress(f"{json.dumps(row)}\n{{broken\n3\n{json.dumps([row, 3])}\n".encode()))
    found = read(path)
    assert [content(one) for one in found if isinstance(one, ImportedRow)] == [expected, expected]
    assert [line for line, _ in bad(found)] == [2, 3, 4] and bad(found)[2][1] == "[1]: not a row with named columns"


def frames() -> dict[str, Callable[[], Any]]:
    """Data frames as Phoenix's packages make them, each with the same two evaluations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandas: Any = import_module("pandas")
    to_annotation_dataframe = phoenix_module("evals.utils").to_annotation_dataframe
    evaluations_of_spans = phoenix_module("trace").SpanEvaluations
    plain = pandas.DataFrame({"span_id": ["a" * 16, "b" * 16], "label": ["good", None], "score": [1.0, 0.0], "explanation": ["why", None]})
    result = [json.dumps({"name": "q", "score": 1.0, "label": "good", "explanation": "why", "kind": "llm"}), {"score": 0.0}]
    evaluated = pandas.DataFrame({"context.span_id": plain["span_id"], "input": ["x", "y"], "q_score": result})
    pulled = pandas.DataFrame({
        "span_id": plain["span_id"], "id": ["1", "2"], "annotation_name": "q", "annotator_kind": "LLM", "metadata": [{}, {}],
        "identifier": "", "source": "API", "user_id": None, "result.label": plain["label"], "result.score": plain["score"],
        "result.explanation": plain["explanation"],
    })  # fmt: skip
    return {
        "columns": lambda: plain.assign(name="q"),
        "index": lambda: plain.assign(annotation_name="q", annotator_kind="LLM").set_index("span_id"),
        "unnamed index": lambda: plain.assign(name="q").set_index("span_id").rename_axis(None),
        "SpanEvaluations": lambda: evaluations_of_spans(eval_name="q", dataframe=plain).get_dataframe(),
        "evaluate_dataframe": lambda: evaluated,
        "to_annotation_dataframe": lambda: to_annotation_dataframe(dataframe=evaluated),
        "get_span_annotations_dataframe": lambda: pulled.set_index("span_id"),
        "spans": lambda: plain.rename(columns={one: f"eval.q.{one}" for one in ("label", "score", "explanation")}).rename(
            columns={"span_id": "context.span_id"}
        ).assign(**{"context.trace_id": "c" * 32, "name": "answer", "span_kind": "LLM"}),
    }  # fmt: skip


@pytest.mark.parametrize("shape", [
    "columns", "index", "unnamed index", "SpanEvaluations", "evaluate_dataframe", "to_annotation_dataframe",
    "get_span_annotations_dataframe", "spans",
])  # fmt: skip
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_what_phoenix_writes(tmp_path: Path, shape: str, suffix: str) -> None:
    frame = frames()[shape]()
    path = tmp_path / f"evals.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=type(frame.index).__name__ != "RangeIndex")
    elif suffix == "jsonl":
        (frame.reset_index() if frame.index.name else frame.reset_index(names="Unnamed: 0")).to_json(path, orient="records", lines=True)
    else:
        frame.map(lambda cell: json.dumps(cell) if isinstance(cell, dict) else cell).to_parquet(path)
    found = rows(read(path))
    expected = [(Target("span", "a" * 16), "q", "good", 1.0, "why"), (Target("span", "b" * 16), "q", None, 0.0, None)]
    assert [content(row)[:5] for row in found] == expected
    assert {row.annotator_kind for row in found} == {"LLM"}


def test_several_evaluations_in_a_row(tmp_path: Path) -> None:
    text = f"context.span_id,eval.tone.label,eval.facts.score,eval.facts.label\n{SPAN},kind,0.5,\n{SPAN},,x,bad\n{SPAN},,,\n"
    found = said(tmp_path, text)
    assert [content(one)[1:4] for one in found if isinstance(one, ImportedRow)] == [("tone", "kind", None), ("facts", None, 0.5)]
    assert bad(found) == [(3, "score 'x' is not a number"), (4, "no label, no score and no explanation")]


def test_what_is_no_file_of_rows(tmp_path: Path) -> None:
    for name, data, reason in (
        ("empty", b"", "is empty"),
        ("picture", bytes(range(256)), "not a text file"),
        ("zip", b"PK\x03\x04", "zip"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadFile) as told, import_file(str(tmp_path / name)):
            pass
        assert reason in told.value.title and "CSV, JSON Lines" in told.value.advice
    with pytest.raises(BadFile, match="cannot be read"), import_file(str(tmp_path / "missing")):
        pass


def by_map(tmp_path: Path, mapping: str, data: str) -> list[ImportedRow | BadLine]:
    (tmp_path / "desk.toml").write_text(mapping, "utf-8")
    with import_file("-", io.BytesIO(data.encode())) as file:
        return list(file.rows(Mapped(load_map(tmp_path / "desk.toml").map).rows))


def test_the_map_of_the_help(tmp_path: Path) -> None:
    found = by_map(
        tmp_path,
        MAP,
        "id,Trace,rating,comment,channel,status\n"
        f"7,{TRACE},up,quick,chat,solved\n"
        f"8,{TRACE[::-1]},down,,phone,solved\n"
        f"9,{TRACE},meh,,web,\n"
        ",,,,,\n"
        "10,,up,,,\n",
    )
    assert [(one.line, *content(one)) for one in found if isinstance(one, ImportedRow)] == [
        (2, Target("trace", TRACE), "user_feedback", "positive", 1.0, "quick", "HUMAN", "", {}),
        (2, Target("trace", TRACE), "resolved", "solved", None, None, "HUMAN", "", {"ticket": "7"}),
        (3, Target("trace", TRACE[::-1]), "user_feedback", "negative", 0.0, None, "HUMAN", "", {}),
    ]
    assert bad(found) == [
        (4, "rating is 'meh', which the map does not translate (known: 'up', 'down')"),
        (6, "no id in Trace"),
    ]


def test_a_map_with_paths_several_targets_and_several_people(tmp_path: Path) -> None:
    mapping = """
    [target]
    span_id = "trace.span"
    document_position = "trace.place"
    [[annotation]]
    name = { column = "what" }
    kind = "CODE"
    score = { column = "stars" }
    identifier = { column = "who" }
    [[annotation]]
    name = "seen"
    label = "yes"
    target = { session_id = "chat" }
    when = { done = true }
    """
    data = [
        {"trace": {"span": SPAN, "place": 1}, "what": "rank", "stars": 4, "who": "ann", "chat": "c1", "done": True},
        {"trace": {"span": SPAN}, "what": "rank", "stars": "five", "chat": "c2", "done": False},
        {"trace": {"span": SPAN}, "stars": 2, "who": ["x"], "chat": "c3", "done": True},
    ]
    found = by_map(tmp_path, mapping, "\n".join(map(json.dumps, data)))
    assert [content(one) for one in found if isinstance(one, ImportedRow)] == [
        (Target("document", SPAN, 1), "rank", None, 4.0, None, "CODE", "import:desk:ann", {}),
        (Target("session", "c1"), "seen", "yes", None, None, "HUMAN", "", {}),
        (Target("session", "c3"), "seen", "yes", None, None, "HUMAN", "", {}),
    ]
    assert bad(found) == [(2, "stars 'five' is not a number"), (3, "what: no name")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
COLUMNS = st.sampled_from((
    "span_id", "context.span_id", "trace_id", "session_id", "document_position", "name", "annotation_name", "label", "score",
    "explanation", "result", "result.score", "annotator_kind", "identifier", "metadata", "q_score", "eval.a.label", "user_id", "position",
))  # fmt: skip


@given(st.dictionaries(COLUMNS | st.text(max_size=5), JSON | st.sampled_from((SPAN, TRACE, "good", 1, "0.5", "LLM")), max_size=8))
def test_any_row_is_read_or_refused(record: dict[str, Any]) -> None:
    with import_file("-", io.BytesIO(json.dumps([record]).encode())) as file:
        found = list(file.rows(Evaluations().rows))
    assert found
    for one in found:
        if isinstance(one, BadLine):
            assert one.reason and one.line == 1
        else:
            assert one.name.strip() and one.target.id and not (one.score is not None and math.isnan(one.score))
