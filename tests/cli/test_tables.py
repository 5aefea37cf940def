"""Tables, log records and several files on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program, trace_lines

TABLE = "frage,antwort,thema\nWie?,So.,a\nWo?,Da.,b\n"
MAP = ("--column", "input=frage", "--column", "output=antwort")


@pytest.fixture
def fresh(tmp_path: Path) -> Program:
    (tmp_path / "t.csv").write_text(TABLE)
    return Program(tmp_path)


def shown(program: Program, position: int = 0, queue: str = "t") -> str:
    """The text of an item."""
    return program.run("show", program.run("list", "--json", "--queue", queue).done().records[position]["id"]).done().out


def test_a_table_asks_for_its_columns_and_keeps_them(fresh: Program) -> None:
    fresh.run("pull", "t.csv", "--as", "mira").error(2, "frage, antwort, thema", "--column input=COLUMN --column output=COLUMN")
    assert fresh.run("queue", "list").done().out == "", "nothing is left of it"
    assert fresh.run("pull", "t.csv", "--as", "mira", *MAP).done().lines == ["t: 2 items, everything is stored"]
    text = shown(fresh)
    assert "Wie?" in text and "So." in text and "thema=a" in text
    assert fresh.run("pull", "t.csv", "--as", "mira").done().lines == ["t: 2 items, everything is here already"], "the map is the queue's"
    assert fresh.run("pull", "t.csv", "--as", "mira", *MAP).done().lines == ["t: 2 items, everything is here already"]


def test_a_wrong_option_is_said(fresh: Program) -> None:
    fresh.run("pull", "t.csv", "--as", "mira", "--column", "input").error(2, "not ROLE=COLUMN")
    fresh.run("pull", "t.csv", "--as", "mira", "--column", "input=fragen").error(2, "no column 'fragen'", "frage, antwort, thema")
    fresh.run("pull", "http://127.0.0.1:1", "--as", "mira", *MAP).error(2, "this is a server")


def test_bad_rows_are_named_and_the_rest_loads(fresh: Program) -> None:
    (fresh.folder / "bad.csv").write_text("input,output\na,b\nc\nd,e\n")
    result = fresh.run("pull", "bad.csv", "--as", "mira")
    assert (result.code, result.lines) == (1, ["bad: 2 items, everything is stored"])
    assert result.err.splitlines() == ["  line 3: 1 cells in a table of 2 columns", "annotator: 1 part could not be read whole"]


def logs(path: Path, *records: tuple[str, str]) -> None:
    rows = [
        {"traceId": trace_id, "spanId": span_id, "eventName": "gen_ai.user.message", "body": {"stringValue": f"said in {span_id}"}}
        for trace_id, span_id in records
    ]
    path.write_text("".join(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [row]}]}]}) + "\n" for row in rows))


def test_log_records_are_given_as_a_second_file_or_in_a_folder(fresh: Program) -> None:
    trace, span = f"aaaa0001{'0' * 24}", "cccc000100000000"
    (fresh.folder / "both").mkdir()
    (fresh.folder / "both" / "spans.jsonl").write_text(trace_lines(1))
    logs(fresh.folder / "both" / "logs.jsonl", (trace, span))
    fresh.run("pull", "both/spans.jsonl", "both/logs.jsonl", "--as", "mira").done()
    found = fresh.run("status", "--json").done().json["queues"][0]
    assert (found["name"], found["items"]) == ("spans", 1) and found["source"].count(str(fresh.folder)) == 2
    assert "everything is here already" in fresh.run("pull", "both/spans.jsonl", "both/logs.jsonl", "--as", "mira").done().out
    fresh.run("pull", "both", "--as", "mira", "--queue", "folder").done()
    assert fresh.run("status", "--json").done().json["queues"][0]["items"] == 1


def test_log_records_alone_are_shown_and_what_is_missing_is_said(fresh: Program) -> None:
    trace, span = "ab" * 16, "cd" * 8
    logs(fresh.folder / "logs.jsonl", (trace, span))
    result = fresh.run("pull", "logs.jsonl", "--as", "mira")
    assert (result.code, result.lines) == (1, ["logs: 1 item, everything is stored"])
    assert f"1 log record is of spans of trace {trace} that did not come" in result.err and "give the file with the spans too" in result.err
    assert "only log records of this span came, not the span itself" in fresh.run("show", span).done().out


def test_a_server_a_pipe_and_files_do_not_mix(fresh: Program) -> None:
    fresh.run("pull", "t.csv", "http://127.0.0.1:1", "--as", "mira").error(2, "A server and files cannot be one queue.")
    fresh.run("pull", "http://127.0.0.1:1", "t.csv", "--as", "mira").error(2, "A server and files cannot be one queue.")
    fresh.run("pull", "t.csv", "-", "--as", "mira").error(2, "Standard input (-) stands alone.")
    fresh.run("pull", "t.csv", "gone.csv", "--as", "mira").error(2, "There is no file", "gone.csv")
