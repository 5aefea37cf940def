"""Several conventions on one span: said once, and nothing lost that only one of them says."""

import json

from annotator.reading import read
from tests.reading.spans import span

TOOL = {"type": "function", "name": "add", "description": "Adds.", "parameters": {"properties": {"a": {}}}}


def test_the_same_conversation_is_not_shown_twice_and_the_fuller_one_wins() -> None:
    attributes = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "2+2?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "4",
        "llm.tools.0.tool.json_schema": json.dumps({"type": "function", "function": {"name": "add", "description": "Adds."}}),
        "llm.invocation_parameters": '{"temperature": 0}',
        "metadata": '{"tier": 2}',
        "gen_ai.system_instructions": '[{"type": "text", "content": "Sums."}]',
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "2+2?"}]}]',
        "gen_ai.output.messages": json.dumps([{"parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "4"}]}]),
        "gen_ai.tool.definitions": json.dumps([TOOL, {"type": "function", "name": "sub"}]),
        "gen_ai.request.temperature": 1,
        "gen_ai.request.seed": 7,
        "traceloop.association.properties.plan": "pro",
    }
    reading = read(span(attributes, "LLM"))
    assert [(message.role, message.text) for message in reading.input_messages] == [("system", "Sums."), ("user", "2+2?")]
    assert [[part.kind for part in message.parts] for message in reading.output_messages] == [["reasoning", "text"]]
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("add", ("a",)), ("sub", ())]
    assert json.loads(reading.invocation_parameters or "") == {"temperature": 0, "seed": 7}
    assert reading.metadata == {"tier": 2, "plan": "pro"}


def test_what_differs_stays_with_the_first() -> None:
    attributes = {"llm.output_messages.0.message.content": "first", "gen_ai.output.messages": '[{"role": "assistant", "content": "other"}]'}
    assert [message.text for message in read(span(attributes, "LLM")).output_messages] == ["first"]
