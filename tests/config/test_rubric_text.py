"""A rubric written as TOML reads back as it was; advice; moves."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.config.moves_file import load_moves
from annotator.config.rubric_advice import advice
from annotator.config.rubric_file import load_rubric, parse_rubric
from annotator.config.rubric_text import rubric_text, write_rubric
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.moves import Move, Stretch
from annotator.domain.rubric import BUILT_IN, Condition, Criterion, Rubric
from annotator.errors import RubricError

WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda text: text == text.strip() != "note")
PLAIN = WORD.filter(lambda text: "=" not in text)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MAYBE = st.none() | TEXT.filter(bool)
NUMBER = st.none() | st.floats(-1e9, 1e9)
DIRECTION = st.sampled_from([None, "MAXIMIZE", "MINIMIZE", "NONE"])
LOWER, UPPER = st.none() | st.floats(-9, 0), st.none() | st.floats(1, 9)
VALUES = st.lists(st.builds(Value, PLAIN, NUMBER, st.none(), MAYBE, MAYBE, MAYBE), min_size=1, max_size=4, unique_by=lambda one: one.label)
CONFIG = st.one_of(
    st.builds(CategoricalConfig, PLAIN, VALUES.map(tuple), MAYBE, DIRECTION),
    st.builds(ContinuousConfig, PLAIN, LOWER, UPPER, MAYBE, DIRECTION, st.none(), st.none() | st.floats(0.1, 3)),
    st.builds(FreeformConfig, PLAIN, MAYBE, DIRECTION, NUMBER, LOWER, UPPER),
)
KINDS = st.sampled_from([(), ("TOOL",), ("LLM", "CHAIN")])
CRITERION = st.builds(
    Criterion, CONFIG, st.booleans(), st.none(), st.none(), st.sampled_from([None, "span", "document"]), KINDS, instructions=TEXT
)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    criteria = draw(st.lists(CRITERION, min_size=1, max_size=4, unique_by=lambda criterion: criterion.name))
    first = criteria[0].config
    if isinstance(first, CategoricalConfig):
        when = Condition(first.name, first.values[-1].label)
        criteria[1:] = [replace(one, when=when) if draw(st.booleans()) else one for one in criteria[1:]]
    return Rubric(tuple(criteria), draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT))


@given(rubrics())
def test_what_is_written_is_read_again(rubric: Rubric) -> None:
    assert parse_rubric("r.toml", rubric_text(rubric)) == rubric


@pytest.mark.parametrize("text", ['two\n"quotes"', 'a\n"""b', "tab\t\\ and\r\n\x7f\x01", '\n"""', "ends\n\\"])
def test_lines_quotes_and_control_characters(text: str) -> None:
    rubric = Rubric(BUILT_IN.criteria, instructions=text)
    assert tomllib.loads(rubric_text(rubric))["instructions"] == text


def test_a_file_is_written_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    path, link = tmp_path / "r.toml", tmp_path / "link.toml"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_rubric(link, rubric_text(BUILT_IN))
    assert load_rubric(path) == BUILT_IN and link.is_symlink() and path.stat().st_mode & 0o777 == 0o640
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["link.toml", "r.toml"]
    with pytest.raises(RubricError, match="cannot be written"):
        write_rubric(tmp_path / "nowhere" / "r.toml", "")


GOOD = """name = "r"
version = 1
owner = "q"
[[config]]
name = "correctness"
type = "categorical"
optimization_direction = "maximize"
values = [{ label = "pass", score = 1, description = "right" }, { label = "fail", score = 0, description = "wrong" }]
"""


def said(folder: Path, text: str) -> list[str]:
    path = folder / "r.toml"
    path.write_text(text)
    return [line.removeprefix(f"{path}") for line in advice(path, load_rubric(path))]


def test_a_good_rubric_gets_no_advice(tmp_path: Path) -> None:
    assert said(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace('name = "r"\n', ""), "", "it has no name"),
        (GOOD.replace("version = 1\n", ""), "", "it has no version"),
        (GOOD.replace('name = "r"', 'name = "built-in"'), ":1", "comes with annotator"),
        (GOOD.replace('owner = "q"\n', ""), "", "it has no owner"),
        (GOOD.replace('optimization_direction = "maximize"\n', ""), ":5", "no optimization_direction"),
        (GOOD.replace(', description = "wrong"', ""), ":8", "no description of fail"),
        (GOOD.replace(", score = 0", ""), ":8", "some labels have a score"),
        (GOOD + '[[config]]\nname = "q"\ntype = "continuous"\noptimization_direction = "none"\n', ":11", "a scale"),
        (GOOD + '[[config]]\nname = "t"\ntype = "freeform"\nrequired = true\n', ":12", "a required text"),
        (GOOD + '[[config]]\nname = "Correctness"\ntype = "freeform"\n', ":10", "by its capitals alone"),
    ],
)
def test_advice_with_its_line(tmp_path: Path, text: str, line: str, words: str) -> None:
    [found] = said(tmp_path, text)
    assert found.startswith(f"{line}: ") and words in found


def test_more_than_five_questions_and_a_scale_of_labels(tmp_path: Path) -> None:
    more = "".join(f'[[config]]\nname = "t{n}"\ntype = "freeform"\n' for n in range(5))
    [found] = said(tmp_path, GOOD + more)
    assert ":21: it asks 6 questions" in found
    scale = GOOD + '[[config]]\nname = "help"\ntype = "categorical"\nvalues = ["1", "2", "3"]\n'
    assert [line.partition(": help: ")[2][:7] for line in said(tmp_path, scale)] == ["a scale", "no desc"]


NEW = Rubric((
    Criterion(CategoricalConfig("correctness", (Value("correct", 1.0), Value("incorrect", 0.0)))),
    Criterion(ContinuousConfig("help", 0.0, 1.0)),
    Criterion(FreeformConfig("remark")),
), "r", "2")  # fmt: skip


def test_moves(tmp_path: Path) -> None:
    path = tmp_path / "moves.toml"
    path.write_text(
        'keep = ["tone"]\n[moves.correctness]\nwrong = "incorrect"\n"1..2.5" = "incorrect"\n[moves.help]\n"so so" = 0.5\n"1..5" = "0..1"\n'
    )
    moves = load_moves(path, NEW)
    assert moves.keep == ("tone",)
    assert moves.of("correctness", "wrong", 0.0) == Move("wrong", None, "incorrect")
    assert moves.of("correctness", None, 2.5) == Move("1..2.5", Stretch(1, 2.5), "incorrect")
    assert moves.of("correctness", None, 2.6) is None and moves.of("correctness", "right", 2.0) is None and moves.of("tone", "x", 1) is None
    stretched = moves.of("help", None, 4.0)
    assert stretched is not None and stretched.stretch is not None and isinstance(stretched.new, Stretch)
    assert [stretched.stretch.onto(score, stretched.new) for score in (1.0, 2.0, 4.0, 5.0)] == [0, 0.25, 0.75, 1]
    path.write_text('[rename]\nquality = "correctness"\n')
    assert load_moves(path, NEW).renames == {"quality": "correctness"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[moves.correctness]\nwrong = "incorect"\n', 2, "Did you mean incorrect?"),
        ("[moves.corectness]\n", 1, "Did you mean correctness?"),
        ("[moves.correctness]\nwrong = 1\n", 2, "no label 1"),
        ("[moves.help]\nwrong = 2\n", 2, "outside 0 to 1"),
        ('[moves.help]\nwrong = "0..1"\n', 2, "one score"),
        ('[moves.help]\n"5..1" = 0\n', 2, "ends before it begins"),
        ("[moves.help]\nwrong = true\n", 2, "no score"),
        ('[moves.remark]\nwrong = "x"\n', 2, "takes a text"),
        ('keep = "tone"\n', 1, "a list"),
        ("moves = 1\n", 1, "no table"),
        ("move = 1\n", 1, "Did you mean moves?"),
        ("rename = 1\n", 1, "no table"),
        ('[rename]\nquality = "corectness"\n', 2, "Did you mean correctness?"),
        ("[rename]\nquality = 1\n", 2, "no config 1"),
        ('[rename]\nhelp = "correctness"\n', 2, "still has a config 'help'"),
        ('keep = ["q"]\n[rename]\nq = "correctness"\n', 3, "both stay and be renamed"),
        ('[rename]\na = "help"\nb = "help"\n', 2, "two configs would become"),
    ],
)
def test_wrong_moves_are_said_with_their_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "moves.toml"
    path.write_text(text)
    with pytest.raises(RubricError) as raised:
        load_moves(path, NEW)
    assert raised.value.title.startswith(f"{path}:{line}: ") and words in f"{raised.value.title} {raised.value.advice}"
