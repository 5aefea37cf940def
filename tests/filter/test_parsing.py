"""The language: what it says, that printing and parsing agree, and that a mistake is pointed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.filter import (
    And,
    Answer,
    AnySpan,
    Attribute,
    Comparison,
    Condition,
    Disagreement,
    Field,
    Not,
    OneOf,
    Or,
    Present,
    Versus,
    needs,
)
from annotator.errors import FilterError
from annotator.filter.parsing import parse
from annotator.filter.printing import to_text
from annotator.filter.reference import REFERENCE
from annotator.filter.vocabulary import Vocabulary
from annotator.filter.words import WORDS
from tests.filter.trees import CONDITIONS

KNOWN = Vocabulary(("correctness", "quality"), {"correctness": ("pass", "fail")})
HOUR = 3600 * 10**9
ERROR = Comparison(Field("status"), "=", "ERROR")
FAIL = Comparison(Answer("correctness", "", "label"), "=", "fail")
TODO, DONE = (Comparison(Field("state"), "=", state) for state in ("todo", "done"))


@given(CONDITIONS)
def test_what_is_printed_parses_to_the_same(condition: Condition) -> None:
    assert parse(to_text(condition)) == condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("status = error", ERROR),
        ("status==ERROR", ERROR),
        ("correctness = fail", FAIL),
        ('correctness = "fail"', FAIL),
        ("correctness = 1", Comparison(Answer("correctness", "", "score"), "=", 1)),
        ('correctness = "1"', Comparison(Answer("correctness", "", "label"), "=", "1")),
        ("correctness < 0.5", Comparison(Answer("correctness", "", "score"), "<", 0.5)),
        ("llm.correctness.score < .5", Comparison(Answer("correctness", "llm", "score"), "<", 0.5)),
        ("note ~ later", Comparison(Answer("note", "", "explanation"), "~", "later")),
        ("correctness in (pass, fail)", OneOf(Answer("correctness", "", "label"), ("pass", "fail"))),
        ("correctness in (0, 1)", OneOf(Answer("correctness", "", "score"), (0, 1))),
        ("kind in (llm,'my kind')", OneOf(Field("kind"), ("LLM", "MY KIND"))),
        ("not mine.correctness", Not(Present(Answer("correctness", "mine")))),
        ("unannotated", Not(Present(Answer("", "mine")))),
        ("annotation", Present(Answer())),
        ('"status" = bad', Comparison(Answer("status", "", "label"), "=", "bad")),
        ('mine."a.b".score > 1', Comparison(Answer("a.b", "mine", "score"), ">", 1)),
        ("mine.quality.explanation", Present(Answer("quality", "mine", "explanation"))),
        ("others.correctness != mine.correctness", Versus(Answer("correctness", "others"), "!=", Answer("correctness", "mine"))),
        ("llm.quality > human.quality", Versus(Answer("quality", "llm", "score"), ">", Answer("quality", "human", "score"))),
        ("disagreement.correctness", Disagreement("correctness")),
        ("latency > 1.5s", Comparison(Field("latency"), ">", 1_500_000_000)),
        ("tokens >= 1000", Comparison(Field("tokens"), ">=", 1000)),
        ("since 3h", Comparison(Field("start"), ">=", 10**18 - 3 * HOUR)),
        ("start > 3h", Comparison(Field("start"), ">", 10**18 - 3 * HOUR)),
        ("until 2026-11-21T09:30:00.25Z", Comparison(Field("start"), "<", 1_795_253_400_250_000_000)),
        ('session = "s-1"', Comparison(Field("session"), "=", "s-1")),
        ("user = 5", Comparison(Field("user"), "=", "5")),
        ("session", Present(Field("session"))),
        ('attribute["metadata.tier"] = gold', Comparison(Attribute("metadata.tier"), "=", "gold")),
        ("attribute.metadata.tier = gold", Comparison(Attribute("metadata.tier"), "=", "gold")),
        ("attribute.a != true", Comparison(Attribute("a"), "!=", True)),
        ('attribute.a = "1"', Comparison(Attribute("a"), "=", "1")),
        ('text ~ "a \\"b\\" \\\\ c"', Comparison(Field("text"), "~", 'a "b" \\ c')),
        ("todo or done and not status = error", Or((TODO, And((DONE, Not(ERROR)))))),
        ("(todo or done) AND status = error", And((Or((TODO, DONE)), ERROR))),
        ("todo and (done and status = error)", And((TODO, DONE, ERROR))),
        ("any(status = error and kind = tool)", AnySpan(And((ERROR, Comparison(Field("kind"), "=", "TOOL"))))),
    ],
)
def test_what_is_typed(text: str, condition: Condition) -> None:
    assert parse(text, KNOWN, now=10**9) == condition


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "ends where a condition should come"),
        ("todo and", 8, "ends where a condition should come"),
        ("and todo", 0, "begins no condition"),
        ("statsu = error", 0, "Nearest: status"),
        ("corectness = fail", 0, "Nearest: correctness"),
        ("mine.corectness", 5, "Nearest: correctness"),
        ("correctness = fial", 14, "Nearest: fail"),
        ("correctness.scor > 1", 12, "Nearest: score"),
        ("kind = tol", 7, "Nearest: TOOL"),
        ("status = eror", 9, "Nearest: ERROR"),
        ("status < 3", 7, "It takes =, != and in."),
        ("text = a", 5, "It takes ~."),
        ("status", 6, "has to be compared"),
        ("status and todo", 7, "has to be compared"),
        ("latency > 2", 10, "Give a unit"),
        ("tokens > many", 9, "not a number"),
        ("start > yesterday", 8, "not a time"),
        ("since", 5, "Here a time should come"),
        ("correctness = ", 14, "Here a label or a number should come."),
        ("correctness ~ (", 14, "not '('"),
        ("correctness fail", 12, "does not belong here"),
        ("correctness not in (fail)", 12, "does not belong here"),
        ("correctness in fail", 15, "Here ( should come."),
        ("correctness in (pass fail)", 21, "parted by commas"),
        ("correctness in (1, pass)", 15, "Labels and numbers"),
        ("correctness in (pass", 15, "never closed"),
        ("text in (a)", 5, "in does not fit"),
        ("(todo", 0, "never closed"),
        ("todo)", 4, "no ( to this )"),
        ('text ~ "abc', 7, "never closed"),
        ("mine = 3", 5, "all names cannot be compared"),
        ("mine.", 5, "the name of an annotation should come"),
        ('""', 0, "A name is empty"),
        ("kind.x = 3", 4, "has no parts"),
        ("attribute", 9, "key of an attribute"),
        ('attribute["a"', 13, "Here ] should come"),
        ('attribute[""]', 10, "The key is empty"),
        ("any kind", 4, "Here ( should come"),
        ("any(any(todo))", 4, "within another"),
        ("others.correctness ~ mine.correctness", 21, "does not fit"),
        ("others.correctness.label != mine.correctness.score", 28, "compared with another part"),
        ("(" * 60 + "todo", 50, "conditions within conditions"),
        ("not " * 60 + "todo", 200, "conditions within conditions"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, at: int, said: str) -> None:
    with pytest.raises(FilterError) as error:
        parse(text, KNOWN)
    assert (error.value.position, error.value.text) == (at, text)
    assert said in f"{error.value.title} {error.value.advice}" and error.value.advice


PIECES = [*WORDS, "correctness", "(", ")", "=", "!=", "<", "~", ",", ".", '"', "'", " ", "[", "]", "2s", "5", "fail", "x", "\\", "\n", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_any_text_is_a_condition_or_a_mistake_within_it(text: str) -> None:
    try:
        found = parse(text, KNOWN)
    except FilterError as error:
        assert 0 <= error.position <= len(text) and error.title and error.advice
    else:
        assert parse(to_text(found)) == found


def test_without_a_vocabulary_every_name_may_be(text: str = "x = y and kind = foo") -> None:
    assert parse(text) == And((Comparison(Answer("x", "", "label"), "=", "y"), Comparison(Field("kind"), "=", "FOO")))


def test_every_example_of_the_reference_parses() -> None:
    for examples, _ in REFERENCE[:-1]:
        for example in examples.split("   "):
            assert parse(to_text(parse(example, KNOWN)))


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("todo", set()),
        ("status = error and latency > 2s", {"headers"}),
        ("not mine", {"annotations"}),
        ("disagreement or llm.quality != human.quality", {"annotations"}),
        ("any(correctness = fail)", {"headers", "annotations"}),
        ("tokens > 5", {"headers", "payload"}),
        ("session", {"headers", "payload"}),
        ("todo or (done and not attribute.a = b)", {"headers", "payload"}),
    ],
)
def test_what_has_to_be_known(text: str, needed: set[str]) -> None:
    assert needs(parse(text)) == needed
