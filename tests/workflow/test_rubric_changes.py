"""Which changes of a rubric keep every answer, and which do not."""

from dataclasses import replace

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.domain.source import ServerConfig
from annotator.workflow.rubric_changes import changes, changes_against, config_changes, held, orphans
from annotator.workflow.rubric_push import offered, pulled

QUALITY = CategoricalConfig("quality", (Value("good", 1.0), Value("bad", 0.0)), "is it", "MAXIMIZE")
HELP = ContinuousConfig("help", 0.0, 5.0)
REMARK = FreeformConfig("remark")
OLD = Rubric((Criterion(QUALITY), Criterion(HELP), Criterion(REMARK, required=False)), "r", "1", "q")


def told(old: AnnotationConfig, new: AnnotationConfig) -> list[tuple[bool, str]]:
    return [(change.breaking, change.what) for change in config_changes(old, new)]


@pytest.mark.parametrize(
    ("new", "breaking", "what"),
    [
        (replace(QUALITY, values=(*QUALITY.values, Value("so so", 0.5))), False, "label 'so so' is added"),
        (replace(QUALITY, values=QUALITY.values[:1]), True, "label 'bad' is removed"),
        (replace(QUALITY, values=QUALITY.values[::-1]), False, "the labels are in another order"),
        (replace(QUALITY, values=(Value("good", 2.0), Value("bad", 0.0))), True, "score of 'good' 1 is 2"),
        (replace(QUALITY, values=(Value("good", 1.0, "g"), Value("bad", 0.0))), False, "key of 'good' (none) is 'g'"),
        (replace(QUALITY, description="was it"), False, "description 'is it' is 'was it'"),
        (replace(QUALITY, optimization_direction=None), False, "optimization_direction 'MAXIMIZE' is 'NONE'"),
        (replace(QUALITY, optimization_direction="MINIMIZE"), True, "optimization_direction 'MAXIMIZE' is 'MINIMIZE'"),
        (ContinuousConfig("quality"), True, "type categorical is continuous"),
    ],
)
def test_labels(new: AnnotationConfig, breaking: bool, what: str) -> None:
    assert told(QUALITY, new) == [(breaking, what)]


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (-1.0, 5.0, [(False, "lower_bound 0 is -1")]),
        (0.0, 10.0, [(False, "upper_bound 5 is 10")]),
        (1.0, 6.0, [(True, "lower_bound 0 is 1"), (False, "upper_bound 5 is 6")]),
        (None, None, [(False, "lower_bound 0 is (none)"), (True, "upper_bound 5 is (none)")]),
    ],
)
def test_bounds(lower: float | None, upper: float | None, expected: list[tuple[bool, str]]) -> None:
    """A bound that is missing is 0, or 1."""
    assert told(HELP, replace(HELP, lower_bound=lower, upper_bound=upper)) == expected


def test_of_a_whole_rubric() -> None:
    new = Rubric(
        (
            Criterion(HELP, required=False),
            Criterion(QUALITY, when=Condition("help", "x"), target="trace", instructions="so"),
            Criterion(FreeformConfig("why")),
        ),
        "r",
        "2",
    )
    assert [(change.name, change.breaking, change.what) for change in changes(OLD, new)] == [
        ("", False, "version '1' is '2'"),
        ("", False, "owner 'q' is (none)"),
        ("help", False, "required 'True' is 'False'"),
        ("quality", True, "when (none) is 'help = x'"),
        ("quality", True, "target (none) is 'trace'"),
        ("quality", False, "instructions (none) is 'so'"),
        ("why", False, "is added and required; what is done stays done"),
        ("remark", True, "is removed"),
        ("", False, "the configs are in another order"),
    ]
    assert changes(OLD, OLD) == []


def test_against_a_server_only_what_it_holds_counts() -> None:
    there = Rubric((Criterion(replace(QUALITY, config_id="1")), Criterion(FreeformConfig("elsewhere"))))
    here = Rubric((Criterion(replace(QUALITY, values=(Value("good", 1.0, "g", "fine"), Value("bad", 0.0))), key="q"), Criterion(HELP)))
    assert [change.what for change in changes_against(there, here, True)] == ["is not on the server"]
    assert [change.name for change in changes_against(here, there, False)] == ["help"]


def row(label: str | None = None, score: float | None = None) -> Annotation:
    return Annotation(Identity("", Target("span", "s"), "quality", "i"), label, score)


def test_orphans() -> None:
    rows = [row("good", 1.0), row("bad", 0.0), row("strange", 3.0), row(None, 0.5)]
    assert orphans(QUALITY, replace(QUALITY, values=QUALITY.values[:1]), rows) == [rows[1]]
    assert orphans(QUALITY, replace(QUALITY, values=(Value("good", 5.0), Value("bad", 0.0))), rows) == [rows[0]]
    assert orphans(QUALITY, ContinuousConfig("quality"), rows) == rows[:2]
    assert orphans(QUALITY, None, rows) == rows[:2] and orphans(None, QUALITY, rows) == []
    scores = [row(None, score) for score in (0.0, 2.0, 5.0)]
    assert orphans(HELP, replace(HELP, upper_bound=4.0), scores) == scores[2:]
    assert orphans(HELP, replace(HELP, upper_bound=9.0), scores) == []


def test_a_pull_keeps_what_only_the_file_has() -> None:
    own = Rubric(
        (
            Criterion(replace(HELP, step=0.5), key="h", instructions="how"),
            Criterion(CategoricalConfig("quality", (Value("good", 1.0, "g", "fine", "e", "c"), Value("bad"))), required=False),
            Criterion(FreeformConfig("mine")),
        ),
        "r",
        "1",
        "q",
        "read",
    )
    there: list[AnnotationConfig] = [
        replace(REMARK, config_id="3"),
        replace(HELP, upper_bound=6.0, config_id="2"),
        replace(QUALITY, config_id="1"),
    ]
    made = pulled(there, own)
    assert [criterion.name for criterion in made.criteria] == ["help", "quality", "mine", "remark"]
    assert made.criteria[0] == replace(own.criteria[0], config=replace(HELP, upper_bound=6.0, step=0.5, optimization_direction=None))
    quality = made.criteria[1].config
    assert isinstance(quality, CategoricalConfig) and not made.criteria[1].required
    assert quality.values == (Value("good", 1.0, "g", "fine", "e", "c"), Value("bad", 0.0))
    assert (made.name, made.version, made.owner, made.instructions) == ("r", "1", "q", "read")
    kept = [held(criterion.config) for criterion in made.criteria if criterion.name != "mine"]
    assert kept == [held(there[1]), held(there[2]), held(there[0])]
    assert pulled(there, made) == made


def test_the_project_s_configs_come_first_then_all() -> None:
    rows = [ServerConfig(QUALITY), ServerConfig(HELP, True), ServerConfig(REMARK)]
    assert offered(rows) == [HELP] and offered(rows, ["remark"]) == [HELP, REMARK]
    assert offered([ServerConfig(QUALITY), ServerConfig(REMARK)]) == [QUALITY, REMARK]


def test_a_config_that_becomes_required_reopens_nothing_and_says_so() -> None:
    new = replace(OLD, criteria=(*OLD.criteria[:2], replace(OLD.criteria[2], required=True)))
    assert [(change.name, change.what) for change in changes(OLD, new)] == [("remark", "is required; what is done stays done")]
