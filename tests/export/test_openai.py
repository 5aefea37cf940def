"""Messages and tools in OpenAI's shape, whoever recorded them."""

import json
from typing import Any

import pytest

from annotator.domain.message import Message, Part, ToolCall, ToolDefinition
from annotator.formats.openai import chat_to_json, joined, messages_to_json, tools_to_json

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def text(role: str, words: str, **more: Any) -> Message:
    return Message(role, (Part("text", words),), **more)


def test_roles_are_those_of_openai() -> None:
    given = [text(role, "x") for role in ("system", "developer", "user", "assistant", "model", "human", "observer")]
    found = [message["role"] for message in messages_to_json(given)]
    assert found == ["system", "developer", "user", "assistant", "assistant", "user", "user"]


def test_calls_and_results_have_ids_in_pairs() -> None:
    given = [
        Message("assistant", (), (ToolCall("a", "{}"), ToolCall("b", '{"x": 1}'))),
        text("tool", "of a"),
        text("tool", "of b"),
        Message("assistant", (Part("reasoning", "hm"), Part("text", "again")), (ToolCall("c", "", "id-c"),)),
        text("function", "of c", tool_call_id="id-c"),
    ]
    first, of_a, of_b, second, of_c = messages_to_json(given)
    ids = [call["id"] for call in first["tool_calls"]]
    assert len(set(ids)) == 2 and [of_a["tool_call_id"], of_b["tool_call_id"]] == ids
    assert first["content"] is None and second["content"] == "again", "reasoning is left out"
    assert second["tool_calls"] == [{"id": "id-c", "type": "function", "function": {"name": "c", "arguments": "{}"}}]
    assert (of_c["role"], of_c["tool_call_id"]) == ("tool", "id-c")


def test_what_an_assistant_said_in_pieces_is_one_message() -> None:
    pieces = [Message("assistant", (), (ToolCall("a", "{}", "1"),)), text("assistant", "I look."), text("tool", "rain", tool_call_id="1")]
    assert chat_to_json(pieces) == [
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "a", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "1"},
    ]
    assert len(messages_to_json(pieces)) == 3
    assert joined([]) == {"role": "assistant", "content": None}


def test_media_travel_with_a_user_and_are_named_elsewhere() -> None:
    image = Part("image", mime="image/png", source="inline", data="QUJD")
    there = Part("image", source="https://example.org/a.png")
    sound = Part("audio", mime="audio/mp3", data="QUJD")
    lost = Part("file", mime="application/pdf", source="a.pdf")
    [message] = messages_to_json([Message("user", (Part("text", "see"), image, there, sound, lost))])
    assert message["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}},
        {"type": "text", "text": "[application/pdf a.pdf]"},
    ]
    assert messages_to_json([Message("assistant", (image,))])[0]["content"] == "[image/png]"


@pytest.mark.parametrize(
    "recorded",
    [
        {"type": "function", "function": {"name": "weather", "description": "Looks.", "parameters": SCHEMA}},
        {"type": "function", "name": "weather", "description": "Looks.", "parameters": SCHEMA},
        {"name": "weather", "description": "Looks.", "input_schema": SCHEMA},
        {"toolSpec": {"name": "weather", "description": "Looks.", "inputSchema": {"json": SCHEMA}}},
        {"name": "weather", "description": "Looks.", "inputSchema": {"jsonSchema": SCHEMA}},
    ],
)
def test_tools_are_functions(recorded: dict[str, Any]) -> None:
    tool = ToolDefinition("weather", "Looks.", ("city",), json.dumps(recorded))
    assert tools_to_json([tool]) == [{"type": "function", "function": {"name": "weather", "description": "Looks.", "parameters": SCHEMA}}]


@pytest.mark.parametrize("schema", ["", "weather", "[1]", "{}", '{"name": "weather"}', '"x"', "[" * 100_000])
def test_a_tool_without_a_schema_takes_anything(schema: str) -> None:
    [found] = tools_to_json([ToolDefinition("weather", "", (), schema)])
    assert found["function"] == {"name": "weather", "parameters": {"type": "object", "properties": {}}}
