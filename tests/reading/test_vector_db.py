"""Queries of vector databases."""

from annotator.domain.message import Document
from annotator.reading import read
from tests.reading.spans import event, span


def test_results_are_documents() -> None:
    events = (
        event("db.query.embeddings", {"db.query.embeddings.vector": "[0.1]"}),
        event("db.query.result", {"db.query.result.id": "d1", "db.query.result.score": 0.9, "db.query.result.document": "text"}),
        event("db.query.result", {"db.query.result.id": 2, "db.query.result.distance": 0.3, "db.query.result.metadata": '{"src": "a.md"}'}),
    )
    reading = read(span({"db.system": "chroma"}, "UNKNOWN", *events))
    assert (reading.kind, reading.retrieved) == ("RETRIEVER", True)
    assert reading.documents == (Document("text", "d1", 0.9), Document("", "2", None, {"distance": 0.3, "src": "a.md"}))


def test_other_databases_say_nothing() -> None:
    assert read(span({"db.system": "postgresql", "db.statement": "SELECT 1"})).kind is None
