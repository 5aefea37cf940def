"""OpenTelemetry's GenAI conventions, current form."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.message import Document, Evaluation, Message, Part, ToolCall
from annotator.reading import read
from tests.reading.spans import exported, span

PUBLIC = Path(__file__).parents[3] / "shared/traces/public/openinference-genai"
ASKED = [
    {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"place.name": "Paris"}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"sky": "rainy"}}]},
]
HEARD = (
    Message("system", (Part("text", "Be brief."),)),
    Message("user", (Part("text", "Weather in Paris?"),)),
    Message("assistant", (), (ToolCall("get_weather", '{"place.name": "Paris"}', "c1"),)),
    Message("tool", (Part("text", '{"sky": "rainy"}'),), tool_call_id="c1"),
)


@pytest.mark.parametrize("written", [json.dumps, lambda value: value], ids=["json", "objects"])
def test_messages_instructions_and_tools(written: Any) -> None:
    reading = read(
        span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.system_instructions": written([{"type": "text", "content": "Be brief."}]),
                "gen_ai.input.messages": written(ASKED),
                "gen_ai.output.messages": written([{"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, "Rainy."]}]),
                "gen_ai.tool.definitions": written([{"type": "function", "name": "get_weather", "parameters": {"properties": {"p": {}}}}]),
            }
        )
    )
    assert reading.kind == "LLM"
    assert reading.input_messages == HEARD
    assert reading.output_messages == (Message("assistant", (Part("reasoning", "hm"), Part("text", "Rainy."))),)
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("get_weather", ("p",))]


def test_exploded_messages() -> None:
    attributes = {
        "gen_ai.input.messages.1.role": "user",
        "gen_ai.input.messages.1.parts.0.type": "text",
        "gen_ai.input.messages.1.parts.0.content": "second",
        "gen_ai.input.messages.0.role": "user",
        "gen_ai.input.messages.0.content": "first",
    }
    assert [message.text for message in read(span(attributes)).input_messages] == ["first", "second"]


def test_media() -> None:
    parts = [
        {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://e.com/a.png"},
        {"type": "uri", "modality": "video", "uri": "gs://bucket/a.mp4"},
        {"type": "file", "modality": "image", "file_id": "f-1"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklGRg=="},
        {"type": "binary", "media_type": "application/pdf", "content": "JVBERg=="},
        {"type": "image-url", "url": "https://e.com/b.png"},
    ]
    (message,) = read(span({"gen_ai.input.messages": json.dumps([{"role": "user", "parts": parts}])})).input_messages
    assert message.parts == (
        Part("image", "", "image/png", "https://e.com/a.png"),
        Part("file", "", None, "gs://bucket/a.mp4"),
        Part("image", "", None, "f-1"),
        Part("audio", "", "audio/wav", "inline", 4, "UklGRg=="),
        Part("file", "", "application/pdf", "inline", 4, "JVBERg=="),
        Part("image", "", None, "https://e.com/b.png"),
    )


def test_facts() -> None:
    reading = read(
        span(
            {
                "gen_ai.provider.name": "anthropic",
                "gen_ai.request.model": "asked",
                "gen_ai.response.model": "answered",
                "gen_ai.request.temperature": 0.5,
                "gen_ai.request.stop_sequences": ["a"],
                "gen_ai.response.finish_reasons": "['tool_call']",
                "gen_ai.usage.input_tokens": "97",
                "gen_ai.usage.completion_tokens": 0,
                "gen_ai.conversation.id": "c-1",
                "gen_ai.agent.name": "Triage",
            }
        )
    )
    assert (reading.kind, reading.provider, reading.model) == ("LLM", "anthropic", "answered")
    assert json.loads(reading.invocation_parameters or "") == {"temperature": 0.5, "stop_sequences": ["a"]}
    assert (reading.finish_reason, reading.prompt_tokens, reading.completion_tokens) == ("tool_call", 97, 0)
    assert (reading.session_id, reading.agent) == ("c-1", "Triage")


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("chat", "LLM"),
        ("generate_content", "LLM"),
        ("invoke_agent", "AGENT"),
        ("execute_tool", "TOOL"),
        ("embeddings", "EMBEDDING"),
        ("retrieval", "RETRIEVER"),
        ("invoke_workflow", "CHAIN"),
        ("execute_event_loop_cycle", "CHAIN"),
    ],
)
def test_kinds(operation: str, kind: str) -> None:
    assert read(span({"gen_ai.operation.name": operation})).kind == kind


def test_an_agent_of_semantic_kernel() -> None:
    given, told = '[{"role": "user", "content": "Hi"}]', '[{"role": "assistant", "content": "Hello"}]'
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.invocation_input": given}
    reading = read(span({**attributes, "gen_ai.agent.invocation_output": told}))
    assert [message.text for message in (*reading.input_messages, *reading.output_messages)] == ["Hi", "Hello"]


def test_tool() -> None:
    reading = read(
        span(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "add",
                "gen_ai.tool.call.id": "c1",
                "gen_ai.tool.call.arguments": {"a": 2},
                "gen_ai.tool.call.result": '{"sum": 4}',
            }
        )
    )
    assert (reading.kind, reading.tool_name, reading.call_id) == ("TOOL", "add", "c1")
    assert (reading.tool_arguments, reading.output_text) == ('{"a": 2}', '{"sum": 4}')


def test_retrieval_and_evaluation() -> None:
    documents = [{"id": "d1", "score": 0.9}, {"id": 2, "score": 0.1, "content": "text", "source": "a.md"}]
    found = {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.query.text": "q", "gen_ai.retrieval.documents": json.dumps(documents)}
    reading = read(span({**found, "gen_ai.data_source.id": "store-1"}))
    assert reading.documents == (Document("", "d1", 0.9), Document("text", "2", 0.1, {"source": "a.md"}))
    assert (reading.input_text, reading.metadata) == ("q", {"data_source": "store-1"})
    judged = {"gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 4.0, "gen_ai.evaluation.score.label": "relevant"}
    assert read(span(judged)).evaluations == (Evaluation("Relevance", "relevant", 4.0),)


def test_embedding_is_no_conversation() -> None:
    reading = read(span({"gen_ai.operation.name": "embeddings", "gen_ai.input.messages": '[{"role": "user", "content": "egg"}]'}))
    assert (reading.embedded, reading.input_messages) == (("egg",), ())


def test_error_type_names_a_failure_without_an_exception() -> None:
    failed = [one for one in exported("anthropic-messages") if one.attributes.get("error.type") == "rate_limit_error"]
    assert [failure.kind for one in failed for failure in read(one).failures] == ["rate_limit_error"]


def test_recorded() -> None:
    (traced,) = [one for one in exported("traceloop-openllmetry") if one.name == "anthropic.chat"]
    reading = read(traced)
    assert [(message.role, message.text) for message in reading.input_messages] == [("system", "You are a broker."), ("user", "NVO?")]
    assert [part.kind for part in reading.output_messages[0].parts] == ["reasoning", "text"]
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("stock_price", ("ticker",))]


@pytest.mark.skipif(not PUBLIC.exists(), reason="the public fixtures are not here")
def test_public_fixtures() -> None:
    call = read(span(json.loads((PUBLIC / "otel_genai_client_span_tool_calls.json").read_text())))
    old = read(span(json.loads((PUBLIC / "otel_genai_deprecated_client_span_tool_calls.json").read_text())))
    assert call.input_messages == old.input_messages and call.output_messages == old.output_messages
    assert [message.role for message in call.input_messages] == ["user", "assistant", "tool"]
    assert call.input_messages[1].tool_calls == (ToolCall("get_weather", '{"location": "Paris"}', "1234"),)
    assert call.output_messages[0].text == "The weather in Paris is currently rainy with a temperature of 57°F."
    tool = read(span(json.loads((PUBLIC / "otel_genai_tool_execution_span.json").read_text())))
    assert (tool.kind, tool.tool_name, tool.call_id, tool.input_text) == ("TOOL", "get_weather", "1234", '{"city": "New York"}')
