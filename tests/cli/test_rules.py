"""Queues by rules on the command line: from a file and from flags, said in status, list, show and report."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.phoenix_server import phoenix_span

RULES = """
order = "newest"
seed = 3
[[rule]]
name = "errors"
when = "any(kind = tool and status = error)"
[[rule]]
name = "baseline"
rate = "25%"
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """100 traces, ten of which have a tool that failed."""
    made = Program(tmp_path)
    spans = []
    for n in range(100):
        place: dict[str, Any] = {"trace_id": f"{n:032x}", "start": f"2026-11-01T12:00:{n % 60:02}+00:00"}
        more: dict[str, Any] = {"span_id": f"{n:014x}02", "parent_id": f"{n:014x}01", "kind": "TOOL", "status": "OK" if n % 10 else "ERROR"}
        spans += [phoenix_span("chat", span_id=f"{n:014x}01", **place), phoenix_span("get_order", **more, **place)]
    (tmp_path / "traces.jsonl").write_text("\n".join(map(json.dumps, spans)))
    (tmp_path / "queue.toml").write_text(RULES)
    return made


def test_a_file_of_rules(program: Program) -> None:
    program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann").done()
    [queue] = program.run("status", "--json").done().json["queues"]
    errors, baseline = queue["rules"]
    assert (errors["name"], errors["when"], errors["items"], errors["draws"]) == ("errors", "any(kind = tool and status = error)", 10, 10)
    assert (baseline["rate"], baseline["cap"], baseline["items"]) == (0.25, None, queue["items"] - 10) and 10 < baseline["items"] < 35
    said = program.run("status").done().out
    assert "rule     errors  10 items: any(kind = tool and status = error)" in said and "items: 25 % of all" in said
    rows = program.run("list", "--json").done().records
    assert Counter((row["rule"], row["why"], row["inclusion"]) for row in rows) == {
        ("errors", "errors: error in get_order", 1.0): 10, ("baseline", "baseline: 25 % of all", 0.25): baseline["items"],
    }  # fmt: skip
    failed = next(row for row in rows if row["error"])
    assert any("errors: error in get_order" in line for line in program.run("list").done().lines)
    assert f"in {queue['name']}: errors: error in get_order" in program.run("show", failed["trace_id"]).done().out
    again = program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann").done()
    assert "everything is here already" in again.out and len(program.run("status", "--json").done().json["queues"]) == 1


def test_flags_come_before_the_file_and_edited_rules_are_another_queue(program: Program) -> None:
    program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann").done()
    words = ("--rules", "queue.toml", "--trigger", "latency < 1ms", "--trigger", "name = other", "--sample", "10 %")
    more = program.run("pull", "traces.jsonl", *words, "--limit", "15", "--order", "random", "--as", "ann")
    assert (more.code, more.err) == (0, "")
    queue = program.run("status", "--json").done().json["queues"][0]
    assert [rule["name"] for rule in queue["rules"]] == ["errors", "baseline", "latency < 1ms", "name = other", "10 % of all"]
    chances = {row["inclusion"] for row in program.run("list", "--json", "--queue", queue["name"]).done().records}
    assert queue["items"] == 15 and len(chances) == 2 and max(chances) < 1
    (program.folder / "queue.toml").write_text(RULES.replace("25%", "50%"))
    edited = program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann")
    assert edited.code == 0 and "keeps the rules that it began with" in edited.err
    assert len(program.run("status", "--json").done().json["queues"]) == 3
    program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--queue", queue["name"]).error(2, "by other rules, which it keeps")
    cut = program.run("pull", "traces.jsonl", "--sample", "50%", "--limit", "5", "--as", "ann")
    assert cut.code == 0 and "by order, not by chance" in cut.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sample", "0%"], ["--sample 0% is no share above 0 and at most 1."]),
        (["--seed", "-1", "--sample", "5%"], ["--seed -1 is below 0."]),
        (["--order", "random:3", "--seed", "4"], ["--order random:3 and --seed 4 are two seeds."]),
        (["--sample", "5%", "--trigger", "5 % of all"], ["belong here"]),
        (["--rules", "queu.toml"], ["There is no file queu.toml.", "Did you mean queue.toml?"]),
        (["--trigger", "latency > 2"], ["'2' is not a duration."]),
        (["--trigger", "correctnes = fail"], ["No rule takes any of 100 traces.", "(rule correctnes = fail); nearest: correctness."]),
    ],
)
def test_what_cannot_be(program: Program, words: list[str], said: list[str]) -> None:
    done = program.run("pull", "traces.jsonl", "--as", "ann", *words)
    assert done.code in (1, 2) and all(text in done.err for text in said), done
    assert not program.store.exists() or program.run("status", "--json").done().json["queues"] == []


