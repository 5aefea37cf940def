"""What OpenLLMetry and LiteLLM wrote before the GenAI conventions settled."""

import json

import pytest

from annotator.domain.message import Message, Part, ToolCall
from annotator.reading import read
from tests.reading.spans import span


@pytest.mark.parametrize(("asked", "said"), [("gen_ai.prompt", "gen_ai.completion"), ("llm.prompts", "llm.completions")])
def test_indexed_messages(asked: str, said: str) -> None:
    reading = read(
        span(
            {
                f"{asked}.2.role": "tool",
                f"{asked}.2.content": "4",
                f"{asked}.2.tool_call_id": "c1",
                f"{asked}.0.role": "user",
                f"{asked}.0.content": json.dumps(
                    [{"type": "text", "text": "2+2?"}, {"type": "image_url", "image_url": {"url": "https://e.com/a"}}]
                ),
                f"{asked}.1.role": "assistant",
                f"{asked}.1.tool_calls.0.id": "c1",
                f"{asked}.1.tool_calls.0.name": "add",
                f"{asked}.1.tool_calls.0.arguments": '{"a": 2}',
                f"{said}.0.role": "assistant",
                f"{said}.0.content": "Four.",
                f"{said}.0.finish_reason": "stop",
                "llm.request.type": "chat",
                "llm.request.functions.0.name": "add",
                "llm.request.functions.0.description": "Adds.",
                "llm.request.functions.0.parameters": '{"type": "object", "properties": {"a": {}}}',
                "llm.usage.total_tokens": 9,
                "gen_ai.usage.prompt_tokens": 5,
            }
        )
    )
    assert reading.kind == "LLM"
    assert reading.input_messages == (
        Message("user", (Part("text", "2+2?"), Part("image", "", None, "https://e.com/a"))),
        Message("assistant", (), (ToolCall("add", '{"a": 2}', "c1"),)),
        Message("tool", (Part("text", "4"),), tool_call_id="c1"),
    )
    assert (reading.output_messages[0].text, reading.finish_reason, reading.prompt_tokens) == ("Four.", "stop", 5)
    assert [(tool.name, tool.description, tool.parameters) for tool in reading.tools] == [("add", "Adds.", ("a",))]


def test_bare_prompt_and_completion() -> None:
    reading = read(span({"gen_ai.prompt": "Say hi", "gen_ai.completion": '{"text": "hi", "finish_reason": "stop"}'}))
    assert [message.text for message in (*reading.input_messages, *reading.output_messages)] == ["Say hi", "hi"]
    assert reading.finish_reason == "stop"


def test_the_name_of_a_prompt_is_no_message() -> None:
    assert read(span({"gen_ai.prompt.name": "analyze-code", "gen_ai.request.model": "m"})).input_messages == ()


def test_function_call_of_litellm() -> None:
    said = {"gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.function_call.name": "add"}
    reading = read(span({**said, "gen_ai.completion.0.function_call.arguments": '{"a": 2}'}))
    assert reading.output_messages == (Message("assistant", (), (ToolCall("add", '{"a": 2}'),)),)


def test_embedding() -> None:
    reading = read(span({"llm.request.type": "embedding", "gen_ai.prompt.0.content": "egg", "llm.request.model": "te"}))
    assert (reading.kind, reading.embedded, reading.input_messages, reading.model) == ("EMBEDDING", ("egg",), (), "te")


def test_content_of_openlit_and_generations_of_langchain() -> None:
    reading = read(span({"gen_ai.content.prompt": "user: hi", "gen_ai.content.completion": "bye"}))
    assert [message.text for message in (*reading.input_messages, *reading.output_messages)] == ["user: hi", "bye"]
    message = {"lc": 1, "type": "constructor", "id": ["x", "AIMessage"], "kwargs": {"content": "yo"}}
    reading = read(span({"gen_ai.completion": json.dumps({"generations": [[{"text": "yo", "message": message}]]})}))
    assert reading.output_messages == (Message("assistant", (Part("text", "yo"),)),)
