"""LangSmith's runs as spans, also where a run and its end stand in different records."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.sources.files.source import PAGE, Files
from tests.platforms import RUN, parts, public, run, spans

START: dict[str, Any] = {
    "id": RUN,
    "trace_id": RUN,
    "dotted_order": f"20241013T070537170001Z{RUN}",
    "name": "ChatOpenAI",
    "run_type": "llm",
    "start_time": 1728803137170,
    "inputs": {"messages": [{"role": "user", "content": "howdy"}]},
    "outputs": {},
    "extra": {"metadata": {"ls_provider": "openai"}},
}
END: dict[str, Any] = {
    "trace_id": RUN,
    "dotted_order": f"20241013T070537170001Z{RUN}",
    "parent_run_id": None,
    "end_time": 1728803138285,
    "inputs": {},
    "outputs": {"choices": []},
    "error": "boom",
    "extra": {"metadata": {"revision_id": "7"}},
}
ONCE: list[Any] = [{"post": [START], "patch": [END]}]
LATER: list[Any] = [{"post": [START]}, {"patch": [END]}]
EARLIER: list[Any] = [{"patch": [END]}, {"post": [START]}]
LINES: list[Any] = [START, END]


@pytest.mark.parametrize("records", [ONCE, LATER, EARLIER, LINES], ids=["once", "later", "earlier", "lines"])
def test_a_run_and_its_end_become_one_span(records: list[Any]) -> None:
    found = spans(*records)
    assert {span.span_id for span in found} == {RUN}
    span = found[-1]
    assert (span.trace_id, span.name, span.kind, span.parent_id) == (RUN, "ChatOpenAI", "LLM", None)
    assert (span.start_ns, span.end_ns) == (1728803137170000000, 1728803138285000000)
    assert (span.status_code, span.status_message) == ("ERROR", "boom")
    assert span.attributes["langsmith.run.inputs"] == START["inputs"]
    assert span.attributes["langsmith.run.outputs"] == END["outputs"]
    assert span.attributes["langsmith.run.extra"] == {"metadata": {"ls_provider": "openai", "revision_id": "7"}}


def test_a_run_whose_start_never_comes_is_not_lost() -> None:
    [span] = spans({"patch": [END]})
    assert (span.span_id, span.name, span.start_ns, span.end_ns) == (RUN, "run", None, 1728803138285000000)
    assert parts(ONCE[0], {"patch": [END]})[1:] == [f"patch[0]: a second end of the run {RUN}"]


def test_reading_goes_on_only_from_where_every_run_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    ended = [run(number % 60, f"{number}", "chain", id=f"{number:032x}") for number in range(PAGE + 1)]
    path.write_text("\n".join(map(json.dumps, [{"post": [START]}, *ended, {"patch": [END]}, *ended])))
    pages = list(Files(str(path)).pages(Selection()))
    assert [page.cursor == "0" for page in pages] == [True, False, False]
    assert pages[-1].cursor is None


def test_reading_goes_on_nowhere_within_a_record_that_ends_an_earlier_run(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    records = [{"post": [START]}, {"patch": [END], "post": [run(2, "x", "tool")]}, {"post": [run(3, "y", "tool")]}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    first, within, after, last = Files(str(path)).pages_here((), None, size=1)
    assert (first.cursor, within.cursor) == ("0", "0"), "the start of the run stands in the first line"
    assert after.cursor not in ("0", None) and last.cursor is None


def test_runs_as_the_api_lists_them() -> None:
    root = run(0, "agent", "chain", error=None)
    tool = run(1, "lookup", "tool", status="error", error="ValueError('x')")
    for records in ([root, tool], [[root, tool]], [{"runs": [root, tool], "cursors": {}}], [{**root, "child_runs": [tool]}]):
        top, below = spans(*records)
        assert (top.kind, top.status_code, top.session_id, top.parent_id) == ("CHAIN", "OK", "th-9", None)
        assert (below.kind, below.status_code, below.status_message, below.parent_id) == ("TOOL", "ERROR", "ValueError('x')", top.span_id)
        assert below.trace_id == top.trace_id == top.span_id
        assert (top.start_ns, top.end_ns) == (1740823200123456000, 1740823240000000000)
        assert [(event.name, event.time_ns) for event in top.events] == [("start", 1740823200100000000)]


def test_ids_from_the_dotted_order() -> None:
    child = RUN.replace("2c1c", "3d2d")
    order = f"20241013T070537170001Z{RUN}.20241013T070537170002Z{child}"
    [span] = spans(
        {"run_type": "tool", "name": "x", "dotted_order": order, "start_time": "2025-03-01T10:00:00", "end_time": "2025-03-01T10:00:00"}
    )
    assert (span.trace_id, span.span_id, span.parent_id) == (RUN, child, RUN)


def test_what_is_no_run_is_named_and_the_rest_loads() -> None:
    found = parts({"post": [3, {"name": "x"}, START], "patch": "x"}, {**run(2, "x", "tool"), "trace_id": None})
    assert [part for part in found if isinstance(part, str)] == [
        "post[0]: not an object",
        "post[1]: a run without an id",
        "patch: not an array",
        f"the run {RUN[:-2]}02 without a trace id",
    ]


@pytest.mark.parametrize("name", ["default", "reasoning"])
def test_published_batches(name: str) -> None:
    [span] = spans(public(f"langsmith-wrap-openai/langsmith_js_wrap_openai_{name}.json"))
    assert (span.kind, span.parent_id) == ("LLM", None)
    assert span.duration_ns is not None
