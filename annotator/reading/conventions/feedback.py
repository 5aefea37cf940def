"""OpenInference's annotations and evaluations: results that travel on a span, about it, its trace or its session."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.message import Evaluation
from annotator.domain.span import Span
from annotator.reading.values.nested import entries, fields, number, text

FORMS = {"annotations": "annotation", "evaluations": "evaluation"}
TARGETS = ("trace", "session")


class Feedback:
    """https://github.com/Arize-ai/openinference/blob/main/spec/annotations.md"""

    roots = frozenset((*FORMS, *TARGETS))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        about: list[tuple[Mapping[str, Any], str]] = [(tree, "")] if not FORMS.keys().isdisjoint(tree) else []
        for target in TARGETS:
            if target in tree and not FORMS.keys().isdisjoint(node := fields(tree[target])):
                about.append((node, target))
        found = [result for node, target in about for result in _results(node, target)]
        return {"evaluations": tuple(dict.fromkeys(found))} if found else {}


def _results(node: Mapping[str, Any], target: str) -> Iterator[Evaluation]:
    for form, single in FORMS.items():
        for item in entries(node.get(form)):
            result = fields(fields(item).get(single, item))
            score, label, words = number(result.get("score")), text(result.get("label")), text(result.get("explanation")) or ""
            if score is not None or label or words:
                yield Evaluation(
                    text(result.get("name")) or "", label, score, words, judge=text(result.get("annotator_kind")) or "", target=target
                )
