"""Rubrics written by hand: what they mean, and what is said of a wrong one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.config.paths import SAMPLE_RUBRIC
from annotator.config.rubric_file import load_rubric
from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.domain.target import ItemTarget
from annotator.errors import RubricError
from annotator.workflow.targets import ItemTargets
from annotator.workflow.walk import Walk

CORRECTNESS = '[[config]]\nname = "correctness"\ntype = "categorical"\nvalues = ["pass", "fail"]\n'


def rubric(folder: Path, text: str) -> Rubric:
    path = folder / "rubric.toml"
    path.write_text(text)
    return load_rubric(path)


def test_every_key_of_every_kind(tmp_path: Path) -> None:
    text = """
name = "refunds"
version = 3

[[config]]
name = "correctness"
type = "Categorical"
description = "Right?"
optimization_direction = "maximize"
key = "c"
values = [{ label = "pass", score = 1, key = "y", description = "right" }, { label = "fail", score = 0.0 }]

[[config]]
name = "failure"
type = "categorical"
when = "correctness = fail"
required = false

[[config.values]]
label = "a = b"
[[config.values]]
label = "tone"
score = -2

[[config]]
name = "score"
type = "CONTINUOUS"
when = "failure = a = b"
lower_bound = -1
upper_bound = 1.5
step = 0.25
optimization_direction = "None"

