"""Tool definitions in their six shapes: OpenAI with and without `function`, Anthropic, Bedrock, a bare name, a JSON string of any."""

from typing import Any

from annotator.domain.message import ToolDefinition
from annotator.reading.nested import dumped, fields, parse, text

SCHEMAS = ("parameters", "input_schema", "inputSchema", "schema", "json_schema")


def definition(node: Any) -> ToolDefinition | None:
    """Name, description and parameter names; None where there is no name (a built-in tool is known by its type)."""
    received = node if isinstance(node, str) else dumped(node)
    inner = parse(node) if isinstance(node, str) else node
    if not isinstance(inner, dict):
        return None
    for wrapper in ("function", "toolSpec"):
        if isinstance(inner.get(wrapper), dict):
            inner = inner[wrapper]
    name = text(inner.get("name")) or text(inner.get("type"))
    if name is None:
        return None
    schema = next((found for key in SCHEMAS if (found := fields(inner.get(key)))), {})
    schema = fields(schema.get("json")) or schema
    properties = fields(schema.get("properties"))
    return ToolDefinition(name, text(inner.get("description")) or "", tuple(properties), received)


def is_schema(node: Any) -> bool:
    """True for a JSON schema, which some libraries write where others write the arguments."""
    if not isinstance(node, dict) or not isinstance(node.get("properties"), dict | str):
        return False
    return "type" in node or "required" in node or len(node) == 1
