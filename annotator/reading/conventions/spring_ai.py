"""Spring AI: tool calls and conversations that its observations name in their own way, beside `gen_ai.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.pieces.exchange import decoded
from annotator.reading.values.nested import fields, restored, shown, text


class SpringAI:
    """https://docs.spring.io/spring-ai/reference/observability/index.html"""

    roots = frozenset(("spring",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node = fields(fields(tree.get("spring")).get("ai"))
        client = fields(fields(node.get("chat")).get("client"))
        found: dict[str, Any] = {"session_id": text(fields(client.get("conversation")).get("id"))}
        if tool := fields(node.get("tool")):
            called = fields(tool.get("call"))
            found["kind"] = "TOOL"
            found["tool_name"], found["call_id"] = text(fields(tool.get("definition")).get("name")), text(called.get("id"))
            found["tool_arguments"] = found["input_text"] = shown(restored(called.get("arguments")))
            found["output_text"] = shown(decoded(called.get("result")))
        return found
