"""Pieces of a message in the shapes of the providers' APIs, of OpenInference's `message_content` and of OpenTelemetry's `parts`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.message import Message, Part, ToolCall
from annotator.reading.pieces.media import KINDS, WRAPPERS, medium
from annotator.reading.values.nested import dumped, entries, fields, parse, shown, text

CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use", "tool-call", "tool_call", "server_tool_call", "function"))
THOUGHTS = frozenset(("reasoning", "thinking", "reasoning_content", "reasoningContent", "thought"))
RESULTS = frozenset(("tool_result", "tool-result", "tool_call_response", "server_tool_call_response", "tool_return"))
RESULT_ENDS = ("_tool_result", "_call_output")
"""Anthropic's server tools and OpenAI's Responses name a result by what gave it."""
BLOCKS = frozenset(
    ("text", "json", "image", "document", "media", "reasoningContent", "toolUse", "toolResult", "toolRequest", "toolResponse",
     "functionCall", "functionResponse")
)  # fmt: skip
"""Keys of a content block without a `type` (Bedrock, Gemini)."""
TOOLS = frozenset(("toolResult", "toolUse", "toolRequest", "toolResponse"))
SPEAKING = frozenset(("text", "reasoningContent", "thinking", "refusal"))
"""Keys that make a part of whatever has them."""
WRAPPED_RESULTS = ("toolResult", "functionResponse", "function_response", "toolResponse")
ARGUMENTS = ("arguments", "args", "input", "server_tool_call")
ANSWERS = ("content", "output", "response", "result", "server_tool_call_response")
CALL_IDS = ("call_id", "id", "toolUseId", "toolCallId", "tool_call_id")
ANSWERED_IDS = ("tool_use_id", "toolUseId", "tool_call_id", "toolCallId", "call_id", "id")
FAILED = re.compile(r'"(?:is_error|isError)": ?true|"status": ?"error"')
KNOWN = frozenset(("id", "call_id", "type", "status", "output", "error", "outputs", "results", "name", "kind"))


def blocks(content: Any) -> list[Any]:
    """The content of a message as a list of strings and objects; a list in a JSON string is read where all of it are blocks."""
    if isinstance(content, str):
        if content.startswith(('[{"', "[{ ", "[\n")):
            items = parse(content)
            if isinstance(items, list) and items and all(_is_block(item) for item in items):
                return items
        return [content] if content else []
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


def _is_block(item: Any) -> bool:
    return isinstance(item, dict) and (isinstance(item.get("type"), str) or not BLOCKS.isdisjoint(item))


def parts(content: Any) -> tuple[Part, ...]:
    """The parts of a message's content: a string, a list of parts, a list as a JSON string, or any other value."""
    return tuple(_each(blocks(content)))


def _each(items: list[Any]) -> Iterator[Part]:
    for item in items:
        if (single := piece(item)) is not None:
            yield single
        elif (answered := result(item)) is not None:
            yield from answered.parts


def piece(item: Any) -> Part | None:
    """One part, with anything unknown as text; None for what is empty, a tool call or a tool's result."""
    if isinstance(item, str):
        return Part("text", item) if item else None
    if not isinstance(item, dict):
        return None if item is None else Part("text", shown(item) or "")
    if (single := part(item)) is not None:
        return single
    if not item or _is_empty(item) or result(item) is not None or call(item) is not None:
        return None
    return Part("text", dumped(item))


def _is_empty(node: Mapping[str, Any]) -> bool:
    """True for a part of text or thought with nothing in it (a redacted thought has a signature only), and for a cache mark."""
    kind = _kind(node)
    return kind in THOUGHTS or ((kind == "text" or not kind) and node.get("text") == "") or "cachePoint" in node


def _kind(node: Mapping[str, Any]) -> str:
    kind = node.get("type")
    if kind is None:
        kind = node.get("kind") or node.get("block_type")
    return kind if isinstance(kind, str) else ""


def part(node: Any) -> Part | None:
    """One part; None for what is no text and no medium (tool calls and results among others)."""
    if not isinstance(node, dict):
        return None
    kind = _kind(node)
    if (kind in CALLS or kind in RESULTS) and SPEAKING.isdisjoint(node):
        return None
    if kind == "text" and isinstance(value := node.get("content"), str) and value and "text" not in node:
        return Part("text", value)
    value = node.get("text")
    if isinstance(value, str) and value:
        thought = kind in THOUGHTS or node.get("thought") is True
        return Part("reasoning" if thought else "refusal" if kind == "refusal" else "text", value)
    if kind in THOUGHTS or "reasoningContent" in node or "thinking" in node:
        words = _thought(node)
        return Part("reasoning", words) if words else None
    if isinstance(value := node.get("refusal"), str):
        return Part("refusal", value) if value else None
    content = node.get("content")
    if kind in KINDS:
        return medium(KINDS[kind], content if isinstance(content, dict) else node)
    if isinstance(content, str) and kind in ("text", "refusal", "output_text", "input_text"):
        return Part("refusal" if kind == "refusal" else "text", content) if content else None
    if kind in RESULTS or kind in CALLS or not TOOLS.isdisjoint(node):
        return None
    for key, wrapped in WRAPPERS.items() if not WRAPPERS.keys().isdisjoint(node) else ():
        if isinstance(inner := node.get(key), (dict, str)) and inner:
            return medium(wrapped, inner if isinstance(inner, dict) else node)
    if "json" in node and len(node) == 1:
        return Part("text", shown(node["json"]) or "")
    return None


