"""Spans that are not as they should be: all of them visible, and what is odd in words."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.span import Span, Trace
from annotator.text.escape import HIDDEN
from annotator.text.lines.layout import lay_out
from annotator.text.plain import plain
from annotator.text.shape.tree import tree_rows
from annotator.text.trace.blocks import trace_blocks
from tests.text.made import BEGAN, SECOND, call, readings, rows, span, text, trace


def test_each_oddity_is_said_on_the_trace_and_on_the_span() -> None:
    made = trace(
        span("root", input__value="go", output__value="done"),
        span("lost", "gone", "TOOL", input__value="1", output__value="2"),
        span("open", "root", "LLM", end=None, input__value="q", output__value="a"),
        replace(span("zero", "root", "TOOL", input__value="x", output__value="y"), end_ns=0),
        span("back", "root", "TOOL", start=2, end=1, input__value="x", output__value="z"),
        span("bare", "root", "UNKNOWN"),
        span("other", input__value="go", output__value="again", start=1, end=2),
        span("one", "two", "TOOL", start=3, end=9, input__value="r", output__value="s"),
        span("two", "one", "TOOL", start=4, end=5, input__value="t", output__value="u"),
    )
    shown = text(made)
    for said in (
        "2 roots: root, other",
        "the parent gone of lost is not in this trace",
        "parents go in a circle: one",
        "never ended: open, zero",
        "ended before it started: back",
        "nothing was recorded on bare",
    ):
        assert said in shown
    assert "the parent gone is not in this trace" in text(made, "lost")
    assert "this span never ended" in text(made, "open") and "zero  never ended" in text(made, "zero")
    assert "nothing was recorded on this span" in text(made, "bare")
    by_id = {row.span_id: row for row in rows(made)}
    assert len(by_id) == len(made.spans)
    assert (by_id["open"].duration, by_id["zero"].duration, by_id["back"].duration) == ("open", "open", "-1.0s")
    assert by_id["lost"].orphan and by_id["one"].circular and not by_id["two"].circular


def test_spans_with_one_id_are_all_there() -> None:
    made = trace(span("a", name="first"), span("a", name="second", start=1), span("b", "a", start=2))
    assert [(row.name, row.depth) for row in rows(made, everything=True)] == [("first", 0), ("b", 1), ("second", 0)]
    assert "several spans have the id a" in text(made)


def test_not_recorded_and_recorded_empty() -> None:
    silent = span("llm", None, "LLM", llm__model_name="m")
    assert "(no prompt text was recorded on this span)" in text(trace(silent)) and "(no answer was recorded)" in text(trace(silent))
    assert "(the answer is an empty text)" in text(trace(call("llm", None, "q", "")))
    assert "(the answer is an empty text)" in text(trace(span("a", input__value="q", output__value="")))
    assert "(the input is empty)" in text(trace(span("a", input__value="", output__value="x")))
    within = trace(span("root", input__value="q", output__value="a"), span("llm", "root", "LLM", "chat", llm__model_name="m"))
    assert "LLM  chat  m\n(no prompt text was recorded on this span, and no answer)" in text(within)
    tool = trace(span("root", input__value="q", output__value="a"), span("t", "root", "TOOL", "roll"))
    assert "CALL  roll\n(no arguments were recorded)\n\n=\n(no result was recorded)" in text(tool)
    empty = trace(span("root", input__value="q", output__value="a"), span("t", "root", "TOOL", "roll", input__value="{}", output__value=""))
    assert "CALL  roll\n\n=\n(the result is an empty text)" in text(empty)
    documents = {"retrieval.documents.0.document.id": "d1"}
    found = trace(span("root", input__value="q", output__value="a"), span("r", "root", "RETRIEVER", attributes=documents))
    assert "DOCS  1  d1\n(a document without content)" in text(found)
    guard = trace(span("root", input__value="q", output__value="a"), span("g", "root", "GUARDRAIL", "pii"))
    assert "GUARDRAIL  pii\n(neither input nor result was recorded)" in text(guard)


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert "ENDED\nfinish reason: length" in text(trace(call("a", None, "q", "It is", llm__finish_reason="length")))
    fine = text(trace(call("a", None, "q", "It is", llm__finish_reason="tool_calls")))
    assert "ENDED" not in fine and "finish tool_calls" in fine


def test_a_response_without_what_it_says_is_no_answer() -> None:
    shown = text(trace(span("a", None, "LLM", output__value='{"id": "chatcmpl-1", "model": "m"}')))
    assert "(no answer was recorded)" in shown and "chatcmpl-1" not in shown


def test_three_hundred_levels() -> None:
    spans = [call(f"s{at}", f"s{at - 1}" if at else None, f"question {at}", f"answer {at}", start=at / 1000) for at in range(300)]
    made = trace(*spans)
    assert len(rows(made)) == 300
    shown = text(made)
    assert "300 levels deep" in shown and "answer 299" in shown
    assert lay_out(trace_blocks(made, readings(made)), 80, 14, {})


IDS = st.sampled_from(["a", "b", "c", "d", "e", ""])
TIMES = st.none() | st.integers(-5, 5).map(lambda at: BEGAN + at * SECOND) | st.sampled_from([0, 1, -1, 1 << 70])
KINDS = st.sampled_from(
    ["LLM", "TOOL", "CHAIN", "AGENT", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "UNKNOWN", "X\x1b", ""]
)
TEXTS = st.sampled_from(["", "yes", "no", "hello there", "{}", '{"answer": "yes"}', "\x1b[2J", "a\nb"])
KEYS = (
    "input.value", "output.value", "llm.input_messages.0.message.role", "llm.input_messages.0.message.content",
    "llm.output_messages.0.message.role", "llm.output_messages.0.message.content", "llm.model_name", "tool.name", "agent.name",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "retrieval.documents.0.document.content", "session.id",
    "reranker.input_documents.0.document.id", "reranker.output_documents.0.document.content", "embedding.embeddings.0.embedding.text",
)  # fmt: skip
ATTRIBUTES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(st.sampled_from(KEYS), TEXTS, max_size=6)
NAMES = st.sampled_from(["x", "RunnableSequence", "handoff to b", "transfer_to_b", "A._b", "\u202e", ""])
SPANS = st.builds(
    Span, st.just("t"), IDS, st.none() | IDS, NAMES, KINDS, st.sampled_from(["OK", "ERROR", "UNSET"]), TIMES, TIMES, st.none(),
    st.sampled_from(["", "boom"]), ATTRIBUTES,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(SPANS, max_size=9))
def test_any_list_of_spans_is_a_trace(spans: list[Span]) -> None:
    made = Trace("t", tuple(spans))
    read = readings(made)
    every = tree_rows(made, read, everything=True)
    assert sorted(row.span_id for row in every) == sorted(one.span_id for one in spans)
    folded = tree_rows(made, read)
    assert sum(row.folded or row.times for row in folded) == len(spans)
    assert all(row.depth >= 0 and not HIDDEN.search(row.name + row.kind) for row in every)
    for focus in ("", *(one.span_id for one in spans[:3])):
        blocks = trace_blocks(made, read, focus)
        assert len({block.key for block in blocks}) == len(blocks)
        assert not HIDDEN.search(" ".join(plain(blocks)).replace("\n", " "))
        assert len(lay_out(blocks, 60, 14, {})) > 0
