"""Queries of vector databases as OpenLLMetry records them: one event a result, `db.query.result` or `db.search.result`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Document
from annotator.domain.span import Span
from annotator.reading.nested import fields, nest, number, restored, shown

RESULTS = {"db.query.result": "query", "db.search.result": "search"}
CONTENT = ("document", "entity")
OWN = ("id", "score", "metadata", "vector", *CONTENT)
"""Fields of a result with a place of their own, and the vector, which nobody reads."""


class VectorDB:
    """https://github.com/traceloop/openllmetry/blob/main/packages/opentelemetry-semantic-conventions-ai"""

    roots = frozenset(("db",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        found = tuple(_document(event.attributes, RESULTS[event.name]) for event in span.events if event.name in RESULTS)
        return {"kind": "RETRIEVER", "retrieved": True, "documents": found} if found else {}


def _document(attributes: Mapping[str, Any], section: str) -> Document:
    node = fields(fields(fields(nest(attributes).get("db")).get(section)).get("result"))
    content = next((words for key in CONTENT if (words := shown(restored(node.get(key))))), "")
    metadata = {key: restored(value) for key, value in fields(node.get("metadata")).items()}
    rest = {key: restored(value) for key, value in node.items() if key not in OWN}
    return Document(content, shown(node.get("id")), number(node.get("score")), {**rest, **metadata})
