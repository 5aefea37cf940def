"""What is selected on the screen is bound to characters of a value, and found there again."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.evidence import Evidence
from annotator.domain.span import Span, Trace
from annotator.text.block import Block
from annotator.text.escape import visible
from annotator.text.markup.readable import arguments, pretty
from annotator.text.quoting.binding import Place, bind, is_ours, selected
from annotator.text.quoting.finding import drawn, found
from annotator.text.quoting.forms import forms, seen
from annotator.text.quoting.values import value_at
from annotator.workflow.present import present_trace
from tests.recorded import traces

TEXT = st.text(st.one_of(st.characters(), st.sampled_from("\r\n\t\x1b\ufe0e\ufe0f\\\"'abn {}[]:,0")), max_size=80)
NAME = st.text("abcdef_", min_size=1, max_size=8)
ANSWER = "llm.output_messages.0.message.content"


def span(attributes: dict[str, Any], span_id: str = "s1", **changed: Any) -> Span:
    return Span("t1", span_id, None, "reply", "LLM", "OK", 0, 1, attributes=attributes, **changed)


def trace(attributes: dict[str, Any], **changed: Any) -> Trace:
    return Trace("t1", (span(attributes, **changed),))


def block(body: str, kind: str = "assistant", **changed: Any) -> Block:
    return Block("s1/x/0", "s1", kind, "ANSWER", body, **changed)


def evidence(place: Place) -> Evidence:
    return Evidence(place.span_id, place.path, place.start, place.end, place.text)


def bound(of: Trace, in_block: Block, start: int, end: int) -> Place:
    chosen = selected(in_block, start, end)
    assert chosen is not None
    place = bind(of, chosen)
    assert place is not None
    return place


@given(TEXT)
def test_a_form_reads_as_the_screen_shows_it(text: str) -> None:
    assert seen(text).text == visible(text)


@given(TEXT, st.data())
def test_a_form_leads_back_to_its_source_and_there_again(text: str, data: st.DataObject) -> None:
    for form in forms(text):
        if form.text:
            start = data.draw(st.integers(0, len(form.text) - 1))
            end = data.draw(st.integers(start + 1, len(form.text)))
            first, last = form.source(start, end)
            assert 0 <= first < last <= len(text)
            begin, stop = form.shows(first, last)
            assert begin <= start < end <= stop and form.source(begin, stop) == (first, last)


@settings(max_examples=150)
@given(TEXT, TEXT, st.data())
def test_any_selection_of_any_text_is_exactly_the_characters_of_the_value(text: str, other: str, data: st.DataObject) -> None:
    shown = visible(text)
    if not shown.strip():
        return
    start = data.draw(st.integers(0, len(shown) - 1))
    end = data.draw(st.integers(start + 1, len(shown)))
    of = trace({"llm.input_messages.0.message.content": other, ANSWER: text, "output.value": json.dumps({"said": text, "n": 1})})
    chosen = selected(block(shown), start, end)
    if chosen is None:
        assert not shown[start:end].strip()
        return
    place = bind(of, chosen)
    assert place is not None and place.exact
    assert value_at(of.spans[0], place.path) == place.value
    assert place.text == place.value[place.start : place.end] and chosen.text in visible(place.text)
    if other == text:
        assert place.path == ANSWER, "an answer is of the output, though the input reads alike"
    again = found(of, evidence(place))
    assert again == place


@settings(max_examples=100)
@given(
    st.dictionaries(st.text("abcdef_", min_size=1, max_size=8), st.one_of(TEXT, st.integers(), st.lists(TEXT, max_size=3)), max_size=4),
    st.data(),
)
def test_any_selection_of_json_is_bound_to_characters_or_to_the_whole_of_the_value(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    for shown, _ in (pretty(text), arguments(text)):
        if not shown.strip():
            continue
        start = data.draw(st.integers(0, len(shown) - 1))
        chosen = selected(block(shown), start, data.draw(st.integers(start + 1, len(shown))))
        place = bind(trace({"output.value": text}), chosen) if chosen else None
        if place is not None:
            assert place.path in ("output.value", "name") and (place.exact or (place.start, place.end) == (0, len(place.value)))


def test_words_of_arguments_are_found_in_their_json() -> None:
    text = json.dumps({"order_id": "N-4471", "amount": 216.91, "reason": "damaged: \u00e9t\u00e9\nlast year, again and again and again"})
    shown, _ = arguments(text)
    part = shown[shown.index("order_id") : shown.index("216.91") + 6]
    place = bound(trace({"output.value": text}), block(shown, "call"), shown.index(part), shown.index(part) + len(part))
    assert place.exact and place.text == 'order_id": "N-4471", "amount": 216.91'
    start = shown.index("last year")
    assert bound(trace({"output.value": text}), block(shown, "call"), start, start + 9).text == "last year"
    start = shown.index("\u00e9t\u00e9")
    assert bound(trace({"output.value": text}), block(shown, "call"), start, start + 3).text == "\\u00e9t\\u00e9"


def test_the_same_words_are_told_apart_by_their_place() -> None:
    text = json.dumps([{"id": 1, "state": "late"}, {"id": 2, "state": "late"}, {"id": 3, "state": "late"}])
    shown = "\n".join(f"{place}  late" for place in (1, 2, 3))
    starts = [bound(trace({"output.value": text}), block(shown), at, at + 4).start for at in (3, 11, 19)]
    assert starts == [text.index("late"), text.index("late", 30), text.rindex("late")]


def test_what_the_screen_made_of_a_value_stands_for_all_of_it() -> None:
    text = json.dumps([{"id": 11, "name": "anna"}, {"id": 12, "name": "bert"}])
    shown = "id  name\n──  ────\n11  anna\n12  bert"
    place = bound(trace({"output.value": text}), block(shown, syntax="table"), 0, len("id  name\n──  ────\n11  anna"))
    assert (place.exact, place.start, place.end) == (False, 0, len(text))


def test_what_no_value_says_is_no_evidence() -> None:
    chosen = selected(block("words that nobody recorded"), 0, 26)
    assert chosen is not None and bind(trace({"output.value": "something else"}), chosen) is None
    assert selected(block("  \n "), 0, 4) is None


@pytest.mark.parametrize("gone", [False, True])
def test_evidence_outlives_a_change_of_the_text_around_it(gone: bool) -> None:
    one = Evidence("s1", ANSWER, 10, 19, "in 3 days")
    now = "You will see it soon" if gone else "Dear Anna, in 3 days, in 3 days"
    place = found(trace({ANSWER: now}), one)
    assert (None if place is None else (place.start, place.text)) == (None if gone else (11, "in 3 days"))
    assert found(trace({"output.value": "it comes in 3 days"}), one) == Place("s1", "output.value", 9, 18, "it comes in 3 days")
    assert found(Trace("t1", ()), one) is None


def test_evidence_is_drawn_where_it_was_selected() -> None:
    answer = "I refunded\t116.91 EUR; you will see it in 3 days.\nIn 3 days!"
    of = trace(
        {
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "When? In 3 days!",
            "llm.output_messages.0.message.role": "assistant",
            ANSWER: answer,
        }
    )
    blocks = present_trace(of, "s1").blocks
    index = next(place for place, one in enumerate(blocks) if one.weight == "answer")
    start = blocks[index].text.rindex("In 3 days")
    place = bound(of, blocks[index], start, start + 9)
    assert (place.path, place.text, place.start) == (ANSWER, "In 3 days", answer.rindex("In 3 days"))
    assert list(drawn(of, blocks, place)) == [(index, start, start + 9)]
    at = blocks[index].text.index("refunded")
    place = bound(of, blocks[index], at, at + 18)
    assert place.text == "refunded\t116.91" and list(drawn(of, blocks, place)) == [(index, at, at + len("refunded    116.91"))]


def test_what_is_bound_in_a_real_trace_is_drawn_where_it_was_selected() -> None:
    of = max(traces("langchain-langgraph"), key=lambda one: len(one.spans))
    assert of.root is not None
    blocks = present_trace(of, of.root.span_id).blocks
    bound_exactly = 0
    for index, one in enumerate(blocks):
        for start in range(0, one.text_size, 97):
            chosen = selected(one, start, min(one.text_size, start + 40))
            place = bind(of, chosen) if chosen is not None and not is_ours(one) else None
            if chosen is None or place is None or not place.exact:
                continue
            bound_exactly += 1
            assert found(of, evidence(place)) == place
            assert any(at == index and first < chosen.end and last > chosen.start for at, first, last in drawn(of, blocks, place))
    assert bound_exactly > 20