def _thought(node: Mapping[str, Any]) -> str:
    """The words of a reasoning, wherever a provider puts them."""
    for key in ("thinking", "content", "reasoning", "reasoningContent", "reasoningText", "summary"):
        value = node.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict):
            inner = text(value.get("text")) or _thought(value)
            if inner:
                return inner
        elif isinstance(value, list):
            words = [found for item in value if (found := item if isinstance(item, str) else text(fields(item).get("text")))]
            if words:
                return "\n".join(words)
    return ""


def result(node: Any) -> Message | None:
    """A tool's result within a message; None for anything else."""
    if not isinstance(node, dict):
        return None
    for wrapper in WRAPPED_RESULTS:
        if wrapper in node and isinstance(node[wrapper], dict):
            node = {"type": "tool_result", "id": node[wrapper].get("ref"), **node[wrapper]}
    kind = _kind(node)
    if kind not in RESULTS and not kind.endswith(RESULT_ENDS) and node.get("class") != "ToolCallResult":
        return None
    told = next((node[key] for key in ANSWERS if node.get(key) is not None), None)
    failed = says_failed(node) or node.get("error") is True or says_failed(told)
    if isinstance(told, dict) and "value" in told and isinstance(told.get("type"), str):  # the AI SDK: {"type": "json", "value": ...}
        told = told["value"]
    if told is None and isinstance(node.get("text"), str):
        told = node["text"]
    call_id = next((value for key in ANSWERED_IDS if (value := text(node.get(key)))), None)
    if call_id is None:
        call_id = text(fields(node.get("origin")).get("id"))
    name = text(node.get("name")) or text(node.get("toolName")) or text(node.get("tool_name"))
    return Message("tool", parts(told), tool_call_id=call_id, name=name, failed=failed)


def may_have_failed(recorded: str) -> bool:
    """A look at JSON in which a tool's result may say that the tool failed."""
    return FAILED.search(recorded) is not None


def says_failed(node: Any) -> bool:
    """True for a tool's result that says that the tool failed.

    Anthropic: `is_error`. Model Context Protocol: `isError`. Bedrock, LangChain: `status`. The AI SDK: {"type": "error-text", "value": …}.
    """
    if not isinstance(node, dict):
        return False
    kind = node.get("type")
    return (
        node.get("is_error") is True or node.get("isError") is True or node.get("status") == "error"
        or (isinstance(kind, str) and (kind == "tool-error" or (kind.startswith("error-") and "value" in node)))
    )  # fmt: skip


def call(node: Any) -> ToolCall | None:
    """A tool call in any provider's shape; None for anything else."""
    node = fields(node)
    if isinstance(node.get("toolUse"), dict):
        node = node["toolUse"]
    elif isinstance(wrapped := node.get("functionCall") or node.get("function_call"), (dict, str)):
        node = {**fields(wrapped), **({"id": node["id"]} if "id" in node else {})}
    elif isinstance(node.get("toolRequest"), dict):  # Genkit
        node = {"id": node["toolRequest"].get("ref"), "type": "tool_call", **node["toolRequest"]}
    elif isinstance(node.get("tool_call"), dict):
        node = node["tool_call"]
    else:
        kind = _kind(node)
        if kind.endswith("_call") and kind not in CALLS:
            return _named(node, kind)
        if kind not in CALLS and "toolName" not in node and "tool_name" not in node and "args" not in node and "function" not in node:
            return None
    function = node.get("function")
    inner = function if isinstance(function, dict) else node
    name = next((value for key in ("name", "toolName", "tool_name") if (value := text(inner.get(key)))), None) or text(function)
    if name is None:
        return None
    given = next((inner[key] for key in ARGUMENTS if inner.get(key) is not None), None)
    call_id = next((value for key in CALL_IDS if (value := text(node.get(key)))), None)
    return ToolCall(name, arguments(given), call_id)


def _named(node: Mapping[str, Any], kind: str) -> ToolCall:
    """An item of the Responses API: function_call, custom_tool_call, mcp_call, or a built-in tool's: web_search_call, ..."""
    name = text(node.get("name")) or kind.removesuffix("_call")
    given = next((node[key] for key in ARGUMENTS if node.get(key) is not None), None)
    if given is None:
        given = {key: value for key, value in node.items() if key not in KNOWN and value is not None} or None
    return ToolCall(name, arguments(given), text(node.get("call_id")) or text(node.get("id")))


def arguments(given: Any) -> str:
    """A call's arguments as JSON text; a JSON string of an object's JSON is unwrapped, the rest is as received."""
    if isinstance(given, str) and given.startswith('"{'):
        inner = parse(f"[{given}]")
        if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], str):
            return inner[0]
    return shown(given) or ""


def listed(node: Any) -> list[ToolCall]:
    """The calls under `tool_calls`: what has a name there is one, also without a type."""
    typed = (entry if "type" in (entry := fields(item)) else {"type": "tool_call", **entry} for item in entries(node))
    return [asked for entry in typed if (asked := call(entry)) is not None]
