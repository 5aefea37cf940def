"""Requests and responses of model APIs as attributes of OpenInference: the JSON as it came, and what names the model and its tokens."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from annotator.sources.files.values import first, text

_CONTENT = frozenset(("messages", "input", "prompt", "instructions", "system", "tools", "functions", "model", "metadata"))
"""Of a request, what is no parameter."""


def dumped(value: Any) -> str:
    """JSON text; text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def parsed(value: Any) -> Any:
    """The object or the array that a text holds; anything else as it is."""
    if isinstance(value, str) and value[:64].lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def merged(about: Mapping[str, Any], name: str, inner: Mapping[str, Any]) -> dict[str, Any]:
    """`about` with the keys of `inner`; those that are in both stay under `name`."""
    clashing = {key: value for key, value in inner.items() if key in about and about[key] != value}
    return {**inner, **about} | ({name: clashing} if clashing else {})


def is_messages(value: Any) -> bool:
    """True for a list of chat messages, told by their roles or, in the Responses API, their types."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and ("role" in item or "type" in item) for item in value)


def request_attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was asked: {messages, tools, model, …}, {input, instructions, …} or {prompt, …}."""
    prompt = body.get("prompt")
    alone = isinstance(prompt, str) and "messages" not in body and "input" not in body
    attributes: dict[str, Any] = {"input.value": prompt if alone else dumped(body)}
    if not alone:
        attributes["input.mime_type"] = "application/json"
    parameters = {key: value for key, value in body.items() if key not in _CONTENT and value is not None}
    if parameters:
        attributes["llm.invocation_parameters"] = dumped(parameters)
    if model := body.get("model"):
        attributes["llm.model_name"] = text(model)
    return attributes


def response_attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Of what came back: {choices, usage, …}, {output, usage, …}, or one message with its usage."""
    attributes: dict[str, Any] = {"output.value": dumped(body), "output.mime_type": "application/json"}
    if model := body.get("model"):
        attributes["llm.model_name"] = text(model)
    usage = body.get("usage")
    if isinstance(usage, dict):
        given, told = first(usage, "prompt_tokens", "input_tokens"), first(usage, "completion_tokens", "output_tokens")
        counts = {"llm.token_count.prompt": given, "llm.token_count.completion": told}
        attributes |= {key: count for key, count in counts.items() if count is not None}
    return attributes


def conversation(messages: Sequence[Any], around: Mapping[str, Any]) -> dict[str, Any]:
    """A conversation: its last message is the answer where the model says it, all before was asked. `around`: tools, model, …"""
    answered = isinstance(messages[-1], dict) and messages[-1].get("role") in ("assistant", "model") and len(messages) > 1
    asked = list(messages[:-1] if answered else messages)
    attributes = request_attributes({**around, "messages": asked})
    if answered:
        attributes |= {"output.value": dumped(messages[-1]), "output.mime_type": "application/json"}
    return attributes
