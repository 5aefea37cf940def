"""The rubric's form: fields become the rubric and back, every change can be undone, and what is wrong is said where it is."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.config.rubric_given import check
from annotator.config.rubric_text import rubric_text
from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.queue import Queue, Selection, SourceRef
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.errors import RubricError
from annotator.keymap.load import load
from annotator.ui.form.draft import draft_of, file_of, next_version
from annotator.ui.form.form import Form
from annotator.ui.form.goal import look_at, write
from annotator.workflow.rubric_taking import Counted

KEYMAP = load("default", None)
RIGHT = Value("right", 1.0, "y", "it is", "2 + 2 = 4", "2 + 2 = 22")
QUALITY = CategoricalConfig("quality", (RIGHT, Value("wrong", -0.5)), "is it?", "MAXIMIZE", "id1")
RUBRIC = Rubric(
    (
        Criterion(QUALITY, key="Q", instructions="Look\ntwice."),
        Criterion(ContinuousConfig("help", 1.0, 5.0, step=0.25), False, Condition("quality", "wrong"), None, "document", ("LLM", "TOOL")),
        Criterion(FreeformConfig("why", threshold=3.0, lower_bound=-1.0), required=False),
    ),
    "r",
    "9",
    "team",
    "Read.",
)


def form(rubric: Rubric = RUBRIC) -> Form:
    return Form(Queue(1, "q", 1, SourceRef("x"), Selection(), rubric), KEYMAP, "rubric.toml")


def of(form: Form) -> Rubric:
    found = form.checked.rubric
    assert found is not None, form.checked.faults
    return found


def config_of(form: Form, name: str) -> AnnotationConfig:
    criterion = of(form).criterion(name)
    assert criterion is not None
    return criterion.config


def test_every_field_is_read_again_and_ids_stay() -> None:
    plain = replace(RUBRIC, criteria=(replace(RUBRIC.criteria[0], config=replace(QUALITY, config_id=None)), *RUBRIC.criteria[1:]))
    assert check(file_of(draft_of(RUBRIC))) == (plain, [])
    assert of(form()) == RUBRIC and not form().changed


def test_a_config_is_made() -> None:
    made = form()
    made.open(())
    made.add()
    assert made.page == ("config", 3) and [fault.place for fault in made.checked.faults] == [("config", 3, "name")]
    made.set(("config", 3, "name"), "to\nne")
    made.add()
    made.set((*made.page, "label"), "late")
    made.set((*made.page, "score"), "0,5")
    assert config_of(made, "to ne") == CategoricalConfig(
        "to ne", (Value("pass", 1.0), Value("fail", 0.0), Value("late", 0.5)), None, "MAXIMIZE"
    )
    assert of(made).version == "10", "what differs is another version"
    made.close()
    assert made.row.place == ("config", 3, "values", 2)
    made.move(-1)
    made.move(-1)
    made.move(-1)
    made.remove()
    shorter = config_of(made, "to ne")
    assert isinstance(shorter, CategoricalConfig) and [value.label for value in shorter.values] == ["pass", "fail"]
    made.close()
    made.move(-1)
    assert [criterion.name for criterion in of(made).criteria] == ["quality", "help", "to ne", "why"]
    while made.undo():
        pass
    assert of(made) == RUBRIC and not made.changed
    while made.redo():
        pass
    assert [criterion.name for criterion in of(made).criteria] == ["quality", "help", "to ne", "why"]


def test_choices_and_types() -> None:
    made = form()
    made.choose(("config", 2, "type"))
    made.turn(-1)
    assert config_of(made, "why") == ContinuousConfig("why", -1.0) and of(made).criteria[2].required, "a scale is required by itself"
    made.turn(1)
    assert of(made).criteria[2] == RUBRIC.criteria[2] and of(made).version == "9", "as it was: no other version"
    made.choose(("config", 1, "when"))
    made.turn(-1)
    assert of(made).criteria[1].when == Condition("quality", "right")
    made.set(("version",), "9")
    made.set(("owner",), "me")
    assert of(made).version == "9", "a version that was typed stays"


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (("config", 0, "name"), "", "empty"),
        (("config", 1, "name"), "quality", "two configs"),
        (("config", 0, "values", 1, "label"), "right", "two labels"),
        (("config", 0, "values", 1, "score"), "much", "not a number"),
        (("config", 0, "values", 0, "key"), "7", "a digit"),
        (("config", 0, "values", 0, "key"), "n", "the command note"),
        (("config", 2, "key"), "Q", "has the key 'Q' too"),
        (("config", 0, "key"), "j", "the command next_item"),
        (("config", 1, "lower_bound"), "6", "not below"),
        (("config", 1, "step"), "0", "step is 0"),
        (("config", 1, "when"), "quality = odd", "no label 'odd'"),
        (("config", 1, "kinds"), "LLM", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(place: tuple[str | int, ...], text: str, said: str) -> None:
    made = form()
    made.set(place, text)
    faults = made.checked.at(place)[0]
    assert len(faults) == bool(said) and all(said in fault.title for fault in faults)
    if said:
        made.choose(faults[0].place)
        assert made.row.place == place


def test_what_waits_for_an_answer_follows_its_name() -> None:
    made = form()
    made.set(("config", 0, "name"), "accuracy")
    made.set(("config", 0, "values", 1, "label"), "off")
    assert of(made).criteria[1].when == Condition("accuracy", "off")
    made.undo()
    assert of(made).criteria[1].when == Condition("accuracy", "wrong")


def test_advice_and_what_a_change_concerns() -> None:
    made = form()
    row = Annotation(Identity("", Target("span", "s"), "quality", "me"), "wrong", -0.5)
    made.counted = Counted(1, {"quality": [(row, 12)]})
    made.choose(("config", 0, "values", 1))
    made.page = ("config", 0)
    made.at = next(at for at, row in enumerate(made.rows) if row.place == ("config", 0, "values", 1))
    made.remove()
    check = made.checked
    assert check.faults and "no label 'wrong'" in check.faults[0].title, "another config waits for it"
    made.set(("config", 1, "when"), "")
    check = made.checked
    assert check.breaking and check.orphans == {("quality", "wrong"): 12}
    assert any("one label alone" in text for text in check.at(("config", 0))[1])


def test_what_was_typed_outlives_the_form_and_saving_ends_it() -> None:
    made = form()
    made.set(("owner",), "me")
    assert made.changed
    made.judged_by(replace(made.queue, rubric=replace(RUBRIC, instructions="x")))
    assert made.changed and of(made).owner == "me"
    made.open(("config", 0))
    made.add()
    made.set((*made.page, "label"), "late")
    made.saved = of(made)
    assert not made.changed
    made.judged_by(replace(made.queue, rubric=RUBRIC))
    assert of(made) == RUBRIC


STEPS = {"up": -1, "down": 1, "page up": -10, "page down": 10, "home": -1000, "end": 1000}
KEYS = (*STEPS, "add", "remove", "left", "right", "enter", "back", "type", "undo", "redo")


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.text(max_size=4))))
def test_no_keys_break_it(keys: list[tuple[str, str]]) -> None:
    made = form()
    for key, text in keys:
        row = made.row
        if key == "enter" and row.kind == "page":
            made.open(row.place)
        elif key == "type" and row.kind == "text":
            made.set(row.place, text)
        elif key in STEPS:
            made.step(STEPS[key])
            assert abs(STEPS[key]) < 1000 or made.at in (0, len(made.rows) - 1)
        elif key in ("left", "right"):
            made.turn(1) if key == "right" else made.move(1)
        elif key in ("add", "remove", "undo", "redo", "back"):
            getattr(made, key if key != "back" else "close")()
        assert made.row.kind != "head" and (made.checked.rubric is None) == bool(made.checked.faults)
    while made.undo():
        pass
    assert of(made) == RUBRIC


def test_versions() -> None:
    pairs = (("3", "4"), ("1.09", "1.10"), ("", "1"), ("draft", "draft.2"), ("2024-99", "2024-100"))
    assert all(next_version(version) == following for version, following in pairs)


def test_where_it_is_saved(tmp_path: Path) -> None:
    path, newer = tmp_path / "r.toml", replace(RUBRIC, version="10")
    goal = look_at(str(path), RUBRIC, newer)
    assert goal.found == "new" and write(goal) is None
    assert look_at(str(path), newer, newer).found == "ours" and look_at(str(path), RUBRIC, newer).found == "ours"
    other = look_at(str(path), RUBRIC, RUBRIC)
    assert other.found == "another" and other.copy == tmp_path / "r.toml.bak"
    path.write_text("# changed\n" + rubric_text(newer))
    with pytest.raises(RubricError, match="changed meanwhile"):
        write(other)
    assert path.read_text().startswith("# changed")
    assert write(look_at(str(path), RUBRIC, RUBRIC)) == tmp_path / "r.toml.bak"
    assert (tmp_path / "r.toml.bak").read_text().startswith("# changed") and path.read_text().startswith("# changed\nname")
    path.write_bytes(b"\xff")
    assert look_at(str(path), RUBRIC, RUBRIC).copy.name == "r.toml.bak2"
    for wrong in ("", str(tmp_path), str(tmp_path / "no" / "r.toml")):
        with pytest.raises(RubricError):
            look_at(wrong, RUBRIC, RUBRIC)
