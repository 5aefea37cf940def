"""OpenAI's files: chat JSONL, Batch API requests and results (also Anthropic's), completions, responses, and ShareGPT conversations.

https://platform.openai.com/docs/guides/batch, https://platform.openai.com/docs/api-reference/fine-tuning/chat-input
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.span import NOTICE, Span
from annotator.sources.files.chat import conversation, dumped, is_messages, merged, parsed, request_attributes, response_attributes
from annotator.sources.files.content_ids import ContentIds
from annotator.sources.files.values import any_nano, first, text

NO_MESSAGES = "no messages were recorded"
_REQUEST = ("messages", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "model", "system", "response_format")
"""Of a record with messages, what belongs to the request; the rest is metadata."""
_PROMPTS = frozenset(("messages", "input", "prompt"))
_ASKED = (*_PROMPTS, "instructions", "tools")
_SAID_BY = {"human": "user", "user": "user", "gpt": "assistant", "chatgpt": "assistant", "assistant": "assistant", "bing": "assistant",
            "bard": "assistant", "system": "system", "tool": "tool", "observation": "tool", "function_response": "tool"}  # fmt: skip
"""ShareGPT's names of the usual roles."""


def is_chat(record: Mapping[str, Any]) -> bool:
    """{"messages": [{"role": …}]}, also as JSON in a cell; a list without messages too."""
    messages = record.get("messages")
    if messages in ([], "[]"):
        return True
    if isinstance(messages, str):
        messages = parsed(messages) if '"role"' in messages else None
    return is_messages(messages)


def is_sharegpt(record: Mapping[str, Any]) -> bool:
    turns = parsed(record.get("conversations"))
    return isinstance(turns, list) and bool(turns) and all(isinstance(turn, dict) and ("from" in turn or "role" in turn) for turn in turns)


def is_completion(record: Mapping[str, Any]) -> bool:
    """A chat completion, or a response of the Responses API."""
    choices = record.get("choices")
    if isinstance(choices, list):
        return any(isinstance(choice, dict) and ("message" in choice or "text" in choice) for choice in choices) or "object" in record
    return record.get("object") == "response" and isinstance(record.get("output"), list)


def is_batch(record: Mapping[str, Any]) -> bool:
    """A line of a batch's requests, or of its results; a failed one may have an error and nothing else."""
    if "custom_id" not in record:
        return False
    halves = any(isinstance(record.get(key), dict) for key in ("body", "params", "response", "result"))
    return halves or ("response" in record and isinstance(record.get("error"), dict))


