"""MLflow's attributes, in its own files and on OpenTelemetry spans."""

import json
from typing import Any

import pytest

from annotator.domain.message import Evaluation, Failure, Message, Part, ToolCall
from annotator.domain.span import Span
from annotator.reading import read
from tests.platforms import mlflow_2, mlflow_traces, readings, spans


def test_a_recorded_agent() -> None:
    read_spans = [(span.name, read(span)) for span in spans(mlflow_traces()[1])]
    (_, root), (_, retriever), (_, asks), (_, tool), (_, answers) = read_spans
    assert (root.input_text, root.output_text, root.session_id, root.user_id) == (
        '{"q": "How large is Portugal?"}', "92,212 square kilometres.", "ml-s1", "u-ml",
    )  # fmt: skip
    assert root.tags == ("team=maps",)
    assert [(found.document_id, found.content, found.metadata["doc_uri"]) for found in retriever.documents] == [
        ("pt-2", "Portugal covers 92,212 km2.", "pt.md"),
        ("es-1", "Spain covers 505,990 km2.", "es.md"),
    ]
    assert [(message.role, message.text) for message in asks.input_messages] == [
        ("system", "You know geography. Portugal covers 92,212 km2."),
        ("user", "How large is Portugal?"),
    ]
    assert [(found.name, found.description, found.parameters) for found in asks.tools] == [("area", "Area of a country", ("c",))]
    [call] = asks.output_messages[0].tool_calls
    assert (call.name, call.arguments) == ("area", '{"c": "PT"}')
    assert (tool.tool_name, tool.tool_arguments, tool.output_text) == ("area", '{"c": "PT"}', "92212")
    assert answers.input_messages[-1].tool_call_id == call.call_id
    assert answers.output_messages[0].text == "92,212 square kilometres."
    assert (asks.model, asks.prompt_tokens, asks.completion_tokens, asks.finish_reason) == ("gpt-4o-mini", 34, 9, "tool_calls")


def test_schema_2_with_assessments() -> None:
    found = readings(mlflow_2())
    assert found["model"].input_messages == (Message("user", (Part("text", "2+2?"),)),)
    assert (found["model"].output_messages[0].text, found["model"].finish_reason) == ("4", "stop")
    assert [tool.name for tool in found["model"].tools] == ["add"]
    assert found["model"].invocation_parameters == '{"temperature": 0.1}'
    assert found["model"].failures[0] == Failure("Slow", "")
    assert found["sum"].evaluations == (
        Evaluation("correct", "true", None, "It is 4.", True),
        Evaluation("answer (expected)", "four"),
        Evaluation("clarity", None, 0.5, "too slow"),
    )
    assert (found["sum"].session_id, found["sum"].tags, found["sum"].metadata) == ("s-2", ("team=maths",), {"build": "77"})


@pytest.mark.parametrize("quoted", [True, False])
def test_attributes_of_an_opentelemetry_span(quoted: bool) -> None:
    said: dict[str, Any] = {
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanInputs": {"messages": [{"role": "user", "content": "2+2?"}]},
        "mlflow.spanOutputs": "4",
        "mlflow.chat.tokenUsage": {"input_tokens": 3, "output_tokens": 1},
        "mlflow.llm.cost": {"total_cost": 0.25},
        "mlflow.llm.model": "m",
        "mlflow.llm.provider": "openai",
        "mlflow.linkedPrompts": [{"name": "sums", "version": "3"}],
    }
    attributes = {key: value if isinstance(value, str) and not quoted else json.dumps(value) for key, value in said.items()}
    found = read(Span("t", "s", None, "n", "UNKNOWN", "OK", 0, 1, attributes=attributes))
    assert found.kind == "LLM"
    assert found.input_messages == (Message("user", (Part("text", "2+2?"),)),)
    assert (found.prompt_tokens, found.completion_tokens, found.cost) == (3, 1, 0.25)
    assert (found.model, found.provider, found.prompt_version, found.output_text) == ("m", "openai", "sums/3", "4")


def test_messages_of_mlflow_2() -> None:
    said = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]},
    ]
    attributes = {"mlflow.spanType": '"LLM"', "mlflow.chat.messages": json.dumps(said), "mlflow.spanInputs": '{"x": 1}'}
    found = read(Span("t", "s", None, "n", "LLM", "OK", 0, 1, attributes=attributes))
    assert [message.text for message in found.input_messages] == ["a"]
    assert found.output_messages == (Message("assistant", (), (ToolCall("f", "{}", "1"),)),)


def test_a_trace_whose_spans_are_elsewhere_shows_its_previews() -> None:
    record = {"info": {"trace_id": "tr-1", "state": "OK", "request_preview": "What?", "response_preview": "That."}, "data": {"spans": []}}
    [found] = readings(record).values()
    assert (found.input_text, found.output_text) == ("What?", "That.")
