"""Pydantic AI and Logfire: message lists as JSON in attributes of their own, beside `gen_ai.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message, Part
from annotator.domain.span import Span
from annotator.reading.conventions.gen_ai import spoken
from annotator.reading.conventions.gen_ai_events import told
from annotator.reading.pieces import payload
from annotator.reading.pieces.evaluations import judgement
from annotator.reading.values.nested import entries, fields, parse, restored, shown, text

HISTORIES = ("all_messages_events", "events")
"""Events as a JSON list: {"event.name": "gen_ai.user.message", "content": ..., "role": ...}."""


class Logfire:
    """https://ai.pydantic.dev/logfire/, https://logfire.pydantic.dev/docs/integrations/llms/openai/"""

    roots = frozenset(("pydantic_ai", "all_messages_events", "events", "agent_name", "tool_arguments", "tool_response")) | {
        "final_result", "model_request_parameters", "request_data", "response_data", "logfire", "assertions", "scores", "labels",
    }  # fmt: skip

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        history = spoken(restored(fields(tree.get("pydantic_ai")).get("all_messages")), "user")
        agent = text(tree.get("agent_name"))
        if history or agent or "all_messages_events" in tree:
            found["kind"], found["agent"] = "AGENT", agent
        for name in HISTORIES:
            if name in tree and (items := _events(tree[name])):
                for field, value in told((text(item.get("event.name")) or "", item) for item in items).items():
                    found[field] = found.get(field) or value
        if history:
            found["input_messages"], found["output_messages"] = history, ()
        if "final_result" in tree or (found.get("kind") == "AGENT" and found.get("input_messages")):
            found |= _ended(found.get("input_messages", ()), found.get("output_messages", ()), shown(restored(tree.get("final_result"))))
        if "tool_arguments" in tree or "tool_response" in tree:
            given = shown(restored(tree.get("tool_arguments")))
            found |= {"tool_arguments": given, "input_text": given, "output_text": shown(restored(tree.get("tool_response")))}
        parameters = fields(tree.get("model_request_parameters"))
        if parameters:
            offered = [*entries(parameters.get("function_tools")), *entries(parameters.get("output_tools"))]
            found["tools"] = payload.tools([restored(item) for item in offered])
        if "request_data" in tree:
            found |= _client(fields(tree["request_data"]), fields(tree.get("response_data")))
        if "assertions" in tree or "scores" in tree or "labels" in tree:
            found |= _case(tree)
        return found


def _events(value: Any) -> list[dict[str, Any]]:
    items = parse(value) if isinstance(value, str) else restored(value)
    return [item for item in items if isinstance(item, dict) and "event.name" in item] if isinstance(items, list) else []


def _ended(heard: tuple[Message, ...], said: tuple[Message, ...], result: str | None) -> dict[str, Any]:
    """A run's history ends with its answer: the last message where the model said it, else the recorded result."""
    if heard and not said and heard[-1].role == "assistant":
        heard, said = heard[:-1], heard[-1:]
    if result and not any(message.text for message in said):
        said = (*said, Message("assistant", (Part("text", result),)))
    return {"input_messages": heard, "output_messages": said, "output_text": result}


def _client(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """Logfire's own OpenAI and Anthropic instrumentation: the request's JSON and what it made of the response."""
    asked, answer = restored(request), restored(response)
    words = shown(answer.get("combined_chunk_content"))
    return {
        "kind": "LLM" if "messages" in asked or "message" in answer else None,
        "model": text(asked.get("model")),
        "input_messages": payload.request(asked),
        "output_messages": payload.response(answer) or ((Message("assistant", (Part("text", words),)),) if words else ()),
        "tools": payload.tools(asked),
    }


def _case(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A case of Pydantic Evals: {"IsRight": {"name": ..., "value": true, "reason": ...}} under assertions, scores and labels."""
    found = []
    for group in ("assertions", "scores", "labels"):
        for name, value in fields(tree.get(group)).items():
            entry = fields(value)
            node = {"name": name, "reason": entry.get("reason")}
            node |= {"passed" if group == "assertions" else "score" if group == "scores" else "label": entry.get("value", value)}
            if (single := judgement(node, name)) is not None:
                found.append(single)
    return {"evaluations": tuple(found)}
