"""The Vercel AI SDK's own telemetry: `ai.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Document, Message, Part
from annotator.domain.span import Span
from annotator.reading.conventions.gen_ai import spoken
from annotator.reading.pieces import payload
from annotator.reading.pieces.parts import arguments, blocks, listed, piece
from annotator.reading.values.nested import dumped, entries, fields, mapping, number, parse, restored, shown, text, whole

KINDS = {
    "ai.generateText": "AGENT",
    "ai.streamText": "AGENT",
    "ai.generateObject": "AGENT",
    "ai.streamObject": "AGENT",
    "ai.toolCall": "TOOL",
    "ai.embed": "EMBEDDING",
    "ai.embedMany": "EMBEDDING",
    "ai.rerank": "RERANKER",
}
"""By the first two segments of `ai.operationId`; the inner call of a text or an object is LLM."""
MODEL_CALLS = (".doGenerate", ".doStream")
USERS = ("userId", "user_id", "user")
SESSIONS = ("sessionId", "session_id", "chatId", "threadId")
OWN = frozenset((*USERS, *SESSIONS, "tags"))
"""Metadata with a place of its own."""


class Vercel:
    """https://ai-sdk.dev/docs/ai-sdk-core/telemetry#collected-data"""

    roots = frozenset(("ai",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node = fields(tree.get("ai"))
        operation = text(node.get("operationId")) or ""
        kind = "LLM" if operation.endswith(MODEL_CALLS) else KINDS.get(".".join(operation.split(".")[:2]))
        response = fields(node.get("response")) or fields(node.get("result"))
        telemetry = fields(node.get("telemetry"))
        metadata = mapping(telemetry.get("metadata"))
        model = fields(node.get("model"))
        found: dict[str, Any] = {
            "kind": kind,
            "finish_reason": text(response.get("finishReason")) or text(node.get("finishReason")),
            "model": text(response.get("model")) or text(model.get("id")),
            "provider": text(model.get("provider")),
            "invocation_parameters": _settings(node, fields(fields(tree.get("gen_ai")).get("request"))),
            "agent": text(telemetry.get("functionId")) if kind == "AGENT" else None,
        }
        if "prompt" in node:
            found["input_messages"], found["tools"] = _asked(node["prompt"]), _tools(node["prompt"])
        if response:
            found["output_messages"] = _answered(response)
        if usage := fields(node.get("usage")):
            found["prompt_tokens"] = _count(usage, "inputTokens", "promptTokens", "tokens")
            found["completion_tokens"] = _count(usage, "outputTokens", "completionTokens")
            found["total_tokens"] = whole(usage.get("totalTokens"))
            found["token_details"] = _details(usage)
        if metadata:
            tags = metadata.get("tags")
            found["session_id"] = next((value for key in SESSIONS if key in metadata and (value := shown(metadata[key]))), None)
            found["user_id"] = next((value for key in USERS if key in metadata and (value := shown(metadata[key]))), None)
            found["tags"] = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
            found["metadata"] = {key: value for key, value in metadata.items() if key not in OWN}
        if kind == "TOOL":
            found |= _tool(fields(node.get("toolCall")))
        if "value" in node or "values" in node:
            values = [node["value"]] if "value" in node else entries(node.get("values"))
            found["embedded"] = tuple(words for value in values if (words := _unquoted(value)))
        if "documents" in node or "ranking" in node:
            found |= _reranked(node)
        return found


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        if name in usage and (count := whole(usage[name])) is not None:
            return count
    return None


def _details(usage: Mapping[str, Any]) -> dict[str, int]:
    """From AI SDK 6 on in an object each, beside the older names."""
    given, told = fields(usage.get("inputTokenDetails")), fields(usage.get("outputTokenDetails"))
    counted = {
        "cache_read": _count(given, "cacheReadTokens") or _count(usage, "cachedInputTokens"),
        "cache_write": _count(given, "cacheWriteTokens"),
        "reasoning": _count(told, "reasoningTokens") or _count(usage, "reasoningTokens"),
    }
    return {name: count for name, count in counted.items() if count}


def _asked(node: Any) -> tuple[Message, ...]:
    """`ai.prompt.messages` as the provider got them, else `ai.prompt`: {system, prompt or messages}."""
    branch = fields(node)
    listing = branch.get("messages")
    if listing and (found := spoken(listing if isinstance(listing, str) else [restored(item) for item in entries(listing)], "user")):
        return (*payload.system(branch), *found) if found[0].role != "system" else found
    value = branch.get("", node)
    read = parse(value) if isinstance(value, str) else restored(value)
    if not isinstance(read, dict):
        return spoken(value, "user") if isinstance(value, str) else ()
    found = payload.request(read)
    prompt = read.get("prompt")
    if not found and prompt:
        found = (*payload.system(read), *(spoken(prompt, "user") if isinstance(prompt, list) else _text("user", prompt)))
    return found or payload.system(read)


def _text(role: str, value: Any) -> tuple[Message, ...]:
    return (Message(role, (Part("text", words),)),) if (words := shown(value)) else ()


def _answered(response: Mapping[str, Any]) -> tuple[Message, ...]:
    """Reasoning, text, files and calls as one message; an object is its JSON."""
    pieces: list[Part] = []
    if "reasoning" in response:
        thought = restored(response["reasoning"])
        if isinstance(thought, str) and thought:
            read = parse(thought)
            thought = read if isinstance(read, list) else [{"type": "reasoning", "text": thought}]
        for item in thought if isinstance(thought, list) else ():
            if (single := piece({"type": "reasoning", **item} if isinstance(item, dict) else item)) is not None:
                pieces.append(single)
    words = shown(restored(response.get("text"))) or shown(restored(response.get("object")))
    if words:
        pieces.append(Part("text", words))
    pieces.extend(single for item in entries(response.get("files")) if (single := _file(item)) is not None)
    calls = listed([_call(item) for item in entries(response["toolCalls"])]) if "toolCalls" in response else []
    return (Message("assistant", tuple(pieces), tuple(calls)),) if pieces or calls else ()


def _file(item: Any) -> Part | None:
    return piece({"type": "file", **fields(parse(item) if isinstance(item, str) else restored(item))})


def _call(item: Any) -> dict[str, Any]:
    return {**fields(restored(item)), "type": "tool-call"}


def _tools(node: Any) -> Any:
    """`ai.prompt.tools`: a list of JSON strings or of objects."""
    offered = entries(fields(node).get("tools"))
    return payload.tools([restored(item) for item in offered]) if offered else ()


def _tool(node: Mapping[str, Any]) -> dict[str, Any]:
    given = arguments(restored(node.get("args"))) or None
    told = node.get("result")
    return {
        "tool_name": text(node.get("name")),
        "call_id": text(node.get("id")),
        "tool_arguments": given,
        "input_text": given,
        "output_text": _unquoted(told) if isinstance(told, str) else shown(restored(told)),
    }


def _unquoted(value: Any) -> str:
    """The string that a JSON string holds; anything else as it is."""
    if isinstance(value, str) and value.startswith('"'):
        read = parse(f"[{value}]")
        if isinstance(read, list) and len(read) == 1 and isinstance(read[0], str):
            return read[0]
    return shown(restored(value)) or ""


def _reranked(node: Mapping[str, Any]) -> dict[str, Any]:
    """`ai.documents`, and `ai.ranking` as a list of {originalIndex, score, document}."""
    before = tuple(Document(_document(item)) for item in entries(node.get("documents")))
    after: list[Document] = []
    ranking = fields(node.get("ranking")).get("", node.get("ranking"))
    for item in entries(ranking):
        entry = fields(item)
        place = whole(entry.get("originalIndex", entry.get("index")))
        content = before[place].content if place is not None and place < len(before) else _document(entry.get("document"))
        after.append(Document(content, None, number(entry.get("relevanceScore", entry.get("score")))))
    return {"input_documents": before, "documents": tuple(after)}


def _document(value: Any) -> str:
    read = parse(value) if isinstance(value, str) else None
    return _unquoted(value) if read is None else "\n".join(part.text for item in blocks([read]) if (part := piece(item)))


def _settings(node: Mapping[str, Any], request: Mapping[str, Any]) -> str | None:
    """`ai.settings.*`, what was asked of the provider, the tool choice and the schema of an object."""
    given = mapping(node.get("settings"))
    if request:
        given |= {key: restored(value) for key, value in request.items() if key != "model"}
    if "prompt" in node and (choice := fields(node["prompt"]).get("toolChoice")):
        given["toolChoice"] = parse(choice) if isinstance(choice, str) else restored(choice)
    if "schema" in node and (schema := fields(node["schema"]).get("", node["schema"])):
        given["schema"] = (parse(schema) if isinstance(schema, str) else None) or restored(schema)
    return dumped(given) if given else None
