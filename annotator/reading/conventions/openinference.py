"""OpenInference: Phoenix's exploded keys, its REST-ingest shape with JSON strings, OTLP's flat keys, and nested objects."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from annotator.domain.message import Document, Message, ToolDefinition
from annotator.domain.span import Span
from annotator.reading.conventions.openinference_messages import messages, texts, with_call
from annotator.reading.pieces import payload
from annotator.reading.pieces.evaluations import evaluations
from annotator.reading.pieces.parts import call, may_have_failed, part
from annotator.reading.pieces.tokens import counts
from annotator.reading.pieces.tools import definition, is_schema
from annotator.reading.values.nested import dumped, entries, fields, mapping, number, parse, restored, shown, text, whole

TALKS = frozenset(("LLM", "AGENT", "CHAIN", "UNKNOWN", "PROMPT"))
"""Kinds whose input and output may be a provider's JSON."""
FILES = re.compile(r'"(?:input_audio|file|input_file)"')
"""Parts of a provider's JSON that no library explodes."""
JUDGES = frozenset(("GUARDRAIL", "EVALUATOR"))


class OpenInference:
    """https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md"""

    roots = frozenset(("llm", "input", "output", "retrieval", "reranker", "tool", "tool_call", "embedding", "openinference")) | {
        "metadata", "session", "user", "tag", "agent", "graph", "prompt",
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
            heard = messages(llm.get("input_messages")) or (texts(llm["prompts"], "user") if "prompts" in llm else ())
            said = messages(llm.get("output_messages")) or (texts(llm["choices"], "assistant") if "choices" in llm else ())
            if "function_call" in llm and (asked := call({"function_call": llm["function_call"]})) is not None:
                said = with_call(said, asked)
            if "tools" in llm:
                offered = tuple(tool for item in entries(llm["tools"]) if (tool := _offered(item)) is not None)
            found |= _llm(llm)
        if not heard and "input" in tree:
            heard = _sounds(tree["input"], "user")
        if not said and "output" in tree:
            said = _sounds(tree["output"], "assistant")
        if span.kind in TALKS:
            heard, said, offered = _completed(given, told, heard, said, offered, model)
        found["input_messages"], found["output_messages"], found["tools"] = heard, said, offered
        found["retrieved"] = span.kind == "RETRIEVER" or "retrieval" in tree
        for section in filter(tree.__contains__, SECTIONS):
            found |= SECTIONS[section](fields(tree[section]), given)
        if span.kind == "AGENT" and not found.get("agent"):
            name = text(fields(fields(tree.get("graph")).get("node")).get("name"))
            found["agent"] = name or (None if "gen_ai" in tree else found.get("agent_id"))
        if "prompt" in tree:
            found["metadata"] = _prompt(fields(tree["prompt"])) | found.get("metadata", {})
        if model and "request" in llm and (wanted := text(fields(llm["request"]).get("model_name"))) not in (None, found.get("model")):
            found["metadata"] = {"requested model": wanted} | found.get("metadata", {})
        if span.kind in JUDGES and told is None and "metadata" in found and "guardrail_response" not in tree:
            found["output_text"] = told = dumped(found["metadata"])  # Bedrock's agents
        if span.kind in JUDGES and "evaluations" not in tree and "annotations" not in tree:
            found["evaluations"] = evaluations(told or restored(tree.get("guardrail_response")), text(tree.get("guardrail_name")) or "")
        if span.kind == "RETRIEVER" and "documents" in found:
            found["documents"] = _identified(found["documents"], told)
        return found


def _value(node: Any) -> str | None:
    if node is None:
        return None
    value = fields(node).get("value")
    return value if isinstance(value, str) else shown(restored(value))


def _sounds(node: Any, role: str) -> tuple[Message, ...]:
    """`input.audio` and `output.audio`: {url, mime_type, transcript}."""
    if type(node) is not dict or "audio" not in node:
        return ()
    sound = part({"type": "audio", "audio": fields(node["audio"])})
    return (Message(role, (sound,)),) if sound is not None else ()


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
        found["total_tokens"] = whole(tokens.get("total"))
        found["token_details"] = counts(tokens.get("prompt_details"), tokens.get("completion_details"))
    if "cost" in llm:
        cost = fields(llm["cost"])
        parts = [amount for name in ("prompt", "completion") if (amount := number(cost.get(name))) is not None]
        total = number(cost.get("total"))
        found["cost"] = sum(parts) if total is None and parts else total
    if template := fields(llm.get("prompt_template")):
        found["prompt_template"] = shown(restored(template.get("template")))
        found["prompt_variables"] = mapping(template.get("variables"))
        found["prompt_version"] = _id(template.get("version"))
    return found


def _offered(item: Any) -> ToolDefinition | None:
    """A tool; `json_schema` is the definition in some libraries and the schema of the parameters, beside a name, in others."""
    node = fields(item)
    node = fields(node.get("tool", node))
    schema = restored(node.get("json_schema", node))
    name = text(node.get("name"))
    found = definition(schema)
    if name and (found is None or (found.name != name and is_schema(fields(schema)))):
        return definition({"name": name, "description": node.get("description"), "parameters": schema})
    return found


def _prompt(node: dict[str, Any]) -> dict[str, Any]:
    """Where a prompt is kept: `prompt.vendor`, `prompt.id`, `prompt.url`."""
    return {f"prompt.{name}": node[name] for name in ("vendor", "id", "url") if node.get(name) not in (None, "")}


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
    return tuple(document._replace(document_id=_id(fields(item).get("id"))) for document, item in zip(found, listed, strict=True))


def _reranker(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "input_documents": documents(node.get("input_documents")),
        "documents": documents(node.get("output_documents")),
    }
    if given is None:
        found["input_text"] = text(node.get("query"))
    if model := text(node.get("model_name")):
        found["model"] = model
    if "top_k" in node:
        found["invocation_parameters"] = dumped({"top_k": node["top_k"]})
    return found


def _embedding(node: dict[str, Any], given: str | None) -> dict[str, Any]:
    items = (fields(fields(item).get("embedding")) for item in entries(node.get("embeddings")))
    embedded = tuple(value for item in items if (value := text(item.get("text"))))
    found: dict[str, Any] = {"embedded": embedded}
    if model := text(node.get("model_name")):
        found["model"] = model
    if "invocation_parameters" in node:
        found["invocation_parameters"] = shown(restored(node["invocation_parameters"]))
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
        if isinstance(args := values.get("args"), list) and isinstance(kwargs := values.get("kwargs"), dict):
            passed = shown({**({"args": args} if args else {}), **kwargs})
    if passed is None and not is_schema(parameters):
        passed = shown(restored(parameters))
    return {"tool_name": text(node.get("name")), "tool_arguments": passed, "call_id": text(node.get("id"))}


SECTIONS: dict[str, Callable[[dict[str, Any], str | None], dict[str, Any]]] = {
    "retrieval": _retrieval,
    "reranker": _reranker,
    "embedding": _embedding,
    "tool": _tool,
    "tool_call": lambda node, given: {"call_id": text(node.get("id"))},
    "metadata": lambda node, given: {"metadata": mapping(node)},
    "session": lambda node, given: {"session_id": _id(node.get("id"))},
    "user": lambda node, given: {"user_id": _id(node.get("id"))},
    "tag": lambda node, given: {"tags": tuple(value for item in entries(node.get("tags")) if (value := shown(item)))},
    "agent": lambda node, given: {"agent": text(node.get("name"))},
    "graph": lambda node, given: _node(fields(node.get("node"))),
}


def _node(node: dict[str, Any]) -> dict[str, Any]:
    return {"agent_id": _id(node.get("id")), "agent_parent": _id(node.get("parent_id"))}


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and value else str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def documents(node: Any) -> tuple[Document, ...]:
    """A list of `document` objects in numeric index order; the place in it is the `document_position`."""
    return tuple(_document(item) for item in entries(node))


def _document(item: Any) -> Document:
    node = fields(item)
    node = fields(node.get("document", node))
    content = shown(restored(node.get("content"))) or ""
    return Document(content, _id(node.get("id")), number(node.get("score")), mapping(node.get("metadata")))


def _completed(
    given: str | None,
    told: str | None,
    heard: tuple[Message, ...],
    said: tuple[Message, ...],
    offered: tuple[ToolDefinition, ...],
    model: bool,
) -> tuple[tuple[Message, ...], tuple[Message, ...], tuple[ToolDefinition, ...]]:
    """What only the provider's JSON holds: messages that were not exploded, tools, sounds, files, reasoning, refusals.

    The JSON is parsed only where a look at the string says that it has something to add; a look takes up to half as long as parsing.
    """
    if given and given[0] in "{[":
        lacks_tools = model and not offered and ('"tools"' in given or '"functions"' in given)
        silent = any(not message.parts and not message.tool_calls for message in heard)
        lacks_parts = model and (silent or FILES.search(given) is not None)
        failed = model and (not heard or any(message.tool_call_id for message in heard)) and may_have_failed(given)
        if (not heard and _has_messages(given)) or lacks_tools or lacks_parts or failed:
            asked = parse(given)
            full = payload.request(asked) if not heard or lacks_parts or failed else ()
            if full and (not heard or (lacks_parts and len(full) == len(heard))):
                heard = full
            elif failed:
                heard = _failing(heard, full)
            offered = offered or (payload.tools(asked) if isinstance(asked, dict) else ())
    if told and told[0] in "{[":
        spoken = any(message.parts or message.tool_calls for message in said)
        lacks_words = model and (('"reasoning_content"' in told and not _has(said, "reasoning")) or '"refusal":"' in told)
        if (not spoken and _has_messages(told)) or lacks_words:
            full = payload.response(parse(told))
            if any(message.parts or message.tool_calls for message in full):
                said = full
    return heard, said, offered


def _failing(heard: tuple[Message, ...], full: tuple[Message, ...]) -> tuple[Message, ...]:
    """Exploded messages with what only the request says: which tools' results are failures."""
    ids = {message.tool_call_id for message in full if message.failed and message.tool_call_id}
    return tuple(message._replace(failed=True) if message.tool_call_id in ids else message for message in heard)


def _has_messages(recorded: str) -> bool:
    """Every provider's messages carry a role or a type."""
    return '"role"' in recorded or '"type"' in recorded


def _has(said: tuple[Message, ...], kind: str) -> bool:
    return any(piece.kind == kind for message in said for piece in message.parts)
