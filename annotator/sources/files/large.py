"""A JSON document that is too large to hold: its spans in pieces, each with what stands around it.

Only lists that are known to hold spans, records or pages of them are taken apart; everything else is one value, whatever its size.
What a list's spans belong to (a resource, a scope) stands before the list in every exporter's order, and in that of the alphabet;
one that comes after it is named as a part that could not be read.
"""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from annotator.sources.files.framing import DECODER, CutOff, Record, is_cut_off

FITS = 4_000_000
"""Characters of a value that is read in one piece."""
BLOCK = 1 << 20
"""Bytes that are read at a time, at least."""
AT_ONCE = 100
"""Elements of a list in one piece."""
OUTER = {
    "resourceSpans": "resourceSpans", "resource_spans": "resourceSpans", "resourceLogs": "resourceLogs", "resource_logs": "resourceLogs",
    "scopeSpans": "scopeSpans", "scope_spans": "scopeSpans", "instrumentationLibrarySpans": "scopeSpans",
    "instrumentation_library_spans": "scopeSpans", "scopeLogs": "scopeLogs", "scope_logs": "scopeLogs",
}  # fmt: skip
"""Lists of objects that hold lists, and how the framing calls them when it names a place."""
INNER = {"spans": "spans", "logRecords": "logRecords", "log_records": "logRecords", "data": "data", "runs": "runs", "traces": "traces"}
AROUND = ("resource", "scope", "instrumentationLibrary")
_SPACE = " \t\r\n"
Wrap = Callable[[dict[str, Any]], Any]


class Window:
    """The text of a stream from `at` on, of which as much is held as one value needs."""

    def __init__(self, stream: BinaryIO, line: int) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._column = 0
        self.read = 0
        """Bytes taken in."""
        self.raw: list[bytes] | None = []
        """What was taken in, until `forget`."""
        self.text = ""
        self.at = 0
        self.line = line
        self.ended = False

    def forget(self) -> None:
        """Nobody will ask for the document's bytes again."""
        self.raw = None

    def rest(self) -> bytes:
        """What was taken in and not read."""
        return self.text[self.at :].encode() + self._decoder.getstate()[0]

    def ends_line(self) -> bool:
        """True where nothing more stands on this line."""
        while True:
            rest = self.text[self.at :].lstrip(" \t\r")
            if rest or self.ended:
                return rest[:1] in ("", "\n")
            self.more()

    def more(self) -> None:
        """Drop what was read, and hold about twice as much of the rest."""
        done = self.text[: self.at]
        self.line += done.count("\n")
        self._column = len(done) - done.rfind("\n") - 1 if "\n" in done else self._column + len(done)
        self.text, self.at = self.text[self.at :], 0
        self.take_in(self._stream.read(max(BLOCK, len(self.text))))

    def take_in(self, data: bytes) -> None:
        """More bytes of the stream; none at its end."""
        held = len(self._decoder.getstate()[0])
        try:
            # A character that the end cuts apart is left out: what follows it is missing too.
            self.text += self._decoder.decode(data)
        except UnicodeDecodeError as error:
            place = self.read - held + error.start + 1
            raise ValueError(f"not UTF-8: byte {place} of the document is {error.object[error.start]:#04x}") from error
        self.read += len(data)
        self.ended = not data
        if self.raw is not None:
            self.raw.append(data)

    def peek(self) -> str:
        """The next character that is no space; '' at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.more()

    def take(self, *wanted: str) -> str:
        """The next character, which is one of these."""
        found = self.peek()
        if not found:
            raise CutOff
        if found not in wanted:
            self._fail(f"Expecting {' or '.join(map(repr, wanted))}", self.at)
        self.at += 1
        return found

    def fits(self) -> bool:
        """True where the value that comes is held, or can be."""
        if self.peek() not in ("{", "["):
            return True
        while len(self.text) - self.at < FITS and not self.ended:
            self.more()
        try:
            DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            return self.ended and not is_cut_off(self.text, error)
        except RecursionError:
            return self.ended
        return True

    def value(self) -> Any:
        """The value that comes, however large."""
        self.peek()
        while True:
            try:
                found, stop = DECODER.raw_decode(self.text, self.at)
                if stop < len(self.text) or self.ended:
                    self.at = stop
                    return found
            except json.JSONDecodeError as error:
                cut_off = error.msg.startswith("Unterminated") or error.pos > len(self.text) - 12
                if self.ended and is_cut_off(self.text, error):
                    raise CutOff from error
                if self.ended or not cut_off:
                    self._fail(error.msg, error.pos)
            self.more()

    def line_at(self, at: int) -> int:
        return self.line + self.text.count("\n", 0, at)

    @property
    def last_line(self) -> int:
        """Of what is held: the last one that says something."""
        return self.line_at(len(self.text.rstrip(_SPACE)))

    def _fail(self, what: str, at: int) -> None:
        before = self.text[:at]
        column = len(before) - before.rfind("\n") if "\n" in before else self._column + at + 1
        raise ValueError(f"not JSON: {what} at column {column} of line {self.line_at(at)}")


def pieces(window: Window) -> Iterator[Record]:
    """The document that comes, in pieces as far as it is too large. ValueError says where it is broken."""
    window.peek()
    line = window.line_at(window.at)
    if window.fits():
        yield Record(line, None, window.value())
    elif window.peek() == "[":
        yield from _list(window, "", lambda elements: elements[""], {})
    else:
        yield from _object(window, lambda whole: whole, {}, line)


def _object(window: Window, wrap: Wrap, first: Mapping[str, int], line: int) -> Iterator[Record]:
    known: dict[str, Any] = {}
    apart = False
    window.take("{")
    end = window.take("}") if window.peek() == "}" else ","
    while end == ",":
        if window.peek() != '"':
            window.take('"')
        key = window.value()
        window.take(":")
        if key in (OUTER | INNER) and window.peek() == "[":
            apart = True
            yield from _list(window, key, lambda elements: wrap({**known, **elements}), first)
        else:
            known[key] = window.value()
            if apart and key in AROUND and known[key]:
                late = f"the {key} of spans comes after them, in a document too large to hold: {json.dumps(known[key])[:200]}"
                yield Record(window.line_at(window.at), None, reason=late)
        end = window.take(",", "}")
    if not apart:
        yield Record(line, None, wrap(known), first=first)


def _list(window: Window, key: str, wrap: Wrap, first: Mapping[str, int]) -> Iterator[Record]:
    """The elements of a list under a key, many in one piece, or taken apart themselves. `first`: places of the lists around it."""
    name = OUTER.get(key) or INNER.get(key, key)
    window.take("[")
    held: list[Any] = []
    line = number = 0

    def piece() -> Record:
        return Record(line, None, wrap({key: held}), first={**first, name: number - len(held)})

    try:
        end = window.take("]") if window.peek() == "]" else ","
        while end == ",":
            if key in OUTER and window.peek() == "{" and not window.fits():
                if held:
                    yield piece()
                    held = []
                around = {**first, name: number}
                yield from _object(window, lambda element: wrap({key: [element]}), around, window.line_at(window.at))
                number += 1
            else:
                window.peek()
                line = line if held else window.line_at(window.at)
                held.append(window.value())
                number += 1
            if len(held) == AT_ONCE:
                yield piece()
                held = []
            end = window.take(",", "]")
    except (ValueError, RecursionError) as error:
        # They are whole, whatever comes after them; unless it is to be read as lines after all.
        if held and (isinstance(error, CutOff) or window.raw is None):
            yield piece()
        raise
    if held:
        yield piece()
