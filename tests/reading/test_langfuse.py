"""Langfuse's observations and its attributes on OpenTelemetry spans."""

import json
from typing import Any

import pytest

from annotator.domain.message import Evaluation, Failure, Message, Part, ToolCall
from annotator.domain.span import Span, SpanEvent
from annotator.reading import read
from tests.platforms import langfuse_trace, observation, public, readings

ASKED = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
TOOL = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {"properties": {"a": {}}}}}
SPOKEN: dict[str, Any] = {
    "model": "gpt-4o",
    "modelParameters": {"temperature": 0.5, "seed": ""},
    "usageDetails": {"input": 10, "output": 4, "total": 19, "input_cached_tokens": 5},
    "costDetails": {"input": 0.1, "output": 0.2, "total": 0.3},
    "promptName": "greet",
    "promptVersion": 2,
}


@pytest.mark.parametrize("encoded", [0, 1, 2])
def test_a_generation_however_often_it_was_encoded(encoded: int) -> None:
    given: Any = {"messages": ASKED, "tools": [TOOL]}
    told: Any = {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": {"name": "add", "arguments": '{"a": 1}'}}]}
    for _ in range(encoded):
        given, told = json.dumps(given), json.dumps(told)
    found = readings(observation("model", "GENERATION", input=given, output=told, **SPOKEN))["model"]
    assert [(message.role, message.text) for message in found.input_messages] == [("system", "S"), ("user", "Q")]
    assert found.output_messages == (Message("assistant", (), (ToolCall("add", '{"a": 1}', "1"),)),)
    assert [(tool.name, tool.parameters) for tool in found.tools] == [("add", ("a",))]
    assert (found.model, found.invocation_parameters, found.prompt_version) == ("gpt-4o", '{"temperature": 0.5}', "greet/2")
    assert (found.prompt_tokens, found.completion_tokens, found.cost) == (15, 4, 0.3)


def test_the_same_on_an_opentelemetry_span() -> None:
    attributes = {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": json.dumps(ASKED),
        "langfuse.observation.output": "A",
        "langfuse.observation.model.name": "gpt-4o",
        "langfuse.observation.model.parameters": '{"temperature": 0.5}',
        "langfuse.observation.usage_details": '{"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached": 5}}',
        "langfuse.observation.cost_details": '{"input": 0.1, "output": 0.2}',
        "langfuse.observation.prompt.name": "greet",
        "langfuse.observation.prompt.version": 2,
        "langfuse.observation.metadata.tier": 2,
        "langfuse.observation.level": "ERROR",
        "langfuse.observation.status_message": "boom",
        "langfuse.trace.tags": ["prod"],
        "langfuse.trace.metadata.build.number": "7",
        "session.id": "s",
        "langfuse.user.id": "u",
    }
    found = read(Span("t", "s", None, "n", "UNKNOWN", "UNSET", 0, 1, attributes=attributes, events=(SpanEvent("x", 1, {}),)))
    assert found.kind == "LLM"
    assert [message.text for message in found.input_messages] == ["S", "Q"]
    assert found.output_messages == (Message("assistant", (Part("text", "A"),)),)
    assert (found.model, found.invocation_parameters, found.prompt_version) == ("gpt-4o", '{"temperature": 0.5}', "greet/2")
    assert (found.prompt_tokens, found.completion_tokens) == (10, 4)
    assert found.cost == pytest.approx(0.3)
    assert (found.session_id, found.user_id, found.tags) == ("s", "u", ("prod",))
    assert found.metadata == {"build": {"number": "7"}, "tier": 2}
    assert found.failures == (Failure("", "boom"),)


def test_the_trace_says_what_its_root_does_not() -> None:
    scores = [
        {"name": "helpful", "dataType": "BOOLEAN", "value": 1, "stringValue": "True", "comment": "yes"},
        {"name": "tone", "dataType": "NUMERIC", "value": 0.5},
        {"name": "class", "dataType": "CATEGORICAL", "value": 0, "stringValue": "billing"},
    ]
    said = {"input": '"{\\"q\\": \\"Where?\\"}"', "output": '"There."', "scores": scores, "metadata": '{"tier": 2, "scope": {}}'}
    found = readings(langfuse_trace(observation("agent", "AGENT", usageDetails={"input": 0, "output": 0}), **said))["agent"]
    assert (found.input_text, found.output_text) == ('{"q": "Where?"}', "There.")
    assert (found.session_id, found.user_id, found.tags, found.metadata) == ("s-3", "u-3", ("prod",), {"tier": 2})
    assert (found.prompt_tokens, found.cost) == (None, None)
    assert found.evaluations == (
        Evaluation("helpful", "True", None, "yes", True),
        Evaluation("tone", None, 0.5),
        Evaluation("class", "billing"),
    )


def test_retrieval_tool_and_embedding() -> None:
    documents = [{"page_content": "A", "metadata": {"source": "a.md"}, "id": "1"}, {"node": {"text": "B", "id_": "2"}, "score": 0.5}, "C"]
    message = {"type": "tool", "content": "4", "tool_call_id": "call_1", "name": "add"}
    found = readings(
        langfuse_trace(
            observation("agent", "AGENT"),
            observation("find", "RETRIEVER", "agent", input={"query": "q"}, output=documents),
            observation("add", "SPAN", "agent", input="{'a': 1}", output=message),
            observation("embed", "EMBEDDING", "agent", input=["x", "y"], model="e"),
        )
    )
    assert [(one.content, one.document_id, one.score) for one in found["find"].documents] == [
        ("A", "1", None),
        ("B", "2", 0.5),
        ("C", None, None),
    ]
    assert (found["find"].retrieved, found["find"].input_text) == (True, "q")
    ran = found["add"]
    assert (ran.tool_name, ran.tool_arguments, ran.call_id, ran.output_text) == ("add", '{"a": 1}', "call_1", "4")
    assert (found["embed"].embedded, found["embed"].model) == (("x", "y"), "e")


def test_tools_among_the_messages_and_beside_them() -> None:
    given = [{"role": "user", "content": "Q"}, {"role": "tool", "content": TOOL}, {"role": "tool", "content": "4", "tool_call_id": "1"}]
    found = readings(observation("model", "GENERATION", input=given))["model"]
    assert [message.role for message in found.input_messages] == ["user", "tool"]
    assert [tool.name for tool in found.tools] == ["add"]
    beside = {"add": json.dumps({"description": "Adds.", "parameters": {"properties": {"a": {}}}})}
    [tool] = readings(observation("model", "GENERATION", input="Q", toolDefinitions=beside))["model"].tools
    assert (tool.name, tool.description, tool.parameters) == ("add", "Adds.", ("a",))


def test_published_exports() -> None:
    agents = readings(public("langfuse-exports/openai-agents-2025-09-30.json"))
    assert agents["get_weather"].tool_arguments == '{"city": "Tokyo"}'
    assert agents["response"].input_messages[0].text == "You are a helpful agent."
    assert [tool.name for tool in agents["response"].tools] == ["get_weather"]
    graph = readings(public("langfuse-exports/langgraph-2025-08-22.json"))
    assert [tool.name for tool in graph["ChatOpenAI"].tools] == ["Web-Search"]
    assert graph["Web-Search"].call_id == "call_1oGK863sxQHlPreFhDdEs3yl"
    assert graph["LangGraph"].output_messages[-1].text.startswith('The search for "example" primarily leads')
    gemini = readings(public("langfuse-exports/google-gemini-2025-08-01.json"))["GenerateContent"]
    assert gemini.input_messages[-1].text == "What is Langfuse?"
    assert gemini.output_messages[0].text.startswith("**Langfuse** is an **open-source")
    index = readings(public("langfuse-exports/llamaindex-2025-06-05.json"))
    assert (index["llama-index-trace"].input_text, index["llama-index-trace"].user_id) == ("What is Langfuse?", "user_123")
    tutor = readings(public("langfuse-exports/openai-assistants-2024-05-29.json"))
    assert tutor["run_math_tutor"].input_text == "I need to solve the equation `3x + 11 = 14`. Can you help me?"
    assert (tutor["generation"].model, tutor["generation"].prompt_tokens) == ("gpt-4", 49)
