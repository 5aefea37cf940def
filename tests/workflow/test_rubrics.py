import pytest

from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import ServerConfig
from annotator.errors import RubricError
from annotator.workflow.rubrics import offer


def config(name: str, assigned: bool = False) -> ServerConfig:
    return ServerConfig(CategoricalConfig(name, (Value("a"), Value("b"))), assigned)


def test_the_projects_configs_before_the_servers() -> None:
    rubric = offer([config("one"), config("two", True), config("three", True)], ()).rubric
    assert rubric is not None and [criterion.name for criterion in rubric.criteria] == ["two", "three"]


def test_what_end_users_give_is_offered_and_never_taken() -> None:
    made = offer([config("user_feedback")], ())
    assert made.rubric == BUILT_IN and "--config user_feedback" in made.note
    chosen = offer([config("user_feedback")], ["user_feedback"]).rubric
    assert chosen is not None and chosen.criteria[0].name == "user_feedback"
    both = offer([config("user_feedback"), config("one")], ()).rubric
    assert both is not None and [criterion.name for criterion in both.criteria] == ["one"]


def test_freeform_configs_are_optional() -> None:
    rubric = offer([config("one"), ServerConfig(FreeformConfig("why"))], ()).rubric
    assert rubric is not None and [criterion.required for criterion in rubric.criteria] == [True, False]


def test_more_than_five_are_asked_for() -> None:
    assert offer([config(f"c{n}") for n in range(5)], ()).rubric is not None
    made = offer([config(f"c{n}") for n in range(6)], ())
    assert made.rubric is None and len(made.choices) == 6


def test_a_misspelt_config_gets_a_suggestion() -> None:
    with pytest.raises(RubricError) as caught:
        offer([config("correctness")], ["corectness"])
    assert "Did you mean 'correctness'?" in caught.value.advice
    with pytest.raises(RubricError) as caught:
        offer([config("one"), config("two")], ["xyz"])
    assert "one, two" in caught.value.advice
