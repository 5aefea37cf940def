"""Messages inside the JSON of a provider's request or response, in whatever API's shape they were recorded."""

import re
from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message, Part, ToolCall, ToolDefinition
from annotator.reading.pieces.parts import arguments, blocks, call, listed, part, piece, result, says_failed
from annotator.reading.pieces.tools import definition, is_described
from annotator.reading.values.nested import fields, parse, shown, text
from annotator.reading.values.python_repr import evaluated
from annotator.reading.values.remembered import remembered

ROLES = {"human": "user", "ai": "assistant", "aimessagechunk": "assistant", "aichunk": "assistant", "model": "assistant"}
"""LangChain's and Gemini's names of the usual roles."""
SPOKEN = frozenset(
    ("content", "parts", "tool_calls", "toolCalls", "parsed", "reasoning_content", "function_call", "refusal", "audio", "blocks")
)
"""A message has one of these."""
PLAIN = frozenset(("role", "content", "parts", "finish_reason", "index"))
"""A message with these keys only says nothing beside its content."""
BESIDE = frozenset(("reasoning_content", "reasoning", "thinking", "refusal", "audio", "images"))
"""Where a message says something outside its content."""
LISTED = frozenset(("tool_calls", "toolCalls", "function_call", "additional_kwargs"))
"""Where its calls stand, outside its content."""
ASKED = ("messages", "input", "contents", "chat_history")
REPR = re.compile(r"\w*Message\(")
"""The beginning of the Python repr of a message (Haystack)."""
LONGEST_REPRS = 200_000
"""Characters of such reprs together beyond which they are left as text."""
WRAPPED = ("data", "response", "body", "result")
"""Keys under which a client keeps the response itself."""


def role_of(value: Any) -> str:
    """The role in lower case, under its usual name."""
    name = value.lower() if isinstance(value, str) else ""
    return ROLES.get(name, name)


def request(value: Any) -> tuple[Message, ...]:
    """The messages of a request: OpenAI chat and Responses, Anthropic, Bedrock, Gemini, LangChain states; empty for anything else."""
    if isinstance(value, list):
        return messages(value)
    if not isinstance(value, dict):
        return ()
    asked = next((value[key] for key in ASKED if key in value and isinstance(value[key], list)), None)
    found = messages(asked) if asked else ()
    if not found and isinstance(value.get("input"), str) and ("model" in value or "instructions" in value):
        found = (Message("user", (Part("text", value["input"]),)),)
    if found and found[0].role not in ("system", "developer"):
        return (*system(value), *found)
    return found


def system(value: Mapping[str, Any]) -> tuple[Message, ...]:
    """The instructions that a request keeps apart from its messages."""
    config = value.get("config") or value.get("generationConfig")
    for node in (value, config if isinstance(config, dict) else {}):
        for key in ("system", "instructions", "system_instruction", "systemInstruction"):
            if given := node.get(key):
                given = given.get("parts", given) if isinstance(given, dict) else given
                spoken = tuple(single for item in blocks(given) if (single := piece(item)) is not None)
                return (Message("system", spoken),) if spoken else ()
    return ()


def response(value: Any) -> tuple[Message, ...]:
    """The messages of a response: OpenAI chat and Responses, Anthropic, Bedrock, Gemini, LangChain; empty for anything else."""
    if isinstance(value, list):
        return tuple(message for item in value for message in (response(item) or messages([item])))
    if not isinstance(value, dict):
        return ()
    for key in ("choices", "candidates"):
        if isinstance(choices := value.get(key), list):
            return tuple(message for choice in choices for message in _choice(choice))
    if isinstance(output := value.get("output"), list):
        return messages(output)
    if isinstance(output, dict) and isinstance(output.get("message"), dict):
        return _spoken_by(output["message"])
    if isinstance(listing := value.get("messages"), list):
        found = messages(listing)
        return found[-1:] if found and found[-1].role == "assistant" else ()
    if isinstance(inner := value.get("message"), dict) and isinstance(inner.get("role"), str):
        return messages([inner])
    if isinstance(inner := value.get("content"), dict) and "parts" in inner:  # one candidate of Gemini's
        return _spoken_by(inner)
    if role_of(value.get("role")) == "assistant" or value.get("type") in ("ai", "AIMessageChunk"):
        return messages([value])
    return next((found for key in WRAPPED if isinstance(value.get(key), dict) and (found := response(value[key]))), ())


