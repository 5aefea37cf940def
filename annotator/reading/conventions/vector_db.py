"""Queries of vector databases: OpenLLMetry's events, one a result; Spring AI's `db.vector.query.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Document
from annotator.domain.span import Span
from annotator.reading.pieces.retrieved import document
from annotator.reading.values.nested import entries, fields, number, restored, shown, text
from annotator.reading.values.nesting import nest

RESULTS = {"db.query.result": "query", "db.search.result": "search"}
CONTENT = ("document", "entity")
OWN = ("id", "score", "metadata", "vector", *CONTENT)
"""Fields of a result with a place of their own, and the vector, which nobody reads."""


class VectorDB:
    """https://github.com/traceloop/openllmetry/blob/main/packages/opentelemetry-semantic-conventions-ai"""

    roots = frozenset(("db",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        query = fields(fields(fields(tree.get("db")).get("vector")).get("query"))
        if "content" in query or "response" in query:
            told = entries(fields(query.get("response")).get("documents"))
            documents = tuple(known for item in told if (known := document(item)) is not None)
            return {"kind": "RETRIEVER", "retrieved": True, "documents": documents, "input_text": text(query.get("content"))}
        found = tuple(_document(event.attributes, RESULTS[event.name]) for event in span.events if event.name in RESULTS)
        return {"kind": "RETRIEVER", "retrieved": True, "documents": found} if found else {}


def _document(attributes: Mapping[str, Any], section: str) -> Document:
    node = fields(fields(fields(nest(attributes).get("db")).get(section)).get("result"))
    content = next((words for key in CONTENT if (words := shown(restored(node.get(key))))), "")
    metadata = {key: restored(value) for key, value in fields(node.get("metadata")).items()}
    rest = {key: restored(value) for key, value in node.items() if key not in OWN}
    return Document(content, shown(node.get("id")), number(node.get("score")), {**rest, **metadata})
