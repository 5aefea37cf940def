"""Documents in the shapes of the frameworks' own objects: LangChain, LlamaIndex, Haystack, vector stores, plain strings."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Document
from annotator.reading.values.nested import fields, number, shown

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
        value = next((value[key] for key in LISTS if isinstance(value.get(key), (list, dict))), None)
    if not isinstance(value, list):
        return ()
    if len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return tuple(found for item in value if (found := document(item)) is not None)


def document(item: Any) -> Document | None:
    """One document; None for what holds no text."""
    if isinstance(item, str):
        return Document(item) if item else None
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], (dict, str)) and number(item[1]) is not None:
        scored = document(item[0])  # LangChain's pairs of a document and its score
        return scored._replace(score=number(item[1])) if scored else None
    if not isinstance(item, dict):
        return None
    node = item["kwargs"] if item.get("type") == "constructor" and isinstance(item.get("kwargs"), dict) else item
    inner = node.get("node") or node.get("document")
    inner = inner if isinstance(inner, dict) else node
    described = inner if (held := _held(inner, METADATA)) is not None else node
    held = held or _held(node, METADATA)
    metadata = fields(described[held]) if held is not None else {}
    for where in (inner, metadata):
        key = _held(where, CONTENT)
        content = None if key is None else where[key]
        content = fields(content).get("text") if isinstance(content, dict) else content
        if isinstance(content, str) and content:
            break
    else:
        return None
    known = next((_id(where[key]) for where in (inner, node, metadata) if (key := _held(where, IDS)) is not None), None)
    score = next((number(where[key]) for where in (node, inner, metadata) if (key := _held(where, SCORES)) is not None), None)
    return Document(content, known, score, metadata)


def _held(node: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these names under which something stands."""
    for name in names:
        if name in node and node[name] not in (None, ""):
            return name
    return None


def _id(value: Any) -> str | None:
    return shown(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
