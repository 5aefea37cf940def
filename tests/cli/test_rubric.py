"""`annotator rubric` without a server."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from annotator.cli.main import main, parser
from annotator.cli.rubric import FILE
from annotator.cli.rubric_migrate import MOVES
from annotator.config.moves_file import load_moves
from annotator.config.rubric_file import parse_rubric
from tests.cli.program import Program, trace_lines

ACTIONS = ("show", "check", "diff", "pull", "push", "migrate")
OLD = """name = "r"
version = "1"
[[config]]
name = "quality"
type = "categorical"
values = [{ label = "right", score = 1 }, { label = "wrong", score = 0 }]
"""
NEW = OLD.replace('"1"', '"2"').replace('"wrong"', '"incorrect"')
IDS = [f"bbbb{n:04x}{'0' * 8}" for n in range(1, 5)]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Four items, judged: right, wrong, wrong, and one by bob."""
    made = Program(tmp_path)
    made.environment |= {"ANNOTATOR_NAME": "mira"}
    monkeypatch.setattr("os.environ", made.environment)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.toml").write_text(OLD)
    (tmp_path / "new.toml").write_text(NEW)
    (tmp_path / "moves.toml").write_text('[moves.quality]\nwrong = "incorrect"\n')
    (tmp_path / "t.jsonl").write_text(trace_lines(4))
    assert main(["pull", "t.jsonl", "--rubric", "old.toml"]) == 0
    for id_, label, name in zip(IDS, ("right", "wrong", "wrong", "wrong"), ("mira", "mira", "mira", "bob"), strict=True):
        assert main(["annotate", id_, f"quality={label}", "--as", name]) == 0
    return made


