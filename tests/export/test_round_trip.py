"""export -> import -> export equals: in the same store nothing changes, in a fresh one every annotation comes back as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.export.scene import copied, lines, root

MORE = """span_id,trace_id,session_id,document_position,name,label,score,explanation,annotator_kind,identifier
{two},,,,toxicity,,0.25,"a, ""quoted""
line",LLM,judge-1
{three},,,0,relevance,relevant,1,,HUMAN,bob
,{trace},,,helpful,yes,,,CODE,
,,session 1,,resolved,,1,ünï 🍳,HUMAN,carol
"""


@pytest.fixture(scope="module")
def filled(scene: Program, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """With rows of others, on every kind of target."""
    program = copied(scene, tmp_path_factory.mktemp("round_trip"))
    text = MORE.format(two=root(2), three=f"dddd0003{'0' * 8}", trace=f"aaaa0001{'0' * 24}")
    (program.folder / "more.csv").write_text(text, "utf-8")
    program.run("import", "more.csv").done()
    program.run("export", "--format", "jsonl", "--out", "first.jsonl").done()
    return program


@pytest.fixture
def here(filled: Program, tmp_path: Path) -> Program:
    return copied(filled, tmp_path)


def elsewhere(here: Program) -> Program:
    """The same traces in another store, that nobody judged."""
    other = Program(here.folder)
    other.environment["ANNOTATOR_STORE"] = str(here.folder / "other.db")
    other.run("pull", "traces.jsonl", "--rubric", "rubric.toml").done()
    return other


def stateless(rows: list[Any]) -> list[Any]:
    """Judging moves an item of a queue, and importing does not."""
    return [{key: value for key, value in row.items() if key != "state"} for row in rows]


def test_in_the_same_store_nothing_changes(here: Program) -> None:
    count = sum(len(row["annotations"]) for row in lines(here, "first.jsonl"))
    assert here.run("import", "first.jsonl").done().lines == [f"first: 0 new, 0 changed, {count} unchanged, 0 bad"]
    here.run("export", "--format", "jsonl", "--out", "second.jsonl").done()
    assert (here.folder / "second.jsonl").read_bytes() == (here.folder / "first.jsonl").read_bytes()


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_in_a_fresh_store_everything_comes_back(here: Program, form: str) -> None:
    here.run("export", "--format", form, "--out", f"out.{form}").done()
    other = elsewhere(here)
    assert other.run("export", "--format", "jsonl").code == 1, "nothing is judged there"
    assert " new, 0 changed, 0 unchanged, 0 bad" in other.run("import", f"out.{form}").done().out
    other.run("export", "--format", "jsonl", "--out", "again.jsonl").done()
    first, again = stateless(lines(here, "first.jsonl")), stateless(lines(here, "again.jsonl"))
    assert again == first
    rows = [(one["target"], one["name"], one["author"]) for row in first for one in row["annotations"]]
    assert {("document", "relevance", None), ("trace", "helpful", None), ("session", "resolved", None)} <= set(rows)
    assert ("span", "note", "ann") in rows and ("span", "toxicity", None) in rows


def test_it_is_taken_back_as_a_whole(here: Program) -> None:
    other = elsewhere(here)
    other.run("import", "first.jsonl").done()
    assert "taken back" in other.run("import", "--undo").done().out
    assert other.run("export", "--format", "jsonl").code == 1


def test_what_a_person_here_changed_since_stays(here: Program) -> None:
    assert here.run("annotate", root(1), "correctness=fail", "--as", "ann").code == 0
    done = here.run("import", "first.jsonl")
    assert done.code == 1 and "ann wrote correctness there" in done.err
    kept = {row["id"]: row["outcome"] for row in here.run("export", "--format", "jsonl").records}
    assert kept[root(1)] == "fail"


def test_rows_that_cannot_be_are_named(here: Program) -> None:
    row = lines(here, "first.jsonl")[0]
    one = dict(row["annotations"][0])
    broken = [
        one | {"target": "item"}, one | {"id": None}, one | {"document_position": 0}, one | {"annotator_kind": None}, one | {"score": "x"},
        one | {"updated_at": "soon"}, one | {"metadata": [1]}, one | {"label": 3}, "x",
    ]  # fmt: skip
    (here.folder / "bad.jsonl").write_text(json.dumps(row | {"annotations": broken}) + "\n")
    done = elsewhere(here).run("import", "bad.jsonl")
    assert done.code == 1 and f"0 new, 0 changed, 0 unchanged, {len(broken)} bad" in done.out
    assert [line.strip()[: len("line 1: annotations[0]")] for line in done.err.splitlines()] == [
        f"line 1: annotations[{place}]" for place in range(len(broken))
    ]
    named = here.run("import", "first.jsonl", "--name", "x")
    assert named.code == 1 and "of their own" in named.err
