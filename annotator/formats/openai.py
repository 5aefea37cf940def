"""Messages and tools in OpenAI's shape, as its chat completions take them.

https://platform.openai.com/docs/api-reference/chat/create
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotator.domain.message import Message, Part, ToolCall, ToolDefinition

ROLES = {"model": "assistant", "ai": "assistant", "chatbot": "assistant", "human": "user", "function": "tool"}
"""What others call a role."""
KNOWN = ("system", "developer", "user", "assistant", "tool")
WRAPPERS = ("function", "toolSpec", "tool_spec")
SCHEMAS = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "json_schema", "schema")
ANYTHING: dict[str, Any] = {"type": "object", "properties": {}}


def messages_to_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """With an id for every tool call, and every result under the id of its call; reasoning has no place there and is left out."""
    found: list[dict[str, Any]] = []
    waiting: list[str] = []
    made = 0
    for message in messages:
        role = _role(message)
        made_now = {"role": role} | _content(message, role)
        if message.tool_calls and role == "assistant":
            calls = []
            for call in message.tool_calls:
                made += call.call_id is None
                calls.append(_call(call, call.call_id or f"call_{made}"))
            waiting = [call["id"] for call in calls]
            made_now["tool_calls"] = calls
        if role == "tool":
            answered = message.tool_call_id or (waiting[0] if waiting else "")
            waiting = [one for one in waiting if one != answered]
            made_now["tool_call_id"] = answered
        elif message.name:
            made_now["name"] = message.name
        found.append(made_now)
    return found


def chat_to_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """A conversation: what an assistant said in pieces is one message, so that the results of its calls follow it."""
    found: list[dict[str, Any]] = []
    for message in messages_to_json(messages):
        if found and message["role"] == found[-1]["role"] == "assistant":
            found[-1] = joined([found[-1], message])
        else:
            found.append(message)
    return found


def joined(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One assistant message of several that belong to one answer: some libraries write words and calls apart."""
    texts = [message["content"] for message in messages if isinstance(message.get("content"), str) and message["content"]]
    calls = [call for message in messages for call in message.get("tool_calls", ())]
    refusals = [message["refusal"] for message in messages if message.get("refusal")]
    return {
        "role": "assistant",
        "content": "\n".join(texts) or None,
        **({"refusal": refusals[0]} if refusals else {}),
        **({"tool_calls": calls} if calls else {}),
    }


def tools_to_json(tools: Iterable[ToolDefinition]) -> list[dict[str, Any]]:
    """Functions, whoever's shape they were recorded in."""
    return [{"type": "function", "function": _function(tool)} for tool in tools]


def _role(message: Message) -> str:
    role = ROLES.get(message.role, message.role)
    return role if role in KNOWN else "tool" if message.tool_call_id else "assistant" if message.tool_calls else "user"


def _content(message: Message, role: str) -> dict[str, Any]:
    """Text where there is nothing else; only a user's may hold media there, of the others' their place is named."""
    parts = [part for part in message.parts if part.kind not in ("reasoning", "refusal")]
    refusals = [part.text for part in message.parts if part.kind == "refusal"] if role == "assistant" else []
    if role == "user" and any(part.kind != "text" for part in parts):
        return {"content": [_part(part) for part in parts]}
    text = "\n".join(part.text if part.kind == "text" else f"[{part.mime or part.kind}]" for part in parts)
    refused = {"refusal": "\n".join(refusals)} if refusals else {}
    return {"content": text or (None if role == "assistant" else "")} | refused


def _part(part: Part) -> dict[str, Any]:
    if part.kind == "text":
        return {"type": "text", "text": part.text}
    url = f"data:{part.mime or 'application/octet-stream'};base64,{part.data}" if part.data else part.source or ""
    if part.kind == "image" and url and url != "inline":
        return {"type": "image_url", "image_url": {"url": url}}
    if part.kind == "audio" and part.data:
        return {"type": "input_audio", "input_audio": {"data": part.data, "format": (part.mime or "audio/wav").rpartition("/")[2]}}
    if part.kind == "file" and part.data:
        return {"type": "file", "file": {"file_data": url, "filename": part.source or "file"}}
    return {"type": "text", "text": f"[{part.mime or part.kind} {part.source or ''}".rstrip() + "]"}


def _call(call: ToolCall, call_id: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}


def _function(tool: ToolDefinition) -> dict[str, Any]:
    try:
        node: Any = json.loads(tool.schema)
    except (ValueError, RecursionError):
        node = {}
    for wrapper in WRAPPERS:
        if isinstance(node, dict) and isinstance(node.get(wrapper), dict):
            node = node[wrapper]
    node = node if isinstance(node, dict) else {}
    schema = next((node[key] for key in SCHEMAS if isinstance(node.get(key), dict)), None) or (node if "properties" in node else ANYTHING)
    schema = next((schema[key] for key in ("json", "jsonSchema") if isinstance(schema.get(key), dict)), schema)
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "parameters": schema}
