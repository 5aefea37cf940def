"""The values of a span under the paths that evidence names them by."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.span import Span


def values_of(span: Span) -> Iterator[tuple[str, str]]:
    """Path and text of everything that was recorded: attributes first. What is no text is its JSON."""
    yield from _leaves("", span.attributes)
    for place, event in enumerate(span.events):
        yield f"events.{place}.name", event.name
        yield from _leaves(f"events.{place}.attributes", event.attributes)
    yield "status_message", span.status_message
    yield "name", span.name


def value_at(span: Span, path: str) -> str | None:
    """The text under a path; None where there is none."""
    whole = span.attributes.get(path)
    return whole if isinstance(whole, str) else next((text for name, text in values_of(span) if name == path), None)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, Any]] = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, (Mapping, list, tuple)):
            inner = value.items() if isinstance(value, Mapping) else enumerate(value)
            waiting.extend(reversed([(f"{path}.{key}" if path else str(key), one) for key, one in inner]))
        elif isinstance(value, str):
            yield path, value
        else:
            yield path, _written(value)


def _written(value: Any) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError):  # more digits than Python writes, or no JSON
        return ""