def _choice(choice: Any) -> tuple[Message, ...]:
    node = fields(choice)
    for key in ("message", "content", "delta"):
        if isinstance(node.get(key), dict):
            return _spoken_by(node[key])
    words = text(node.get("text"))
    return (Message("assistant", (Part("text", words),)),) if words else ()


def _spoken_by(node: dict[str, Any]) -> tuple[Message, ...]:
    """A message of a response; what has no role was said by the model."""
    return messages([node if node.get("role") else {**node, "role": "assistant"}])


def tools(value: Any) -> tuple[ToolDefinition, ...]:
    """The tools that a request offered; Gemini keeps several in one entry."""
    offered = value.get("tools") or value.get("functions") if isinstance(value, dict) else value
    if not offered and isinstance(value, dict):
        offered = next((node.get("tools") for key in ("config", "toolConfig") if isinstance(node := value.get(key), dict)), None)
    found: list[ToolDefinition] = []
    for item in offered if isinstance(offered, list) else ():
        if isinstance(item, str) and not item.lstrip().startswith("{"):
            item = described if is_described(described := evaluated(item)) else item
        declared = fields(item).get("functionDeclarations") or fields(item).get("function_declarations")
        for entry in declared if isinstance(declared, list) else [item]:
            if (tool := definition(entry)) is not None:
                found.append(tool)
    return tuple(found)


def messages(items: list[Any]) -> tuple[Message, ...]:
    """The messages in a list, in order; a message with tools' results in it becomes several."""
    if len(items) == 1 and isinstance(items[0], list):
        items = items[0]  # LangChain writes one list a batch
    if items and isinstance(items[0], str) and REPR.match(items[0]):
        written = [item for item in items if isinstance(item, str)]
        if sum(map(len, written)) <= LONGEST_REPRS:
            return tuple(message for item in items for message in (_written(item) if isinstance(item, str) else message_of(item)))
    return tuple(message for item in items for message in message_of(item))


@remembered
def _written(text: str) -> tuple[Message, ...]:
    """The messages that a repr tells of."""
    return tuple(message_of(evaluated(text) or text))


def message_of(item: Any, role: str = "") -> list[Message]:
    """One message, or one item of the Responses API; nothing for what is neither. `role` is that of a message without one."""
    if isinstance(item, str):
        item = parse(item)
    if not isinstance(item, dict):
        return []
    if isinstance(said_by := item.get("role"), str) and said_by:
        return _assembled(role_of(said_by), item) if not SPOKEN.isdisjoint(item) else []
    kind = item.get("type")
    kind = kind if isinstance(kind, str) else ""
    if kind == "constructor" and isinstance(item.get("kwargs"), dict):
        names = item.get("id")
        said_by = names[-1] if isinstance(names, list) and names and isinstance(names[-1], str) else ""
        item = {"role": said_by.replace("Message", ""), **item["kwargs"]}
    elif isinstance(item.get("data"), dict) and kind:
        item = {**item["data"], "role": kind}
    elif isinstance(item.get("message"), dict) and "role" not in item:
        item = item["message"]
    elif "role" not in item and (found := _responses_item(item, kind)):
        return found
    role = role_of(item.get("role") or role or (kind if kind != "message" else ""))
    return _assembled(role, item) if role and not SPOKEN.isdisjoint(item) else []


