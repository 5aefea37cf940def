"""Pydantic AI and Logfire."""

import json

from annotator.domain.message import Evaluation, Message, Part, ToolCall
from annotator.reading import read
from tests.reading.spans import span

CALL = {"id": "c1", "type": "function", "function": {"name": "roll", "arguments": '{"sides": 6}'}}
EVENTS = [
    {"content": "Be brief.", "role": "system", "event.name": "gen_ai.system.message", "gen_ai.message.index": 0},
    {"content": [{"kind": "text", "text": "Roll"}], "role": "user", "event.name": "gen_ai.user.message"},
    {"role": "assistant", "tool_calls": [CALL], "event.name": "gen_ai.assistant.message"},
    {"content": "4", "role": "tool", "id": "c1", "name": "roll", "event.name": "gen_ai.tool.message"},
]
HEARD = (
    Message("system", (Part("text", "Be brief."),)),
    Message("user", (Part("text", "Roll"),)),
    Message("assistant", (), (ToolCall("roll", '{"sides": 6}', "c1"),)),
    Message("tool", (Part("text", "4"),), tool_call_id="c1", name="roll"),
)


def test_a_model_request_with_events() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "You rolled 4."}, "event.name": "gen_ai.choice"}
    tools = {"function_tools": [{"name": "roll", "parameters_json_schema": {"properties": {"sides": {}}}}], "output_tools": []}
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "events": json.dumps([*EVENTS, choice])}
    reading = read(span({**attributes, "model_request_parameters": json.dumps(tools)}))
    assert (reading.kind, reading.input_messages) == ("LLM", HEARD)
    assert [message.text for message in reading.output_messages] == ["You rolled 4."]
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("roll", ("sides",))]


def test_an_agent_run() -> None:
    last = {"role": "assistant", "content": "You rolled 4.", "event.name": "gen_ai.assistant.message"}
    run = read(span({"agent_name": "dice", "all_messages_events": json.dumps([*EVENTS, last]), "final_result": "You rolled 4."}))
    assert (run.kind, run.agent, run.input_messages) == ("AGENT", "dice", HEARD)
    assert [message.text for message in run.output_messages] == ["You rolled 4."]
    newer = [
        {"role": "user", "parts": [{"type": "text", "content": "Roll"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "final", "arguments": {"n": 4}}]},
        {"role": "user", "parts": [{"type": "tool_call_response", "id": "c1", "name": "final", "result": "done"}]},
    ]
    run = read(span({"gen_ai.operation.name": "invoke_agent", "pydantic_ai.all_messages": json.dumps(newer), "final_result": '{"n": 4}'}))
    assert [message.role for message in run.input_messages] == ["user", "assistant", "tool"]
    assert [message.text for message in run.output_messages] == ['{"n": 4}']


def test_a_tool() -> None:
    ran = read(span({"gen_ai.tool.name": "roll", "gen_ai.tool.call.id": "c1", "tool_arguments": '{"sides": 6}', "tool_response": "4"}))
    assert (ran.kind, ran.tool_name, ran.call_id, ran.tool_arguments, ran.output_text) == ("TOOL", "roll", "c1", '{"sides": 6}', "4")


def test_a_client_that_logfire_instruments() -> None:
    request = {"messages": [{"role": "user", "content": "Hi"}], "model": "m", "tools": [{"type": "function", "function": {"name": "f"}}]}
    reading = read(span({"request_data": json.dumps(request), "response_data": '{"message": {"role": "assistant", "content": "Hello"}}'}))
    assert (reading.kind, reading.model, [tool.name for tool in reading.tools]) == ("LLM", "m", ["f"])
    assert [message.text for message in (*reading.input_messages, *reading.output_messages)] == ["Hi", "Hello"]
    streamed = read(span({"request_data": json.dumps(request), "response_data": '{"combined_chunk_content": "Hello", "chunk_count": 2}'}))
    assert streamed.output_messages == (Message("assistant", (Part("text", "Hello"),)),)


def test_a_case_of_pydantic_evals() -> None:
    reading = read(
        span(
            {
                "logfire.msg": "case",
                "assertions": '{"IsShort": {"name": "IsShort", "value": false, "reason": "too long"}}',
                "scores": '{"closeness": {"name": "closeness", "value": 0.5}}',
                "labels": '{"tone": {"name": "tone", "value": "warm"}}',
            }
        )
    )
    assert reading.evaluations == (
        Evaluation("IsShort", None, None, "too long", False),
        Evaluation("closeness", None, 0.5),
        Evaluation("tone", "warm"),
    )
