"""What is typed in a form is refused by the rules of the file, at the place where the file would be."""

import tomllib

import pytest

from annotator.config.rubric_given import check
from annotator.config.rubric_text import rubric_text
from annotator.config.toml_places import places
from annotator.domain.rubric import BUILT_IN
from tests.config.test_rubric_file import CORRECTNESS, WRONG

TABLES = [text for text, title, _ in WRONG if text.count("[[config]]") and "not TOML" not in title]


@pytest.mark.parametrize("text", TABLES)
def test_the_same_fault_at_the_same_place(text: str) -> None:
    title, advice = next((title, advice) for wrong, title, advice in WRONG if wrong == text)
    rubric, found = check(tomllib.loads(text))
    line, _, said = title.partition(": ")
    assert rubric is None and said.lower() in found[0].title.lower() and advice in found[0].advice
    place = found[0].place
    while place not in places(text):
        place = place[:-1]
    assert places(text)[place] == int(line)


def test_what_is_right_is_the_rubric() -> None:
    assert check(tomllib.loads(rubric_text(BUILT_IN))) == (BUILT_IN, [])


def test_each_config_says_its_first_fault_and_none_for_another_s() -> None:
    waits = '[[config]]\nname = "a"\ntype = "freeform"\nwhen = "correctness = fail"\n'
    text = f'{CORRECTNESS}step = 1\n{waits}[[config]]\nname = ""\ntype = "freeform"'
    rubric, found = check(tomllib.loads(text))
    assert rubric is None and [fault.place for fault in found] == [("config", 0, "step"), ("config", 2, "name")]
    assert [fault.place for fault in check({"config": []})[1]] == [("config",)]
