"""OpenInference's messages, and the prompts and choices of the older completions."""

from collections.abc import Iterator
from typing import Any

from annotator.domain.message import Message, Part, ToolCall
from annotator.reading.pieces.parts import arguments, blocks, call, part, parts, piece, result
from annotator.reading.values.nested import entries, fields, restored, shown, text

OPAQUE = ("type", "id", "signature", "data", "encrypted_content")
"""What a redacted thought consists of: there is nothing in it to read."""


def messages(node: Any) -> tuple[Message, ...]:
    """A list of `message` objects in numeric index order."""
    found: list[Message] = []
    for item in entries(node) if node is not None else ():
        if type(item) is dict and len(item) > 1 and "message" in item:
            found.extend(_entry(item))
        elif (message := _message(item)) is not None:
            found.append(message)
    return tuple(found)


def texts(node: Any, role: str) -> tuple[Message, ...]:
    """`llm.prompts` and `llm.choices`: a list of {prompt: {text}}, of {completion: {text}}, or of strings."""
    found: list[Message] = []
    for item in entries(node):
        inner = fields(item)
        held = fields(inner.get("prompt") or inner.get("completion"))
        if words := text(item) if isinstance(item, str) and not held else text(held.get("text")):
            found.append(Message(role, (Part("text", words),)))
    return tuple(found)


def with_call(said: tuple[Message, ...], asked: ToolCall) -> tuple[Message, ...]:
    """The answer with `llm.function_call`, unless it holds that call."""
    if any(known.name == asked.name for message in said for known in message.tool_calls):
        return said
    *before, last = said or (Message("assistant"),)
    return (*before, last._replace(tool_calls=(*last.tool_calls, asked)))


def _entry(item: dict[str, Any]) -> Iterator[Message]:
    """A message, and what AutoGen writes beside it: a thought, and the results of several calls as `function.N`."""
    message = _message(item) or Message("")
    if thought := text(item.get("thought")):
        message = message._replace(parts=(Part("reasoning", thought), *message.parts))
    results = [result({"type": "tool_result", **fields(entry)}) for entry in entries(item.get("function"))]
    if message.parts or message.tool_calls or not results:
        yield message
    yield from (answered for answered in results if answered is not None)


def _message(item: Any) -> Message | None:
    node = item if isinstance(item, dict) else fields(item)
    inner = node.get("message", node)
    node = inner if isinstance(inner, dict) else fields(inner)
    if not node:
        return None
    content = node.get("content")
    calls: list[ToolCall] = []
    pieces: tuple[Part, ...] = ()
    if isinstance(content, str) and not content.startswith("["):  # what nearly every message is
        if content:
            pieces = (Part("text", content),)
    elif content is not None:
        items = blocks(restored(content))  # texts by index in some libraries
        pieces = parts(items)
        calls = [asked for item in items if isinstance(item, dict) and (asked := call(item)) is not None]
    role = node.get("role")
    role = role.lower() if isinstance(role, str) else ""
    if len(node) < 3 and role and content is not None:
        return Message(role, pieces, tuple(calls))
    if "contents" in node:
        pieces, calls = _contents(node["contents"], pieces)
    if "tool_calls" in node:
        known = {asked.call_id for asked in calls if asked.call_id}
        listed = [asked for entry in entries(node["tool_calls"]) if (asked := _call(fields(entry))) is not None]
        calls += [asked for asked in listed if asked.call_id not in known] if known else [asked for asked in listed if asked not in calls]
    if name := text(node.get("function_call_name")):
        calls.append(ToolCall(name, shown(node.get("function_call_arguments_json")) or ""))
    return Message(role, pieces, tuple(calls), text(node.get("tool_call_id")), text(node.get("name")))


def _contents(node: Any, before: tuple[Part, ...]) -> tuple[tuple[Part, ...], list[ToolCall]]:
    """The parts under `contents`; a plain `content` that repeats one of them is dropped."""
    pieces: list[Part] = []
    calls: list[ToolCall] = []
    for entry in entries(node):
        item = fields(entry)
        inner = fields(item.get("message_content", item))
        if "tool_call" in item and (asked := _call(item)):
            calls.append(asked)
        elif (single := part(inner)) is not None:
            pieces.append(single)
        elif asked := call(inner):
            calls.append(asked)
        elif (answered := result(inner)) is not None:
            pieces.extend(answered.parts)
        elif (single := piece({key: value for key, value in inner.items() if key not in OPAQUE})) is not None:
            pieces.append(single)
    return (*(piece for piece in before if piece not in pieces), *pieces), calls


def _call(node: dict[str, Any]) -> ToolCall | None:
    node = fields(node.get("tool_call", node))
    function = fields(node.get("function"))
    name = text(function.get("name"))
    call_id = text(node.get("id"))
    if name is None and call_id is None:
        return None
    return ToolCall(name or "", arguments(restored(function.get("arguments"))), call_id)
