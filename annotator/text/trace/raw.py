"""The raw view of a span: every field, attribute and event as received, key by key, in full."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from annotator.domain.span import Span, SpanEvent, Trace
from annotator.text.block import Block, Syntax
from annotator.text.escape import one_line, visible
from annotator.text.facts import local_time
from annotator.text.markup.bulk import media_in
from annotator.text.markup.readable import LARGEST, parsed

HEADER = ("name", "trace_id", "span_id", "parent_id", "kind", "status_code", "status_message", "start_ns", "end_ns", "session_id")
TIMES = ("start_ns", "end_ns")
NESTED = "   (a string of JSON)"


def raw_blocks(trace: Trace, focus: str) -> list[Block]:
    """A span in full; every span of the trace, earliest first, where `focus` names none.

    A string stands in quotes with nothing escaped but what a terminal would obey or hide; its lines are lines.
    """
    wanted = [(place, span) for place, span in enumerate(trace.spans) if span.span_id == focus] or list(enumerate(trace.spans))
    if not wanted:
        return [Block("raw", "", "span", "SPAN", "this trace has no spans", note=True)]
    return [block for place, span in wanted for block in _span(place, span)]


def holds(span: Span, query: str) -> bool:
    """True where a string or a key of a span's payload has a text, whatever its case: a quick look before its raw view is made."""
    query = query.lower()
    waiting: list[Any] = [span.name, span.status_message, span.attributes, span.extra]
    waiting.extend(part for event in span.events for part in (event.name, event.attributes))
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif query in str(value).lower():
            return True
    return False


def _span(place: int, span: Span) -> Iterator[Block]:
    number = 0

    def block(kind: str, title: str, head: str, value: Any = None, body: str | None = None) -> Block:
        nonlocal number
        number += 1
        note, detail = "", ""
        syntax: Syntax = "json"
        if body is None:
            body, syntax, detail = _value(value)
            note = NESTED if syntax == "json" and isinstance(value, str) else ""
        summary = f"{one_line(head)}  {one_line(body[:400])}"
        media = media_in(value) if isinstance(value, str) else ()
        key = f"{span.span_id}/raw/{place}/{number}"
        return Block(key, span.span_id, kind, title, body, f"{head}{note}", detail, syntax, summary=summary, media=media)

    yield block("span", "SPAN", visible(span.name) or "(no name)", body="\n".join(_header(span)))
    yield from _values(block, "attribute", "ATTRS", span.attributes)
    for event in span.events:
        yield block("event", "EVENT", visible(event.name) or "(no name)", body=_event(event))
        yield from _values(block, "event", "", event.attributes)
    yield from _values(block, "extra", "EXTRA", span.extra)


def _values(block: Any, kind: str, title: str, values: Mapping[str, Any]) -> Iterator[Block]:
    for place, (key, value) in enumerate(values.items()):
        yield block(kind, "" if place else title, visible(key) or '""', value)


def _header(span: Span) -> Iterator[str]:
    for name in HEADER:
        value = getattr(span, name)
        time = local_time(value) if name in TIMES else ""
        yield f"{name}: {_leaf(value)}" + (f"   ({time})" if time else "")
    if not span.attributes:
        yield "attributes: {}"
    if not span.events:
        yield "events: []"


def _event(event: SpanEvent) -> str:
    time = local_time(event.time_ns)
    return f"time_ns: {_leaf(event.time_ns)}" + (f"   ({time})" if time else "") + ("" if event.attributes else "\nattributes: {}")


def _value(value: Any) -> tuple[str, Syntax, str]:
    """The body, its syntax, and the string that the body is the JSON of, where that reads otherwise."""
    if not isinstance(value, str):
        return "\n".join(lines(value)), "json", ""
    received = _leaf(value)
    inside = parsed(value) if len(value) <= LARGEST else None
    if inside is None:
        return received, "text", ""
    body = "\n".join(lines(inside))
    return body, "json", "" if body == received[1:-1] else f"as received: {received}"


def lines(value: Any) -> Iterator[str]:
    """A JSON value indented by two, an item a line; numbers of one list together."""
    opened: list[tuple[Iterator[tuple[str, Any, str]], str]] = [(iter([("", value, "")]), "")]
    while opened:
        items, end = opened[-1]
        depth = len(opened) - 1
        item = next(items, None)
        if item is None:
            opened.pop()
            if end:
                yield "  " * (depth - 1) + end
            continue
        name, inner, after = item
        start = "  " * depth + name
        if isinstance(inner, Mapping) and inner:
            yield f"{start}{{"
            opened.append((_each([f'"{visible(str(key))}": ' for key in inner], inner.values()), f"}}{after}"))
        elif isinstance(inner, (list, tuple)) and any(not isinstance(one, (int, float)) and one is not None for one in inner):
            yield f"{start}["
            opened.append((_each([""] * len(inner), inner), f"]{after}"))
        elif isinstance(inner, (list, tuple)):
            yield f"{start}[{', '.join(map(_leaf, inner))}]{after}"
        else:
            yield f"{start}{'{}' if isinstance(inner, Mapping) else _leaf(inner)}{after}"


def _each(names: list[str], values: Collection[Any]) -> Iterator[tuple[str, Any, str]]:
    """What stands before each value, the value, and the comma after all but the last."""
    last = len(names) - 1
    return ((name, value, "," if place < last else "") for place, (name, value) in enumerate(zip(names, values, strict=True)))


def _leaf(value: Any) -> str:
    """A string in quotes, with nothing in it escaped but what is hidden; anything else as JSON."""
    if isinstance(value, str):
        return f'"{visible(value)}"'
    try:
        return json.dumps(value)
    except (TypeError, ValueError):  # more digits than Python writes, or no JSON
        return hex(value) if isinstance(value, int) else visible(repr(value))
