"""What of an item a config is asked of."""

import pytest

from annotator.domain.annotation import Target, TargetKind
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.rubric_json import rubric_from_json, rubric_to_json
from annotator.domain.target import ItemTarget

CONFIG = CategoricalConfig("correctness", (Value("pass"), Value("fail")))


def on(kind: TargetKind, span_kind: str = "", own: bool = False) -> ItemTarget:
    return ItemTarget(Target(kind, "x", 0 if kind == "document" else None), "x", span_kind, own=own)


@pytest.mark.parametrize(
    ("criterion", "fits", "does_not"),
    [
        (Criterion(CONFIG), [on("span"), on("trace"), on("session"), on("document", own=True)], [on("document")]),
        (Criterion(CONFIG, target="document"), [on("document"), on("document", "RETRIEVER")], [on("span", own=True), on("trace")]),
        (Criterion(CONFIG, target="trace"), [on("trace")], [on("span", own=True), on("session")]),
        (Criterion(CONFIG, kinds=("TOOL",)), [on("span", "TOOL")], [on("span", "LLM", own=True), on("trace"), on("document", "TOOL")]),
        (Criterion(CONFIG, target="document", kinds=("RERANKER",)), [on("document", "RERANKER")], [on("document", "RETRIEVER")]),
    ],
)
def test_a_config_is_asked_of_what_it_fits(criterion: Criterion, fits: list[ItemTarget], does_not: list[ItemTarget]) -> None:
    assert all(criterion.fits(one) for one in fits)
    assert not any(criterion.fits(one) for one in does_not)


def test_a_rubric_keeps_what_it_is_asked_of() -> None:
    rubric = Rubric((Criterion(CONFIG, target="document", kinds=("RERANKER", "RETRIEVER")),))
    assert rubric_from_json(rubric_to_json(rubric)) == rubric
