"""Genkit: `genkit:input` and `genkit:output` as JSON, beside what was run."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.pieces.exchange import exchange
from annotator.reading.values.nested import text

KINDS = {
    "model": "LLM",
    "tool": "TOOL",
    "tool.v2": "TOOL",
    "flow": "CHAIN",
    "retriever": "RETRIEVER",
    "reranker": "RERANKER",
    "embedder": "EMBEDDING",
    "evaluator": "EVALUATOR",
    "prompt": "PROMPT",
    "executable-prompt": "PROMPT",
}
"""`genkit:metadata:subtype`."""


class Genkit:
    """https://genkit.dev/docs/observability/getting-started"""

    roots = frozenset(("genkit:input", "genkit:output"))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        named = text(tree.get("genkit:metadata:subtype")) or text(tree.get("genkit:type")) or ""
        kind = KINDS.get(named, "CHAIN")
        found = exchange(kind, tree.get("genkit:input"), tree.get("genkit:output"))
        found["kind"] = kind
        found["session_id"] = text(tree.get("genkit:sessionId"))
        if kind == "TOOL":
            found["tool_name"] = text(tree.get("genkit:name"))
        elif kind == "LLM":
            found["model"] = found.get("model") or text(tree.get("genkit:name"))
        return found
