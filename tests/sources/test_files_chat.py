"""Files of OpenAI's shapes and ShareGPT's: what was asked, with which tools, and what was answered."""

import io
import json
from typing import Any

import pytest

from annotator.domain.message import Reading
from annotator.domain.queue import Selection
from annotator.domain.span import NOTICE, Span
from annotator.reading import read
from annotator.sources.files.source import Files

TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}}
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital\u2028of France?"}]
CALLED = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
CALL = {"role": "assistant", "content": None, "tool_calls": [CALLED]}
ANSWER = {"role": "assistant", "content": "Paris."}
COMPLETION = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1711652795, "model": "gpt-4o-2024",
    "choices": [{"index": 0, "message": ANSWER, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}  # fmt: skip


def load(*records: Any) -> list[Span]:
    data = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    pages = list(Files("-", io.BytesIO(data)).pages(Selection()))
    assert not [bad for page in pages for bad in page.bad]
    return [span for page in pages for span in page.spans]


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in (*reading.input_messages, *reading.output_messages)]


def test_chat_jsonl_ends_with_the_answer() -> None:
    answered = {"role": "tool", "tool_call_id": "c1", "content": "42"}
    [span] = load({"messages": [*ASKED, CALL, answered, ANSWER], "tools": [TOOL], "tag": "geo"})
    reading = read(span)
    assert said(reading) == [
        ("system", "Be brief."), ("user", "Capital\u2028of France?"), ("assistant", ""), ("tool", "42"), ("assistant", "Paris."),
    ]  # fmt: skip
    assert [message.text for message in reading.output_messages] == ["Paris."]
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("look_up", ("q",))]
    assert reading.input_messages[2].tool_calls[0].name == "look_up"
    assert reading.metadata == {"tag": "geo"} and (span.kind, span.start_ns, span.end_ns) == ("LLM", None, None)


def test_a_conversation_that_ends_with_the_user_has_no_answer() -> None:
    [span] = load({"messages": ASKED})
    assert said(read(span)) == [("system", "Be brief."), ("user", "Capital\u2028of France?")] and "output.value" not in span.attributes


def test_equal_records_stay_apart_and_keep_their_ids() -> None:
    record = {"messages": [*ASKED, ANSWER]}
    first = load(record, record, {"messages": ASKED}, record)
    assert len({span.span_id for span in first}) == len({span.trace_id for span in first}) == 4
    assert [span.span_id for span in load(record, record, {"messages": ASKED}, record)] == [span.span_id for span in first]
    assert all(len(span.trace_id) == 32 and len(span.span_id) == 16 for span in first)


def request(name: str, text: str) -> dict[str, Any]:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], "temperature": 0.2}
    return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}


def result(name: str, **more: Any) -> dict[str, Any]:
    response = {"status_code": 200, "request_id": "q", "body": COMPLETION}
    return {"id": f"batch_{name}", "custom_id": name, "response": response, "error": None} | more


def last(spans: list[Span]) -> dict[str, Span]:
    """As a store keeps them: a span that comes again replaces what was there."""
    return {span.span_id: span for span in spans}


def test_a_batch_pairs_requests_with_results_in_any_order() -> None:
    asked = [request("a", "one"), request("b", "two")]
    for records in ([*asked, result("b"), result("a")], [result("a"), *asked]):
        kept = last(load(*records))
        assert len(kept) == 2
        one = next(read(span) for span in kept.values() if "one" in span.attributes["input.value"])
        assert said(one) == [("user", "one"), ("assistant", "Paris.")]
        assert (one.model, one.prompt_tokens, one.completion_tokens) == ("gpt-4o-2024", 7, 3)
        assert json.loads(one.invocation_parameters or "") == {"temperature": 0.2} and one.metadata["custom_id"] == "a"


def test_results_alone_and_requests_alone() -> None:
    [answered] = load(result("a"))
    assert said(read(answered)) == [("assistant", "Paris.")]
    assert answered.start_ns == answered.end_ns == 1711652795 * 10**9
    [asked] = load(request("a", "one"))
    assert said(read(asked)) == [("user", "one")]


