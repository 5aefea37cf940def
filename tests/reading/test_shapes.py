"""One span in every shape that OpenInference attributes arrive in reads the same."""

import json
from typing import Any

import pytest

from annotator.domain.message import Message, Part, ToolCall
from annotator.domain.span import Span
from annotator.reading import read

TOOL = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {"properties": {"a": {}, "b": {}}}}}
FLAT: dict[str, Any] = {
    "llm.model_name": "m",
    "llm.token_count.prompt": 3,
    "llm.token_count.completion": 4,
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "2+2?",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "add",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a": 2, "b": 2}',
    "llm.tools.0.tool.json_schema": json.dumps(TOOL),
    "metadata.tier": 2,
    "llm.prompt_template.variables.topic": "sums",
    "session.id": "s",
    "user.id": "u",
    "tag.tags": ["x", "y"],
}
REST = {
    **{key: value for key, value in FLAT.items() if not key.startswith(("metadata", "llm.prompt_template"))},
    "metadata": '{"tier": 2}',
    "llm.prompt_template.variables": '{"topic": "sums"}',
    "tag.tags": '["x", "y"]',
}
CALL = {"id": "c1", "function": {"name": "add", "arguments": '{"a": 2, "b": 2}'}}
NESTED: dict[str, Any] = {
    "llm": {
        "model_name": "m",
        "token_count": {"prompt": 3, "completion": 4},
        "input_messages": [
            {"message": {"role": "system", "content": "Be brief."}},
            {"message": {"role": "user", "contents": [{"message_content": {"type": "text", "text": "2+2?"}}]}},
        ],
        "output_messages": [{"message": {"role": "assistant", "tool_calls": [{"tool_call": CALL}]}}],
        "tools": [{"tool": {"json_schema": TOOL}}],
        "prompt_template": {"variables": {"topic": "sums"}},
    },
    "metadata": {"tier": 2},
    "session": {"id": "s"},
    "user": {"id": "u"},
    "tag": {"tags": ["x", "y"]},
}
DOTTED: dict[str, Any] = {
    **{key: value for key, value in FLAT.items() if "_messages" not in key},
    "llm.input_messages": [
        {"message.role": "system", "message.content": "Be brief."},
        {"message.role": "user", "message.contents": [{"message_content.type": "text", "message_content.text": "2+2?"}]},
    ],
    "llm.output_messages": json.dumps(
        [{"message.role": "assistant", "message.tool_calls": [{"tool_call.id": "c1", "tool_call.function": CALL["function"]}]}]
    ),
}


def span(attributes: dict[str, Any], kind: str = "LLM") -> Span:
    return Span("t", "s", None, "n", kind, "OK", 0, 1, attributes=attributes)


@pytest.mark.parametrize("attributes", [FLAT, REST, NESTED, DOTTED], ids=["flat", "rest", "nested", "dotted"])
def test_shapes(attributes: dict[str, Any]) -> None:
    received = json.dumps(attributes)
    reading = read(span(attributes))
    assert reading.input_messages == (Message("system", (Part("text", "Be brief."),)), Message("user", (Part("text", "2+2?"),)))
    assert reading.output_messages == (Message("assistant", (), (ToolCall("add", '{"a": 2, "b": 2}', "c1"),)),)
    assert [(tool.name, tool.description, tool.parameters) for tool in reading.tools] == [("add", "Adds.", ("a", "b"))]
    assert (reading.model, reading.prompt_tokens, reading.completion_tokens) == ("m", 3, 4)
    assert (reading.session_id, reading.user_id, reading.tags) == ("s", "u", ("x", "y"))
    assert (reading.metadata, reading.prompt_variables) == ({"tier": 2}, {"topic": "sums"})
    assert json.dumps(attributes) == received, "what was received is not touched"


def test_message_order_is_numeric_with_gaps_and_from_one() -> None:
    attributes = {f"llm.input_messages.{place}.message.content": str(place) for place in (11, 2, 1, 10, 3)}
    assert [message.text for message in read(span(attributes)).input_messages] == ["1", "2", "3", "10", "11"]


@pytest.mark.parametrize(
    ("schema", "name", "parameters"),
    [
        (TOOL, "add", ("a", "b")),
        (TOOL["function"], "add", ("a", "b")),
        ({"name": "read", "input_schema": {"properties": {"path": {}}}}, "read", ("path",)),
        ({"toolSpec": {"name": "find", "inputSchema": {"json": {"properties": {"sign": {}}}}}}, "find", ("sign",)),
        ({"type": "web_search", "filters": None}, "web_search", ()),
        ({"name": "bare"}, "bare", ()),
    ],
)
def test_tool_schemas(schema: dict[str, Any], name: str, parameters: tuple[str, ...]) -> None:
    for value in (schema, json.dumps(schema)):
        (tool,) = read(span({"llm.tools.0.tool.json_schema": value})).tools
        assert (tool.name, tool.parameters) == (name, parameters)


def test_tool_parameters_are_arguments_or_a_schema() -> None:
    ran = read(span({"tool.name": "add", "tool.parameters.a": 2}, "TOOL"))
    assert (ran.tool_name, ran.tool_arguments) == ("add", '{"a": 2}')
    schema = {"tool.name": "add", "tool.parameters": '{"type": "object", "properties": {"a": {}}}'}
    assert read(span(schema, "TOOL")).tool_arguments is None
    assert read(span({**schema, "input.value": '{"kwargs": {"a": 2}}'}, "TOOL")).tool_arguments == '{"a": 2}'


def test_request_in_input_value() -> None:
    request = {
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": [{"type": "text", "text": "Q"}]}],
        "tools": [TOOL],
    }
    reading = read(span({"input.value": json.dumps(request), "llm.model_name": "m"}))
    assert [(message.role, message.text) for message in reading.input_messages] == [("system", "S"), ("user", "Q")]
    assert [tool.name for tool in reading.tools] == ["add"]


def test_unknown_convention_falls_back_to_input_and_output() -> None:
    reading = read(span({"input": {"q": 1}, "output": "yes"}, "UNKNOWN"))
    assert (reading.input_text, reading.output_text) == ('{"q": 1}', "yes")


def test_media_are_described_and_inline_data_kept() -> None:
    key = "llm.input_messages.0.message.contents.{}.message_content."
    attributes = {
        key.format(0) + "type": "image",
        key.format(0) + "image.image.url": "data:image/png;base64," + "A" * 4000,
        key.format(1) + "type": "image",
        key.format(1) + "image": "https://example.com/a.png",
        key.format(2) + "type": "audio",
        key.format(2) + "audio.audio.url": "https://example.com/a.wav",
        key.format(2) + "audio.audio.mime_type": "audio/wav",
    }
    assert read(span(attributes)).input_messages[0].parts == (
        Part("image", "", "image/png", "inline", 3000, "A" * 4000),
        Part("image", "", None, "https://example.com/a.png"),
        Part("audio", "", "audio/wav", "https://example.com/a.wav"),
    )
