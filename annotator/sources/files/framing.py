"""Bytes into JSON records: one document, several, or one a line; plain or gzip; with or without a byte order mark."""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, BinaryIO

from annotator.domain.record import record
from annotator.errors import BadFile
from annotator.sources.files.shapes import ACCEPTED

_SPACE = b" \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder(parse_constant=str)
"""NaN and Infinity, which JSON has no numbers for, become strings."""
_quick: Callable[[bytes], Any] | None = None
_GZIP = b"\x1f\x8b"
_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"(\xb5/\xfd", "a Zstandard file"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"%PDF", "a PDF"),
    (b"<", "HTML or XML"),
)
LONG = 4_000_000
"""Bytes of a line or a document that is held whole."""


@record
class Record:
    """One JSON value, or why there is none."""

    line: int
    """1-based, where it starts."""
    offset: int | None
    """Bytes from the start of the unpacked stream to that line; None within a document of several lines."""
    value: Any = None
    reason: str = ""
    """Why it could not be read; '' where it could."""
    first: Mapping[str, int] = field(default_factory=dict)
    """For a piece of a large document: the places of its first elements, by the names of their lists ('' for the outermost)."""


CUT_OFF = "cut off: the JSON document does not end"
_TAIL = re.compile(r"\.\d*|(\.\d+)?[eE][+-]?|-|t(ru?)?|f(a(ls?)?)?|n(ul?)?|N(aN?)?|-?I(n(f(i(n(it?)?)?)?)?)?|u[0-9a-fA-F]{0,3}")
"""What is left of a number, a literal or an escape that was cut off."""


class CutOff(ValueError):
    """The text ends within a value."""

    def __init__(self) -> None:
        super().__init__(CUT_OFF)


def is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    """The error is that the text ends."""
    rest = text[error.pos :].strip()
    return not rest or error.msg.startswith("Unterminated string") or bool(_TAIL.fullmatch(rest))


def try_first(quick: Callable[[bytes], Any]) -> None:
    """Parse lines with this where it does: it must give what `DECODER` gives, or raise ValueError, which decides nothing."""
    global _quick
    _quick = quick


