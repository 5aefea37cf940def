"""Google's Agent Development Kit, with Gemini's shapes of messages and tools."""

import json

from annotator.domain.message import Message, Part, ToolCall
from annotator.reading import read
from tests.reading.spans import span

REQUEST = {
    "model": "gemini-2.5-flash",
    "config": {
        "system_instruction": "Be brief.",
        "temperature": 0.2,
        "tools": [{"function_declarations": [{"name": "sky", "parameters": {"properties": {"city": {}}}}, {"name": "tide"}]}],
    },
    "contents": [
        {"role": "user", "parts": [{"text": "Sky in Porto?"}, {"inline_data": {"mime_type": "image/png", "data": "iVBORw0KGgo="}}]},
        {
            "role": "model",
            "parts": [{"text": "hm", "thought": True}, {"function_call": {"id": "a1", "name": "sky", "args": {"city": "Porto"}}}],
        },
        {"role": "user", "parts": [{"function_response": {"id": "a1", "name": "sky", "response": {"sky": "blue"}}}]},
    ],
}


def test_a_model_call() -> None:
    response = {"content": {"role": "model", "parts": [{"text": "Blue."}]}, "usage_metadata": {}}
    reading = read(
        span(
            {
                "gen_ai.system": "gcp.vertex.agent",
                "gen_ai.request.model": "gemini-2.5-flash",
                "gcp.vertex.agent.session_id": "s-1",
                "gcp.vertex.agent.llm_request": json.dumps(REQUEST),
                "gcp.vertex.agent.llm_response": json.dumps(response),
            }
        )
    )
    assert (reading.kind, reading.model, reading.session_id) == ("LLM", "gemini-2.5-flash", "s-1")
    assert reading.input_messages == (
        Message("system", (Part("text", "Be brief."),)),
        Message("user", (Part("text", "Sky in Porto?"), Part("image", "", "image/png", "inline", 8, "iVBORw0KGgo="))),
        Message("assistant", (Part("reasoning", "hm"),), (ToolCall("sky", '{"city": "Porto"}', "a1"),)),
        Message("tool", (Part("text", '{"sky": "blue"}'),), tool_call_id="a1", name="sky"),
    )
    assert [message.text for message in reading.output_messages] == ["Blue."]
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("sky", ("city",)), ("tide", ())]
    assert json.loads(reading.invocation_parameters or "") == {"temperature": 0.2}


def test_a_tool_call() -> None:
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "sky", "gcp.vertex.agent.llm_request": "{}"}
    ran = read(
        span({**attributes, "gcp.vertex.agent.tool_call_args": '{"city": "Porto"}', "gcp.vertex.agent.tool_response": '{"sky": "blue"}'})
    )
    assert (ran.kind, ran.tool_name, ran.tool_arguments, ran.output_text) == ("TOOL", "sky", '{"city": "Porto"}', '{"sky": "blue"}')
    hidden = read(span({**attributes, "gcp.vertex.agent.tool_call_args": "N/A"}))
    assert (hidden.tool_arguments, hidden.output_text) == (None, None)


def test_what_was_sent_to_an_agent() -> None:
    data = [{"role": "user", "parts": [{"text": "Hello"}]}]
    assert [message.text for message in read(span({"gcp.vertex.agent.data": json.dumps(data)})).input_messages] == ["Hello"]
