"""Langfuse: `langfuse.*` attributes of OpenTelemetry spans, and an exported observation's own fields under the same prefixes."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.kinds import UNKNOWN, openinference_kind
from annotator.domain.message import Evaluation, Failure, ToolDefinition
from annotator.domain.span import Span
from annotator.reading.pieces.exchange import decoded, dollars, exchange
from annotator.reading.pieces.tools import definition
from annotator.reading.values.nested import fields, number, restored, shown, text, whole

OBSERVATION = "langfuse.observation."
TRACE = "langfuse.trace."
ORIGIN = ("attributes", "resourceAttributes", "scope")
"""Metadata in which Langfuse keeps the OpenTelemetry span that an observation was made of."""


class Langfuse:
    """https://langfuse.com/integrations/native/opentelemetry#property-mapping and https://api.reference.langfuse.com"""

    roots = frozenset(("langfuse",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        observation = _Fields(span.attributes, OBSERVATION)
        trace = _Fields(span.attributes, TRACE)
        named = text(observation("type"))
        kind = span.kind if span.kind != UNKNOWN or named is None else openinference_kind(named)
        given, told = observation("input"), observation("output")
        # What was set as the trace's own question and answer was set for whoever reads it.
        asked, answered = trace("input"), trace("output")
        if kind != "LLM":
            given, told = _first(asked, given), _first(answered, told)
        given, offered = _without_tools(_first(given, asked))
        found = exchange(kind, given, _first(told, answered))
        found["kind"] = openinference_kind(named) if named else None
        found["tools"] = found.get("tools") or offered or _tools(decoded(observation("toolDefinitions", "tool_definitions")))
        found |= _spent(observation)
        for name, value in (
            ("model", text(observation("model.name", "model", "providedModelName", "provided_model_name"))),
            ("invocation_parameters", _parameters(observation("model.parameters", "modelParameters", "model_parameters"))),
            ("prompt_version", _prompt(observation)),
            ("session_id", text(_first(observation("sessionId", "session_id"), trace("sessionId", "session_id")))),
            ("user_id", text(_first(observation("userId", "user_id"), trace("userId", "user_id")))),
            ("tags", _tags(trace("tags")) or _tags(observation("tags"))),
            ("metadata", _metadata(span.attributes, tree)),
            ("evaluations", tuple(_score(fields(item)) for item in _list(decoded(span.attributes.get("langfuse.scores"))))),
        ):
            if value or name not in found:
                found[name] = value
        for name in ("session", "user"):
            found[f"{name}_id"] = found[f"{name}_id"] or text(span.attributes.get(f"langfuse.{name}.id"))
        if text(observation("level")) == "ERROR":
            found["failures"] = (Failure("", text(observation("status_message", "statusMessage")) or ""),)
        return found


class _Fields:
    """The attributes under a prefix; the first of several names that is there wins."""

    def __init__(self, attributes: Mapping[str, Any], prefix: str) -> None:
        self._attributes, self._prefix = attributes, prefix

    def __call__(self, *names: str) -> Any:
        return next((value for name in names if (value := self._attributes.get(self._prefix + name)) is not None), None)


def _without_tools(given: Any) -> tuple[Any, tuple[ToolDefinition, ...]]:
    """Langfuse's handler for LangChain writes the tools among the messages: role `tool`, the definition as content."""
    if "tool" not in given if isinstance(given, str) else not isinstance(given, list):
        return given, ()
    listed = decoded(given)
    tools = {place: tool for place, item in enumerate(_list(listed)) if (tool := _offered(item)) is not None}
    return [item for place, item in enumerate(listed) if place not in tools] if tools else given, tuple(tools.values())


def _offered(item: Any) -> ToolDefinition | None:
    content = item.get("content") if isinstance(item, dict) and item.get("role") == "tool" and "tool_call_id" not in item else None
    return definition(content) if isinstance(content, dict) and ("function" in content or "parameters" in content) else None


def _first(*values: Any) -> Any:
    return next((value for value in values if value not in (None, "", [], {})), None)


def _spent(observation: _Fields) -> dict[str, Any]:
    """Tokens and dollars; Langfuse counts cached and reasoning tokens beside the others, and writes zeros for steps that spend nothing."""
    used = fields(observation("usage_details", "usageDetails")) or fields(observation("usage"))
    cost = fields(observation("cost_details", "costDetails"))
    prompt, completion = _count(used, ("input", "prompt")), _count(used, ("output", "completion"))
    total = dollars(
        cost.get("total"), observation("totalCost", "total_cost", "calculatedTotalCost"), sum(filter(None, map(number, cost.values())))
    )
    spent = {"prompt_tokens": prompt, "completion_tokens": completion} if prompt or completion else {}
    return {**spent, "cost": total}


def _count(used: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    plain = [key for key in used if key.lower().startswith(names) and not key.lower().endswith(("cost", "price", "details"))]
    if any(key in used for key in ("prompt_tokens", "completion_tokens")):  # OpenAI's own counts hold their parts already
        plain = [key for key in plain if key in ("prompt_tokens", "completion_tokens")]
    counts = [count for key in plain if (count := whole(used[key])) is not None]
    return sum(counts) if counts else None


def _parameters(value: Any) -> str | None:
    """Parameters without those that were not set (OpenTelemetry's exporters write them as '')."""
    values = fields(value)
    kept = {key: item for key, item in values.items() if item not in (None, "", '{"arrayValue":{}}')}
    return shown(restored(kept)) if kept else None if values else shown(value)


def _prompt(observation: _Fields) -> str | None:
    name, version = (
        observation("prompt.name", "promptName", "prompt_name"),
        observation("prompt.version", "promptVersion", "prompt_version"),
    )
    return "/".join(shown(part) or "" for part in (name, version) if part not in (None, "")) or None


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(tag for item in _list(decoded(value)) if (tag := shown(item)))


def _metadata(attributes: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """The trace's metadata, then the observation's: objects, JSON of them, or a key each."""
    found: dict[str, Any] = {}
    for prefix, branch in ((TRACE, "trace"), (OBSERVATION, "observation")):
        received = attributes.get(f"{prefix}metadata")
        values = decoded(received) if received is not None else restored(fields(fields(tree.get("langfuse")).get(branch)).get("metadata"))
        if isinstance(values, dict):
            found |= {key: value for key, value in values.items() if key not in ORIGIN and value not in (None, "", [], {})}
        elif values:
            found["metadata"] = values
    experiment = fields(fields(tree.get("langfuse")).get("experiment"))
    for name, value in (("experiment", experiment.get("name")), ("expected_output", fields(experiment.get("item")).get("expected_output"))):
        if value not in (None, ""):
            found[name] = decoded(value)
    return found


def _tools(value: Any) -> tuple[ToolDefinition, ...]:
    """Tool definitions by name, each the JSON of its description and parameters."""
    if not isinstance(value, dict):
        return ()
    named = ({"name": name, **fields(decoded(held))} for name, held in value.items())
    return tuple(tool for item in named if (tool := definition(item)) is not None)


def _score(item: Mapping[str, Any]) -> Evaluation:
    value = item.get("value")
    label = text(item.get("stringValue")) or text(item.get("string_value")) or text(value)
    kind = text(item.get("dataType")) or text(item.get("data_type"))
    passed = bool(value) if kind == "BOOLEAN" and value in (0, 1) else None
    return Evaluation(text(item.get("name")) or "", label, None if label else number(value), text(item.get("comment")) or "", passed)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
