"""What is offered while a filter is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import FilterError
from annotator.filter.completion import complete
from annotator.filter.parsing import parse
from annotator.filter.vocabulary import Vocabulary
from tests.filter.test_parsing import PIECES

KNOWN = Vocabulary(
    ("correctness", "my name"), {"correctness": ("pass", "fail", "not sure")}, ("LLM", "ROUTER"), ("metadata.tier", "input.value"),
    ("ann",), ("s-1",), ("look up",), ("gpt-4o",),
)  # fmt: skip


def offered(text: str, cursor: int | None = None) -> list[str]:
    """What the text becomes with each completion, as far as it is typed."""
    cursor = len(text) if cursor is None else cursor
    return [text[: one.start] + one.text for one in complete(text, cursor, KNOWN)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ["correctness", '"my name"']),
        ("cor", ["correctness"]),
        ("my", ['"my name"']),
        ('"my', ['"my name"']),
        ("mine.c", ["mine.correctness"]),
        ("mine.correctness.", ["mine.correctness.label", "mine.correctness.score"]),
        ("correctness ", ["correctness =", "correctness !="]),
        ("correctness = ", ["correctness = pass", "correctness = fail", 'correctness = "not sure"']),
        ("correctness = f", ["correctness = fail"]),
        ('correctness = "no', ['correctness = "not sure"']),
        ("correctness in (pass, f", ["correctness in (pass, fail"]),
        ("correctness in (pass ", ["correctness in (pass )"]),
        ("correctness != oth", ["correctness != others.correctness"]),
        ("status=er", ["status=error"]),
        ("text ", ["text ~"]),
        ("kind = r", ["kind = router", "kind = retriever"]),
        ("name = ", ['name = "look up"']),
        ("session = ", ["session = s-1"]),
        ("user = a", ["user = ann"]),
        ("model ~ g", ["model ~ gpt-4o"]),
        ("attribute[", ['attribute["metadata.tier"', 'attribute["input.value"']),
        ("attribute.m", ["attribute.metadata.tier"]),
        ("todo a", ["todo and"]),
        ("(todo ", ["(todo and", "(todo or", "(todo )"]),
        ("not unan", ["not unannotated"]),
        ("disagreement.", ["disagreement.correctness"]),
        ("since ", ["since 1h"]),
        ("latency >", ["latency >="]),
    ],
)
def test_what_comes_next(text: str, first: list[str]) -> None:
    assert offered(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["todo)", "status < ", "latency = todo and x) "])
def test_nothing_is_offered_behind_a_mistake(text: str) -> None:
    assert offered(text) == []


def test_completion_is_of_the_word_at_the_cursor() -> None:
    assert offered("sta = error and todo", 3)[:2] == ["state", "status"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join), st.integers(0, 40))
def test_what_is_offered_can_be_typed(text: str, cursor: int) -> None:
    """Each completion begins at or before the cursor, and no mistake lies before its end that was not there without it."""
    cursor = min(cursor, len(text))
    for one in complete(text, cursor, KNOWN):
        assert 0 <= one.start <= one.end == cursor
        whole = text[: one.start] + one.text
        try:
            parse(whole, KNOWN)
        except FilterError as error:
            assert error.position >= len(whole.rstrip()) or whole[error.position] == "(", (whole, error.title)