class Counted(io.RawIOBase):
    """A stream that counts the bytes read from it, and leaves it open."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._read = getattr(stream, "read1", stream.read)  # a pipe's read would wait for a full buffer
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.read_bytes += len(chunk)
        return len(chunk)


def buffered(raw: Any) -> io.BufferedReader:
    """In pieces of 64 KiB."""
    return io.BufferedReader(raw, 1 << 16)


def unpacked(raw: Counted, name: str) -> tuple[io.BufferedReader, bool]:
    """The stream without gzip, and whether it was packed. BadFile where it is empty or plainly something else."""
    stream = buffered(raw)
    start = stream.peek(16)[:16]
    if not start:
        raise BadFile(f"{name} is empty.", f"Give {ACCEPTED}.")
    if start.startswith(_GZIP):
        return buffered(gzip.GzipFile(fileobj=stream)), True
    kind = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if kind:
        raise BadFile(f"{name} is {kind}.", f"Give {ACCEPTED}.")
    return stream, False


BROKEN = (EOFError, zlib.error, OSError)
"""What reading a stream may raise; a broken gzip header is an OSError."""


def broken_off(error: Exception) -> Record:
    """Why a stream ends here."""
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return Record(0, None, reason=f"the gzip data is broken: {error}")
    return Record(0, None, reason=f"it cannot be read to its end: {getattr(error, 'strerror', None) or error}")


def records(stream: io.BufferedReader, line: int = 0, offset: int = 0) -> Iterator[Record]:
    """Every record from here, which is after `line` lines and `offset` bytes. A line that is no JSON is a Record with a reason.

    Lines end at b"\\n" alone: U+2028 stands raw in real files. A stream that breaks off ends with such a Record.
    """
    try:
        if offset == 0 and stream.peek(3).startswith(codecs.BOM_UTF8):
            offset = len(stream.read(3))
        yield from _records(stream, line, offset)
    except BROKEN as error:
        yield broken_off(error)


def _records(stream: io.BufferedReader, line: int, offset: int) -> Iterator[Record]:
    at_start = line == 0
    while raw := stream.readline(LONG):
        line += 1
        if raw.strip(_SPACE):
            if len(raw) == LONG and not raw.endswith(b"\n"):
                yield from _large(raw, Record(line, offset), stream, offset)
                return
            record, unfinished = _line(raw, line, offset)
            if at_start and unfinished:
                data = raw + stream.read(LONG)
                if len(data) < len(raw) + LONG:
                    yield from _documents(data, record, offset)
                else:
                    yield from _large(data, record, stream, offset)
                return
            at_start = False
            if record.reason and not raw.endswith(b"\n") and (text := _cut_line(raw)):
                yield from _cut(text, line)
            else:
                yield record
        offset += len(raw)


def _cut_line(raw: bytes) -> str:
    """The last line as far as it is text, where it is cut off; '' where that is not what is wrong with it."""
    try:
        text = _decoded(raw).strip(" \t\r\n")
        DECODER.decode(text)
    except json.JSONDecodeError as error:
        return text if text[:1] in ("{", "[") and is_cut_off(text, error) else ""
    except (ValueError, RecursionError):
        return ""
    return text


def _decoded(data: bytes) -> str:
    """Text without a character that the end cut apart. Raises UnicodeDecodeError."""
    return codecs.getincrementaldecoder("utf-8")().decode(data)


def _cut(text: str, line: int) -> Iterator[Record]:
    """What is whole of a document that is cut off, then a Record that says so."""
    from annotator.sources.files.large import Window, pieces

    window = Window(io.BytesIO(), line)
    window.take_in(text.encode())
    window.take_in(b"")
    try:
        yield from pieces(window)
    except (ValueError, RecursionError) as error:
        yield Record(line + text.rstrip().count("\n"), None, reason=CUT_OFF if isinstance(error, ValueError) else why(error))


def _large(data: bytes, first_line: Record, stream: io.BufferedReader, offset: int) -> Iterator[Record]:
    """Documents that are not held whole, the first of which begins with `data`; lines where there is none, and after one on one line."""
    from annotator.sources.files.large import Window, pieces

    window = Window(stream, first_line.line)
    line, reason = first_line.line, ""
    try:
        window.take_in(data)
        while window.peek():
            line = window.line_at(window.at)
            for record in pieces(window):
                window.forget()
                yield record
            if window.line_at(window.at) == line and window.ends_line():
                break
    except CutOff as error:
        yield Record(window.last_line, None, reason=str(error))
        return
    except (ValueError, RecursionError) as error:
        reason = str(error) if not isinstance(error, RecursionError) else why(error)
        yield Record(window.line_at(window.at), None, reason=reason)
    if reason and window.raw:
        yield from _after_line(b"".join(window.raw), stream, first_line.line, offset)
    elif window.line_at(window.at) == line:
        rest = window.rest()
        yield from _after_line(rest, stream, line, offset + window.read - len(rest))


def _after_line(start: bytes, stream: io.BufferedReader, line: int, offset: int) -> Iterator[Record]:
    """The lines after the one that `start` begins with or within."""
    rest = buffered(_Chained(start, stream))
    while skipped := rest.readline(LONG):
        offset += len(skipped)
        if skipped.endswith(b"\n"):
            yield from _records(rest, line, offset)


class _Chained(io.RawIOBase):
    """Bytes, then a stream, which it leaves open."""

    def __init__(self, start: bytes, stream: io.BufferedReader) -> None:
        super().__init__()
        self._start = memoryview(start)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._start[: len(buffer)] or self._stream.read1(len(buffer))
        self._start = self._start[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _line(raw: bytes, line: int, offset: int) -> tuple[Record, bool]:
    """The record of a line, and whether it breaks off, as the first line of a document of several lines does."""
    if _quick is not None:
        try:
            return Record(line, offset, _quick(raw)), False
        except ValueError:
            pass
    try:
        text = raw.decode().strip(" \t\r\n")
        return Record(line, offset, DECODER.decode(text)), False
    except json.JSONDecodeError as error:
        return Record(line, offset, reason=why(error)), error.pos >= len(text) - 1
    except (ValueError, RecursionError) as error:
        return Record(line, offset, reason=why(error)), False


def _documents(data: bytes, first_line: Record, offset: int) -> Iterator[Record]:
    """Documents of several lines, one after another; line by line after all where the first is none."""
    line = first_line.line
    try:
        text = _decoded(data)
        start, end = 0, len(text.rstrip(" \t\r\n"))
        while start < end:
            value, stop = DECODER.raw_decode(text, start)
            yield Record(line, None, value)
            stop = _GAP.match(text, stop).end()  # type: ignore[union-attr]
            line += text.count("\n", start, stop)
            start = stop
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and is_cut_off(text, error):
            yield from _cut(text[start:], line)
            return
        if isinstance(error, UnicodeDecodeError):
            yield Record(line, None, reason=f"{first_line.reason}, and the rest is {why(error)}")
        else:
            yield Record(line, None, reason=why(error))
        if isinstance(error, UnicodeDecodeError) or start == 0:
            rest = data.find(b"\n") + 1 or len(data)
            yield from _records(buffered(io.BytesIO(data[rest:])), line, offset + rest)


def why(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"not JSON: {error.msg} at column {error.colno}" + (f" of line {error.lineno}" if error.lineno > 1 else "")
        case UnicodeDecodeError():
            return f"not UTF-8: byte {error.start + 1} is {error.object[error.start]:#04x}"
        case RecursionError():
            return "nested too deep"
        case _:
            return f"not JSON: {error}"
