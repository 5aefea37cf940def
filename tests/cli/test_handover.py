"""`annotator handover`."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.program import Program, trace_lines

KEYS = {"since", "until", "because", "queues", "people", "answers", "look_first", "skipped", "notes", "unsent"}
PLACE = {"queue", "position", "id", "target", "document_position", "trace_id", "question", "url"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Three traces, of which ann judged one, with a note on it."""
    program = Program(tmp_path_factory.mktemp("handover"))
    (program.folder / "traces.jsonl").write_text(trace_lines(3))
    program.run("pull", "traces.jsonl", "--as", "ann").done()
    first = program.run("list", "--json").done().records[0]["id"]
    program.run("annotate", first, "correctness=pass", "--note", "see #1 | two", "--as", "ann").done()
    return program


def test_the_example_of_the_help_runs_and_the_file_is_whole(program: Program) -> None:
    printed = " ".join(program.run("handover", "--help").done().out.split())
    example = re.search(r"example: annotator (handover\b.*)", printed)
    assert example
    result = program.run(*shlex.split(example[1]))
    assert (result.code, result.out) == (0, "") and result.err.startswith("handed over in shift.md")
    text = (program.folder / "shift.md").read_text()
    assert text.startswith("# Hand-over: traces\n") and "1 done" in text and text.endswith("\n")
    assert "see #1 \\| two" in text and "question 1" in text
    kept = (program.folder / "shift.md").read_bytes()
    program.run("handover", "--out", "shift.md").error(2, "is there already", "--force")
    assert (program.folder / "shift.md").read_bytes() == kept
    again = program.run("handover", "--out", "shift.md", "--force")
    assert again.code == 0 and "1 done" in (program.folder / "shift.md").read_text()
    assert not list(program.folder.glob(".*.part"))


def test_json_has_everything_and_keeps_its_shape(program: Program) -> None:
    made = program.run("handover", "--json", "--since", "1h").done().json
    assert set(made) == KEYS and made["because"] == "asked"
    assert set(made["look_first"]) == {"flagged", "parked", "disagreements", "deferred", "partial"}
    [note] = made["notes"]
    assert set(note) == PLACE | {"annotator", "words", "at", "earlier"}
    assert (note["words"], note["question"], note["earlier"]) == ("see #1 | two", "question 1", False)
    assert program.run("show", note["id"]).done().out.count("question 1")
    [person] = made["people"]
    assert (person["annotator"], person["done"], person["notes"], person["pace"]) == ("ann", 1, 1, None)
    assert made["answers"] == [{"name": "correctness", "annotator": "ann", "labels": {"pass": 1}, "scores": [], "texts": 0}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "yesterday"], "is not a time"),
        (["--most", "-1"], "--most -1 is below 0."),
        (["--all", "--queue", "traces"], "say different things"),
        (["--queue", "none"], "There is no queue 'none'."),
        (["--out", "missing/shift.md"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_said(program: Program, options: list[str], said: str) -> None:
    program.run("handover", *options).error(2, said)


def test_nothing_that_failed_was_handed_over(program: Program, tmp_path: Path) -> None:
    before = program.run("handover", "--json").done().json["since"]
    program.run("handover", "--out", str(tmp_path)).error(2, "is a folder")
    assert program.run("handover", "--json").done().json["since"] == before
