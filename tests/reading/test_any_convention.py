"""Any JSON under the keys of any convention is read without an exception, and gives a Reading of the right types."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.message import Document, Evaluation, Message, Part, ToolCall, ToolDefinition
from annotator.domain.span import Span, SpanEvent
from annotator.reading import read
from annotator.reading.values.python_repr import evaluated

ATTRIBUTES = """
gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.tool.definitions gen_ai.operation.name gen_ai.request
gen_ai.request.model gen_ai.response.finish_reasons gen_ai.usage gen_ai.usage.input_tokens gen_ai.tool.name gen_ai.tool.call gen_ai
gen_ai.tool.call.arguments gen_ai.retrieval.documents gen_ai.evaluation gen_ai.evaluation.score.value gen_ai.prompt gen_ai.prompt.0
gen_ai.prompt.0.content gen_ai.prompt.0.tool_calls gen_ai.completion gen_ai.completion.0 llm.prompts llm.completions llm.request.functions
llm.request.type llm.usage traceloop traceloop.span.kind traceloop.entity.input traceloop.entity.output traceloop.association.properties
traceloop.prompt ai ai.operationId ai.prompt ai.prompt.messages ai.prompt.tools ai.response ai.response.text ai.response.toolCalls
ai.response.reasoning ai.response.files ai.toolCall ai.toolCall.args ai.values ai.value ai.documents ai.ranking ai.schema ai.usage
ai.telemetry.metadata pydantic_ai.all_messages all_messages_events events agent_name tool_arguments tool_response final_result
model_request_parameters request_data response_data assertions scores gcp.vertex.agent gcp.vertex.agent.llm_request
gcp.vertex.agent.llm_response gcp.vertex.agent.data gcp.vertex.agent.tool_call_args guardrail_response output.value error.type
llm.input_messages llm.input_messages.0 llm.input_messages.0.message.content llm.output_messages llm.choices llm.tools llm.token_count
llm.cost
input.audio output.audio prompt annotations evaluations trace.annotations session.evaluations graph.node reranker embedding tool metadata
validator_name genkit:input genkit:output genkit:metadata:subtype lk lk.chat_ctx lk.pii.chat_ctx lk.response lk.function_tool spring.ai
spring.ai.tool db.vector.query code.function.parameter code.function.return gen_ai.memory gen_ai.workflow gen_ai.task gen_ai.agent
gen_ai.client langfuse.experiment langfuse.observation.input robot.task.prompt mlflow.spanInputs langsmith.run.inputs
"""
EVENTS = """
gen_ai.user.message gen_ai.system.message gen_ai.assistant.message gen_ai.tool.message gen_ai.choice gen_ai.content.prompt
gen_ai.content.completion gen_ai.client.inference.operation.details gen_ai.evaluation.result log exception
"""
INSIDE = """
role content parts type text name id arguments args input output messages contents tools function tool_calls toolCallId toolName value
kwargs result response message choices image image_url url data source bytes file media_type format thinking reasoning summary system
config functionCall functionResponse toolUse toolResult inlineData kind blocks class event.name body finish_reason score label passed
gen_ai.event.content gen_ai.input.messages event_name originalIndex 0 1 3 message tool_call message_content prompt completion annotation
toolRequest toolResponse media ref items pii audio url transcript json_schema prompt_details thought node query documents records item
"""
WORDS = """
user assistant tool chat execute_tool embeddings retrieval text image blob uri tool_call tool_call_response reasoning tool_use tool_result
constructor function_call web_search_call gen_ai.choice ai.generateText ai.toolCall ai.embedMany ai.rerank data:image/png;base64,AA==
data:x Buffer [{" {" '"{ b'\\x00' f(a=1) ChatMessage(_role=<R.U:'user'>,_content=['x'])
"""
TEXTS = st.sampled_from(WORDS.split()) | st.text(max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INSIDE.split()) | st.text(max_size=3), inner, max_size=4),
    max_leaves=14,
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
VALUES = JSON | JSON.map(json.dumps) | JSON.map(json.dumps).map(json.dumps)
KINDS = st.sampled_from(["LLM", "TOOL", "AGENT", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "RETRIEVER", "UNKNOWN"])
RECORDED = st.builds(
    SpanEvent,
    st.sampled_from(EVENTS.split()),
    st.none(),
    st.dictionaries(st.sampled_from(INSIDE.split()) | st.sampled_from(ATTRIBUTES.split()), VALUES, max_size=4),
)


def check_message(message: Message) -> None:
    assert isinstance(message.role, str) and all(isinstance(part, Part) and isinstance(part.text, str) for part in message.parts)
    assert all(isinstance(part.data, str) and (part.size is None or part.size >= 0) for part in message.parts)
    assert all(isinstance(call, ToolCall) and isinstance(call.name, str) and isinstance(call.arguments, str) for call in message.tool_calls)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(ATTRIBUTES.split()), VALUES, max_size=7), st.lists(RECORDED, max_size=3), KINDS)
def test_any_json_is_read(attributes: dict[str, Any], events: list[SpanEvent], kind: str) -> None:
    reading = read(Span("t", "s", None, "n", kind, "ERROR", 0, 1, attributes=attributes, events=tuple(events)))
    for message in (*reading.input_messages, *reading.output_messages):
        check_message(message)
    assert all(isinstance(tool, ToolDefinition) and isinstance(tool.name, str) for tool in reading.tools)
    assert all(isinstance(found, Document) and isinstance(found.content, str) for found in (*reading.documents, *reading.input_documents))
    assert all(isinstance(found, Evaluation) and isinstance(found.name, str) for found in reading.evaluations)
    texts = (
        reading.input_text,
        reading.output_text,
        reading.tool_name,
        reading.tool_arguments,
        reading.model,
        reading.provider,
        reading.agent,
    )
    names = (
        reading.session_id,
        reading.user_id,
        reading.finish_reason,
        reading.invocation_parameters,
        reading.kind,
        reading.prompt_version,
    )
    assert all(value is None or isinstance(value, str) for value in (*texts, *names, reading.call_id, reading.prompt_template))
    assert isinstance(reading.metadata, Mapping) and isinstance(reading.prompt_variables, Mapping)
    assert all(isinstance(text, str) for text in (*reading.embedded, *reading.tags))


@settings(max_examples=300, deadline=None)
@given(PLAIN)
def test_a_repr_of_plain_values_is_read_back(value: Any) -> None:
    assert evaluated(repr([value])) == [value]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="f(a=1,'\"<>{}[]: b\\x", max_size=40))
def test_any_text_is_no_repr_or_one(text: str) -> None:
    evaluated(text)


def test_reprs_are_bounded() -> None:
    assert evaluated("[" * 100_000) is None
    assert evaluated("'" + "a" * 300_000 + "'") is None
    assert evaluated("f(" * 50 + ")" * 50) is None
    assert evaluated("1" * 10_000) is None
