"""OpenTelemetry's GenAI conventions, current form: attributes `gen_ai.*`, messages as JSON or as objects."""

import re
from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Document, Evaluation, Message, Part
from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.pieces.parts import blocks, piece
from annotator.reading.pieces.tokens import named
from annotator.reading.values.nested import dumped, entries, fields, number, parse, restored, shown, text, whole
from annotator.reading.values.python_repr import evaluated

KINDS = {
    "chat": "LLM",
    "completion": "LLM",
    "text_completion": "LLM",
    "generate_content": "LLM",
    "generate_text": "LLM",
    "responses": "LLM",
    "llm_request": "LLM",
    "image_generation": "LLM",
    "speech": "LLM",
    "transcription": "LLM",
    "embeddings": "EMBEDDING",
    "embedding": "EMBEDDING",
    "execute_tool": "TOOL",
    "tool": "TOOL",
    "invoke_agent": "AGENT",
    "create_agent": "AGENT",
    "agent": "AGENT",
    "invoke_workflow": "CHAIN",
    "retrieval": "RETRIEVER",
    "retrieve": "RETRIEVER",
    "vector_db_retrieve": "RETRIEVER",
    "search_memory": "RETRIEVER",
    "rerank": "RERANKER",
    "evaluation": "EVALUATOR",
    "guardrail": "GUARDRAIL",
}
"""`gen_ai.operation.name`, and what OpenInference calls it; other names are CHAIN."""
CONTENT = ("content", "text", "page_content", "document")
GIVEN = ("arguments", "args", "input", "inputs", "parameters", "input_data")
TOLD = ("result", "output", "outputs", "response", "output_data", "actual_output")
STEPS_IN_ORDER = ("workflow", "task", "agent", "pipeline")
"""Branches under which OpenLIT and others keep what went into a step and what came out."""
STEPS = frozenset(STEPS_IN_ORDER)
INPUT = ("gen_ai.input.messages", "input", "messages")
OUTPUT = ("gen_ai.output.messages", "output", "messages")
SYSTEM = ("gen_ai.system_instructions", "system_instructions", "")
TOOLS = ("gen_ai.tool.definitions", "tool", "definitions")
"""Attributes with messages and tools: key, branch, and leaf in it."""
COST = re.compile(r"\d+(?:\.\d+)?(?=\s*USD$)")


