"""Tool definitions: OpenAI with and without `function`, Anthropic, Bedrock, Gemini, AI SDK, LangChain, a bare name, JSON of any."""

from collections.abc import Iterable, Mapping
from typing import Any

from annotator.domain.message import ToolDefinition
from annotator.reading.values.nested import dumped, fields, parse, text
from annotator.reading.values.remembered import remembered

SCHEMAS = ("parameters", "input_schema", "inputSchema", "schema", "json_schema", "parameters_json_schema", "args", "parametersJsonSchema")
WRAPPERS = ("function", "toolSpec", "tool_spec")
CLASSES = ("tool", "function")
"""Words in the names of the classes that describe a tool."""


def definition(node: Any) -> ToolDefinition | None:
    """Name, description and parameter names; None where there is no name.

    A built-in tool is known by its type, a bare schema by its title.
    """
    if isinstance(node, str):
        return _recorded(node)
    return _defined(node, dumped(node)) if isinstance(node, dict) else None


@remembered
def _recorded(node: str) -> ToolDefinition | None:
    """The same of JSON: the tools of a call are those of the next."""
    inner = parse(node)
    return _defined(inner, node) if isinstance(inner, dict) else None


def _defined(inner: dict[str, Any], received: str) -> ToolDefinition | None:
    for wrapper in WRAPPERS:
        if wrapper in inner and isinstance(inner[wrapper], dict):
            inner = inner[wrapper]
    name = text(inner.get("name")) or (text(inner.get("title")) if is_schema(inner) else None) or text(inner.get("type"))
    if name is None:
        return None
    schema = next((found for key in SCHEMAS if key in inner and (found := fields(inner[key]))), {})
    schema = schema or (inner if is_schema(inner) else {})
    schema = fields(schema.get("json")) or fields(schema.get("jsonSchema")) or schema
    properties = fields(schema.get("properties")) or (schema if _named_types(schema) else {})
    return ToolDefinition(name, text(inner.get("description")) or "", tuple(properties), received)


def _named_types(schema: Mapping[str, Any]) -> bool:
    """True for {"city": {"type": "string"}}: the properties without a schema around them (LangChain's `args`)."""
    return bool(schema) and all(isinstance(value, dict) and ("type" in value or "anyOf" in value) for value in schema.values())


def joined(first: Iterable[ToolDefinition], more: Iterable[ToolDefinition]) -> tuple[ToolDefinition, ...]:
    """Each tool once, in the order met; a definition with parameters stands in for one without."""
    found = {tool.name: tool for tool in first}
    for tool in more:
        known = found.get(tool.name)
        if known is None or (tool.parameters and not known.parameters):
            found[tool.name] = tool
    return tuple(found.values())


def is_described(node: Any) -> bool:
    """True for what a Python repr of a tool is read as: its class says so, or it has a name and a schema."""
    if not isinstance(node, dict) or not isinstance(name := node.get("class"), str):
        return False
    return any(word in name.lower() for word in CLASSES) or ("name" in node and any(key in node for key in SCHEMAS))


def is_schema(node: Any) -> bool:
    """True for a JSON schema, which some libraries write where others write the arguments."""
    if not isinstance(node, dict) or not isinstance(node.get("properties"), (dict, str)):
        return False
    return "type" in node or "required" in node or len(node) == 1
