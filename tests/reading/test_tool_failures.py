"""Tool results that say that the tool failed, and Python reprs of tools and messages."""

import json
from typing import Any

import pytest

from annotator.domain.span import Span
from annotator.reading import read
from annotator.reading.pieces.parts import result
from annotator.reading.pieces.payload import messages, tools
from tests.reading.spans import span
from tests.recorded import traces


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_result", "tool_use_id": "t1", "content": "gone", "is_error": True},
        {"toolResult": {"toolUseId": "t1", "content": [{"text": "gone"}], "status": "error"}},
        {"type": "mcp_tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "gone"}], "isError": True},
        {"type": "tool-result", "toolCallId": "t1", "toolName": "look", "output": {"type": "error-text", "value": "gone"}},
        {"class": "ToolCallResult", "result": "gone", "origin": {"class": "ToolCall", "tool_name": "look", "id": "t1"}, "error": True},
    ],
)
def test_a_result_says_that_its_tool_failed(block: dict[str, Any]) -> None:
    found = result(block)
    assert found is not None and (found.failed, found.text, found.tool_call_id) == (True, "gone", "t1")


def test_other_results_do_not() -> None:
    found = [result({"type": "tool_result", "tool_use_id": "t1", "content": '{"status": "error"}', "is_error": False})]
    found += [result({"toolResult": {"toolUseId": "t1", "content": [{"json": {"status": "error"}}], "status": "success"}})]
    assert [message.failed for message in found if message] == [False, False]


def test_langchain_says_it_beside_the_content() -> None:
    (told,) = messages([{"type": "tool", "content": "no such order", "tool_call_id": "c1", "status": "error"}])
    assert told.failed and not messages([{"type": "tool", "content": "fine", "tool_call_id": "c1", "status": "success"}])[0].failed


def test_exploded_messages_take_it_from_the_request() -> None:
    reading = read(next(one for trace in traces("anthropic-messages") for one in trace.spans if one.span_id == "1057706d8404beec"))
    told = [message for message in reading.input_messages if message.role == "tool"]
    assert [message.failed for message in told] == [False, False, True]


@pytest.mark.parametrize(
    ("told", "failed"),
    [
        ({"content": [{"type": "text", "text": "no such file"}], "isError": True}, True),
        ({"content": "no such order", "type": "tool", "tool_call_id": "c1", "status": "error"}, True),
        ({"content": [{"type": "text", "text": "fine"}], "isError": False}, False),
        ({"order": "4", "status": "error"}, False),
    ],
)
def test_the_output_of_a_tool_span(told: dict[str, Any], failed: bool) -> None:
    assert read(span({"output.value": json.dumps(told), "input.value": "{}"}, kind="TOOL")).tool_failed is failed


DOCUMENT = "Document(id='kb-1', metadata={'source': 'a.md'}, page_content='Ropes.', type='Document')"
CALL = "ToolCall(tool_name='count', arguments={'in': 'A'}, id='c1', extra=None)"
HAYSTACK = [
    "ChatMessage(_role=<ChatRole.USER: 'user'>, _content=[TextContent(text='How many?')], _name=None, _meta={})",
    f"ChatMessage(_role=<ChatRole.ASSISTANT: 'assistant'>, _content=[{CALL}])",
    f"ChatMessage(_role=<ChatRole.TOOL: 'tool'>, _content=[ToolCallResult(result='118', origin={CALL}, error=False)])",
]


def test_a_repr_is_a_tool_where_it_says_so() -> None:
    offered = ["Tool(name='count', description='Counts', parameters={'properties': {'in': {'type': 'string'}}})", DOCUMENT]
    assert [(tool.name, tool.parameters) for tool in tools({"tools": offered})] == [("count", ("in",))]
    assert [tool.name for tool in tools({"tools": ["Spec(name='count', parameters={'properties': {}})"]})] == ["count"]


def chain(value: object) -> Span:
    return span({"input.value": json.dumps(value)}, kind="CHAIN")


def test_retrieved_documents_and_messages_are_no_tools() -> None:
    assert read(chain([DOCUMENT, '{"type": "Document"}'])).tools == ()
    assert read(chain([{"type": "human", "content": "hi"}])).tools == ()
    assert not [
        tool for trace in traces("langchain-langgraph") for one in trace.spans for tool in read(one).tools if tool.name == "Document"
    ]


def test_messages_that_were_recorded_as_reprs() -> None:
    asked, called, told = messages(list(HAYSTACK))
    assert asked.text == "How many?" and [(one.name, one.call_id) for one in called.tool_calls] == [("count", "c1")]
    assert (told.role, told.text, told.tool_call_id, told.failed) == ("tool", "118", "c1", False)
    assert messages([HAYSTACK[0], HAYSTACK[1].replace("'A'", repr("x" * 300_000))]) == ()
