"""Documents in the shapes of the frameworks' own objects: LangChain, LlamaIndex, Haystack, vector stores, plain strings."""

from dataclasses import replace
from typing import Any

from annotator.domain.message import Document
from annotator.reading.nested import fields, number, shown, text

LISTS = ("documents", "output", "outputs", "result", "results", "docs", "nodes", "source_nodes", "matches", "chunks", "hits", "context")
"""Keys under which a retriever or a reranker keeps its list."""
CONTENT = ("page_content", "pageContent", "content", "text", "document", "chunk", "body", "snippet")
IDS = ("id", "document_id", "doc_id", "id_", "node_id", "uuid")
SCORES = ("score", "relevance_score", "relevanceScore", "similarity", "similarity_score")
METADATA = ("metadata", "meta", "extra_info", "payload")


def documents(value: Any) -> tuple[Document, ...]:
    """The documents in a list, or in an object that holds one; empty where there is no such list."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[key] for key in LISTS if isinstance(value.get(key), list | dict)), None)
    if not isinstance(value, list):
        return ()
    if len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return tuple(found for item in value if (found := document(item)) is not None)


def document(item: Any) -> Document | None:
    """One document; None for what holds no text."""
    if isinstance(item, str):
        return Document(item) if item else None
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], dict | str) and number(item[1]) is not None:
        scored = document(item[0])  # LangChain's pairs of a document and its score
        return replace(scored, score=number(item[1])) if scored else None
    if not isinstance(item, dict):
        return None
    node = item["kwargs"] if item.get("type") == "constructor" and isinstance(item.get("kwargs"), dict) else item
    inner = node.get("node") or node.get("document")
    inner = inner if isinstance(inner, dict) else node
    metadata = next((values for key in METADATA if (values := fields(inner.get(key)) or fields(node.get(key)))), {})
    content = next((found for key in CONTENT if (found := _words(inner.get(key)))), None)
    content = content or next((found for key in CONTENT if (found := text(metadata.get(key)))), None)
    if content is None:
        return None
    known = next((found for where in (inner, node, metadata) for key in IDS if (found := _id(where.get(key)))), None)
    scores = (number(where.get(key)) for where in (node, inner, metadata) for key in SCORES)
    return Document(content, known, next((score for score in scores if score is not None), None), metadata)


def _words(value: Any) -> str | None:
    return text(fields(value).get("text")) if isinstance(value, dict) else text(value)


def _id(value: Any) -> str | None:
    return shown(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
