"""Google's Agent Development Kit: `gcp.vertex.agent.*` beside `gen_ai.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.values.nested import entries, fields, mapping, restored, shown, text

ABSENT = ("N/A", "<not specified>", '{"result": "<not specified>"}', "{}")


class GoogleADK:
    """https://github.com/google/adk-python/blob/main/src/google/adk/telemetry/tracing.py"""

    roots = frozenset(("gcp",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node = fields(fields(fields(tree.get("gcp")).get("vertex")).get("agent"))
        if not node:
            return {}
        request, response = mapping(node.get("llm_request")), mapping(node.get("llm_response"))
        found: dict[str, Any] = {"session_id": text(node.get("session_id"))}
        if request or response:
            found["kind"] = "LLM"
            found["model"] = text(request.get("model"))
            found["input_messages"], found["output_messages"] = payload.request(request), payload.response(response)
            found["tools"] = payload.tools(request)
            config = request.get("config")
            if isinstance(config, dict):
                kept = {key: value for key, value in config.items() if key not in ("system_instruction", "tools")}
                found["invocation_parameters"] = shown(kept) if kept else None
        elif "tool_call_args" in node or "tool_response" in node:
            found["kind"] = "TOOL"
            found["tool_arguments"] = found["input_text"] = _told(node.get("tool_call_args"))
            found["output_text"] = _told(node.get("tool_response"))
        else:
            found["input_messages"] = payload.request([restored(item) for item in entries(node.get("data"))])
        return found


def _told(value: Any) -> str | None:
    words = shown(restored(value))
    return None if words in ABSENT else words
