"""The fallback for spans of no known convention: whatever stands under `input` and `output`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.values.nested import shown

INPUT = ("input", "inputs", "prompt", "query", "question")
OUTPUT = ("output", "outputs", "response", "completion", "result", "answer")
GIVEN = frozenset((*INPUT, "input_text", "arguments", "args", "payload", "user_input", "user_message", "request_body"))
TOLD = frozenset((*OUTPUT, "output_text", "response_text", "response_body", "final_output"))


class Plain:
    """Top-level attributes with a usual name, as text."""

    roots = frozenset(INPUT + OUTPUT)

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        if span.attributes.keys().isdisjoint(self.roots):  # `input.value` has the root too
            return {}
        return {"input_text": _first(span.attributes, INPUT), "output_text": _first(span.attributes, OUTPUT)}


def named_so(attributes: Mapping[str, Any], known: frozenset[str]) -> dict[str, str]:
    """Input and output of a span that nobody knows: what stands under a key that ends in a usual name, `robot.task.prompt` for instance.

    `known`: first segments that a convention reads; what it leaves out, it leaves out.
    """
    found: dict[str, str] = {}
    for key, value in attributes.items():
        root, _, path = key.partition(".")
        if not path or root in known or not isinstance(value, (str, list, dict)):
            continue
        leaf = path.rpartition(".")[2].lower()
        name = "input_text" if leaf in GIVEN else "output_text" if leaf in TOLD else None
        if name is not None and name not in found and (words := shown(value)):
            found[name] = words
    return found


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := shown(attributes.get(name))) is not None), None)
