"""Keys that a rubric gives to labels and configs, against the keymap."""

import pytest

from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, Value
from annotator.domain.rubric import BUILT_IN, Criterion, Rubric
from annotator.errors import RubricError
from annotator.keymap.check import check_label_keys
from annotator.keymap.keys import is_key
from annotator.keymap.load import load, names

DEFAULT = load("default", None)


def rubric(pass_key: str | None = None, fail_key: str | None = None, config_key: str | None = None, other_key: str | None = None) -> Rubric:
    correctness = CategoricalConfig("correctness", (Value("pass", 1.0, pass_key), Value("fail", 0.0, fail_key)))
    confidence: AnnotationConfig = ContinuousConfig("confidence")
    return Rubric((Criterion(correctness, key=config_key), Criterion(confidence, key=other_key)))


@pytest.mark.parametrize("name", names(None))
def test_rubrics_without_keys_are_fine(name: str) -> None:
    check_label_keys(load(name, None), BUILT_IN)


def test_free_keys_are_fine() -> None:
    check_label_keys(DEFAULT, rubric("q", "x", "y", "J"))
    check_label_keys(DEFAULT, rubric("Q", "ctrl+x"))


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        (("n", None), ("'n'", "label 'pass'", "'correctness'", "command note")),
        ((None, "u"), ("'u'", "label 'fail'", "'correctness'", "command undo")),
        (("1", None), ("'1'", "label 'pass'", "command answer_1")),
        (("l", None), ("'l'", "command more_labels")),
        (("?", None), ("'?'", "command help")),
        (("q", "q"), ("'q'", "label 'fail'", "label 'pass'")),
        (("q", None, "q"), ("'q'", "label 'pass'", "config 'correctness'")),
        ((None, None, "j"), ("'j'", "config 'correctness'", "command next_item")),
        ((None, None, "-"), ("'-'", "config 'correctness'", "command score_type")),
        ((None, None, "x", "x"), ("'x'", "config 'confidence'", "config 'correctness'")),
        (("Ctrl+X", None), ("'Ctrl+X'", "label 'pass'", "no key")),
    ],
)
def test_a_key_that_means_two_things_is_refused(keys: tuple[str | None, ...], named: tuple[str, ...]) -> None:
    with pytest.raises(RubricError) as caught:
        check_label_keys(DEFAULT, rubric(*keys))
    assert [name for name in named if name not in caught.value.title] == []
    assert caught.value.advice


def test_the_same_label_key_may_stand_in_two_configs() -> None:
    one, two = (CategoricalConfig(name, (Value("yes", key="y"), Value("no", key="x"))) for name in ("one", "two"))
    check_label_keys(DEFAULT, Rubric((Criterion(one), Criterion(two))))


def test_what_is_free_depends_on_the_keymap() -> None:
    check_label_keys(DEFAULT, rubric("y"))
    with pytest.raises(RubricError, match="answer_1"):
        check_label_keys(load("thumbs", None), rubric("y"))


def test_the_key_that_is_offered_is_free() -> None:
    with pytest.raises(RubricError) as caught:
        check_label_keys(DEFAULT, rubric("x", "n"))
    offered = caught.value.advice.split("'")[1]
    assert is_key(offered)
    check_label_keys(DEFAULT, rubric("x", offered))
