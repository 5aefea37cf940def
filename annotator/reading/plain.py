"""The fallback for spans of no known convention: whatever stands under `input` and `output`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.nested import shown

INPUT = ("input", "inputs", "prompt", "query", "question")
OUTPUT = ("output", "outputs", "response", "completion", "result", "answer")


class Plain:
    """Top-level attributes with a usual name, as text."""

    roots = frozenset(INPUT + OUTPUT)

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        if span.attributes.keys().isdisjoint(self.roots):  # `input.value` has the root too
            return {}
        return {"input_text": _first(span.attributes, INPUT), "output_text": _first(span.attributes, OUTPUT)}


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := shown(attributes.get(name))) is not None), None)