def test_a_mistake_in_the_file_is_pointed_at(program: Program) -> None:
    (program.folder / "queue.toml").write_text(RULES.replace("status = error", "status = erorr"))
    done = program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann")
    assert done.code == 2 and "queue.toml:6: There is no status 'erorr'." in done.err and f"\n{' ' * 31}^\n" in done.err


TWO = '[[rule]]\nname = "errors"\nwhen = "any(status = error)"\n[[rule]]\nname = "judged"\nwhen = "%s"\n'


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("llm.corectness < 0.5", "No annotation is named 'corectness' here (rule judged); nearest: correctness."),
        ("correctness = fial", "Nobody gave correctness the label 'fial' here (rule judged); nearest: fail."),
        ("not correctness in (fail, pas)", "Nobody gave correctness the label 'pas' here (rule judged); nearest: pass."),
        ("correctness = fail and llm.correctness.score < 0.5", ""),
        ("latency > 1h", ""),
    ],
)
def test_a_slip_in_one_rule_is_said_though_another_takes_something(program: Program, when: str, said: str) -> None:
    (program.folder / "queue.toml").write_text(TWO % when)
    done = program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann")
    assert done.code == 0 and done.err == (f"annotator: {said}\n" if said else "")


def test_a_file_without_rules_takes_everything_and_says_so(program: Program) -> None:
    (program.folder / "queue.toml").write_text("limit = 20\n")
    done = program.run("pull", "traces.jsonl", "--rules", "queue.toml", "--as", "ann")
    assert done.code == 0 and done.err == "annotator: queue.toml has no [[rule]]: the queue takes everything.\n"


def test_a_limit_without_rules_leaves_the_probability_unknown(program: Program) -> None:
    program.run("pull", "traces.jsonl", "--limit", "10", "--as", "ann").done()
    program.run("pull", "traces.jsonl", "--limit", "10", "--order", "random:3", "--queue", "chance", "--as", "ann").done()
    for queue, inclusion, weight in (("traces", None, None), ("chance", 0.1, 10.0)):
        rows = program.run("list", "--queue", queue, "--json").done().records
        assert [row["inclusion"] for row in rows] == [inclusion] * 10
        for row, label in zip(rows, ("fail", "pass"), strict=False):
            program.run("annotate", row["trace_id"], f"correctness={label}", "--queue", queue, "--as", "ann").done()
        exported = program.run("export", "--queue", queue, "--format", "jsonl").records
        assert len(exported) == 2 and {one["weight"] for one in exported} == {weight}
        said = program.run("report", "--queue", queue).done().out
        assert ("of these items alone: how likely they were to come is not known" in said) is (weight is None)
        assert "0.50" in said


def test_a_limit_that_leaves_nothing_of_a_priority_is_said(program: Program) -> None:
    (program.folder / "queue.toml").write_text(TWO.replace("[[rule]]", "[[rule]]\npriority = 1", 1) % "latency < 1h")
    words = ("pull", "traces.jsonl", "--rules", "queue.toml", "--order", "random:3", "--limit", "10", "--as", "ann")
    done = program.run(*words)
    assert done.code == 0 and done.err.startswith("annotator: The limit leaves nothing of judged: what the items stand for is unknown.")
    assert {row["inclusion"] for row in program.run("list", "--json").done().records} == {None}
    assert program.run(*words).done().err == ""
