"""No attributes raise, whatever is in them."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.span import Span, SpanEvent, Trace
from annotator.reading import read
from annotator.text.lines.layout import lay_out
from annotator.text.plain import plain
from annotator.text.trace.blocks import trace_blocks

FIELDS = (
    "llm input output input_messages output_messages message content contents message_content role tool_calls tool_call function name "
    "arguments id tools tool json_schema retrieval documents document score metadata reranker input_documents output_documents "
    "embedding embeddings text type image url audio prompt_template variables template value token_count prompt completion messages "
    "choices parts reasoning 0 1 2 10 session user tag tags agent parameters properties cost total exception stacktrace"
)
WORDS = FIELDS.split()
KEYS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(".".join) | st.text(max_size=5)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["user", "text", "image", "tool_use", "data:image/png;base64,AA=="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
VALUES = JSON | JSON.map(json.dumps)
KINDS = st.sampled_from(
    ["LLM", "TOOL", "RETRIEVER", "RERANKER", "AGENT", "CHAIN", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT", "UNKNOWN", "X"]
)


@st.composite
def any_traces(draw: st.DrawFn) -> Trace:
    ids = ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    spans = []
    for place, span_id in enumerate(ids):
        parent = draw(st.none() | st.sampled_from([*ids, "gone"]))
        attributes: dict[str, Any] = draw(st.dictionaries(KEYS, VALUES, max_size=8))
        events = draw(st.lists(st.dictionaries(KEYS, JSON, max_size=2), max_size=1))
        status = draw(st.sampled_from(["OK", "ERROR", "UNSET"]))
        end = draw(st.none() | st.just(place + 5))
        recorded = tuple(SpanEvent("exception", None, event) for event in events)
        spans.append(Span("t", span_id, parent, draw(st.text(max_size=4)), draw(KINDS), status, place, end, None, "", attributes, recorded))
    return Trace("t", tuple(spans))


@settings(max_examples=250, deadline=None)
@given(any_traces(), st.integers(20, 100), st.integers(4, 30))
def test_any_trace_is_shown(trace: Trace, width: int, height: int) -> None:
    readings = {span.span_id: read(span) for span in trace.spans}
    for focus in ("", trace.spans[-1].span_id):
        blocks = trace_blocks(trace, readings, focus)
        keys = [block.key for block in blocks]
        assert len(set(keys)) == len(keys)
        lines = lay_out(blocks, width, height, {})
        for text in [*plain(blocks), *(line.plain for line in lines)]:
            assert not [char for char in text if ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000]


def test_deep_nesting() -> None:
    deep = "[" * 100_000
    wide = '{"a":' * 900 + "1" + "}" * 900
    attributes = {"input.value": deep, "metadata": wide, "llm.input_messages": wide, ".".join("a" * 5000): 1, "llm." * 500 + "x": 2}
    span = Span("t", "s", None, "n", "LLM", "OK", 0, 1, attributes=attributes)
    assert read(span).input_text == deep
    assert lay_out(trace_blocks(Trace("t", (span,)), {"s": read(span)}), 80, 20, {})
