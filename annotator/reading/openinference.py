"""OpenInference: Phoenix's exploded keys, its REST-ingest shape with JSON strings, OTLP's flat keys, and nested objects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.message import Document, Message, Part, ToolCall, ToolDefinition
from annotator.domain.span import Span
from annotator.reading import payload
from annotator.reading.evaluations import evaluations
from annotator.reading.nested import entries, fields, number, parse, restored, shown, text, whole
from annotator.reading.parts import arguments, blocks, call, part, parts
from annotator.reading.tools import definition, is_schema

TALKS = ("LLM", "AGENT", "CHAIN", "UNKNOWN", "PROMPT")
"""Kinds whose input and output may be a provider's JSON."""
JUDGES = ("GUARDRAIL", "EVALUATOR")


class OpenInference:
    """https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md"""

    roots = frozenset(("llm", "input", "output", "retrieval", "reranker", "tool", "tool_call", "embedding", "openinference")) | {
        "metadata", "session", "user", "tag", "agent", "graph",
    }  # fmt: skip

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        given = _value(tree.get("input"))
        told = _value(tree.get("output"))
        found: dict[str, Any] = {"input_text": given, "output_text": told}
        heard: tuple[Message, ...] = ()
        said: tuple[Message, ...] = ()
        offered: tuple[ToolDefinition, ...] = ()
        model = "llm" in tree
        if model:
            llm = fields(tree["llm"])
            heard = messages(llm.get("input_messages"))
            said = messages(llm.get("output_messages"))
            if "tools" in llm:
                offered = tuple(tool for item in entries(llm["tools"]) if (tool := definition(_schema(item))) is not None)
            found |= _llm(llm)
        if span.kind in TALKS:
            heard, said, offered = _completed(given, told, heard, said, offered, model)
        found["input_messages"], found["output_messages"], found["tools"] = heard, said, offered
        found["retrieved"] = span.kind == "RETRIEVER" or "retrieval" in tree
        for section, reader in SECTIONS.items():
            if section in tree:
                found |= reader(fields(tree[section]), given)
        if span.kind in JUDGES:
            found["evaluations"] = evaluations(told or restored(tree.get("guardrail_response")), text(tree.get("guardrail_name")) or "")
        if span.kind == "RETRIEVER" and "documents" in found:
            found["documents"] = _identified(found["documents"], told)
        return found


def _value(node: Any) -> str | None:
    value = fields(node).get("value")
    return value if isinstance(value, str) else shown(restored(value))


def _llm(llm: dict[str, Any]) -> dict[str, Any]:
    """Model, parameters, tokens, cost, prompt template."""
    found: dict[str, Any] = {
        "model": text(llm.get("model_name")) or text(fields(llm.get("response")).get("model_name")),
        "provider": text(llm.get("provider")) or text(llm.get("system")),
        "finish_reason": text(llm.get("finish_reason")),
        "invocation_parameters": shown(restored(llm.get("invocation_parameters"))),
    }
    if tokens := fields(llm.get("token_count")):
        found["prompt_tokens"], found["completion_tokens"] = whole(tokens.get("prompt")), whole(tokens.get("completion"))
    if "cost" in llm:
        found["cost"] = number(fields(llm["cost"]).get("total"))
    if template := fields(llm.get("prompt_template")):
        found["prompt_template"] = shown(restored(template.get("template")))
        found["prompt_variables"] = _mapping(template.get("variables"))
        found["prompt_version"] = _id(template.get("version"))
    return found


