"""Traceloop's decorators."""

import json

from annotator.reading import read
from tests.reading.spans import exported, span


def test_recorded_workflow_and_tool() -> None:
    flow = read(next(one for one in exported("traceloop-openllmetry") if one.name == "broker_flow.workflow"))
    assert (flow.kind, flow.input_text, flow.output_text) == ("CHAIN", "NVO price?", "NVO trades at 61.20.")
    assert (flow.session_id, flow.user_id, flow.metadata) == ("c-9", "inv-4", {})
    tool = read(next(one for one in exported("traceloop-openllmetry") if one.name == "lookup.tool"))
    assert (tool.kind, tool.tool_name, tool.tool_arguments) == ("TOOL", "lookup", "NVO")
    assert tool.output_text == '{"t": "NVO", "p": 61.2}'


def test_langchain_wrapping_and_other_properties() -> None:
    messages = {"messages": [{"lc": 1, "type": "constructor", "id": ["langchain", "HumanMessage"], "kwargs": {"content": "Hi"}}]}
    reading = read(
        span(
            {
                "traceloop.span.kind": "agent",
                "traceloop.entity.name": "helper",
                "traceloop.entity.input": json.dumps({"inputs": messages, "tags": [], "kwargs": {}}),
                "traceloop.entity.output": json.dumps({"outputs": {"answer": 4}, "kwargs": {}}),
                "traceloop.association.properties.tier": 2,
                "traceloop.prompt.key": "greet",
                "traceloop.prompt.version": 3,
                "traceloop.prompt.template": "Hello {name}",
                "traceloop.prompt.template_variables.name": "Mira",
            }
        )
    )
    assert (reading.kind, reading.agent) == ("AGENT", "helper")
    assert [(message.role, message.text) for message in reading.input_messages] == [("user", "Hi")]
    assert (reading.output_text, reading.metadata) == ('{"answer": 4}', {"tier": 2})
    assert (reading.prompt_template, reading.prompt_variables, reading.prompt_version) == ("Hello {name}", {"name": "Mira"}, "greet 3")


def test_arguments_with_and_without_names() -> None:
    given = {"traceloop.span.kind": "tool", "traceloop.entity.name": "add"}
    assert read(span({**given, "traceloop.entity.input": '{"args": [], "kwargs": {"a": 2}}'})).tool_arguments == '{"a": 2}'
    both = '{"args": [1], "kwargs": {"a": 2}}'
    assert read(span({**given, "traceloop.entity.input": both})).tool_arguments == both
    assert read(span({**given, "traceloop.entity.input": "no JSON"})).tool_arguments == "no JSON"
