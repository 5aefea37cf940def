"""Rows of a table (CSV, Parquet, generic JSON Lines) as spans: mapped columns as attributes of OpenInference, the others as metadata."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.sources.files.chat import conversation, dumped, is_messages, merged, parsed
from annotator.sources.files.columns import METADATA, roles_of
from annotator.sources.files.content_ids import ContentIds
from annotator.sources.files.values import any_nano, first, parent_id, span_or_trace_id, status_code, text

_CONTENT = ("document.content", "content", "page_content", "text", "document", "chunk", "passage", "body")
_DOCUMENT_ID = ("document.id", "id", "document_id", "doc_id", "chunk_id")
_SCORE = ("document.score", "score", "similarity", "relevance_score", "distance")
_LONGEST_REPR = 1 << 20
EMPTY: tuple[Any, ...] = (None, "", [], {})


class Rows:
    """`said`: role to column, as a person gave them; the other roles are guessed for each set of columns."""

    def __init__(self, ids: ContentIds, said: Mapping[str, str]) -> None:
        self._ids = ids
        self._said = said
        self._roles: dict[tuple[str, ...], dict[str, str]] = {}

    def named(self, record: Mapping[str, Any]) -> bool:
        """True where a person named a column of the record."""
        return any(column in record for column in self._said.values())

    def recognises(self, record: Mapping[str, Any]) -> bool:
        """True where there is an input or an output."""
        roles = self._of(record)
        return "input" in roles or "output" in roles

    def spans(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        roles = self._of(record)
        if "input" not in roles and "output" not in roles:
            yield "a row without an input and without an output"
            return
        cells = {role: record[column] for role, column in roles.items() if record[column] not in EMPTY}
        trace_id, span_id = self._identified(record, cells)
        attributes = _attributes(cells)
        if metadata := _metadata(record, roles):
            attributes["metadata"] = metadata
        start = any_nano(cells.get("start"))
        session = cells.get("session")
        talks = any(key in attributes for key in ("llm.model_name", "llm.input_messages", "input.mime_type"))
        yield Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_id=parent_id(cells.get("parent")),
            name=text(cells.get("name")) or "row",
            kind=text(cells.get("kind")).upper() or ("LLM" if talks else "CHAIN"),
            status_code=status_code(cells.get("status")),
            start_ns=start,
            # One time is when it was recorded: such a row did not stay open.
            end_ns=any_nano(cells.get("end")) or (None if "end" in roles else start),
            session_id=text(session) or None,
            attributes=attributes,
            extra={"columns": {role: column for role, column in roles.items() if role in cells}} | _unread(cells),
        )

    def _of(self, record: Mapping[str, Any]) -> dict[str, str]:
        columns = tuple(record)
        if columns not in self._roles:
            self._roles[columns] = roles_of(columns, self._said)
        return self._roles[columns]

    def _identified(self, record: Mapping[str, Any], cells: Mapping[str, Any]) -> tuple[str, str]:
        """Ids as given; those that come again are numbered, so that no row takes another's place."""
        given = span_or_trace_id(_whole(cells.get("span"))) or span_or_trace_id(_whole(cells.get("id")))
        trace_id = span_or_trace_id(_whole(cells.get("trace")))
        if not given:
            made_trace, made = self._ids.of(record)
            return trace_id or made_trace, made
        count = self._ids.distinct(trace_id or given, given)
        span_id = f"{given}#{count + 1}" if count else given
        return trace_id or span_id, span_id


