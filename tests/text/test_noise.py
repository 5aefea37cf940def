"""What says nothing, or what stands elsewhere, is not on the page."""

import json
from typing import Any

from annotator.text.block import Block
from annotator.text.trace.blocks import trace_blocks
from tests.text.made import call, readings, span, trace
from tests.text.shown import blocks, the


def titled(found: list[Block], title: str) -> list[str]:
    return [block.text for block in found if block.title == title]


def asked(**parameters: Any) -> list[Block]:
    made = trace(call("one", None, "Hi", "Hello", llm__invocation_parameters=json.dumps(parameters)))
    return trace_blocks(made, readings(made))


def test_parameters_without_what_is_empty_or_stands_elsewhere() -> None:
    given: dict[str, Any] = {"model": "m-1", "messages": [{"role": "user", "content": "Hi"}], "stop": "", "n": None, "tags": [], "bias": {}}
    assert titled(asked(**given, temperature=0, stream=False), "PARAMS") == ["temperature=0   stream=false"]
    assert titled(asked(**given), "PARAMS") == []


def test_parameters_that_stand_nowhere_else_stay() -> None:
    made = trace(span("one", kind="LLM", llm__invocation_parameters='{"model": "m-2", "functions": ["odd"]}'))
    (parameters,) = titled(trace_blocks(made, readings(made)), "PARAMS")
    assert parameters == 'model=m-2   functions=["odd"]'


def test_times_are_missed_where_others_have_them() -> None:
    alone = trace(span("row", start=None, end=None))
    assert titled(trace_blocks(alone, readings(alone)), "SPANS") == []
    beside = trace(span("top"), span("row", "top", start=None, end=None))
    assert titled(trace_blocks(beside, readings(beside)), "SPANS") == ["has no times: row"]


def test_an_output_that_repeats_the_answer_as_a_repr() -> None:
    assert titled(blocks(the("haystack", "How many bees live in a hive?")), "OUTPUT") == []
    more = json.dumps({"replies": ["ChatMessage(_content=[TextContent(text='Hello')], _meta={})"], "sources": ["atlas"]})
    made = trace(span("top", output__value=more), call("one", "top", "Hi", "Hello"))
    assert len(titled(trace_blocks(made, readings(made)), "OUTPUT")) == 1
