"""A model's answer beside mine: taken, called wrong, or turned down; which of them my row's metadata says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion
from annotator.domain.step import SetAnnotation
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check
from annotator.errors import InvalidAnnotation
from annotator.workflow.answers import is_answer, spoken
from annotator.workflow.judge import JUDGE, SUGGESTED, UNKNOWN, Judge, Judged


def said_of(model: Annotation, who: str, verdict: str) -> dict[str, Any]:
    """`{"judge": {"name", "identifier", "label", "score", "verdict"}}`; verdict: agreed, wrong, or overridden."""
    row = {"name": who, "identifier": model.identity.identifier, "label": model.label, "score": model.score, "verdict": verdict}
    return {JUDGE: row}


def shown_before(model: Annotation, who: str, criterion: Criterion, value: str | float) -> dict[str, Any]:
    """Facts of an answer that was given with the model's in sight."""
    return said_of(model, who, "agreed" if value == answer_of(criterion, model) else "overridden") | {SUGGESTED: True}


def answer_of(criterion: Criterion, row: Annotation) -> str | float | None:
    """What the row answers to the config: a label, a score, a text; None where it is no answer to it."""
    if not is_answer(criterion, row):
        return None
    config = criterion.config
    return row.label if isinstance(config, CategoricalConfig) else row.score if isinstance(config, ContinuousConfig) else row.explanation


def agree(judge: Judge, item: Item, on: ItemTarget, criterion: Criterion, model: Annotation, who: str) -> Judged:
    """The model's answer becomes mine, under the same explanation as before."""
    value = answer_of(criterion, model)
    if value is None:
        raise InvalidAnnotation(f"{spoken(criterion, model)} is no answer to {criterion.name}.", "Answer it with its own key.")
    return _answer(judge, "agree", item, on, criterion, value, said_of(model, who, "agreed"), f"agreed with {who}")


def flip(judge: Judge, item: Item, on: ItemTarget, criterion: Criterion, model: Annotation | None, who: str) -> Judged:
    """My label becomes the other one. Raises InvalidAnnotation where there is not exactly one other."""
    mine = _mine(judge, item, on, criterion)
    labels = [value.label for value in criterion.config.values] if isinstance(criterion.config, CategoricalConfig) else []
    if len(labels) != 2:
        why = f"{criterion.name} has {len(labels)} labels" if labels else f"{criterion.name} has no labels"
        raise InvalidAnnotation(f"{why}: there is no other one to turn to.", "Answer it with its own key.")
    other = labels[labels.index(mine.label or "") == 0]
    facts = said_of(model, who, "agreed" if other == model.label else "wrong") if model is not None else {}
    return _answer(judge, "flip", item, on, criterion, other, facts, "the other label")


def call_wrong(judge: Judge, item: Item, on: ItemTarget, criterion: Criterion, model: Annotation, who: str) -> Judged:
    """My row says that the model is wrong; my answer stays."""
    mine = _mine(judge, item, on, criterion)
    if mine.contradicts(model):
        return _mark(judge, "judge_wrong", item, criterion, mine, said_of(model, who, "wrong"), f"{who} is wrong")
    raise InvalidAnnotation(f"{who} says what you say: {spoken(criterion, mine)}.", "Change your answer first.")


def _mine(judge: Judge, item: Item, on: ItemTarget, criterion: Criterion) -> Annotation:
    row = judge.view(item, on).answers.get(criterion.name)
    if row is None:
        raise InvalidAnnotation(f"{criterion.name} is not answered here.", "Answer it first.")
    return row


def _answer(
    judge: Judge, command: str, item: Item, on: ItemTarget, criterion: Criterion, value: str | float, facts: Mapping[str, Any], done: str
) -> Judged:
    mine = judge.view(item, on).answers.get(criterion.name)
    if mine is not None and answer_of(criterion, mine) == value:
        return _mark(judge, command, item, criterion, mine, facts, done)
    judged = judge.answer(item, criterion, value, replace(UNKNOWN, facts=facts), on)
    return replace(judged, title=f"{done}: {judged.title}")


def _mark(judge: Judge, command: str, item: Item, criterion: Criterion, mine: Annotation, facts: Mapping[str, Any], done: str) -> Judged:
    row = check(replace(mine, metadata={**mine.metadata, **facts}), None)
    judge.commit(command, f"{criterion.name}: {done}", item, criterion.name, [SetAnnotation(row.identity, row)], row.target)
    return Judged(f"{criterion.name} {spoken(criterion, row)}: {done}", False)