def labels(program: Program) -> list[tuple[str, str]]:
    rows = [row for item in program.run("list", "--json").done().records for row in item["annotations"]]
    return [(row["label"], row["identifier"]) for row in rows]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_sub_verb_explains_itself_and_its_example_is_a_command_line(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(["rubric", action, "--help"])
    assert stop.value.code == 0
    example = re.search(r"example: annotator (rubric .*)", " ".join(capsys.readouterr().out.split()))
    assert example
    args: argparse.Namespace = parser().parse_args(shlex.split(example[1]))
    assert (args.verb, args.action) == ("rubric", action)


def test_the_files_of_the_help_can_be_read(tmp_path: Path) -> None:
    rubric = parse_rubric("refunds.toml", FILE)
    assert (rubric.tag, rubric.owner, len(rubric.criteria)) == ("refunds@2", "support quality", 2)
    path = tmp_path / "moves.toml"
    path.write_text(MOVES)
    new = parse_rubric("n", '[[config]]\nname = "correctness"\ntype = "categorical"\nvalues = ["incorrect"]\n'
                            '[[config]]\nname = "helpfulness"\ntype = "categorical"\nvalues = ["no", "yes"]\n')  # fmt: skip
    assert set(load_moves(path, new).by_config) == {"correctness", "helpfulness"}


def test_check_says_where_and_what(program: Program) -> None:
    done = program.run("rubric", "check", "old.toml").done()
    assert done.lines[0] == "old.toml: it has no owner: nobody is named who decides about it"
    assert "old.toml:4: quality: no optimization_direction: nobody can tell whether more is better" in done.lines
    assert done.lines[-1] == "old.toml: 1 config, 3 warnings"
    assert program.run("rubric", "check", "old.toml", "--strict").code == 1
    (program.folder / "bad.toml").write_text(OLD.replace("label", "lable"))
    program.run("rubric", "check", "bad.toml").error(2, "bad.toml:6", "Did you mean label?")
    (program.folder / "key.toml").write_text(OLD.replace("score = 1 }", 'score = 1, key = "j" }'))
    program.run("rubric", "check", "key.toml").error(2, "'j'", "is the key of the command")


def test_show_a_file_and_a_queue(program: Program) -> None:
    (program.folder / "help.toml").write_text(FILE)
    lines = program.run("rubric", "show", "help.toml").done().lines
    assert lines[:2] == ["refunds@2 owner: support quality", "  Read the refund policy first."]
    assert "  Judge the answer, not the tone." in lines and "       no: a rude, but right answer" in lines
    assert program.run("rubric", "show").done().lines[:2] == ["queue t", "r@1"]
    assert parse_rubric("q", program.run("rubric", "show", "--queue", "t", "--toml").done().out).tag == "r@1"


def test_diff_ends_with_1_where_it_breaks(program: Program) -> None:
    broken = program.run("rubric", "diff", "queue:t", "new.toml")
    assert broken.code == 1 and broken.lines == [
        "compatible  version '1' is '2'",
        "breaking    quality: label 'wrong' is removed",
        "compatible  quality: label 'incorrect' is added",
        "1 breaking change, 2 compatible",
    ]
    assert program.run("rubric", "diff", "old.toml", "queue:t").done().lines == ["no difference"]
    (program.folder / "wide.toml").write_text(OLD.replace("values = [", 'values = [{ label = "odd" }, '))
    compatible = program.run("rubric", "diff", "old.toml", "wide.toml")
    assert compatible.code == 0 and "another version" in compatible.err


def test_a_queue_keeps_its_rubric_where_an_answer_would_not_fit(program: Program) -> None:
    program.run("pull", "t.jsonl", "--rubric", "new.toml").error(
        2, "quality = wrong on 3", "annotator rubric migrate new.toml --moves MOVES --queue 't'"
    )
    assert program.run("rubric", "show").lines[1] == "r@1"
    (program.folder / "wide.toml").write_text(OLD.replace('"1"', '"1.1"').replace("values = [", 'values = [{ label = "odd" }, '))
    program.run("pull", "t.jsonl", "--rubric", "wide.toml").done()
    lines = program.run("rubric", "show").done().lines
    assert lines[1] == "r@1.1" and [line[:8] for line in lines[-3:]] == ["  3  odd", "  1  rig", "  2  wro"], "digits never move"
    program.run("pull", "t.jsonl", "--rubric", "wide.toml").done()


def test_migrate_and_back(program: Program) -> None:
    before = labels(program)
    refused = program.run("rubric", "migrate", "new.toml").error(2, "quality = wrong on 2", 'quality] "wrong" = "…"', out=(
        "      1  quality: wrong are other people's, who move them themselves (not mira)\n"
    ))  # fmt: skip
    assert "no move says what becomes of them" in refused
    program.run("rubric", "migrate", "new.toml", "--moves", "moves.toml").error(2, "asks first", "Add --yes.", out=(
        "      2  quality: wrong becomes incorrect\n      1  quality: wrong are other people's, who move them themselves (not mira)\n"
    ))  # fmt: skip
    assert program.run("rubric", "migrate", "new.toml", "--moves", "moves.toml", "--dry-run").done().lines[-1] == (
        "t: 2 answers of mira to move, from r@1 to r@2"
    )
    assert labels(program) == before
    done = program.run("rubric", "migrate", "new.toml", "--moves", "moves.toml", "--yes").done()
    assert done.lines[-1] == "done: t: 2 answers of mira to move, from r@1 to r@2"
    assert [label for label, _ in labels(program)] == ["right", "incorrect", "incorrect", "wrong"]
    again = program.run("rubric", "migrate", "new.toml", "--moves", "moves.toml", "--yes", "--as", "bob").done()
    assert again.lines[-1] == "done: t: 1 answer of bob to move, from r@2 to r@2"
    assert {label for label, _ in labels(program)} == {"right", "incorrect"}
    program.run("store", "check").done()
    assert program.run("rubric", "migrate", "--undo", "--as", "bob").done().lines == [
        "taken back: move 1 answer to r@2; t is judged by r@2 again"
    ]
    assert program.run("rubric", "migrate", "--undo").done().lines == ["taken back: move 2 answers to r@2; t is judged by r@1 again"]
    assert labels(program) == before
    program.run("rubric", "migrate", "--undo").error(1, "was no move to another rubric")
    assert labels(program) == before


def test_what_cannot_be(program: Program) -> None:
    program.run("rubric", "migrate").error(2, "Say FILE")
    program.run("rubric", "migrate", "new.toml", "--queue", "nope").error(2, "no queue 'nope'")
    (program.folder / "same.toml").write_text(NEW.replace('"2"', '"1"'))
    program.run("rubric", "migrate", "same.toml", "--as", "bob").error(2, "quality = wrong on 1", "give it another version", out=(
        "      2  quality: wrong are other people's, who move them themselves (not bob)\n"
    ))  # fmt: skip
    program.run("rubric", "push", "new.toml").error(2, "No server is named.")