[[config]]
name = "why"
type = "freeform"
threshold = 0.5
"""
    assert rubric(tmp_path, text) == Rubric(
        (
            Criterion(
                CategoricalConfig("correctness", (Value("pass", 1.0, "y", "right"), Value("fail", 0.0)), "Right?", "MAXIMIZE"), key="c"
            ),
            Criterion(
                CategoricalConfig("failure", (Value("a = b"), Value("tone", -2.0))), required=False, when=Condition("correctness", "fail")
            ),
            Criterion(ContinuousConfig("score", -1.0, 1.5, optimization_direction="NONE", step=0.25), when=Condition("failure", "a = b")),
            Criterion(FreeformConfig("why", threshold=0.5), required=False),
        ),
        name="refunds",
        version="3",
    )


def test_the_samples_rubric_takes_a_pass_as_a_verdict() -> None:
    read = load_rubric(SAMPLE_RUBRIC)
    assert [criterion.config.type for criterion in read.criteria] == ["CATEGORICAL", "CATEGORICAL", "CONTINUOUS", "FREEFORM"]
    first = read.criteria[0].config
    assert isinstance(first, CategoricalConfig) and first.values[0].label == "pass"
    own = ItemTarget(Target("span", "s"), "s", own=True)

    def wanted(**labels: str) -> list[str]:
        said = {name: Annotation(Identity("", own.target, name, "me"), label) for name, label in labels.items()}
        return [slot.criterion.name for slot in Walk(read, ItemTargets(own)).slots({own.target: said})]

    assert wanted() == wanted(correctness="pass") == ["correctness"] and wanted(correctness="fail") == ["correctness", "failure"]


WRONG = [
    ("", "it asks nothing", "[[config]]"),
    ('config = "x"', "1: config is a string", "[[config]]"),
    ('[config]\nname = "x"', "1: config is a table", "[[config]]"),
    ("config = [1]", "1: config holds a number", "[[config]]"),
    ('nam = "x"\n' + CORRECTNESS, "1: unknown key 'nam'", "Did you mean name?"),
    ('version = 1.5\n[[config]]\nname = "x"\ntype = "freeform"', "1: version is a number", "quotes"),
    ('[[config]]\nname = "x"\ntype = "freeform"\n\n  requird = true', "5: unknown key 'requird'", "Did you mean required?"),
    ('[[config]]\nname = "x"\nkind = "freeform"', "1: a config has no type", "categorical, continuous, freeform"),
    ('[[config]]\nname = "x"\ntyp = "freeform"', "3: unknown key 'typ'", "Did you mean type?"),
    ('[[config]]\nname = "x"\ntype = "categorial"', "3: unknown type 'categorial'", "Did you mean categorical?"),
    ('[[config]]\nname = "x"\ntype = 3', "3: type is a number, not a string", "quotes"),
    ('[[config]]\ntype = "freeform"', "1: a name is missing", "name ="),
    ('[[config]]\nname = "  "\ntype = "freeform"', "2: a name is empty", ""),
    ('[[config]]\nname = "x "\ntype = "freeform"', "2: the name 'x ' has blanks", ""),
    ('[[config]]\nname = "note"\ntype = "freeform"', "2: the name 'note' is reserved", "another name"),
    (CORRECTNESS + CORRECTNESS, "6: there are two configs named 'correctness'", ""),
    (CORRECTNESS + 'optimization_direction = "maximise"', "5: unknown optimization_direction", "Did you mean maximize?"),
    (CORRECTNESS + 'required = "yes"', "5: required is a string", "true or required = false"),
    (CORRECTNESS + "step = 1", "5: step is for continuous configs, not for categorical", ""),
    (CORRECTNESS + "lower_bound = 1", "5: lower_bound is for continuous and freeform configs", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"', "1: a categorical config needs its labels", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = []', "4: a categorical config needs its labels", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [\n  "a",\n  3,\n]', "6: a value is a label or a table", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = ["a",\n ""]', "5: a label is empty", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = ["a", # first\n "b", "a"]', "5: there are two labels 'a'", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [{score = 1}]', "4: a label is missing", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\n[[config.values]]\nlabel = "a"\nscor = 1', "6: unknown key 'scor'", "score?"),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [\n{label = "a", score = inf}]', "5: score is not a finite number", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [{label = "a", score = true}]', "4: score is true or false, not", ""),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [{label = "a", key = "f1"}]', "4: 'f1' is not a key", "one character"),
    ('[[config]]\nname = "x"\ntype = "categorical"\nvalues = [{label = "a", key = "1"}]', "4: the key 1 is a digit", "letter"),
    (
        '[[config]]\nname = "x"\ntype = "categorical"\nvalues = [{label = "a", key = "y"},\n{label = "b", key = "y"}]',
        "5: two labels have the key 'y'",
        "",
    ),
    (
        '[[config]]\nname = "x"\ntype = "freeform"\nkey = "y"\n' + CORRECTNESS.replace('["pass"', '[{label = "pass", key = "y"}'),
        "8: the label pass has the key 'y' of x",
        "",
    ),
    (CORRECTNESS + 'key = "c"\n[[config]]\nname = "x"\ntype = "freeform"\nkey = "c"', "9: correctness has the key 'c' too", ""),
    ('[[config]]\nname = "x"\ntype = "continuous"\nlower_bound = 1\nupper_bound = 1', "4: lower_bound 1 is not below", ""),
    ('[[config]]\nname = "x"\ntype = "continuous"\nlower_bound = nan', "4: lower_bound is not a finite number", ""),
    ('[[config]]\nname = "x"\ntype = "continuous"\nlower_bound = 1' + "0" * 400, "4: lower_bound is not a finite number", ""),
    ('[[config]]\nname = "x"\ntype = "continuous"\nupper_bound = 2026-01-01', "4: upper_bound is a date or time", ""),
    ('[[config]]\nname = "x"\ntype = "continuous"\nstep = 0', "4: step is 0", ""),
    (CORRECTNESS + 'when = "correctness = fail"', "5: correctness waits for its own answer", ""),
    (CORRECTNESS + 'when = "late = a"\n' + CORRECTNESS.replace("correctness", "late"), "5: late comes after correctness", "Put late above"),
    (
        CORRECTNESS + '[[config]]\nname = "x"\ntype = "freeform"\nwhen = "corectness = fail"',
        "8: no config above x is named",
        "correctness?",
    ),
    (
        CORRECTNESS + '[[config]]\nname = "x"\ntype = "freeform"\nwhen = "correctness = Fail"',
        "8: correctness has no label 'Fail'",
        "mean fail?",
    ),
    (CORRECTNESS + '[[config]]\nname = "x"\ntype = "freeform"\nwhen = "fail"', "8: when = 'fail' is no condition", "correctness = fail"),
    ('[[config]]\nname = "x"\ntype = "freeform"\n' + CORRECTNESS + 'when = "x = y"', "8: x has no labels to wait for", "categorical"),
    ("[[config]]\nname = correctness", "2: not TOML: Invalid value, column 8", ""),
    ('[[config]]\nname = "x"\nname = "y"', "3: not TOML: Cannot overwrite a value", ""),
    ("x = 1" + "0" * 5000, "not TOML", ""),
]


@pytest.mark.parametrize(("text", "title", "advice"), WRONG)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, title: str, advice: str) -> None:
    with pytest.raises(RubricError) as raised:
        rubric(tmp_path, text)
    where, said = f"{tmp_path / 'rubric.toml'}:", raised.value.title
    assert said.startswith(where)
    assert title in said
    if title[0].isdigit():
        assert said.startswith(where + title.split(":")[0] + ":")
    assert advice in raised.value.advice and raised.value.advice


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "rubric.toml").write_bytes(b"\xff")
    with pytest.raises(RubricError, match="not UTF-8"):
        load_rubric(tmp_path / "rubric.toml")
    with pytest.raises(RubricError) as raised:
        load_rubric(tmp_path / "rubrik.toml")
    assert raised.value.advice == f"Did you mean {tmp_path / 'rubric.toml'}?"
    with pytest.raises(RubricError, match="cannot be read"):
        load_rubric(tmp_path)


@given(st.text(max_size=40), st.integers(0, 400), st.integers(0, 30))
def test_no_slip_of_the_pen_is_a_traceback(tmp_path_factory: pytest.TempPathFactory, typed: str, at: int, cut: int) -> None:
    text = SAMPLE_RUBRIC.read_text()
    path = tmp_path_factory.getbasetemp() / "slip.toml"
    path.write_bytes((text[:at] + typed + text[at + cut :]).encode("utf-8", "replace"))
    try:
        load_rubric(path)
    except RubricError as error:
        assert error.title.startswith(str(path)) and error.advice


def test_what_a_config_is_asked_of(tmp_path: Path) -> None:
    made = rubric(
        tmp_path,
        CORRECTNESS
        + CORRECTNESS.replace("correctness", "relevance") + 'target = "Document"\n'
        + CORRECTNESS.replace("correctness", "right tool") + 'kinds = ["tool", "TOOL"]\n',
    )  # fmt: skip
    assert [(one.target, one.kinds, one.required) for one in made.criteria] == [
        (None, (), True), ("document", (), True), (None, ("TOOL",), False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('target = "turn"', ":5: unknown target 'turn'"),
        ("kinds = [7]", ":5: kinds is a list of span kinds"),
        ('target = "trace"\nkinds = ["TOOL"]', ":6: a trace has no span kind"),
    ],
)
def test_what_nothing_can_be_asked_of(tmp_path: Path, line: str, title: str) -> None:
    with pytest.raises(RubricError) as caught:
        rubric(tmp_path, f"{CORRECTNESS}{line}\n")
    assert title in caught.value.title
