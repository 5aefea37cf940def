"""Evidence and explanations on answers, in steps that undo takes back; nothing that is redacted leaves with a quote."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.config.redaction import BUILT_IN as PATTERNS
from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.evidence import LONGEST, Evidence, evidence_of, own_words, with_evidence, with_words
from annotator.domain.redaction import Pattern
from annotator.domain.span import Span, Trace
from annotator.domain.target import ItemTarget
from annotator.errors import InvalidAnnotation
from annotator.text.block import Block
from annotator.text.quoting.binding import Selected, selected
from annotator.text.quoting.finding import found
from annotator.text.redact import Redaction
from annotator.workflow.evidence import cite, evidence_for, uncite
from annotator.workflow.judge import Circumstances
from annotator.workflow.mine import Said, explain, said
from annotator.workflow.targets import own_target
from tests.workflow.scene import COMMENT, CORRECTNESS, RUBRIC, Desk

ONE = Evidence("s1", "output.value", 2, 9, "refunds")
TWO = Evidence("s1", "llm.output_messages.0.message.content", 0, 4, "I am")
REDACTION = Redaction([Pattern("email", PATTERNS["email"]), Pattern("customer", r"(?<=customer )\d+")])
PARTS = ["ann@example.com", " and ", "customer 4711", "; ", "‹email›", "x", "\n"]
TEXT = st.text(st.sampled_from('ab \n‹›é{}":'), max_size=12)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(rubric=RUBRIC)


def row(desk: Desk) -> Annotation:
    found = desk.local(1)
    assert found is not None
    return found


def test_evidence_goes_into_metadata_and_readably_into_the_explanation(desk: Desk) -> None:
    desk.answer(1, "fail")
    desk.judge.explain(desk.item(1), CORRECTNESS, "wrong sum")
    before = row(desk)
    cite(desk.judge, desk.item(1), before, ONE)
    cite(desk.judge, desk.item(1), before, TWO)
    cite(desk.judge, desk.item(1), before, ONE)
    assert row(desk).metadata["evidence"] == [
        {"span_id": "s1", "attribute": "output.value", "start": 2, "end": 9, "quote": "refunds"},
        {"span_id": "s1", "attribute": "llm.output_messages.0.message.content", "start": 0, "end": 4, "quote": "I am"},
    ]
    assert {name: value for name, value in row(desk).metadata.items() if name != "evidence"} == before.metadata
    assert row(desk).explanation == 'wrong sum\n"refunds" (output.value)\n"I am" (llm.output_messages.0.message.content)'
    assert (row(desk).label, row(desk).score) == ("fail", 0.0)
    desk.judge.undo()
    assert evidence_of(row(desk)) == (ONE,)
    desk.judge.undo()
    assert row(desk) == before


def test_it_stays_with_the_answer_that_is_changed_and_explained_anew(desk: Desk) -> None:
    desk.answer(1, "fail")
    cite(desk.judge, desk.item(1), row(desk), ONE)
    desk.answer(1, "pass")
    assert evidence_of(row(desk)) == (ONE,) and row(desk).label == "pass"
    own = own_target(desk.item(1))
    (mine,) = said(desk.judge, [own])
    assert own_words(mine.row) == ""
    explain(desk.judge, desk.item(1), mine, "on second thoughts\nit is right")
    assert row(desk).explanation == 'on second thoughts\nit is right\n"refunds" (output.value)'
    explain(desk.judge, desk.item(1), mine, " ")
    assert row(desk).explanation == '"refunds" (output.value)' and evidence_of(row(desk)) == (ONE,)


def test_what_was_selected_before_the_answer_comes_with_it(desk: Desk) -> None:
    desk.judge.answer(desk.item(1), CORRECTNESS, "fail", Circumstances(1.0, evidence=(ONE, TWO)))
    assert evidence_of(row(desk)) == (ONE, TWO)
    desk.judge.undo()
    assert desk.local(1) is None
    desk.judge.answer(desk.item(1), COMMENT, "a text", Circumstances(evidence=(ONE,)))
    comment = desk.local(1, "comment")
    assert comment is not None and comment.explanation == "a text" and evidence_of(comment) == (ONE,), "a text is an answer itself"


def test_it_is_taken_away_by_its_characters(desk: Desk) -> None:
    desk.answer(1, "fail")
    for one in (ONE, TWO):
        cite(desk.judge, desk.item(1), row(desk), one)
    assert uncite(desk.judge, desk.item(1), row(desk), Evidence("s1", "output.value", 8, 20, "s of boots")) == 1
    assert evidence_of(row(desk)) == (TWO,)
    assert uncite(desk.judge, desk.item(1), row(desk), ONE) == 0
    desk.judge.undo()
    assert evidence_of(row(desk)) == (ONE, TWO)
    uncite(desk.judge, desk.item(1), row(desk), ONE)
    uncite(desk.judge, desk.item(1), row(desk), TWO)
    assert row(desk).explanation is None and "evidence" not in row(desk).metadata


def test_an_answer_on_another_target_is_explained_there(desk: Desk) -> None:
    on = ItemTarget(Target("trace", "t1"), "s1", name="trace")
    desk.judge.answer(desk.item(1), CORRECTNESS, "fail", on=on)
    desk.answer(1, "pass")
    desk.clock.now += 1
    desk.judge.answer(desk.item(1), CORRECTNESS, "pass", on=on)
    newest, older = said(desk.judge, [own_target(desk.item(1)), on])
    assert (newest.on, older.on.own) == (on, True)
    explain(desk.judge, desk.item(1), newest, "the trace is fine")
    (row_of_trace,) = desk.store.on_target(desk.judge.server, on.target)
    assert row_of_trace.explanation == "the trace is fine" and row(desk).explanation is None
    reversal = desk.judge.undo()
    assert reversal is not None and reversal.step.target == on.target


def test_an_answer_that_was_taken_back_is_not_explained(desk: Desk) -> None:
    desk.answer(1, "fail")
    mine = Said(own_target(desk.item(1)), row(desk), 0.0)
    desk.judge.undo()
    with pytest.raises(InvalidAnnotation, match="no answer to correctness"):
        explain(desk.judge, desk.item(1), mine, "why")
    with pytest.raises(InvalidAnnotation, match="no answer to correctness"):
        cite(desk.judge, desk.item(1), mine.row, ONE)


@given(st.lists(st.tuples(TEXT, TEXT.filter(bool)), max_size=3), TEXT, TEXT)
def test_words_and_evidence_never_mix(quotes: list[tuple[str, str]], words: str, others: str) -> None:
    identity = Identity("", Target("span", "s"), "correctness", "annotator:ann")
    evidence = [Evidence("s", path, 0, len(quote), quote) for path, quote in quotes]
    one = with_evidence(Annotation(identity, "fail", 0.0, words, metadata={"kept": 1}), evidence)
    assert evidence_of(one) == tuple(dict.fromkeys(evidence)) and one.metadata["kept"] == 1
    assert own_words(one) == words.strip()
    other = with_words(one, others)
    assert (own_words(other), evidence_of(other)) == (others.strip(), evidence_of(one))
    assert with_evidence(other, ()).explanation == (others.strip() or None)


BACKWARDS = {"span_id": "s", "attribute": "a", "start": 2, "end": 1, "quote": "q"}


@pytest.mark.parametrize("metadata", [[], "x", 3, [None, {}, {"span_id": 1}], [BACKWARDS]])
def test_what_others_wrote_there_is_no_evidence(metadata: Any) -> None:
    assert evidence_of(Annotation(Identity("", Target("span", "s"), "n", "i"), metadata={"evidence": metadata})) == ()


# Redaction


def trace(text: str) -> Trace:
    return Trace("t1", (Span("t1", "s1", None, "reply", "LLM", "OK", 0, 1, attributes={"output.value": text}),))


def select(shown: str, text: str) -> Selected:
    start = text.index(shown)
    chosen = selected(Block("k", "s1", "assistant", "ANSWER", text), start, start + len(shown))
    assert chosen is not None
    return chosen


def test_a_quote_says_marks_where_the_screen_does_and_counts_in_what_was_received() -> None:
    received = trace("Write to ann@example.com or bob@example.com about it.")
    shown = REDACTION.trace(received)
    text = shown.spans[0].attributes["output.value"]
    assert text == "Write to ‹email› or ‹email› about it."
    for quote, meant in (("‹email› about", "bob@example.com about"), ("to ‹email›", "to ann@example.com"), ("about it", "about it")):
        one = evidence_for(shown, select(quote, text), REDACTION, received)
        assert one.quote == quote and received.spans[0].attributes["output.value"][one.start : one.end] == meant
        again = found(shown, one)
        assert again is not None and again.text == quote, "it is drawn on the redacted screen"


def test_a_quote_of_what_was_revealed_is_redacted_all_the_same() -> None:
    text = "Write to ann@example.com, customer 4711, please."
    received = trace(text)
    one = evidence_for(received, select("to ann@example.com", text), REDACTION, received)
    assert (one.quote, text[one.start : one.end]) == ("to ‹email›", "to ann@example.com")
    with pytest.raises(InvalidAnnotation, match="redacted"):
        evidence_for(received, select("4711", text), REDACTION, received)  # the pattern needs what stands before it


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=8), st.data())
def test_no_quote_holds_what_is_redacted(parts: list[str], data: st.DataObject) -> None:
    received = trace("".join(parts))
    revealed = data.draw(st.booleans())
    shown = received if revealed else REDACTION.trace(received)
    text = shown.spans[0].attributes["output.value"]
    start = data.draw(st.integers(0, len(text) - 1))
    chosen = selected(Block("k", "s1", "assistant", "ANSWER", text), start, data.draw(st.integers(start + 1, len(text))))
    if chosen is None:
        return
    try:
        one = evidence_for(shown, chosen, REDACTION, received)
    except InvalidAnnotation:
        assert revealed
        return
    assert one.quote in REDACTION.text(received.spans[0].attributes["output.value"]), "all of it is on the redacted screen"
    assert 0 <= one.start < one.end <= len(received.spans[0].attributes["output.value"])


def test_what_is_no_evidence_is_refused() -> None:
    ours = Block("k", "s1", "facts", "", "gpt · 4.2 s", note=True)
    with pytest.raises(InvalidAnnotation, match="not in the trace"):
        evidence_for(trace("gpt"), Selected(ours, 0, 3))
    long = "x" * (LONGEST + 1)
    with pytest.raises(InvalidAnnotation, match="characters"):
        evidence_for(trace(long), select(long, long))


def test_half_of_a_surrogate_pair_is_no_reason_to_lose_a_quote(desk: Desk) -> None:
    text = "broken \ud83d pair"
    chosen = selected(Block("k", "s1", "assistant", "ANSWER", "broken \\ud83d pair"), 0, 18)
    assert chosen is not None
    one = evidence_for(trace(text), chosen)
    assert (one.quote, one.start, one.end) == ("broken \ufffd pair", 0, 13)
    desk.answer(1, "fail")
    cite(desk.judge, desk.item(1), row(desk), one)
    assert evidence_of(row(desk)) == (one,)
