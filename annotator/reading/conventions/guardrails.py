"""Guardrails AI's validators: `validator_name` with what the validator found as output."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Evaluation
from annotator.domain.span import Span
from annotator.reading.pieces.evaluations import VERDICTS
from annotator.reading.values.nested import text


class Guardrails:
    """https://github.com/Arize-ai/openinference/tree/main/python/instrumentation/openinference-instrumentation-guardrails"""

    roots = frozenset(("validator_name",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        name, found = text(tree.get("validator_name")), text(span.attributes.get("output.value"))
        if name is None:
            return {}
        return {"kind": "GUARDRAIL", "evaluations": (Evaluation(name, found, passed=VERDICTS.get(found or "")),)}