class GenAI:
    """https://github.com/open-telemetry/semantic-conventions-genai"""

    roots = frozenset(("gen_ai",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node = fields(tree.get("gen_ai"))
        if not node:
            return {}
        kind = kind_of(node)
        found = _facts(node, tree)
        found |= conversation(span.attributes, node)
        found["kind"] = kind
        if kind == "TOOL":
            tool = fields(node.get("tool"))
            called = fields(tool.get("call"))
            found["tool_name"], found["call_id"] = text(tool.get("name")), text(called.get("id"))
            found["tool_arguments"] = found["input_text"] = _first(called, GIVEN) or _first(tool, GIVEN)
            found["output_text"] = _first(called, TOLD) or _first(tool, TOLD)
        elif not STEPS.isdisjoint(node):
            steps = [fields(node[section]) for section in STEPS_IN_ORDER if section in node]
            found["input_text"] = next((words for step in steps if (words := _first(step, GIVEN))), None)
            found["output_text"] = next((words for step in steps if (words := _first(step, TOLD))), None)
        retrieval = fields(node.get("retrieval")) or fields(node.get("memory")) if "retrieval" in node or "memory" in node else {}
        if kind == "RETRIEVER" or retrieval:
            found["retrieved"] = True
            found["documents"] = documents(retrieval.get("documents", retrieval.get("records")))
            query = retrieval.get("query")
            found["input_text"] = text(fields(query).get("text")) or text(query) or found.get("input_text")
        if "evaluation" in node and (evaluation := evaluation_of(node)) is not None:
            found["evaluations"] = (evaluation,)
        return placed(found, kind)


def _first(node: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in node and (words := shown(restored(node[name]))):
            return words
    return None


def kind_of(node: Mapping[str, Any]) -> str | None:
    """The kind of a span; without an operation's name what it names tells: a tool, else a model."""
    operation = text(fields(node.get("operation")).get("name"))
    if operation:
        return KINDS.get(operation.lower()) or ("LLM" if _model(node) else "CHAIN")
    if "tool" in node and text(fields(node.get("tool")).get("name")) and not _model(node):
        return "TOOL"
    return "LLM" if _model(node) else None


def _model(node: Mapping[str, Any]) -> str | None:
    return text(fields(node.get("response")).get("model")) or text(fields(node.get("request")).get("model"))


def conversation(attributes: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    """Messages and tools: of a span, or of an event that carries them. `node` is what stands under `gen_ai`.

    Semantic Kernel's agents write theirs under `gen_ai.agent.invocation_input` and `invocation_output`.
    """
    agent = fields(node.get("agent"))
    heard = spoken(_received(attributes, node, *INPUT) or restored(agent.get("invocation_input")), "user")
    told = restored(_received(attributes, node, *SYSTEM)) or restored(agent.get("instructions"))
    instructions = tuple(single for item in _instructions(told) if (single := piece(item)) is not None) if told else ()
    if instructions and not any(message.role == "system" and message.parts == instructions for message in heard):
        heard = (Message("system", instructions), *heard)
    found: dict[str, Any] = {"input_messages": heard}
    found["output_messages"] = spoken(_received(attributes, node, *OUTPUT) or restored(agent.get("invocation_output")), "assistant")
    offered = entries(restored(_received(attributes, node, *TOOLS)))
    found["tools"] = payload.tools(offered) if offered else ()
    return found


def _received(attributes: Mapping[str, Any], node: Mapping[str, Any], key: str, branch: str, leaf: str) -> Any:
    """The attribute as received, else the tree that its exploded keys made: `leaf` of `branch`, or all of it."""
    if (value := attributes.get(key)) is not None:
        return value
    if branch not in node:
        return None
    return restored(fields(node[branch]).get(leaf) if leaf else node[branch])


def _instructions(told: Any) -> list[Any]:
    """Instructions are a list of parts, text, or messages with parts."""
    value = parse(told) if isinstance(told, str) else None
    found: list[Any] = []
    for item in blocks(told if value is None else value):
        inner = item.get("parts") if isinstance(item, dict) else None
        found.extend(inner if isinstance(inner, list) else [item])
    return found


def spoken(value: Any, role: str) -> tuple[Message, ...]:
    """Messages from a list, from JSON of one, or from text; `role` is that of what has none."""
    if isinstance(value, str):
        if (read := parse(value)) is None:
            return (Message(role, (Part("text", value),)),) if value.strip() else ()
        value = read
    if isinstance(value, dict):
        value = payload.request(value) or payload.response(value) or [value]
    found: list[Message] = []
    for item in value if isinstance(value, (list, tuple)) else ():
        if isinstance(item, Message):
            found.append(item)
        elif messages := payload.message_of(item, role):
            found.extend(messages)
        elif (single := piece(item)) is not None:
            found.append(Message(role, (single,)))
    return tuple(found)


def _facts(node: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    request, response, usage = fields(node.get("request")), fields(node.get("response")), fields(node.get("usage"))
    given = {key: restored(value) for key, value in request.items() if key != "model"}
    if "openai" in node and isinstance(kept := fields(node["openai"]).get("request"), dict):
        given |= {key: restored(value) for key, value in kept.items()}
    if "output" in node and (kind := text(fields(node["output"]).get("type"))):
        given["output_type"] = kind
    found: dict[str, Any] = {
        "model": text(response.get("model")) or text(request.get("model")),
        "provider": text(fields(node.get("provider")).get("name")) or text(node.get("system")),
        "invocation_parameters": dumped(given) if given else None,
        "cost": _cost(node, usage, tree),
    }
    if response:
        found["finish_reason"] = reasons(response.get("finish_reasons") or response.get("finish_reason") or response.get("stop_reason"))
    if usage:
        found["prompt_tokens"] = _count(usage, "input_tokens", "prompt_tokens")
        found["completion_tokens"] = _count(usage, "output_tokens", "completion_tokens")
        found["total_tokens"] = whole(usage.get("total_tokens"))
        found["token_details"] = named(usage) if len(usage) > 2 else {}
    if "conversation" in node:
        found["session_id"] = shown(fields(node["conversation"]).get("id"))
    if "user" in node:
        found["user_id"] = text(node["user"])
    if "agent" in node:
        found["agent"] = text(fields(node["agent"]).get("name"))
    if "data_source" in node and text(source := fields(node["data_source"]).get("id")):
        found["metadata"] = {"data_source": source}
    return found


def _cost(node: Mapping[str, Any], usage: Mapping[str, Any], tree: Mapping[str, Any]) -> float | None:
    """In dollars: among the counts (Portkey), as a total, of the operation (Pydantic AI), or estimated."""
    costs = [usage.get("cost"), usage.get("total_cost")]
    if "cost" in node:
        costs.append(fields(node["cost"]).get("total_cost"))
    if "operation" in tree:
        costs.append(fields(tree["operation"]).get("cost"))
    if "client" in node and (estimated := COST.match(text(fields(node["client"]).get("estimated_cost")) or "")):
        costs.append(estimated[0])
    return next((cost for value in costs if (cost := number(value)) is not None), None)


def _count(usage: Mapping[str, Any], name: str, older: str) -> int | None:
    count = whole(usage.get(name))
    return count if count is not None else whole(usage.get(older))


def reasons(value: Any) -> str | None:
    """Finish reasons, each once: a list, JSON or a Python repr of one, or a word."""
    if value is None:
        return None
    if isinstance(value, str) and value.startswith("["):
        value = parse(value) or evaluated(value)
    values = entries(value) if isinstance(value, (list, dict)) else [value]
    return ", ".join(dict.fromkeys(item for item in values if isinstance(item, str) and item)) or None


def documents(value: Any) -> tuple[Document, ...]:
    """Retrieved documents: {id, score} and whatever else was recorded of them."""
    found = []
    for item in entries(restored(value)):
        node = fields(item)
        content = next((words for key in CONTENT if (words := shown(node.get(key)))), "")
        kept = fields(node.get("metadata")) or {key: node[key] for key in node if key not in ("id", "score", "metadata", *CONTENT)}
        found.append(Document(content, shown(node.get("id")), number(node.get("score")), kept))
    return tuple(found)


def evaluation_of(node: Mapping[str, Any]) -> Evaluation | None:
    """What stands under `gen_ai.evaluation`, on a span or on a `gen_ai.evaluation.result` event."""
    judged = fields(node.get("evaluation"))
    score = fields(judged.get("score"))
    name, label, value = text(judged.get("name")), text(score.get("label")), number(score.get("value"))
    if name is None and label is None and value is None:
        return None
    return Evaluation(name or "", label, value, text(judged.get("explanation")) or "")


def placed(found: dict[str, Any], kind: str | None) -> dict[str, Any]:
    """A tool's and an embedding's messages in the fields where theirs belong: they are no conversation."""
    heard, said = found.get("input_messages", ()), found.get("output_messages", ())
    if kind == "TOOL" and (heard or said):
        asked = next((call for message in heard for call in message.tool_calls), None)
        given = asked.arguments if asked else "\n".join(message.text for message in heard if message.role not in ("system", "developer"))
        told = "\n".join(message.text for message in said)
        found["tool_arguments"] = found["input_text"] = found.get("tool_arguments") or given or None
        found["output_text"] = found.get("output_text") or told or None
        found["tool_name"] = found.get("tool_name") or (asked.name if asked else None)
        found["call_id"] = found.get("call_id") or (asked.call_id if asked else None)
    elif kind == "EMBEDDING" and heard:
        found["embedded"] = tuple(part.text for message in heard for part in message.parts if part.text)
    else:
        return found
    found["input_messages"] = found["output_messages"] = ()
    return found
