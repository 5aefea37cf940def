"""The map of an import: what it may say, and how a mistake is told with its line."""

from pathlib import Path

import pytest

from annotator.config.map_file import load_map
from annotator.domain.feedback_map import Cell, Meaning, TargetColumns
from annotator.errors import MapError

WHOLE = """
name = "support"
kind = "code"
[target]
trace_id = "Trace"
[[annotation]]
name = "user_feedback"
column = "rating"
values = { up = { label = "positive", score = 1 }, down = "negative", 5 = 1 }
skip = ["n/a"]
explanation = { column = "comment" }
when = { channel = ["chat", "mail"], solved = true }
metadata = { ticket = { column = "id" }, tool = "desk", name = "x" }
[[annotation]]
name = { column = "what" }
kind = "HUMAN"
target = { session_id = "conversation" }
score = 0.5
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_whole_map(tmp_path: Path) -> None:
    found = load_map(write(tmp_path, WHOLE))
    first, second = found.map.annotations
    assert found.map.name == "support"
    assert first.target == TargetColumns(trace_id="Trace") and first.kind == Cell("CODE") and first.name == Cell("user_feedback")
    assert first.column == "rating" and first.skip == ("n/a",)
    assert first.values == {"up": Meaning("positive", 1.0), "down": Meaning("negative"), "5": Meaning(score=1.0)}
    assert first.explanation == Cell(column="comment") and first.label == Cell()
    assert first.when == {"channel": ("chat", "mail"), "solved": ("true",)}
    assert first.metadata == {"ticket": Cell(column="id"), "tool": Cell("desk"), "name": Cell("x")}
    assert second.target == TargetColumns(session_id="conversation") and second.kind == Cell("HUMAN") and second.score == Cell(0.5)
    assert set(found.columns) == {"Trace", "rating", "comment", "channel", "solved", "id", "what", "conversation"}


def test_without_a_name_it_is_the_files(tmp_path: Path) -> None:
    text = '[target]\nspan_id = "s"\n[[annotation]]\nname = "n"\nlabel = "seen"\n'
    assert load_map(write(tmp_path, text)).map.name == "desk"


TARGET = '[target]\nspan_id = "s"\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "makes no annotations"),
        ('[[annotation]]\nname = "n"\nlabel = "x"\n', 1, "what an annotation is about"),
        (f'{TARGET}[[annotation]]\nlabel = "x"\n', 3, "no name"),
        (f'{TARGET}[[annotation]]\nname = "note"\nlabel = "x"\n', 4, "reserved"),
        (f'{TARGET}[[annotation]]\nname = "n"\n', 4, "says nothing"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlable = "x"\n', 5, "Did you mean label"),
        (f'{TARGET}[[annotation]]\nname = "n"\ncolumn = "c"\n', 5, "what its values mean"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlabel = "x"\nvalues = {{ a = 1 }}\n', 6, "of which column"),
        (f'{TARGET}[[annotation]]\nname = "n"\ncolumn = "c"\n[annotation.values]\nup = {{ lable = "x" }}\n', 7, "Did you mean label"),
        (f'{TARGET}[[annotation]]\nname = "n"\ncolumn = "c"\nvalues = {{ up = {{ score = inf }} }}\n', 6, "not a finite number"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlabel = {{ colunm = "c" }}\n', 5, "Did you mean column"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlabel = 3\n', 5, "label is a number, not a string"),
        (f'kind = "robot"\n{TARGET}[[annotation]]\nname = "n"\nlabel = "x"\n', 1, "unknown kind 'robot'"),
        ('[target]\ndocument_position = "p"\n[[annotation]]\nname = "n"\nlabel = "x"\n', 1, "no id"),
        ('[target]\nspan = "p"\n', 2, "Did you mean span_id"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlabel = "x"\nwhen = {{ a = [[1]] }}\n', 6, "neither a text nor a number"),
        (f'{TARGET}[[annotation]]\nname = "n"\nlabel = "x"\nmetadata = 3\n', 6, "not a table"),
        (f"{TARGET}[[annotation]\n", 3, "not TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(MapError) as told:
        load_map(write(tmp_path, text))
    assert said in f"{told.value.title} {told.value.advice}"
    assert f"desk.toml:{line}: " in told.value.title or not line


def test_a_column_that_the_file_does_not_have_is_told_with_its_line(tmp_path: Path) -> None:
    found = load_map(write(tmp_path, WHOLE))
    error = found.missing("comment", ["Trace", "rating", "comments"])
    assert "desk.toml:11: the file has no column 'comment'" in error.title and "Did you mean comments" in error.advice
    assert "desk.toml:12: " in found.missing("channel", ["Trace"]).title