class OpenAI:
    """Reads records of one file or folder in their order: a batch's results may come long after its requests, or before them."""

    def __init__(self, ids: ContentIds) -> None:
        self._ids = ids
        self._asked: dict[str, list[Span]] = {}
        self._answered: dict[str, list[Span]] = {}

    def chat(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        messages = parsed(record["messages"])
        around = {key: parsed(record[key]) for key in _REQUEST if record.get(key) is not None and key != "messages"}
        rest = {key: value for key, value in record.items() if key not in _REQUEST}
        if messages:
            yield self._span(record, "chat", conversation(messages, around), rest)
            return
        span = self._span(record, "chat", request_attributes({**around, "messages": []}), rest)
        yield replace(span, extra={NOTICE: NO_MESSAGES})

    def sharegpt(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        """[{from, value}]: a function call is the model's, an observation the tool's."""
        messages = [_turn(turn) for turn in parsed(record["conversations"])]
        if (system := record.get("system")) and isinstance(system, str):
            messages.insert(0, {"role": "system", "content": system})
        around = {"tools": parsed(record["tools"])} if record.get("tools") else {}
        rest = {key: value for key, value in record.items() if key not in ("conversations", "tools", "system")}
        yield self._span(record, "conversation", conversation(messages, around), rest)

    def completion(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        """What was asked is in none of them, save where a proxy or the Responses API keeps it beside the answer."""
        asked = {key: record[key] for key in _ASKED if record.get(key)}
        told = {key: value for key, value in record.items() if key not in asked}
        attributes = request_attributes(asked) if asked.keys() & _PROMPTS else _instructed(asked)
        attributes |= response_attributes(told)
        span = self._span(record, text(record.get("object")) or "completion", attributes, {})
        failure = record.get("error")
        yield replace(span, status_code="ERROR", status_message=_message(failure)) if failure else span

    def batch(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        """A request or a result; when the other half comes the span is given again, whole."""
        name = text(record["custom_id"])
        request = first(record, "body", "params")
        if isinstance(request, dict):
            rest = {key: value for key, value in record.items() if value is not request}
            span = self._span(record, "batch request", request_attributes(request), rest)
            yield self._paired(span, name, self._asked, self._answered)
            return
        response, result = (part if isinstance(part := record.get(key), dict) else {} for key in ("response", "result"))
        body = next((part for part in (response.get("body"), result.get("message")) if isinstance(part, dict)), None)
        rest = {key: value for key, value in record.items() if value is not response and value is not result}
        for key, part in (("response", response), ("result", result)):
            rest = merged(rest, key, {inner: value for inner, value in part.items() if value is not body})
        failure = first(record, "error") or first(result, "error") or (body or {}).get("error")
        status = response.get("status_code")
        failed = bool(failure) or (isinstance(status, int) and status >= 400)
        span = self._span(record, "batch result", response_attributes(body) if body is not None else {}, rest)
        if failed:
            span = replace(span, status_code="ERROR", status_message=_message(failure) or f"status {status}")
        yield self._paired(span, name, self._answered, self._asked)

    def _paired(self, span: Span, name: str, mine: dict[str, list[Span]], others: dict[str, list[Span]]) -> Span:
        waiting = others.get(name)
        if not waiting:
            mine.setdefault(name, []).append(span)
            return span
        other = waiting.pop(0)
        # The half that came first gave the ids; what only one half says stays, and an answer's model is the more exact one.
        asked, answer = (span, other) if mine is self._asked else (other, span)
        metadata = merged(asked.attributes.get("metadata", {}), "result", answer.attributes.get("metadata", {}))
        return replace(
            other,
            name="batch request",
            attributes={**asked.attributes, **answer.attributes, "metadata": metadata},
            status_code=answer.status_code,
            status_message=answer.status_message,
            start_ns=answer.start_ns,
            end_ns=answer.end_ns,
        )

    def _span(self, record: Mapping[str, Any], name: str, attributes: dict[str, Any], rest: Mapping[str, Any]) -> Span:
        """`rest` of the record is the metadata; a time at which it was made is both start and end."""
        inner = parsed(rest.get("metadata"))
        metadata = {key: value for key, value in rest.items() if value not in (None, "", [], {})}
        if isinstance(inner, dict):
            metadata = merged({key: value for key, value in metadata.items() if key != "metadata"}, "metadata", inner)
        if metadata:
            attributes["metadata"] = metadata
        answer = next((part for part in (_body(record), record) if isinstance(part, dict)), record)
        made = any_nano(first(answer, "created", "created_at"))
        ended = any_nano(first(answer, "completed_at")) or made
        return Span(*self._ids.of(record), None, name, "LLM", "UNSET", made, ended, attributes=attributes)


def _body(record: Mapping[str, Any]) -> Any:
    response = record.get("response")
    return response.get("body") if isinstance(response, dict) else None


def _instructed(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Instructions and tools of a response whose input was not kept."""
    attributes: dict[str, Any] = {}
    if told := asked.get("instructions"):
        attributes["llm.input_messages"] = [{"message.role": "system", "message.content": dumped(told)}]
    if isinstance(tools := asked.get("tools"), list):
        attributes["llm.tools"] = [{"tool.json_schema": dumped(tool)} for tool in tools]
    return attributes


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    said_by = first(turn, "from", "role")
    content = first(turn, "value", "content")
    rest = {key: value for key, value in turn.items() if key not in ("from", "role", "value", "content")}
    if said_by == "function_call":
        call = parsed(content)
        if isinstance(call, dict):
            function = {"name": text(call.get("name")), "arguments": dumped(call.get("arguments", {}))}
            return {"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": function}], **rest}
    return {"role": _SAID_BY.get(said_by, said_by) if isinstance(said_by, str) else dumped(said_by), "content": content, **rest}


def _message(failure: Any) -> str:
    if isinstance(failure, dict):
        inner = failure.get("error")
        return _message(inner) if isinstance(inner, dict) else text(first(failure, "message", "code", "type"))
    return text(failure)
