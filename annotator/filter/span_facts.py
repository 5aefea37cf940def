"""What a span says, as values that can be compared. None: not known while the payload is not here; (): the span does not have it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.domain.filter import FieldName
from annotator.domain.message import Message, Reading
from annotator.domain.span import SpanHeader, session_of
from annotator.filter.facts import Focus, ItemFacts

Values = Sequence[Any] | None
MISSING = object()


def values_of(field: FieldName, facts: ItemFacts, focus: Focus) -> Values:
    if field == "state":
        return (facts.item.state.value,)
    span = focus.span or facts.own()
    if span is None:
        return ()
    if field == "tokens":
        return _tokens(facts, span)
    if field == "session":
        return _session(facts, span)
    if field == "user":
        return _user(facts, span)
    if field in ("model", "text"):
        reading = facts.reading(span)
        if reading is None:
            return None
        return tuple(_texts(reading, focus)) if field == "text" else _one(reading.model)
    return _one(HEADER[field](span))


HEADER = {
    "status": lambda span: span.status_code,
    "kind": lambda span: span.kind,
    "name": lambda span: span.name,
    "latency": lambda span: span.duration_ns,
    "start": lambda span: span.start_ns,
}
"""Fields that need no payload."""


def attribute_of(facts: ItemFacts, focus: Focus, key: str) -> Values:
    """Its value; of a list its elements; of what has only parts with dotted keys a mapping of them."""
    header = focus.span or facts.own()
    whole = facts.span(header) if header else None
    if whole is None:
        return None if header else ()
    found = _at(whole.attributes, key)
    if found is MISSING:
        below = {name: value for name, value in whole.attributes.items() if name.startswith(f"{key}.")}
        return (below,) if below else ()
    return found if isinstance(found, list) else _one(found)


def _one(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _at(node: Any, key: str) -> Any:
    """By the whole key, else through the longest beginning of it that is there."""
    if isinstance(node, str) and node[:1] in ("{", "["):
        try:
            node = json.loads(node)
        except (ValueError, RecursionError):
            return MISSING
    if isinstance(node, list):
        first, _, rest = key.partition(".")
        if not first.isascii() or not first.isdecimal() or int(first) >= len(node):
            return MISSING
        return _at(node[int(first)], rest) if rest else node[int(first)]
    if not isinstance(node, Mapping):
        return MISSING
    if key in node:
        return node[key]
    end = key.rfind(".")
    while end > 0:
        if key[:end] in node and (found := _at(node[key[:end]], key[end + 1 :])) is not MISSING:
            return found
        end = key.rfind(".", 0, end)
    return MISSING


def _session(facts: ItemFacts, span: SpanHeader) -> Values:
    """Headers bring it, or payloads do."""
    spans = (span, *facts.spans())
    named = next((one.session_id for one in spans if one.session_id), None)
    if named:
        return (named,)
    for one in spans:
        whole = facts.span(one)
        if whole is None:
            return None
        if session := session_of(whole.attributes):
            return (session,)
    return ()


def _user(facts: ItemFacts, span: SpanHeader) -> Values:
    for one in (span, *facts.spans()):
        reading = facts.reading(one)
        if reading is None:
            return None
        if reading.user_id:
            return (reading.user_id,)
    return ()


def _tokens(facts: ItemFacts, top: SpanHeader) -> Values:
    """The span's own, else the sum over the nearest spans below that recorded some."""
    children: dict[str | None, list[SpanHeader]] = {}
    for span in facts.spans():
        children.setdefault(span.parent_id, []).append(span)
    found, waiting, seen = [], [top], set()
    while waiting:
        span = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        reading = facts.reading(span)
        if reading is None:
            return None
        spent = _spent(reading)
        if spent is None:
            waiting += children.get(span.span_id, ())
        else:
            found.append(spent)
    return (sum(found),) if found else ()


def _spent(reading: Reading) -> int | None:
    if reading.total_tokens is not None:
        return reading.total_tokens
    both = [count for count in (reading.prompt_tokens, reading.completion_tokens) if count is not None]
    return sum(both) if both else None


def _texts(reading: Reading, focus: Focus) -> Iterator[str]:
    if focus.target.kind == "document":
        position = focus.target.position or 0
        yield from (document.content for document in reading.documents[position : position + 1])
        return
    yield from (text for text in (reading.input_text, reading.output_text, reading.tool_arguments) if text)
    for message in (*reading.input_messages, *reading.output_messages):
        yield from _said(message)
    yield from (document.content for document in reading.documents)
    yield from reading.embedded


def _said(message: Message) -> Iterator[str]:
    yield from (part.text for part in message.parts if part.text)
    for call in message.tool_calls:
        yield call.name
        yield call.arguments