def test_a_custom_id_that_two_batches_use_pairs_each_once() -> None:
    kept = last(load(request("a", "one"), request("a", "two"), result("a"), result("a")))
    assert sorted(said(read(span))[0][1] for span in kept.values()) == ["one", "two"]
    assert all(len(said(read(span))) == 2 for span in kept.values())


def test_a_failed_result_is_an_error() -> None:
    refused = {"status_code": 429, "body": {"error": {"message": "slow down"}}}
    expired = {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
    first, second = load(result("a", response=refused), result("b", **expired))
    assert (first.status_code, first.status_message) == ("ERROR", "slow down")
    assert (second.status_code, second.status_message) == ("ERROR", "too late") and "output.value" not in second.attributes


def test_an_anthropic_batch() -> None:
    asked = {"custom_id": "a", "params": {"model": "claude", "system": "Be kind.", "messages": [{"role": "user", "content": "Hello"}]}}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-4", "content": [{"type": "text", "text": "Hi."}],
               "usage": {"input_tokens": 5, "output_tokens": 2}}  # fmt: skip
    kept = last(load(asked, {"custom_id": "a", "result": {"type": "succeeded", "message": message}}))
    [reading] = [read(span) for span in kept.values()]
    assert said(reading) == [("system", "Be kind."), ("user", "Hello"), ("assistant", "Hi.")]
    assert (reading.prompt_tokens, reading.completion_tokens) == (5, 2)


def test_a_completion_and_a_response_alone() -> None:
    [span] = load(COMPLETION)
    assert said(read(span)) == [("assistant", "Paris.")] and span.name == "chat.completion"
    response = {
        "id": "resp_1", "object": "response", "created_at": 1741476542, "model": "gpt-4.1", "instructions": "You are kind.",
        "tools": [{"type": "function", "name": "get_x", "parameters": {"type": "object", "properties": {"a": {}}}}],
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Once upon"}]}],
        "usage": {"input_tokens": 36, "output_tokens": 87},
    }  # fmt: skip
    alone, whole = (read(span) for span in load(response, {**response, "input": "Tell me a story"}))
    assert said(alone) == [("system", "You are kind."), ("assistant", "Once upon")] and alone.input_text is None
    assert said(whole) == [("system", "You are kind."), ("user", "Tell me a story"), ("assistant", "Once upon")]
    assert [tool.name for tool in alone.tools] == [tool.name for tool in whole.tools] == ["get_x"]
    assert (alone.model, alone.prompt_tokens, alone.completion_tokens) == ("gpt-4.1", 36, 87)


def test_evals_keep_what_is_ideal() -> None:
    [span] = load({"input": ASKED, "ideal": "Paris"})
    assert said(read(span)) == [("system", "Be brief."), ("user", "Capital\u2028of France?")] and read(span).metadata == {"ideal": "Paris"}


def test_sharegpt() -> None:
    turns = [
        {"from": "human", "value": "Hi"}, {"from": "function_call", "value": '{"name": "f", "arguments": {"x": 1}}'},
        {"from": "observation", "value": "42"}, {"from": "gpt", "value": "It is 42."},
    ]  # fmt: skip
    [span] = load({"id": "abc", "system": "sys", "conversations": turns})
    reading = read(span)
    assert said(reading) == [("system", "sys"), ("user", "Hi"), ("assistant", ""), ("tool", "42"), ("assistant", "It is 42.")]
    assert [(call.name, call.arguments) for call in reading.input_messages[2].tool_calls] == [("f", '{"x": 1}')]
    assert reading.metadata == {"id": "abc"}


@pytest.mark.parametrize("messages", [[], "[]"])
def test_an_empty_list_of_messages_is_said(messages: Any) -> None:
    [span] = load({"messages": messages, "model": "gpt-4o"})
    assert span.extra == {NOTICE: "no messages were recorded"} and span.attributes["llm.model_name"] == "gpt-4o"
    assert [failure.message for failure in read(span).failures] == ["no messages were recorded"]
