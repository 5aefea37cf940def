"""Verbs on a queue from a file: no server, no network."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program, trace_lines

ROOTS = [f"bbbb{n:04x}00000000" for n in (1, 2, 3)]
TRACES = [f"aaaa{n:04x}{'0' * 24}" for n in (1, 2, 3)]
RUBRIC = """
name = "refunds"
[[config]]
name = "correctness"
type = "CATEGORICAL"
values = [{ label = "pass", score = 1 }, { label = "fail", score = 0 }]
[[config]]
name = "score"
type = "CONTINUOUS"
lower_bound = 0
upper_bound = 100
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Program:
    """Without a store, beside a file of three traces."""
    (tmp_path / "traces.jsonl").write_text(trace_lines(3))
    return Program(tmp_path)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A queue of three traces, which no test changes."""
    program = Program(tmp_path_factory.mktemp("pulled"))
    (program.folder / "traces.jsonl").write_text(trace_lines(3))
    program.run("pull", "traces.jsonl", "--as", "mira").done()
    return program


def test_pull_is_quiet_where_nobody_looks_and_says_what_it_did(fresh: Program) -> None:
    assert fresh.run("pull", "traces.jsonl", "--as", "mira").done().lines == ["traces: 3 items, everything is stored"]
    assert fresh.run("pull", "traces.jsonl", "--as", "mira").done().lines == ["traces: 3 items, everything is here already"]


def test_a_file_with_bad_lines_is_read_and_they_are_named(fresh: Program) -> None:
    lines = trace_lines(1).splitlines()
    (fresh.folder / "bad.jsonl").write_text("\n".join([lines[0], "{", lines[1]]))
    result = fresh.run("pull", "bad.jsonl", "--as", "mira")
    assert (result.code, result.lines) == (1, ["bad: 1 item, everything is stored"])
    assert result.err.splitlines()[0].startswith("  line 2: not JSON") and "1 part could not be read" in result.err


def test_pull_from_a_pipe(fresh: Program) -> None:
    assert fresh.run("pull", "-", "--as", "mira", stdin=trace_lines(2)).done().lines == ["stdin: 2 items, everything is stored"]


def test_a_selection_that_nothing_fits(fresh: Program) -> None:
    fresh.run("pull", "traces.jsonl", "--as", "mira", "--kind", "RETRIEVER").error(1, "None of 3 traces fits", "--kind")


def test_status_before_there_is_a_store(fresh: Program) -> None:
    found = fresh.run("status", "--json").done().json
    empty: dict[str, Any] = {"annotator": None, "server": None, "queues": [], "outbox": {"waiting": 0, "parked": 0}}
    assert found == {"store": str(fresh.store), **empty}
    assert fresh.run("status").done().lines[1:] == ["annotator  nobody yet: --as NAME", "outbox     0 waiting, 0 parked"]
    assert not fresh.store.exists()


@pytest.mark.parametrize("verb", [["list"], ["show", "a"], ["annotate", "a", "x=1"], ["push"], ["queue", "list"]])
def test_verbs_that_need_a_store_say_how_to_make_one(fresh: Program, verb: list[str]) -> None:
    fresh.run(*verb).error(2, f"There is no store at {fresh.store} yet.", "annotator pull SOURCE")
    assert not fresh.store.exists()


def test_nobody_said_who_is_judging(fresh: Program) -> None:
    fresh.run("pull", "traces.jsonl").done()
    fresh.run("annotate", ROOTS[0], "correctness=pass").error(2, "Nobody said who is judging.", "--as NAME", "ANNOTATOR_NAME")
    fresh.run("annotate", ROOTS[0], "correctness=pass", env={"ANNOTATOR_NAME": "mira", "USER": "root"}).done()


def test_without_a_verb_the_help_is_printed(fresh: Program) -> None:
    bare = fresh.run()
    assert (bare.code, bare.out, bare.err) == (2, "", fresh.run("--help").done().out)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["pull", "trases.jsonl", "--as", "m"], 2, ["There is no file", "traces.jsonl?"]),
        (["pull", "http://", "--as", "m"], 2, ["'http://' is not the URL of a server"]),
        (["pull", "traces.jsonl", "--as", "m", "--limit", "0"], 2, ["--limit 0 leaves nothing"]),
        (["pull", "traces.jsonl", "--as", "m", "--order", "up"], 2, ["--order up is not an order", "random:SEED"]),
        (["pull", "traces.jsonl", "--as", "m", "--since", "noon"], 2, ["--since noon is not a time"]),
        (["pull", "traces.jsonl", "--as", "m", "--rubric", "none.toml"], 2, ["There is no file none.toml"]),
        (["pull", "traces.jsonl", "--as", " "], 2, ["is not a name"]),
        (["pull", "traces.jsonl", "--as", "mira:adjudicated"], 2, ["is not a name", ":recheck"]),
        (["pull", "traces.jsonl", "--frob"], 2, ["unrecognized arguments: --frob", "--help"]),
        (["frob"], 2, ["invalid choice: 'frob'", "'review'"]),
        (["keys", "--keymap", "defualt"], 2, ["There is no keymap 'defualt'", "default"]),
        (["review", "traces.jsonl", "--as", "m"], 2, ["needs a terminal", "annotator pull"]),
        (["demo"], 2, ["needs a terminal"]),
        (["pull", "-", "--as", "m"], 2, ["Standard input is empty"]),
    ],
)
def test_an_error_is_two_lines(fresh: Program, args: list[str], code: int, said: list[str]) -> None:
    fresh.run(*args).error(code, *said)


def test_a_store_that_is_none(fresh: Program) -> None:
    (fresh.folder / "other.db").write_text("not a database, but long enough to look like one" * 100)
    fresh.run("list", "--store", "other.db").error(1, "other.db")
    fresh.run("list", "--store", ".").error(1, "cannot be opened")


def test_list_json_has_the_shape_that_programs_rely_on(pulled: Program) -> None:
    assert pulled.run("list", "--json").done().records == [
        {
            "queue": "traces", "position": n, "id": root, "target": "span", "document_position": None, "trace_id": trace, "span_id": root,
            "name": f"chain {n}", "question": f"question {n}", "error": False, "duration_ms": 1000.0,
            "state": "todo", "reason": "", "why": "", "rule": "", "inclusion": 1.0, "datasets": [], "annotations": [], "related": [],
        }
        for n, root, trace in zip((1, 2, 3), ROOTS, TRACES, strict=True)
    ]  # fmt: skip
    assert pulled.run("list", "--json", "--state", "done").done().records == []
    assert len(pulled.run("list", "--queue", "traces").done().lines) == 3
    pulled.run("list", "--queue", "trace").error(2, "There is no queue 'trace'.", "traces")


def test_status_json_of_files(pulled: Program) -> None:
    states = {"items": 3, "todo": 3, "done": 0, "skipped": 0, "deferred": 0, "flagged": 0}
    assert pulled.run("status", "--json", "--as", "mira").done().json == {
        "store": str(pulled.store),
        "annotator": "mira",
        "server": None,
        "queues": [
            {
                "name": "traces", "source": str(pulled.folder / "traces.jsonl"), "project": "", "target": "root", "filter": "",
                "rules": [], "shared": None, **states,
            },
        ],
        "outbox": {"waiting": 0, "parked": 0},
    }  # fmt: skip


def test_show_takes_a_trace_a_span_and_a_unique_prefix(pulled: Program) -> None:
    whole = pulled.run("show", TRACES[1]).done()
    assert pulled.run("show", "aaaa0002").done() == whole == pulled.run("show", "AAAA0002").done()
    assert "question 2" in whole.out and "answer 2" in whole.out and "question 1" not in whole.out
    assert "\x1b" not in whole.out, "what came from a trace is data"
    assert "prompt 3" in pulled.run("show", "cccc0003").done().out


def test_show_json_has_what_was_read(pulled: Program) -> None:
    found = pulled.run("show", "aaaa0001", "--json").done().json
    assert found["trace_id"] == TRACES[0] and [span["kind"] for span in found["spans"]] == ["CHAIN", "LLM"]
    [span] = pulled.run("show", "cccc0001", "--json").done().json["spans"]
    assert (span["span_id"], span["parent_id"], span["name"], span["status"]) == ("cccc000100000000", ROOTS[0], "llm 1", "OK")
    plain: dict[str, Any] = {"role": "user", "parts": [], "tool_calls": [], "tool_call_id": None, "name": None, "failed": False}
    assert span["input_messages"][0] | {"parts": []} == plain
    assert span["input_messages"][0]["parts"][0]["text"] == "prompt 1" and span["model"] == "gpt-4o"
    assert {"tools", "documents", "output_messages", "failures"} <= span.keys()


def test_show_says_what_an_id_is_not(pulled: Program) -> None:
    pulled.run("show", "aaaa").error(2, "'aaaa' begins more than one id.", *TRACES)
    pulled.run("show", "eeee").error(2, "Nothing in the store has the id 'eeee'.", "annotator list")
    pulled.run("show", "").error(2, "Nothing in the store has the id ''.")


def test_annotate_goes_through_the_journal(fresh: Program) -> None:
    (fresh.folder / "rubric.toml").write_text(RUBRIC)
    fresh.run("pull", "traces.jsonl", "--as", "mira", "--rubric", "rubric.toml").done()
    said = fresh.run("annotate", "aaaa0001", "correctness=fail", "--as", "mira").done()
    assert said.lines == ["correctness fail", f"span {ROOTS[0]}: todo"]
    args = ["score=12.5", "--explanation", "why", "--note", " a note "]
    said = fresh.run("annotate", ROOTS[0], *args, env={"ANNOTATOR_NAME": "mira"}).done()
    assert said.lines == ["score 12.5", "explained score", "note added", f"span {ROOTS[0]}: done"]
    record = fresh.run("list", "--json", "--state", "done").done().records[0]
    note = record["annotations"].pop()
    common = {"annotator_kind": "HUMAN", "identifier": "annotator:mira", "author": "mira", "source": None, "mine": True, "synced": False}
    assert all(datetime.fromisoformat(row.pop("updated_at")).tzinfo == UTC for row in record["annotations"])
    assert record["annotations"] == [
        {"name": "correctness", "label": "fail", "score": 0.0, "explanation": None, **common},
        {"name": "score", "label": None, "score": 12.5, "explanation": "why", **common},
    ]
    assert (note["name"], note["explanation"]) == ("note", "a note") and note["identifier"].startswith("annotator:mira:")
    assert fresh.run("status", "--json").done().json["outbox"] == {"waiting": 0, "parked": 0}, "it has no server"
    assert fresh.run("push").done().lines == ["0 rows sent; waiting 0, parked 0"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["aaaa0001", "correctness=maybe"], 2, ["no label 'maybe'", "pass, fail"]),
        (["aaaa0001", "corectness=fail"], 2, ["'corectness=fail' does not answer", "correctness"]),
        (["aaaa0001", "correctness"], 2, ["does not answer"]),
        (["aaaa0001", "correctness=fail", "correctness=maybe"], 2, ["no label 'maybe'"]),
        (["aaaa0001"], 2, ["There is nothing to record."]),
        (["aaaa0001", "--note", " "], 2, ["no text"]),
        (["aaaa0001", "--explanation", "x", "--note", "y"], 2, ["there is none"]),
        (["aaaa", "correctness=fail"], 2, ["more than one id"]),
        (["aaaa0001", "correctness=fail", "--queue", "other"], 2, ["There is no queue 'other'"]),
    ],
)
def test_a_wrong_annotation_stores_nothing(pulled: Program, args: list[str], code: int, said: list[str]) -> None:
    pulled.run("annotate", *args, "--as", "mira").error(code, *said)
    assert not any(record["annotations"] for record in pulled.run("list", "--json").records)


def test_annotate_asks_for_a_name(pulled: Program) -> None:
    pulled.run("annotate", "aaaa0001", "correctness=fail").error(2, "Nobody said who is judging.")


def test_queues_are_listed_renamed_and_removed(fresh: Program) -> None:
    fresh.run("pull", "traces.jsonl", "--as", "mira").done()
    fresh.run("pull", "traces.jsonl", "--as", "mira", "--limit", "1", "--queue", "small").done()
    location = str(fresh.folder / "traces.jsonl")
    assert fresh.run("queue", "list").done().lines == [f"small\t1 item\t0 done\t{location}", f"traces\t3 items\t0 done\t{location}"]
    fresh.run("queue", "rename", "small", "traces").error(2, "missing or taken")
    fresh.run("queue", "rename", "small").error(2, "missing or taken")
    fresh.run("queue", "rename").error(2, "needs the queue's name")
    assert fresh.run("queue", "rename", "small", "tiny").done().lines == ["small is now tiny"]
    fresh.run("annotate", "aaaa0001", "correctness=fail", "--as", "mira", "--queue", "tiny").done()
    fresh.run("queue", "remove", "tiny").error(2, "asks first", "--yes")
    fresh.run("queue", "remove", "small", "--yes").error(2, "There is no queue 'small'.", "tiny, traces")
    assert fresh.run("queue", "remove", "tiny", "--yes").done().lines == ["removed tiny"]
    records = fresh.run("list", "--json").done().records
    assert {record["queue"] for record in records} == {"traces"} and records[0]["annotations"][0]["label"] == "fail", "verdicts stay"


def test_where_and_keys(fresh: Program) -> None:
    lines = fresh.run("where").done().lines
    assert [line.split()[0] for line in lines] == ["config", "store", "keymaps", "shipped", "log"]
    assert str(fresh.store) in lines[1] and str(fresh.folder / "config") in lines[0]
    keys = fresh.run("keys", "--keymap", "vim").done().out
    assert "[review]" in keys and "answer" in keys and keys.splitlines()[-1].startswith("keymaps: default")
    assert fresh.run("keys", "--markdown").done().out.count("|") > 100


def test_a_closed_pipe_is_no_error(pulled: Program) -> None:
    with subprocess.Popen(
        pulled.argv("list"), env=pulled.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=pulled.folder
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
