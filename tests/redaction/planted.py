"""Traces with a secret planted in every text that they hold."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from annotator.domain.redaction import Pattern
from annotator.domain.span import Span, SpanEvent, Trace

WORD = "hush"
"""What no output may hold."""
PATTERN = Pattern("secret", rf"(?i){WORD}-\d+")


class Planter:
    """`shortest`: characters of a text that gets a secret; `keys`: whether the names of attributes get one too."""

    def __init__(self, shortest: int = 0, keys: bool = False) -> None:
        self.shortest = shortest
        self.keys = keys
        self.planted = 0
        self._numbers = count(1)

    def trace(self, trace: Trace) -> Trace:
        return Trace(trace.trace_id, tuple(self.span(span) for span in trace.spans))

    def span(self, span: Span) -> Span:
        return replace(
            span,
            name=self.text(span.name),
            kind=self.text(span.kind) if not self.shortest else span.kind,
            session_id=span.session_id and self.text(span.session_id),
            status_message=self.text(span.status_message),
            attributes=self.value(span.attributes),
            events=tuple(SpanEvent(self.text(one.name), one.time_ns, self.value(one.attributes)) for one in span.events),
            extra=self.value(span.extra),
        )

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._secret(str(key)) if self.keys else key: self.value(inner) for key, inner in value.items()}
        return [self.value(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def text(self, text: str) -> str:
        """In JSON within its strings, each of them with one letter escaped; in a file's data within the file."""
        if text.startswith("data:text/"):
            return f"{text.partition(',')[0]},{base64.b64encode(self._secret('a file').encode()).decode()}"
        if text[:1] in ("{", "["):
            try:
                return json.dumps(self.value(json.loads(text))).replace(WORD, f"\\u{ord(WORD[0]):04x}{WORD[1:]}")
            except ValueError:
                pass
        return self._secret(text) if len(text) >= self.shortest else text

    def _secret(self, text: str) -> str:
        self.planted += 1
        middle = len(text) // 2
        return f"{text[:middle]} {WORD}-{next(self._numbers)} {text[middle:]}"
