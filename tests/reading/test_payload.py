"""Messages, media and tools in the JSON of the providers' APIs."""

import json
from typing import Any

import pytest

from annotator.domain.message import Message, Part, ToolCall
from annotator.reading import read
from annotator.reading.pieces import payload
from annotator.reading.pieces.parts import part
from tests.reading.spans import exported, span

PNG = "iVBORw0KGgo="


def test_several_results_in_one_message_are_all_shown() -> None:
    anthropic = [
        {"type": "tool_result", "tool_use_id": "a", "content": "one"},
        {"type": "tool_result", "tool_use_id": "b", "is_error": True, "content": [{"type": "text", "text": "two"}]},
        {"type": "text", "text": "Go on."},
    ]
    bedrock: list[dict[str, Any]] = [
        {"toolResult": {"toolUseId": "a", "content": [{"text": "one"}]}},
        {"toolResult": {"toolUseId": "b", "content": [{"json": "two"}]}},
        {"text": "Go on."},
    ]
    for content, failed in ((anthropic, True), (bedrock, False)):
        assert payload.request({"messages": [{"role": "user", "content": content}]}) == (
            Message("tool", (Part("text", "one"),), tool_call_id="a"),
            Message("tool", (Part("text", "two"),), tool_call_id="b", failed=failed),
            Message("user", (Part("text", "Go on."),)),
        )


def test_a_server_tool_stands_between_what_the_model_said() -> None:
    content = [
        {"type": "text", "text": "I look."},
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "web_search_result", "url": "https://e.com"}]},
        {"type": "text", "text": "Found."},
    ]
    found = payload.response({"role": "assistant", "content": content})
    assert [(message.role, len(message.parts), len(message.tool_calls)) for message in found] == [
        ("assistant", 1, 1),
        ("tool", 1, 0),
        ("assistant", 1, 0),
    ]
    assert "https://e.com" in found[1].text


def test_responses_api() -> None:
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "web_search_call", "id": "w1", "status": "completed", "action": {"query": "q"}},
        {"type": "mcp_call", "id": "m1", "name": "add", "arguments": '{"a": 2}', "output": "4"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "done"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
    ]
    assert payload.response({"output": output}) == (
        Message("assistant", (Part("reasoning", "hm"),)),
        Message("assistant", (), (ToolCall("web_search", '{"action": {"query": "q"}}', "w1"),)),
        Message("assistant", (), (ToolCall("add", '{"a": 2}', "m1"),)),
        Message("tool", (Part("text", "4"),), tool_call_id="m1", name="add"),
        Message("assistant", (), (ToolCall("f", "{}", "c1"),)),
        Message("tool", (Part("text", "done"),), tool_call_id="c1"),
        Message("assistant", (Part("text", "Hi"),)),
    )
    asked = payload.request({"model": "m", "instructions": "Be brief.", "input": "Hi"})
    assert [(message.role, message.text) for message in asked] == [("system", "Be brief."), ("user", "Hi")]


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}, Part("image", "", "image/png", "inline", 8, PNG)),
        ({"type": "image_url", "image_url": "https://e.com/a"}, Part("image", "", None, "https://e.com/a")),
        ({"type": "input_audio", "input_audio": {"data": PNG, "format": "wav"}}, Part("audio", "", "audio/wav", "inline", 8, PNG)),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PNG}"}},
            Part("file", "", "application/pdf", "a.pdf", 8, PNG),
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            Part("image", "", "image/png", "inline", 8, PNG),
        ),
        ({"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}}, Part("file", "", None, "https://e.com/a.pdf")),
        ({"image": {"format": "png", "source": {"bytes": r"b'\x89PNG\r\n\x1a\n'"}}}, Part("image", "", "image/png", "inline", 8, PNG)),
        ({"type": "image", "content": {"format": "png", "source": {"bytes": PNG}}}, Part("image", "", "image/png", "inline", 8, PNG)),
        ({"inlineData": {"mimeType": "audio/wav", "data": PNG}}, Part("audio", "", "audio/wav", "inline", 8, PNG)),
        ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/a.mp4"}}, Part("file", "", "video/mp4", "gs://b/a.mp4")),
        (
            {"type": "image", "image": {"type": "Buffer", "data": [137, 80]}, "mediaType": "image/png"},
            Part("image", "", "image/png", "inline", 2, "iVA="),
        ),
        ({"type": "file", "data": "https://e.com/a", "mediaType": "image/*"}, Part("image", "", None, "https://e.com/a")),
        ({"block_type": "image", "image": "a" * 40, "image_mimetype": "image/png"}, Part("image", "", "image/png", "inline", 30, "a" * 40)),
        (
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml,%3Csvg/%3E"}},
            Part("image", "", "image/svg+xml", "inline", 6, "PHN2Zy8+"),
        ),
    ],
)
def test_media(received: dict[str, Any], expected: Part) -> None:
    found = part(received)
    assert (found, found.data if found else "") == (expected, expected.data)


def test_json_in_strings_in_json() -> None:
    call = {"type": "tool-call", "toolCallId": "c", "toolName": "f", "input": json.dumps('{"a": 1}')}
    assert payload.message_of({"role": "assistant", "content": json.dumps([call])})[0].tool_calls == (ToolCall("f", '{"a": 1}', "c"),)
    tool = json.dumps(json.dumps({"name": "f", "parameters": json.dumps({"properties": {"a": {}}})}))
    assert [tool.parameters for tool in payload.tools({"tools": [json.loads(tool)]})] == [("a",)]


def test_python_reprs_of_recorded_sets() -> None:
    asked = [read(one) for one in exported("haystack") if "tools" in str(one.attributes.get("input.value"))]
    assert {(tool.name, tool.description, tool.parameters) for reading in asked for tool in reading.tools} == {
        ("count_hives", "Number of hives in a region", ("region",))
    }
    answered = read(next(one for one in exported("mistralai") if "llm.input_messages.3.message.role" in one.attributes))
    call_id = answered.input_messages[3].tool_call_id
    assert answered.input_messages[2].tool_calls == (ToolCall("dose", '{"drug": "meloxicam", "kg": 12}', call_id),)


def test_a_list_of_json_that_is_no_message_stays_text() -> None:
    text = '[{"a": 1}, {"b": 2}]'
    assert read(span({"llm.input_messages.0.message.content": text}, "LLM")).input_messages[0].parts == (Part("text", text),)
