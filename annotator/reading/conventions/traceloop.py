"""Traceloop's decorators and framework instrumentations: `traceloop.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.values.nested import dumped, fields, mapping, parse, restored, shown, text

KINDS = {"workflow": "CHAIN", "task": "CHAIN", "agent": "AGENT", "tool": "TOOL", "unknown": None}
SESSIONS = ("session_id", "chat_id", "conversation_id", "thread_id")
USERS = ("user_id", "userId", "user")


class Traceloop:
    """https://www.traceloop.com/docs/openllmetry/tracing/annotations"""

    roots = frozenset(("traceloop",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node = fields(tree.get("traceloop"))
        entity = fields(node.get("entity"))
        kind = KINDS.get(text(fields(node.get("span")).get("kind")) or "unknown", "CHAIN")
        name = text(entity.get("name"))
        given, told = _input(entity.get("input")), _unwrapped(entity.get("output"), "outputs")
        properties = mapping(fields(node["association"]).get("properties")) if "association" in node else {}
        found: dict[str, Any] = {
            "kind": kind,
            "input_text": shown(given),
            "output_text": shown(told),
            "agent": name if kind == "AGENT" else None,
        }
        if properties:
            found["session_id"], found["user_id"] = _first(properties, SESSIONS), _first(properties, USERS)
            found["metadata"] = {key: value for key, value in properties.items() if key not in SESSIONS and key not in USERS}
        if kind == "TOOL":
            found["tool_name"], found["tool_arguments"] = name, shown(given)
        else:
            found["input_messages"], found["output_messages"] = payload.request(given), payload.response(told)
        return found | _prompt(fields(node["prompt"])) if "prompt" in node else found


def _prompt(node: dict[str, Any]) -> dict[str, Any]:
    """A prompt from Traceloop's registry."""
    if not node:
        return {}
    known = [str(value) for key in ("key", "version", "version_name") if (value := node.get(key)) not in (None, "")]
    return {
        "prompt_template": shown(restored(node.get("template"))),
        "prompt_variables": mapping(node.get("template_variables")),
        "prompt_version": " ".join(known) or None,
    }


def _input(value: Any) -> Any:
    """What was passed: {"args": [one], "kwargs": {}} is the one, {"args": [], "kwargs": {...}} the object, LangChain's the inputs."""
    value = _unwrapped(value, "inputs")
    if not isinstance(value, dict) or set(value) != {"args", "kwargs"}:
        return value
    args, kwargs = value["args"], value["kwargs"]
    if isinstance(args, list) and not kwargs and len(args) == 1:
        return args[0]
    return kwargs if kwargs and not args else value


def _unwrapped(value: Any, name: str) -> Any:
    """The value in a JSON string; of LangChain's {"inputs": ..., "tags": ..., "kwargs": ...} what `name` holds."""
    if isinstance(value, str):
        read = parse(f"[{value}]") if value.startswith('"') else parse(value)
        value = read[0] if value.startswith('"') and isinstance(read, list) and len(read) == 1 else value if read is None else read
    else:
        value = restored(value)
    if isinstance(value, dict) and name in value and ("kwargs" in value or "tags" in value or len(value) == 1):
        return value[name]
    return value


def _first(properties: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in properties and (found := properties[name]) not in (None, ""):
            return found if isinstance(found, str) else dumped(found)
    return None
