"""What a guardrail or an evaluator found, in the shapes that their outputs have."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.message import Evaluation
from annotator.reading.values.nested import fields, number, parse, text

NAMES = ("name", "metric", "metric_name", "evaluator", "evaluator_name", "guardrail", "guardrail_name", "validator_name", "key")
LABELS = ("label", "verdict", "outcome", "decision", "action", "score_label", "rating", "grade")
SCORES = ("score", "score_value", "value", "rating", "grade")
WORDS = ("explanation", "reason", "reasoning", "rationale", "comment", "feedback", "justification", "message")
PASSED = ("passed", "pass", "is_valid", "valid", "success", "allowed", "safe", "is_safe", "validation_passed")
CAUGHT = ("flagged", "tripwire_triggered", "blocked", "triggered", "detected", "violated", "intervened")
"""True here means that it did not pass."""
VERDICTS = {"pass": True, "passed": True, "fail": False, "failed": False, "GUARDRAIL_INTERVENED": False, "INTERVENED": False}
INNER = ("results", "evaluations", "scores", "metrics", "evals", "output", "result", "evaluation")
LONGEST = 60
"""Characters of a text that is still a label."""


def evaluations(value: Any, name: str = "", depth: int = 0) -> tuple[Evaluation, ...]:
    """The evaluations in an output: an object, a list of them, an object of them by name, a number, a label; empty for anything else."""
    if isinstance(value, str) and (inner := parse(value)) is not None:
        value = inner
    if isinstance(value, list):
        return tuple(found for item in value if isinstance(item, dict) for found in evaluations(item, name, depth + 1)) if depth < 4 else ()
    if isinstance(value, dict):
        return tuple(_of(value, name, depth)) if depth < 4 else ()
    if isinstance(value, bool):
        return (Evaluation(name, passed=value),)
    if (score := number(value)) is not None:
        return (Evaluation(name, score=score),)
    label = value.strip() if isinstance(value, str) else ""
    return (Evaluation(name, label, passed=VERDICTS.get(label)),) if 0 < len(label) <= LONGEST and "\n" not in label else ()


def _of(node: Mapping[str, Any], name: str, depth: int) -> Iterator[Evaluation]:
    if (single := judgement(node, name)) is not None:
        yield single
        return
    name = text(fields(node.get("guardrail")).get("name")) or name
    for key in INNER:
        if isinstance(node.get(key), (dict, list)) and (found := evaluations(node[key], name, depth + 1)):
            yield from found
            return
    for key, value in node.items():
        if isinstance(value, dict) and (single := judgement(value, key)) is not None:
            yield single
    if node and all(isinstance(value, (int, float)) for value in node.values()):
        for key, value in node.items():
            yield from evaluations(value, key, depth + 1)


def judgement(node: Mapping[str, Any], name: str = "") -> Evaluation | None:
    """One evaluation: a label, a score or a verdict with what explains it; None where the object has none of the three."""
    label = next((value for key in LABELS if (value := text(node.get(key)))), None)
    score = next((found for key in SCORES if (found := number(node.get(key))) is not None), None)
    passed = next((value for key in PASSED if isinstance(value := node.get(key), bool)), None)
    caught = next((value for key in CAUGHT if isinstance(value := node.get(key), bool)), None)
    if passed is None and caught is not None:
        passed = not caught
    if label is None and score is None and passed is None:
        return None
    if passed is None and label is not None:
        passed = VERDICTS.get(label)
    words = next((value for key in WORDS if (value := text(node.get(key)))), "")
    named = next((value for key in NAMES if (value := text(node.get(key)))), None)
    return Evaluation(named or name, label, score, words, passed, text(node.get("annotator_kind")) or "")
