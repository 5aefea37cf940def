"""Redaction of traces: every text that a pattern is found in, with marks in place of what was found.

The patterns run in the `regex` package, which lets go of the interpreter while it searches and stops when its time is over: Python's own
`re` does neither, and one unlucky pattern would hold the screen for good.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import regex

from annotator.domain.redaction import Pattern, Redactor, mark
from annotator.domain.span import Span, SpanEvent, Trace

SECONDS, SECONDS_A_CHARACTER = 0.5, 2e-6
"""What a pattern has for one text, at least, and for each of its characters: ten times what a harmless one takes."""
STRIKES = 3
"""Texts of one trace over whose time a pattern ran: after so many the others are hidden without a try."""
DEEPEST = 4
"""How often a text is unescaped: JSON in JSON in JSON."""
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U000([0-9a-fA-F]{5})|(.))", re.DOTALL)
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
NUMBERS, MORE_DIGITS = 1e6, 1e40
"""Numbers that may be somebody's: a card, a phone."""


class Found(NamedTuple):
    """A stretch of a text that is to be hidden."""

    start: int
    end: int
    name: str


class Redaction(Redactor):
    """The patterns of a person's config, ready to run. Any thread may use it."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = [(pattern.name, regex.compile(pattern.expression)) for pattern in patterns]
        named = json.dumps([[pattern.name, pattern.expression] for pattern in patterns])
        self.fingerprint = hashlib.blake2b(named.encode(), digest_size=8).hexdigest()

    def text(self, text: str) -> str:
        return _Look(self.patterns).text(text)

    def texts(self, texts: Collection[str]) -> dict[str, str]:
        look = _Look(self.patterns)
        return {text: look.text(text) for text in texts}

    def trace(self, trace: Trace) -> Trace:
        look = _Look(self.patterns)
        return Trace(trace.trace_id, tuple(look.span(span) for span in trace.spans))


class _Look:
    """One look through a trace."""

    def __init__(self, patterns: Sequence[tuple[str, Any]]) -> None:
        self.patterns = patterns
        self.known: dict[str, str] = {}
        """Spans of a trace repeat each other's texts."""
        self.strikes = 0
        self.late = ""
        """The pattern that took too long."""

    def span(self, span: Span) -> Span:
        return replace(
            span,
            name=self.text(span.name),
            kind=self.text(span.kind),
            session_id=None if span.session_id is None else self.text(span.session_id),
            status_message=self.text(span.status_message),
            attributes=self.value(span.attributes),
            events=tuple(SpanEvent(self.text(event.name), event.time_ns, self.value(event.attributes)) for event in span.events),
            extra=self.value(span.extra),
        )

    def value(self, value: Any) -> Any:
        """A JSON value; a number that a pattern fits becomes a text, and what is nested too deeply to be looked through is hidden."""
        try:
            return self._value(value)
        except RecursionError:
            return mark("hidden: nested too deeply")

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            found: dict[str, Any] = {}
            for key, inner in value.items():
                found[_free(self.text(str(key)), found)] = self.value(inner)
            return found
        if isinstance(value, (list, tuple)):
            return [self.value(inner) for inner in value]
        if isinstance(value, (int, float)) and NUMBERS <= abs(value) < MORE_DIGITS:
            written = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
            return value if (shown := self.plain(written)) == written else shown
        return value

    def text(self, text: str) -> str:
        """A text, or the JSON in it: its strings one by one, then what reaches over several of them."""
        if (known := self.known.get(text)) is not None:
            return known
        shown = text
        if text.lstrip()[:1] in ("{", "[", '"'):
            try:
                value = json.loads(text)
                if (redacted := self.value(value)) != value:
                    shown = json.dumps(redacted, ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        self.known[text] = shown = self.plain(shown)
        return shown

    def plain(self, text: str) -> str:
        """A text as it stands, with what its escapes mean."""
        if self.strikes >= STRIKES:
            return _hidden(self.late)
        try:
            found = sorted(self._everything(text)) if text else []
        except TimeoutError:
            self.strikes += 1
            return _hidden(self.late)
        if not found:
            return text
        pieces, at = [], 0
        for start, end, name in _joined(found):
            pieces += [text[at:start], mark(name)]
            at = end
        return "".join([*pieces, text[at:]])

    def _everything(self, text: str) -> Iterator[Found]:
        """What every pattern finds in the text, and in what it says once it is unescaped; the places are those of the text."""
        places: list[_Unescaped] = []
        for _ in range(DEEPEST):
            for start, end, name in self._found(text):
                for inner in reversed(places):
                    start, end = inner.place(start), inner.place(end)
                yield Found(start, end, name)
            if "\\" not in text:
                return
            places.append(_Unescaped(text))
            text = places[-1].text

    def _found(self, text: str) -> Iterator[Found]:
        for name, pattern in self.patterns:
            self.late = name
            for match in pattern.finditer(text, timeout=SECONDS + SECONDS_A_CHARACTER * len(text), concurrent=True):
                if match.end() > match.start():
                    yield Found(match.start(), match.end(), name)


class _Unescaped:
    """What a text says once its backslashes are read, and where each of its characters came from."""

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self.starts, self.froms = [0], [0]
        size = at = 0
        for escape in ESCAPE.finditer(text):
            pieces += [text[at : escape.start()], _meant(escape)]
            size += escape.start() - at
            at = escape.end()
            self.starts += [size, size + 1]
            self.froms += [escape.start(), at]
            size += 1
        self.text = "".join([*pieces, text[at:]])

    def place(self, at: int) -> int:
        """Where a character stands in the escaped text; its escape is whole."""
        piece = bisect_right(self.starts, at) - 1
        return self.froms[piece] + (at - self.starts[piece])


def _meant(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    return chr(int(code, 16)) if code else CONTROLS.get(escape[4], escape[4])


def _joined(found: Sequence[Found]) -> Iterator[Found]:
    """Stretches that overlap as one, under the name of the first."""
    start, end, name = found[0]
    for one in found[1:]:
        if one.start < end:
            end = max(end, one.end)
        else:
            yield Found(start, end, name)
            start, end, name = one
    yield Found(start, end, name)


def _free(key: str, taken: Mapping[str, Any]) -> str:
    """Two keys that read alike once they are redacted stay two."""
    return key if key not in taken else next(one for number in range(2, len(taken) + 3) if (one := f"{key} {number}") not in taken)


def _hidden(name: str) -> str:
    """All of a text that could not be looked through."""
    return mark(f"hidden: looking for {name} took too long")