def _retrieval(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    return {"documents": documents(node.get("documents"))}


def _identified(found: tuple[Document, ...], told: str | None) -> tuple[Document, ...]:
    """LangChain leaves a document's id in the output's JSON only."""
    if not told or not found or '"id"' not in told or any(document.document_id for document in found):
        return found
    value = parse(told)
    listed = value.get("documents") if isinstance(value, dict) else value
    if not isinstance(listed, list) or len(listed) != len(found):
        return found
    return tuple(replace(document, document_id=_id(fields(item).get("id"))) for document, item in zip(found, listed, strict=True))


def _reranker(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "input_documents": documents(node.get("input_documents")),
        "documents": documents(node.get("output_documents")),
    }
    if given is None:
        found["input_text"] = text(node.get("query"))
    if model := text(node.get("model_name")):
        found["model"] = model
    return found


def _embedding(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    texts = tuple(value for item in entries(node.get("embeddings")) if (value := text(fields(fields(item).get("embedding")).get("text"))))
    found: dict[str, Any] = {"embedded": texts}
    if model := text(node.get("model_name")):
        found["model"] = model
    return found


def _tool(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    """`tool.parameters` is the schema in some libraries and the arguments in others; `input.value` is what was passed."""
    parameters = node.get("parameters")
    if isinstance(parameters, str):
        parameters = parse(parameters) or parameters
    passed = given
    values = parse(given) if given else None
    if isinstance(values, dict):
        for wrapper in ("kwargs", "arguments", "input"):
            if set(values) == {wrapper} and isinstance(values[wrapper], dict):
                passed = shown(values[wrapper])
    if passed is None and not is_schema(parameters):
        passed = shown(restored(parameters))
    return {"tool_name": text(node.get("name")), "tool_arguments": passed, "call_id": text(node.get("id"))}


SECTIONS: dict[str, Callable[[dict[str, Any], str | None], dict[str, Any]]] = {
    "retrieval": _retrieval,
    "reranker": _reranker,
    "embedding": _embedding,
    "tool": _tool,
    "tool_call": lambda node, given: {"call_id": text(node.get("id"))},
    "metadata": lambda node, given: {"metadata": _mapping(node)},
    "session": lambda node, given: {"session_id": _id(node.get("id"))},
    "user": lambda node, given: {"user_id": _id(node.get("id"))},
    "tag": lambda node, given: {"tags": tuple(value for item in entries(node.get("tags")) if (value := shown(item)))},
    "agent": lambda node, given: {"agent": text(node.get("name"))},
    "graph": lambda node, given: {"agent_parent": text(fields(node.get("node")).get("parent_id"))},
}


def _mapping(node: Any) -> dict[str, Any]:
    return {key: restored(value) for key, value in fields(node).items()}


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and value else str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _schema(item: Any) -> Any:
    return restored(fields(fields(item).get("tool", item)).get("json_schema", item))


def messages(node: Any) -> tuple[Message, ...]:
    """A list of `message` objects in numeric index order."""
    return tuple(message for item in entries(node) if (message := _message(item)) is not None)


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
        items = blocks(content)
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
    return (*(piece for piece in before if piece not in pieces), *pieces), calls


def _call(node: dict[str, Any]) -> ToolCall | None:
    node = fields(node.get("tool_call", node))
    function = fields(node.get("function"))
    name = text(function.get("name"))
    call_id = text(node.get("id"))
    if name is None and call_id is None:
        return None
    return ToolCall(name or "", arguments(restored(function.get("arguments"))), call_id)


def documents(node: Any) -> tuple[Document, ...]:
    """A list of `document` objects in numeric index order; the place in it is the `document_position`."""
    return tuple(_document(item) for item in entries(node))


def _document(item: Any) -> Document:
    node = fields(item)
    node = fields(node.get("document", node))
    content = shown(restored(node.get("content"))) or ""
    return Document(content, _id(node.get("id")), number(node.get("score")), _mapping(node.get("metadata")))


def _completed(
    given: str | None,
    told: str | None,
    heard: tuple[Message, ...],
    said: tuple[Message, ...],
    offered: tuple[ToolDefinition, ...],
    model: bool,
) -> tuple[tuple[Message, ...], tuple[Message, ...], tuple[ToolDefinition, ...]]:
    """What only the provider's JSON holds: messages that were not exploded, tools, sounds, files, reasoning, refusals.

    The JSON is parsed only where a look at the string says that it has something to add.
    """
    if given and given[0] in "{[":
        lacks_tools = model and not offered and ('"tools"' in given or '"functions"' in given)
        silent = any(not message.parts and not message.tool_calls for message in heard)
        lacks_parts = model and (silent or '"input_audio"' in given or '"file"' in given or '"input_file"' in given)
        if (not heard and _has_messages(given)) or lacks_tools or lacks_parts:
            asked = parse(given)
            full = payload.request(asked) if not heard or lacks_parts else ()
            if full and (not heard or len(full) == len(heard)):
                heard = full
            offered = offered or payload.tools(asked)
    if told and told[0] in "{[":
        spoken = any(message.parts or message.tool_calls for message in said)
        lacks_words = model and (('"reasoning_content"' in told and not _has(said, "reasoning")) or '"refusal":"' in told)
        if (not spoken and _has_messages(told)) or lacks_words:
            full = payload.response(parse(told))
            if any(message.parts or message.tool_calls for message in full):
                said = full
    return heard, said, offered


def _has_messages(recorded: str) -> bool:
    """Every provider's messages carry a role or a type."""
    return '"role"' in recorded or '"type"' in recorded


def _has(said: tuple[Message, ...], kind: str) -> bool:
    return any(piece.kind == kind for message in said for piece in message.parts)
