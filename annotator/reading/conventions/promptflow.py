"""Prompt flow: `span_type`, and what went in and came out as events `promptflow.function.*` with a JSON payload."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.pieces.exchange import exchange
from annotator.reading.values.nested import text

KINDS = {"LLM": "LLM", "Embedding": "EMBEDDING", "Retrieval": "RETRIEVER", "Tool": "TOOL", "Function": "CHAIN", "Flow": "CHAIN"}
INPUTS, OUTPUT = "promptflow.function.inputs", "promptflow.function.output"


class Promptflow:
    """https://microsoft.github.io/promptflow/reference/trace-span-spec-reference.html"""

    roots = frozenset(("promptflow", "span_type"))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        events = {event.name: event.attributes.get("payload") for event in span.events}
        kind = KINDS.get(text(span.attributes.get("span_type")) or "", "CHAIN")
        found = exchange(kind, events.get(INPUTS), events.get(OUTPUT))
        found["kind"] = kind
        return found