def _responses_item(item: dict[str, Any], kind: str) -> list[Message]:
    if (answered := result(item)) is not None:
        return [answered]
    if kind == "reasoning":
        single = part(item)
        return [Message("assistant", (single,))] if single else []
    if kind.endswith("_call") and (asked := call(item)) is not None:
        found = [Message("assistant", (), (asked,))]
        key = next((key for key in ("output", "outputs", "results", "result", "error") if item.get(key)), None)
        if key is not None:
            told = (Part("text", shown(item[key]) or ""),)
            found.append(Message("tool", told, tool_call_id=asked.call_id, name=asked.name, failed=key == "error"))
        return found
    return []


def _assembled(role: str, item: dict[str, Any]) -> list[Message]:
    """A message taken apart where a tool's result stands in it, with its parts and calls in order."""
    content = item.get("content")
    plain = PLAIN.issuperset(item)
    if plain and type(content) is str and content[:1] != "[":  # what most messages are
        return [Message(role, (Part("text", content),) if content else ())]
    if content is None:
        content = item["parts"] if item.get("parts") is not None else item.get("blocks")
    found: list[Message] = []
    pieces: list[Part] = []
    calls: list[ToolCall] = []
    name = text(item.get("name"))
    for block in blocks(content):
        if type(block) is not dict:
            if (single := piece(block)) is not None:
                pieces.append(single)
            continue
        if (single := part(block)) is not None:
            pieces.append(single)
        elif (answered := result(block)) is not None:
            if pieces or calls:
                found.append(Message(role, tuple(pieces), tuple(calls), name=name))
                pieces, calls = [], []
            found.append(answered)
        elif (asked := call(block)) is not None:
            calls.append(asked)
        elif (single := piece(block)) is not None:
            pieces.append(single)
    if plain:
        if pieces or calls or not found:
            found.append(Message(role, tuple(pieces), tuple(calls)))
        return found
    if not BESIDE.isdisjoint(item):
        _beside(item, pieces)
    if not LISTED.isdisjoint(item):
        calls.extend(asked for asked in _listed(item) if asked not in calls)
    if role == "tool" and calls and not pieces:
        role = "assistant"  # Koog names a call by what answers it
    if pieces or calls or not found:
        call_id = text(item.get("tool_call_id")) or text(item.get("toolCallId")) or (text(item.get("id")) if role == "tool" else None)
        found.append(Message(role, tuple(pieces), tuple(calls), call_id, name, role == "tool" and says_failed(item)))
    return found


def _beside(item: dict[str, Any], pieces: list[Part]) -> None:
    """What a message says outside its content: reasoning first, then a refusal, a sound, pictures."""
    if spoken := text(item.get("reasoning_content")) or text(item.get("reasoning")) or text(item.get("thinking")):
        pieces.insert(0, Part("reasoning", spoken))
    if refused := text(item.get("refusal")):
        pieces.append(Part("refusal", refused))
    if isinstance(sound := item.get("audio"), dict) and (single := part({"type": "audio", **sound})) is not None:
        pieces.append(single)
    if isinstance(images := item.get("images"), list):  # Ollama
        pieces.extend(single for image in images if (single := part({"type": "image", "image": image})) is not None)


def _listed(item: dict[str, Any]) -> list[ToolCall]:
    """The calls beside the content."""
    beside = fields(item.get("additional_kwargs"))  # LangChain
    entries = item.get("tool_calls") or item.get("toolCalls") or beside.get("tool_calls")
    entries = parse(entries) if isinstance(entries, str) else entries
    found: list[ToolCall] = []
    if isinstance(entries, list):
        found = listed([evaluated(entry) if isinstance(entry, str) and not entry.startswith("{") else entry for entry in entries])
    if legacy := fields(item.get("function_call") or beside.get("function_call")):
        found.append(ToolCall(text(legacy.get("name")) or "", arguments(legacy.get("arguments"))))
    return found
