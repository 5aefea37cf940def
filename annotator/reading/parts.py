"""Pieces of a message in the shapes of the providers' APIs and of OpenInference's `message_content`."""

from collections.abc import Iterator
from typing import Any

from annotator.domain.message import Part, ToolCall
from annotator.reading.nested import dumped, entries, fields, parse, shown, text

CALLS = ("tool_use", "server_tool_use", "function_call", "tool-call", "tool_call", "function")
MEDIA = {
    "image": "image",
    "image_url": "image",
    "input_image": "image",
    "audio": "audio",
    "input_audio": "audio",
    "file": "file",
    "input_file": "file",
    "document": "file",
    "media": "file",
}


def parts(content: Any) -> tuple[Part, ...]:
    """The parts of a message's content: a string, a list of parts, a list as a JSON string, or any other value."""
    if isinstance(content, str):
        if not content:
            return ()
        if content.startswith('[{"') and '"type"' in content[:200]:
            items = parse(content)
            if isinstance(items, list) and all(isinstance(item, dict) and isinstance(item.get("type"), str) for item in items):
                return tuple(_each(items))
        return (Part("text", content),)
    if content is None:
        return ()
    if isinstance(content, list):
        return tuple(_each(content))
    if isinstance(content, dict):
        single = part(content)
        return (single,) if single else (Part("text", dumped(content)),)
    return (Part("text", str(content)),)


def _each(items: list[Any]) -> Iterator[Part]:
    for item in items:
        if isinstance(item, str):
            if item:
                yield Part("text", item)
        elif (single := part(item)) is not None:
            yield single
        elif item is not None and call(item) is None and not (isinstance(item, dict) and ("toolResult" in item or "tool_use_id" in item)):
            yield Part("text", shown(item) or "")


def part(node: Any) -> Part | None:
    """One part; None for what is no text and no medium (tool calls and results among others)."""
    if not isinstance(node, dict):
        return None
    kind = node.get("type")
    kind = kind if isinstance(kind, str) else ""
    for key in ("text", "thinking", "refusal"):
        value = node.get(key)
        if isinstance(value, str):
            if not value:
                return None
            return Part("refusal" if key == "refusal" else "reasoning" if key == "thinking" or kind == "reasoning" else "text", value)
    if kind == "reasoning":
        words = [value for item in entries(node.get("summary")) if (value := text(fields(item).get("text")))]
        return Part("reasoning", "\n".join(words)) if words else None
    if "reasoningContent" in node:
        spoken = text(fields(fields(node["reasoningContent"]).get("reasoningText")).get("text"))
        return Part("reasoning", spoken) if spoken else None
    if kind in MEDIA:
        return _medium(MEDIA[kind], node)
    for key in ("image", "audio", "inlineData", "inline_data", "fileData"):
        if key in node:
            return _medium(key if key in MEDIA else "file", node)
    return None


def _medium(kind: str, node: dict[str, Any]) -> Part:
    """An image, a sound or a file, without its bytes: type, source and size."""
    mime: str | None = None
    source: str | None = None
    size: int | None = None
    form: str | None = None
    waiting: list[Any] = [node]
    for item in waiting:  # grows while it runs: objects in objects, at most the few that a part is made of
        if len(waiting) > 40:
            break
        if not isinstance(item, dict):
            continue
        for key, value in item.items():
            if isinstance(value, dict):
                waiting.append(value)
            elif not isinstance(value, str) or not value:
                continue
            elif value.startswith("data:"):
                head, _, payload = value.partition(",")
                mime, source, size = head[5:].split(";")[0] or mime, source or "inline", len(payload) * 3 // 4
            elif key in ("url", "image_url", "image", "fileUri", "file_uri", "uri"):
                source = value
            elif key in ("data", "bytes", "file_data", "file_bytes", "base64"):
                source, size = source or "inline", len(value) * 3 // 4
            elif key in ("media_type", "mime_type", "mimeType", "mediaType"):
                mime = value
            elif key == "format":
                form = value
            elif key in ("filename", "file_id", "name"):
                source = value
            elif key == "transcript":
                return Part(kind, value, mime, source, size)
    if mime is None and form is not None:
        mime = f"{kind}/{form}"
    return Part(kind, "", mime, source, size)


def call(node: Any) -> ToolCall | None:
    """A tool call in any provider's shape; None for anything else."""
    node = fields(node)
    if "toolUse" in node:
        node = fields(node["toolUse"])
    elif "functionCall" in node or "function_call" in node:
        node = fields(node.get("functionCall") or node.get("function_call"))
    elif node.get("type") not in CALLS and "function" not in node and "args" not in node:
        return None
    function = fields(node.get("function")) or node
    name = text(function.get("name")) or text(function.get("toolName"))
    if name is None:
        return None
    arguments = next((function[key] for key in ("arguments", "args", "input") if key in function), None)
    call_id = next((value for key in ("call_id", "id", "toolUseId", "toolCallId") if (value := text(node.get(key)))), None)
    return ToolCall(name, shown(arguments) or "", call_id)
