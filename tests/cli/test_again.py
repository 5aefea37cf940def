"""A file that is pulled again, and another file with the same traces, bring what is new; what was judged stays."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.program import Program, trace_lines

ROOT, TRACE = "bbbb000100000000", f"aaaa0001{'0' * 24}"
RECORD = {
    "traceId": "1" * 32, "spanId": "2" * 16, "timeUnixNano": "7", "eventName": "gen_ai.user.message",
    "body": {"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": "how many hives?"}}]}},
}  # fmt: skip
SPAN = {
    "traceId": "1" * 32, "spanId": "2" * 16, "name": "chat", "startTimeUnixNano": "5", "endTimeUnixNano": "9",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "traces.jsonl").write_text(trace_lines(3))
    (tmp_path / "spans.json").write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}))
    (tmp_path / "logs.json").write_text(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [RECORD]}]}]}))
    return Program(tmp_path)


def pull(program: Program, *files: str) -> list[str]:
    return program.run("pull", *files, "--as", "mira").done().lines


def test_a_changed_file_updates_its_traces_and_keeps_the_judgements(program: Program) -> None:
    pull(program, "traces.jsonl")
    program.run("annotate", ROOT, "correctness=pass", "--as", "mira").done()
    path = program.folder / "traces.jsonl"
    path.write_text(trace_lines(4).replace("answer 1", "another answer"))
    assert pull(program, "traces.jsonl") == ["traces: 4 items, everything is stored; 1 item came; 1 trace was updated"]
    said = program.run("show", ROOT).done().out
    assert "another answer" in said and "answer 1" not in said and "correctness" in said
    assert [record["state"] for record in program.run("list", "--json").done().records] == ["done", "todo", "todo", "todo"]
    assert pull(program, "traces.jsonl") == ["traces: 4 items, everything is here already"]


def test_a_file_that_was_only_touched_has_no_news(program: Program) -> None:
    pull(program, "traces.jsonl")
    os.utime(program.folder / "traces.jsonl", ns=(1, 1))
    assert pull(program, "traces.jsonl") == ["traces: 3 items, everything is here already"]


def test_a_file_that_is_gone_is_here_already(program: Program) -> None:
    pull(program, "traces.jsonl")
    (program.folder / "traces.jsonl").unlink()
    assert pull(program, "--queue", "traces") == ["traces: 3 items, everything is here already"]


def test_two_queues_of_a_file_both_get_what_is_new(program: Program) -> None:
    pull(program, "traces.jsonl")
    pull(program, "traces.jsonl", "--kind", "LLM")
    (program.folder / "traces.jsonl").write_text(trace_lines(4))
    assert pull(program, "traces.jsonl", "--kind", "LLM") == ["traces llm: 4 items, everything is stored; 1 item came"]
    assert pull(program, "traces.jsonl") == ["traces: 4 items, everything is stored; 1 item came"]


def test_another_file_with_the_same_traces_is_what_show_takes_and_the_difference_is_said(program: Program) -> None:
    pull(program, "traces.jsonl")
    (program.folder / "fixed.jsonl").write_text(trace_lines(3).replace("answer 1", "another answer"))
    first, second = pull(program, "fixed.jsonl")
    assert first == "fixed: 3 items, everything is stored"
    assert second == "  1 trace has other content in the queue traces, which keeps it; show takes the newest"
    shown = program.run("show", TRACE)
    assert shown.code == 0 and "another answer" in shown.out
    assert "the queue traces has other content for this trace" in shown.err and "--queue traces" in shown.err
    assert "answer 1" in program.run("show", TRACE, "--queue", "traces").done().out
    assert program.run("show", f"aaaa0002{'0' * 24}").done().out.count("answer 2") >= 1


@pytest.mark.parametrize("both", [("spans.json", "logs.json"), ("logs.json", "spans.json")])
def test_log_records_that_are_given_later_join(program: Program, both: tuple[str, str]) -> None:
    for name in both:
        program.run("pull", name, "--as", "mira")
    for queue in [line.split("\t")[0] for line in program.run("queue", "list").done().lines]:
        said = program.run("show", "2" * 16, "--queue", queue).done().out
        assert "how many hives?" in said and "only log records" not in said, queue


def test_log_records_of_another_queue_make_no_queue_of_their_own(program: Program) -> None:
    pull(program, "spans.json")
    assert pull(program, "logs.json") == ["spans: 1 trace was updated"]
    again = pull(program, "logs.json")
    assert again == [f"{program.folder / 'logs.json'} brings log records of 1 trace; other queues have them already"]
    assert len(program.run("queue", "list").done().lines) == 1


def test_spans_and_records_pulled_together_later_reach_the_queue_of_the_spans(program: Program) -> None:
    pull(program, "spans.json")
    assert pull(program, "spans.json", "logs.json") == ["spans 2: 1 item, everything is stored", "spans: 1 trace was updated"]


def test_pull_needs_no_name_and_nobody_judges_by_it(program: Program) -> None:
    assert program.run("pull", "traces.jsonl").done().lines == ["traces: 3 items, everything is stored"]
    assert program.run("pull", "traces.jsonl").done().lines == ["traces: 3 items, everything is here already"]
    program.run("annotate", ROOT, "correctness=pass").error(2, "Nobody said who is judging.", "--as NAME", "ANNOTATOR_NAME")


def test_the_list_says_what_was_asked_and_what_failed(program: Program) -> None:
    lines = trace_lines(3).replace("question 2", "two \\u001b[31mlines\\nof a question " + "x" * 400)
    rows = lines.splitlines()
    rows[4] = rows[4].replace('"status_code": "OK"', '"status_code": "ERROR"')
    (program.folder / "traces.jsonl").write_text("\n".join(rows))
    pull(program, "traces.jsonl")
    program.run("annotate", ROOT, "correctness=pass", "--as", "mira").done()
    assert program.run("list").done().lines[0].split()[-2:] == ["mira:", "correctness=pass"], "nobody said who asks"
    first, second, third = program.run("list", "--as", "mira").done().lines
    assert first.split() == ["1", "done", ROOT, "question", "1", "1.0s", "correctness=pass"]
    assert " two " in second and second.endswith("…      1.0s") and "\x1b" not in second
    assert third.split() == ["3", "todo", "bbbb000300000000", "question", "3", "✗", "1.0s"]
    _, whole, _ = program.run("list", "--json").done().records
    assert whole["question"].endswith("x" * 400) and whole["question"].startswith("two ")
