"""Messages inside the JSON of a provider's request or response: what `input.value` and `output.value` hold when nothing else does."""

from typing import Any

from annotator.domain.message import Message, Part, ToolCall, ToolDefinition
from annotator.reading.nested import entries, fields, shown, text
from annotator.reading.parts import call, part, parts
from annotator.reading.tools import definition

ROLES = {"human": "user", "ai": "assistant", "aimessagechunk": "assistant", "aichunk": "assistant", "model": "assistant"}
"""LangChain's and Gemini's names of the usual roles."""


def role_of(value: Any) -> str:
    """The role in lower case, under its usual name."""
    name = value.lower() if isinstance(value, str) else ""
    return ROLES.get(name, name)


def request(value: Any) -> tuple[Message, ...]:
    """The messages of a request: OpenAI chat and Responses, Anthropic, Bedrock, LangChain states; empty for anything else."""
    if isinstance(value, list):
        return _messages(value)
    if not isinstance(value, dict):
        return ()
    listed = next((value[key] for key in ("messages", "input", "contents") if isinstance(value.get(key), list)), None)
    found = _messages(listed) if listed else ()
    if found:
        system = value.get("system") or value.get("instructions")
        if system and found[0].role not in ("system", "developer"):
            return (Message("system", parts(system)), *found)
    return found


def response(value: Any) -> tuple[Message, ...]:
    """The messages of a response: OpenAI chat and Responses, Anthropic, Bedrock, LangChain; empty for anything else."""
    if isinstance(value, list):
        return tuple(message for item in value if isinstance(item, dict) for message in (response(item) or _messages([item])))
    if not isinstance(value, dict):
        return ()
    if isinstance(choices := value.get("choices"), list):
        return _messages([item["message"] for item in choices if isinstance(item, dict) and isinstance(item.get("message"), dict)])
    if isinstance(output := value.get("output"), list):
        return _messages(output)
    if isinstance(output, dict) and isinstance(output.get("message"), dict):
        return _messages([output["message"]])
    if isinstance(listed := value.get("messages"), list):
        found = _messages(listed)
        return found[-1:] if found and found[-1].role == "assistant" else ()
    if isinstance(inner := value.get("message"), dict) and isinstance(inner.get("role"), str):
        return _messages([inner])
    return _messages([value]) if value.get("role") == "assistant" or value.get("type") in ("ai", "AIMessageChunk") else ()


def tools(value: Any) -> tuple[ToolDefinition, ...]:
    """The tools that a request offered."""
    offered = value.get("tools") or value.get("functions") if isinstance(value, dict) else None
    if not isinstance(offered, list):
        return ()
    return tuple(tool for item in offered if (tool := definition(item)) is not None)


def _messages(items: list[Any]) -> tuple[Message, ...]:
    if len(items) == 1 and isinstance(items[0], list):
        items = items[0]  # LangChain writes one list a batch
    return tuple(message for item in items if (message := _message(item)) is not None)


def _message(item: Any) -> Message | None:
    """One message, or one item of the Responses API; None for what is neither."""
    if not isinstance(item, dict):
        return None
    kind = item.get("type")
    if kind == "constructor" and isinstance(item.get("kwargs"), dict):
        names = item.get("id")
        role = names[-1] if isinstance(names, list) and names and isinstance(names[-1], str) else ""
        item = {"role": role.replace("Message", ""), **item["kwargs"]}
    elif isinstance(item.get("data"), dict) and isinstance(kind, str):
        item = {**item["data"], "role": kind}
    elif kind == "function_call_output":
        return Message("tool", parts(item.get("output")), tool_call_id=text(item.get("call_id")))
    elif kind in ("reasoning", "function_call"):
        single, asked = part(item), call(item)
        return Message("assistant", (single,) if single else (), (asked,) if asked else ()) if single or asked else None
    role = role_of(item.get("role") or (kind if kind != "message" else ""))
    if not role or ("content" not in item and "parts" not in item and "tool_calls" not in item and "parsed" not in item):
        return None
    content = item.get("content", item.get("parts"))
    blocks = content if isinstance(content, list) else []
    if role == "user" and blocks and (answered := _result(blocks)) is not None:
        return answered
    pieces = parts(content)
    if spoken := text(item.get("reasoning_content")) or text(item.get("reasoning")):
        pieces = (Part("reasoning", spoken), *pieces)
    if refused := text(item.get("refusal")):
        pieces = (*pieces, Part("refusal", refused))
    calls = [asked for block in blocks if isinstance(block, dict) and "text" not in block and (asked := call(block))]
    calls += [asked for entry in entries(item.get("tool_calls")) if (asked := call(entry))]
    if legacy := fields(item.get("function_call")):
        calls.append(ToolCall(text(legacy.get("name")) or "", shown(legacy.get("arguments")) or ""))
    return Message(role, pieces, tuple(calls), text(item.get("tool_call_id")), text(item.get("name")))


def _result(blocks: list[Any]) -> Message | None:
    """Anthropic and Bedrock put tool results into user messages; the first of them, with everything it says."""
    for block in blocks:
        if not isinstance(block, dict):
            continue
        if block.get("type") == "tool_result":
            return Message("tool", parts(block.get("content")), tool_call_id=text(block.get("tool_use_id")))
        if isinstance(result := block.get("toolResult"), dict):
            return Message("tool", parts(result.get("content")), tool_call_id=text(result.get("toolUseId")))
    return None
