"""`annotator export` on the command line: what every format holds, what is left out and said, what is never overwritten."""

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from annotator.cli.export import EXAMPLES, FORMATS
from annotator.cli.main import main
from tests.cli.program import Program
from tests.export.scene import ANSWERED, ASKED, SCHEMA, copied, lines, root

TEXTS = [name for name in FORMATS if name not in ("phoenix-dataset", "parquet")]


def test_json_lines_hold_everything(scene: Program) -> None:
    done = scene.run("export", "--format", "jsonl", "--out", "all.jsonl").done()
    assert done.lines == ["traces: 4 items in all.jsonl"]
    rows = {row["id"]: row for row in lines(scene, "all.jsonl")}
    assert list(rows) == [root(n) for n in (4, 3, 2, 1)] or list(rows) == [root(n) for n in (1, 2, 3, 4)]
    third = rows[root(3)]
    assert third.items() >= {
        "queue": "traces", "target": "span", "trace_id": f"aaaa0003{'0' * 24}", "span_id": root(3), "session_id": "session 3",
        "document_position": None, "input": ASKED[3], "output": "In  Bergen.", "expected_output": None, "outcome": "pass",
        "model": "gpt-4o", "rubric": "support", "rubric_version": "7", "split": None, "state": "done", "span_kind": "CHAIN",
    }.items()  # fmt: skip
    assert [message["role"] for message in third["messages"]] == ["system", "user", "assistant", "tool"]
    [call] = third["messages"][2]["tool_calls"]
    assert call["function"] == {"name": "weather", "arguments": '{"city": "Bergen"}'}
    assert third["messages"][3]["tool_call_id"] == call["id"] != ""
    assert third["tools"] == [{"type": "function", "function": {"name": "weather", "description": "Looks.", "parameters": SCHEMA}}]
    assert [(one["span_id"], one["position"], one["content"]) for one in third["documents"]] == [
        (f"dddd0003{'0' * 8}", 0, "document 0"), (f"dddd0003{'0' * 8}", 1, "document 1"),
    ]  # fmt: skip
    second = rows[root(2)]
    assert (second["output"], second["expected_output"], second["outcome"]) == ("five", "four", "fail")
    label, text = second["annotations"]
    assert label.items() >= {
        "target": "span", "id": root(2), "name": "correctness", "label": "fail", "score": 0.0, "explanation": "because of 2",
        "annotator_kind": "HUMAN", "identifier": "annotator:ann", "author": "ann",
    }.items()  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", label["updated_at"])
    assert text["name"] == "expected_output" and text["explanation"] == "four"
    assert [row["name"] for row in rows[root(4)]["annotations"]] == ["correctness", "note"]


def test_a_filter_and_every_item(scene: Program) -> None:
    found = scene.run("export", "--format", "jsonl", "correctness", "=", "fail").records
    assert {row["id"] for row in found} == {root(2), root(4)}
    assert len(scene.run("export", "--format", "jsonl", "--all").records) == 5
    bad = scene.run("export", "--format", "jsonl", "correctnes", "=", "fail")
    assert bad.code == 2 and "correctness" in bad.err


def test_mine_leaves_out_what_others_say(scene: Program) -> None:
    assert scene.run("export", "--format", "jsonl", "--mine", "--as", "bob").code == 1
    assert len(scene.run("export", "--format", "jsonl", "--mine", "--as", "ann").records) == 4