def _whole(value: Any) -> Any:
    """Parquet makes floats of integers where a cell is empty."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _attributes(cells: Mapping[str, Any]) -> dict[str, Any]:
    asked = parsed(cells.get("input"))
    system = cells.get("system")
    attributes: dict[str, Any] = {}
    if is_messages(asked):
        before = [{"role": "system", "content": system}] if system else []
        if "output" in cells:
            attributes = {"input.value": dumped({"messages": [*before, *asked]}), "input.mime_type": "application/json"}
        else:
            attributes = conversation([*before, *asked], {})
    elif "input" in cells:
        attributes["input.value"] = dumped(cells["input"])
        if isinstance(asked, dict | list):
            attributes["input.mime_type"] = "application/json"
    if system and not is_messages(asked):
        said = [("system", system), *([("user", dumped(cells["input"]))] if "input" in cells else [])]
        attributes["llm.input_messages"] = [{"message.role": role, "message.content": dumped(words)} for role, words in said]
    if "output" in cells:
        attributes["output.value"] = dumped(cells["output"])
        if isinstance(parsed(cells["output"]), dict | list):
            attributes["output.mime_type"] = "application/json"
    if "context" in cells:
        attributes["retrieval.documents"] = documents(cells["context"])
    named = (("model", "llm.model_name"), ("session", "session.id"), ("user", "user.id"), ("kind", "openinference.span.kind"))
    return attributes | {key: text(cells[role]) for role, key in named if role in cells}


def documents(cell: Any) -> list[dict[str, Any]]:
    """Documents from a list, JSON or a Python repr of one, or one text."""
    value = listed(cell)
    if isinstance(value, dict):
        inner = first(value, "documents", "contexts", "context", "results")
        value = inner if isinstance(inner, list) else [value]
    return [_document(item) for item in (value if isinstance(value, list) else [value])]


def listed(cell: Any) -> Any:
    """The list or the object in a cell, also where a table's library wrote it as Python does."""
    value = parsed(cell)
    if isinstance(value, str) and value[:1] in ("[", "{") and value[-1:] in ("]", "}") and len(value) < _LONGEST_REPR:
        try:
            return ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return value
    return value


def _document(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"document.content": dumped(item)}
    content, identifier, score = first(item, *_CONTENT), first(item, *_DOCUMENT_ID), first(item, *_SCORE)
    inner = first(item, "document.metadata", "metadata")
    used = [next(key for key in keys if item.get(key) is not None) for keys, value in
            ((_CONTENT, content), (_DOCUMENT_ID, identifier), (_SCORE, score)) if value is not None]  # fmt: skip
    if isinstance(content, dict):  # {"document": {…}, "score": …}
        return _document({**content, **{key: value for key, value in item.items() if value is not content}})
    rest = {key: value for key, value in item.items() if key not in used and value is not inner and value is not None}
    metadata = merged(rest, "metadata", inner) if isinstance(inner, dict) else rest | ({"metadata": inner} if inner is not None else {})
    made = {
        "document.content": dumped(item if content is None else content),
        "document.id": identifier,
        "document.score": score,
        "document.metadata": metadata or None,
    }
    return {key: value for key, value in made.items() if value is not None}


def _metadata(record: Mapping[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    """What a person named so, an object in a column of that name, and every column that is nothing else."""
    named = {role.removeprefix(METADATA): record[column] for role, column in roles.items() if role.startswith(METADATA)}
    found: dict[str, Any] = {}
    used = set(roles.values())
    for column, value in record.items():
        if column in used or value in EMPTY:
            continue
        found[column] = value
    if isinstance(inner := parsed(found.get("metadata")), dict):
        found = merged({column: value for column, value in found.items() if column != "metadata"}, "metadata", inner)
    return found | {name: value for name, value in named.items() if value not in EMPTY}


def _unread(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Ids, times and states as received, where they could not be understood."""
    unread = {role: cells[role] for role in ("start", "end") if role in cells and any_nano(cells[role]) is None}
    named = {role: cells[role] for role in ("id", "trace", "span", "parent") if role in cells}
    unread |= {role: value for role, value in named.items() if not span_or_trace_id(_whole(value))}
    if "id" in cells and "span" in cells:
        unread["id"] = cells["id"]
    if "status" in cells and status_code(cells["status"]) == "UNSET":
        unread["status"] = cells["status"]
    return unread
