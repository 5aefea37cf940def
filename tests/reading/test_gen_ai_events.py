"""GenAI messages that travel as span events or as log records."""

import json

from annotator.domain.message import Evaluation, Message, Part, ToolCall
from annotator.reading import read
from tests.reading.spans import event, exported, span


def test_log_records_of_a_recorded_set() -> None:
    spans = [read(one) for one in exported("otel-genai-openai-v2-events") if one.events]
    agent = next(reading for reading in spans if len(reading.input_messages) == 4)
    assert [message.role for message in agent.input_messages] == ["system", "user", "assistant", "tool"]
    assert agent.input_messages[2].tool_calls[0].name == "get_weather"
    assert agent.input_messages[3] == Message(
        "tool", (Part("text", '{"t": 21}'),), tool_call_id=agent.input_messages[2].tool_calls[0].call_id
    )
    assert (agent.output_messages[0].text, agent.finish_reason) == ("21 C and sunny in Lisbon.", "stop")


def test_without_log_records_nothing_is_said() -> None:
    reading = read(span({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}))
    assert (reading.input_messages, reading.output_messages, reading.model) == ((), (), "m")


def test_the_body_in_each_of_its_places() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
    exploded = {"tool_calls.0.id": "c1", "tool_calls.0.function.name": "add", "tool_calls.0.function.arguments": '{"a": 2}'}
    packed = json.dumps({"message": {"content": None}, "tool_calls": [call]})
    for asked, chosen in (
        ({"content": "2+2?"}, {"message": json.dumps({"role": "assistant", "tool_calls": [call]})}),
        ({"body": {"content": "2+2?"}}, {"body": {"index": 0, "message": {"tool_calls": [call]}}}),
        ({"gen_ai.event.content": '{"role": "user", "content": "2+2?"}'}, {"gen_ai.event.content": packed}),
        ({"body": "2+2?", "event.name": "gen_ai.user.message"}, {**exploded, "event_name": "gen_ai.choice"}),
    ):
        named = "log" if "body" in asked and "event.name" in asked else ""
        user, choice = event(named or "gen_ai.user.message", asked), event(named or "gen_ai.choice", chosen)
        reading = read(span({"gen_ai.system": "openai"}, "LLM", user, choice))
        assert reading.input_messages == (Message("user", (Part("text", "2+2?"),)),)
        assert reading.output_messages == (Message("assistant", (), (ToolCall("add", '{"a": 2}', "c1"),)),)


def test_strands_writes_bedrock_blocks() -> None:
    events = (
        event("gen_ai.user.message", {"content": '[{"text": "2+2?"}]'}),
        event("gen_ai.tool.message", {"content": '[{"toolResult": {"toolUseId": "t1", "content": [{"text": "4"}]}}]'}),
        event("gen_ai.choice", {"finish_reason": "end_turn", "message": '[{"text": "Four."}]'}),
    )
    reading = read(span({"gen_ai.operation.name": "chat"}, "LLM", *events))
    assert reading.input_messages == (Message("user", (Part("text", "2+2?"),)), Message("tool", (Part("text", "4"),), tool_call_id="t1"))
    assert (reading.output_messages[0].text, reading.finish_reason) == ("Four.", "end_turn")
    tool = (
        event("gen_ai.tool.message", {"role": "tool", "content": '{"a": 2}', "id": "t1"}),
        event("gen_ai.choice", {"message": '[{"text": "4"}]'}),
    )
    ran = read(span({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add"}, "UNKNOWN", *tool))
    assert (ran.tool_name, ran.tool_arguments, ran.output_text, ran.input_messages) == ("add", '{"a": 2}', "4", ())


def test_operation_details() -> None:
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "4"}]}]
    events = (
        event(
            "gen_ai.client.inference.operation.details",
            {"gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "2+2?"}]}]'},
        ),
        event("gen_ai.client.inference.operation.details", {"gen_ai.output.messages": said}),
        event("gen_ai.client.inference.operation.details", {"gen_ai.system_instructions": '[{"type": "text", "content": "Sums."}]'}),
    )
    reading = read(span({"gen_ai.operation.name": "chat"}, "LLM", *events))
    assert [(message.role, message.text) for message in reading.input_messages] == [("system", "Sums."), ("user", "2+2?")]
    assert [message.text for message in reading.output_messages] == ["4"]


def test_details_of_a_tool_call() -> None:
    call = {"type": "tool_call", "name": "add", "id": "t1", "arguments": {"a": 2}}
    told = {"type": "tool_call_response", "id": "t1", "response": [{"text": "4"}]}
    events = (
        event("gen_ai.client.inference.operation.details", {"gen_ai.input.messages": json.dumps([{"role": "tool", "parts": [call]}])}),
        event("gen_ai.client.inference.operation.details", {"gen_ai.output.messages": json.dumps([{"role": "tool", "parts": [told]}])}),
    )
    ran = read(span({"gen_ai.operation.name": "execute_tool"}, "UNKNOWN", *events))
    assert (ran.tool_name, ran.call_id, ran.tool_arguments, ran.output_text) == ("add", "t1", '{"a": 2}', "4")


def test_content_events_of_older_writers() -> None:
    events = (
        event("gen_ai.content.prompt", {"gen_ai.prompt": '[{"role": "user", "content": "2+2?"}]'}),
        event("gen_ai.content.completion", {"gen_ai.completion": '{"role": "assistant", "content": "4"}'}),
    )
    reading = read(span({"gen_ai.system": "x"}, "LLM", *events))
    assert [message.text for message in (*reading.input_messages, *reading.output_messages)] == ["2+2?", "4"]
    litellm = (
        event("log", {"event_name": "gen_ai.content.prompt", "body": {"role": "user", "content": "2+2?"}}),
        event("log", {"event_name": "gen_ai.content.completion", "body": {"index": 0, "message": {"role": "assistant", "content": "4"}}}),
    )
    assert read(span({}, "LLM", *litellm)).output_messages == reading.output_messages


def test_evaluation_results() -> None:
    attributes = {"gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 0.5, "gen_ai.evaluation.explanation": "half"}
    found = read(span({"gen_ai.system": "x"}, "LLM", event("gen_ai.evaluation.result", attributes))).evaluations
    assert found == (Evaluation("Relevance", None, 0.5, "half"),)
