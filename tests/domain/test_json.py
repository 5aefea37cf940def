"""Rubrics and selections survive the way through JSON unchanged."""

import json

from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.queue import Selection
from annotator.domain.queue_json import selection_from_json, selection_to_json
from annotator.domain.rubric import BUILT_IN, Condition, Criterion, Rubric
from annotator.domain.rubric_json import rubric_from_json, rubric_to_json

numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
texts = st.none() | st.text()
directions = st.sampled_from([None, "MAXIMIZE", "MINIMIZE", "NONE"])
values = st.lists(st.builds(Value, st.text(), numbers, texts, texts, texts, texts), max_size=4).map(tuple)
configs = st.one_of(
    st.builds(CategoricalConfig, st.text(), values, texts, directions, texts),
    st.builds(ContinuousConfig, st.text(), numbers, numbers, texts, directions, texts, numbers),
    st.builds(FreeformConfig, st.text(), texts, directions, numbers, numbers, numbers, texts),
)
criteria = st.builds(
    Criterion, configs, st.booleans(), st.none() | st.builds(Condition, st.text(), st.text()), texts, instructions=st.text()
)
kinds = st.lists(st.text(), max_size=3).map(tuple)
selections = st.builds(Selection, kinds=kinds, status=texts, since_ns=st.none() | st.integers(), limit=st.none() | st.integers())
rubrics = st.builds(Rubric, st.lists(criteria, max_size=4).map(tuple), st.text(), st.text(), st.text(), st.text())


@given(rubrics)
def test_a_rubric_round_trips(rubric: Rubric) -> None:
    kept = rubric_to_json(rubric)
    assert json.loads(json.dumps(kept)) == kept
    assert rubric_from_json(json.loads(json.dumps(kept))) == rubric


def test_the_shape_that_the_store_keeps() -> None:
    correctness = rubric_to_json(BUILT_IN)["criteria"][0]
    assert correctness["config"]["type"] == "CATEGORICAL"
    assert correctness["config"]["values"][0] == {
        "label": "pass", "score": 1.0, "key": None, "description": None, "example": None, "counterexample": None,
    }  # fmt: skip
    assert correctness["required"] is True


@given(selections)
def test_a_selection_round_trips(selection: Selection) -> None:
    kept = selection_to_json(selection)
    assert json.loads(json.dumps(kept)) == kept
    assert selection_from_json(json.loads(json.dumps(kept))) == selection
