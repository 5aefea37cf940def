"""`annotator list FILTER` over real traces in a store."""

import json

import pytest

from tests.cli.program import Program
from tests.recorded import FOLDER

MINE = "--as", "mira"


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A queue of real traces, two of them judged by two people."""
    program = Program(tmp_path_factory.mktemp("pulled"))
    program.run("pull", str(FOLDER / "edge-mild.otlp.json.gz"), *MINE, "--target", "span").done()
    one, two = [record["id"] for record in program.run("list", "--json").done().records][:2]
    program.run("annotate", one, "correctness=fail", *MINE).done()
    program.run("annotate", one, "correctness=pass", "--as", "bob").done()
    program.run("annotate", two, "correctness=pass", *MINE).done()
    return program


def found(program: Program, text: str, *more: str) -> list[int]:
    """Positions."""
    return [record["position"] for record in program.run("list", "--json", *more, text).done().records]


def test_judgements(pulled: Program) -> None:
    assert found(pulled, "disagreement") == [1]
    assert found(pulled, "others.correctness != mine.correctness", *MINE) == [1]
    assert found(pulled, "mine.correctness = pass", *MINE) == [2]
    assert found(pulled, "correctness = pass and done", *MINE) == [1, 2]
    assert found(pulled, "annotation", "--as", "eve") == [1, 2]
    assert len(found(pulled, "unannotated", "--as", "eve")) == len(found(pulled, "todo or done"))


def test_mine_is_what_the_filter_calls_so(pulled: Program) -> None:
    for who, mine in (("mira", {"fail"}), ("bob", {"pass"}), ("eve", set())):
        first = pulled.run("list", "--json", "--as", who).done().records[0]
        assert {row["label"] for row in first["annotations"] if row["mine"]} == mine, who
        assert (found(pulled, "mine.correctness", "--as", who)[:1] == [1]) == bool(mine)
    assert [row["mine"] for row in pulled.run("list", "--json").done().records[0]["annotations"]] == [True, True]


def test_everybody_but_me_is_named(pulled: Program) -> None:
    def told(*who: str) -> set[str]:
        line = pulled.run("list", *who).done().lines[0]
        return {part for part in line.split("  ") if "correctness=" in part}

    assert told(*MINE) == {"correctness=fail", "bob: correctness=pass"}
    assert told("--as", "bob") == {"mira: correctness=fail", "correctness=pass"}
    assert told("--as", "eve") == told() == {"mira: correctness=fail", "bob: correctness=pass"}


def test_what_was_recorded_agrees_with_what_is_listed(pulled: Program) -> None:
    records = pulled.run("list", "--json").done().records
    slow = [record["position"] for record in records if (record["duration_ms"] or 0) > 1]
    assert found(pulled, "latency > 1ms") == slow != []
    failed = [record["position"] for record in records if record["error"]]
    assert found(pulled, "status = error") == failed != []
    traces = {record["trace_id"] for record in records if record["error"]}
    assert found(pulled, "any(status = error)") == [record["position"] for record in records if record["trace_id"] in traces]
    named = records[0]["name"]
    assert found(pulled, f"name = {json.dumps(named)}") == [record["position"] for record in records if record["name"] == named]


def test_words_may_be_several_and_a_state_is_one_of_them(pulled: Program) -> None:
    assert [line.split()[0] for line in pulled.run("list", "--state", "done", "not", "todo", *MINE).done().lines] == ["1", "2"]


def test_a_mistake_is_pointed_at(pulled: Program) -> None:
    result = pulled.run("list", "correctness = fial")
    assert (result.code, result.out) == (2, "")
    title, shown, caret, advice = result.err.splitlines()
    assert title == "annotator: correctness has no label 'fial'." and "Nearest: fail" in advice
    assert shown[caret.index("^") :] == "fial"


def test_the_help_has_the_language(pulled: Program) -> None:
    assert "any(kind = tool and status = error)" in pulled.run("list", "--help").done().out
