"""What guardrails and evaluators found."""

import json
from typing import Any

import pytest

from annotator.domain.message import Evaluation
from annotator.reading import read
from annotator.reading.pieces.evaluations import evaluations
from tests.reading.spans import span


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"label": "faithful", "score": 1.0, "explanation": "by d1"}, (Evaluation("", "faithful", 1.0, "by d1"),)),
        ({"passed": True, "score": 0.98}, (Evaluation("", None, 0.98, "", True),)),
        ({"output": {"tripwire_triggered": True}, "guardrail": {"name": "threat"}}, (Evaluation("threat", passed=False),)),
        ({"results": [{"flagged": False}]}, (Evaluation("", passed=True),)),
        (
            [{"name": "a", "score": 1}, {"name": "b", "label": "fail", "reason": "no"}],
            (Evaluation("a", None, 1), Evaluation("b", "fail", None, "no", False)),
        ),
        ({"tone": {"score": 0.5}, "length": {"label": "short"}}, (Evaluation("tone", None, 0.5), Evaluation("length", "short"))),
        ({"faithfulness": 0.9, "relevancy": 1}, (Evaluation("faithfulness", None, 0.9), Evaluation("relevancy", None, 1))),
        (0.5, (Evaluation("", None, 0.5),)),
        ("correct", (Evaluation("", "correct"),)),
        (True, (Evaluation("", passed=True),)),
        ({"text": "nothing here"}, ()),
        ("a long answer " * 20, ()),
    ],
)
def test_shapes(output: Any, expected: tuple[Evaluation, ...]) -> None:
    assert evaluations(output) == expected
    if isinstance(output, dict | list):
        assert read(span({"output.value": json.dumps(output)}, "EVALUATOR")).evaluations == expected


def test_only_of_guardrails_and_evaluators() -> None:
    assert read(span({"output.value": '{"label": "x", "score": 1}'}, "CHAIN")).evaluations == ()


def test_guardrail_of_litellm() -> None:
    attributes = {"openinference.span.kind": "GUARDRAIL", "guardrail_name": "pii", "guardrail_response": '{"flagged": true}'}
    assert read(span(attributes, "GUARDRAIL")).evaluations == (Evaluation("pii", passed=False),)