def test_tables_hold_the_same_and_a_column_for_each_config(scene: Program) -> None:
    scene.run("export", "--format", "parquet", "--out", "all.parquet").done()
    text = scene.run("export", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    table = pyarrow.parquet.read_table(scene.folder / "all.parquet").to_pylist()
    whole = {row["id"]: row for row in scene.run("export", "--format", "jsonl").records}
    for cells, columns in zip(rows, table, strict=True):
        assert {key: "" if value is None else str(value) for key, value in columns.items()} == cells
        row = whole[cells["id"]]
        for name in ("messages", "output_messages", "tools", "documents", "annotations"):
            assert json.loads(cells[name]) == row[name]
        assert (cells["input"], cells["output"], columns["expected_output"]) == (row["input"], row["output"], row["expected_output"])
        label = next(one for one in row["annotations"] if one["name"] == "correctness")
        assert (columns["correctness.label"], columns["correctness.score"]) == (label["label"], label["score"])


def test_evals_have_items(scene: Program) -> None:
    rows = {row["item"]["id"]: row for row in scene.run("export", "--format", "openai-evals").records}
    assert all(list(row) == ["item"] for row in rows.values())
    told = {key: (row["item"]["expected_output"], row["item"]["outcome"], row["item"]["labels"]) for key, row in rows.items()}
    assert told == {
        f"span:{root(1)}": ("two", "pass", {"correctness": "pass"}), f"span:{root(2)}": ("four", "fail", {"correctness": "fail"}),
        f"span:{root(3)}": ("In  Bergen.", "pass", {"correctness": "pass"}), f"span:{root(4)}": (None, "fail", {"correctness": "fail"}),
    }  # fmt: skip


def test_fine_tuning_learns_right_answers_alone(scene: Program) -> None:
    done = scene.run("export", "--format", "openai-ft", "--out", "ft.jsonl")
    assert done.lines == ["traces: 3 items in ft.jsonl", "  1 item left out: failed, and no expected output"]
    chats = {row["messages"][1]["content"]: row for row in lines(scene, "ft.jsonl")}
    assert {asked: row["messages"][-1] for asked, row in chats.items()} == {
        ASKED[1]: {"role": "assistant", "content": "two"},
        ASKED[2]: {"role": "assistant", "content": "four"},
        ASKED[3]: {"role": "assistant", "content": ANSWERED[3]},
    }
    assert "tools" not in chats[ASKED[1]] and chats[ASKED[3]]["tools"][0]["function"]["name"] == "weather"


def test_dspy_examples_come_with_their_loader(scene: Program) -> None:
    done = scene.run("export", "--format", "dspy", "--out", "taught.d", "--split", "train=0.5,test=0.5")
    assert done.lines[0].startswith("traces: 3 items in taught.py and taught.jsonl (")
    (scene.folder / "dspy.py").write_text(
        "class Example(dict):\n    def __init__(self, **fields): super().__init__(fields)\n"
        "    def with_inputs(self, *names): self.inputs = names; return self\n"
    )
    script = "import taught, json; print(json.dumps([[dict(one), one.inputs] for one in taught.examples()]))"
    said = subprocess.run([sys.executable, "-c", script], cwd=scene.folder, capture_output=True, text=True, check=True).stdout
    found = {example["input"]: (example, inputs) for example, inputs in json.loads(said)}
    assert {asked: example["output"] for asked, (example, _) in found.items()} == {
        ASKED[1]: "two", ASKED[2]: "four", ASKED[3]: "In  Bergen.",
    }  # fmt: skip
    assert found[ASKED[3]][1] == ["input", "context"] and found[ASKED[3]][0]["context"] == ["document 0", "document 1"]
    assert found[ASKED[1]][1] == ["input"]


@pytest.mark.parametrize(
    "example", [line.strip() for line in EXAMPLES.splitlines() if "phoenix" not in line and "annotator export" in line]
)
def test_the_examples_of_the_help_run(scene: Program, example: str) -> None:
    words = shlex.split(example.partition("annotator ")[2])
    for path in scene.folder.glob("golden.*"):
        path.unlink()
    done = scene.run(*words)
    assert done.code == 0, done
    out = scene.folder / words[words.index("--out") + 1]
    made = list(out.iterdir()) if out.is_dir() else [out]
    assert all(path.stat().st_size > 100 for path in made if path.name != "validation.jsonl")
    if out.is_dir():
        assert {path.name for path in made} == {"train.jsonl", "validation.jsonl"}


@pytest.mark.parametrize("form", TEXTS)
def test_standard_output_is_the_file(scene: Program, form: str) -> None:
    more = ["--function", "app:answer"] if form == "pytest" else []
    done = scene.run("export", "--format", form, "--out", "-", *more)
    assert done.code == 0 and done.err.startswith("traces: ")
    scene.run("export", "--format", form, "--out", "test_same.x", "--force", *more)
    written = scene.folder / ("test_same.jsonl" if form in ("pytest", "dspy") else "test_same.x")
    if form == "pytest":
        assert "CASES = [json.loads(line) for line in (" in done.out
    else:
        assert done.out.splitlines() == written.read_text("utf-8").splitlines()


def test_a_file_that_is_there_stays(scene: Program) -> None:
    kept = scene.folder / "kept.jsonl"
    kept.write_text("mine")
    scene.run("export", "--format", "jsonl", "--out", "kept.jsonl").error(2, "there already", "--force")
    assert kept.read_text() == "mine"
    scene.run("export", "--format", "jsonl", "--out", "kept.jsonl", "--force").done()
    assert len(lines(scene, "kept.jsonl")) == 4


def test_nothing_is_left_of_an_export_of_nothing(scene: Program) -> None:
    scene.run("export", "--format", "jsonl", "--out", "none.jsonl", "state", "=", "flagged").error(1, "Nothing was exported")
    assert not [path for path in scene.folder.iterdir() if "none" in path.name]


@pytest.mark.parametrize(
    "args, said",
    [
        (["jsonl", "--out", "no/such/folder/x.jsonl"], ["cannot be written"]),
        (["jsonl", "--split", "train=0.5"], ["add up to 0.5"]),
        (["jsonl", "--seed", "3"], ["--seed"]),
        (["openai-ft", "--split", "a=0.5,b=0.5", "--out", "x.jsonl"], ["splits", "--out x/"]),
        (["openai-ft", "--split", "a=0.5,b=0.5"], ["splits"]),
        (["pytest", "--out", "test_x.py"], ["needs the function"]),
        (["pytest", "--out", "x.py", "--function", "a:b"], ["test_"]),
        (["pytest", "--function", "os.system('x')"], ["names no function"]),
        (["jsonl", "--function", "a:b"], ["--format pytest"]),
        (["jsonl", "--dataset", "x"], ["phoenix-dataset"]),
        (["phoenix-dataset", "--out", "x"], ["--dataset NAME"]),
        (["phoenix-dataset"], ["came from files", "--to URL"]),
    ],
)
def test_what_cannot_be(
    scene: Program, args: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "PHOENIX_DISCOVER_CONFIG"):
        monkeypatch.setenv(name, scene.environment[name])
    monkeypatch.chdir(scene.folder)
    before = there(scene)
    assert main(["export", "--store", str(scene.store), "--format", *args]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 2 and all(text in err for text in said), err
    assert there(scene) == before


def there(scene: Program) -> list[str]:
    """Files, but for what a store keeps beside itself while it is open."""
    return sorted(path.name for path in scene.folder.iterdir() if not path.name.startswith("annotator.db-"))


def test_what_is_not_here_is_said(scene: Program, tmp_path: Path) -> None:
    program = copied(scene, tmp_path)
    program.run("annotate", root(9), "correctness=pass", "--as", "ann").done()
    program.run("store", "purge", "--yes").done()
    program.run("export", "--format", "jsonl").error(1, "Nothing was exported: 5 not here yet")
