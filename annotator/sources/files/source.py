"""Traces from a file, a folder or standard input."""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from annotator.domain.payload import PackedSpan
from annotator.domain.queue import Selection
from annotator.domain.source import BadLine, Capabilities, Page, Wanted
from annotator.domain.span import LogRecord, Span
from annotator.errors import BadFile
from annotator.sources.files.framed import framed
from annotator.sources.files.framing import Counted, Record, buffered, records, unpacked
from annotator.sources.files.location import cannot_read, files_at, stamp
from annotator.sources.files.shapes import ACCEPTED, Format, format_of, formats, spans_in

PAGE = 100
"""Spans, log records and bad lines a page, at most."""
PAGE_BYTES = 4_000_000
"""Bytes of the input after which a page ends in any case."""
APART = 8_000_000
"""Bytes to parse, from which on a process of its own is worth its start."""
STDIN = "-"
NAMED = 5
"""Bad parts of a file that are named; of the others it is said how many there are."""
_START_OVER = "0"


Part = Span | LogRecord | BadLine


class _Found(NamedTuple):
    """What one record holds: spans, log records, and what is none; and where it stood."""

    parts: list[Part]
    cursor: str
    """Where its line starts: '' where reading cannot go on from there."""
    read: int
    """Bytes of the input read so far."""


class Files:
    """Whole spans from `location`: a file, a folder of files, or '-' for standard input (`stdin`).

    OTLP/JSON and Phoenix's pages, as JSON or JSON Lines, plain or gzip. A part that cannot be read is a BadLine and the rest loads;
    BadFile where there is nothing to load at all: at once where nothing is at the location, else by `pages`.
    """

    capabilities = Capabilities(payloads_with_listing=True)

    def __init__(self, location: str, stdin: BinaryIO | None = None) -> None:
        self._location = location
        self._stdin = stdin
        self._paths = [] if location == STDIN else files_at(location)
        self.stamp = stamp(self._paths)

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        """Every span of the files, in their order, whatever the selection. A cursor goes on within a plain JSON Lines file;
        everywhere else it starts over, which brings spans again. Raises BadFile.

        Big files are read by a process of their own; SourceError where that breaks off.
        """
        if sum(map(_weight, self._paths)) < APART or not sys.executable:
            yield from self.pages_here(selection.columns, cursor)
            return
        from annotator.sources.files.apart import pages_apart

        yield from pages_apart(self._location, selection.columns, cursor)

    def pages_here(
        self, columns: Sequence[tuple[str, str]], cursor: str | None, size: int = PAGE, pack: Callable[[Span], PackedSpan] | None = None
    ) -> Iterator[Page]:
        """`pages`, read by this process; at most `size` spans, log records and bad lines each. With `pack` every span is packed by it
        as soon as it is read, so that no page of them is held.
        """
        total = sum(map(_size, self._paths)) if self._paths else None
        spans: list[Span] = []
        packed: list[PackedSpan] = []
        logs: list[LogRecord] = []
        bad: list[BadLine] = []
        nothing_yet, reason, read, begun = cursor in (None, _START_OVER), "", 0, 0
        count = 0
        for found in self._found(dict(columns), cursor):
            for part in found.parts:
                if count == size or (count and read - begun > PAGE_BYTES):
                    begun = read
                    goes_on = found.cursor or _START_OVER
                    yield Page((), tuple(spans), goes_on, tuple(bad), found.read, total, tuple(logs), tuple(packed))
                    spans, packed, logs, bad, count = [], [], [], [], 0
                read = found.read
                count += 1
                if isinstance(part, Span):
                    if pack is None:
                        spans.append(part)
                    else:
                        packed.append(pack(part))
                    nothing_yet = False
                elif isinstance(part, LogRecord):
                    logs.append(part)
                    nothing_yet = False
                else:
                    bad.append(part)
                    reason = reason or _described(part)
        if nothing_yet:
            raise BadFile(f"{self._name} holds no traces{f': {reason}' if reason else ''}.", f"Give {ACCEPTED}.")
        yield Page((), tuple(spans), None, tuple(bad), total or read, total, tuple(logs), tuple(packed))

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        """Whole spans of these traces, by reading everything again; `pages` brings them already."""
        for page in self.pages_here((), None):
            wanted = [span for span in page.spans if span.trace_id in trace_ids]
            if wanted:
                yield wanted

    @property
    def _name(self) -> str:
        return "Standard input" if self._location == STDIN else self._location

    def _found(self, columns: Mapping[str, str], cursor: str | None) -> Iterator[_Found]:
        known = formats(columns)
        if not self._paths:
            yield from _few(_parts(self._stdin or sys.stdin.buffer, self._name, "", 0, known, columns))
        elif self._paths == [Path(self._location)]:
            yield from _few(_file(self._paths[0], cursor or "", 0, known, columns))
        else:
            before = 0
            for path in self._paths:
                try:
                    for found in _few(_file(path, "", before, known, columns)):
                        yield _Found([_of_file(part, path) for part in found.parts], "", found.read)
                except BadFile as error:
                    yield _Found([BadLine(0, error.title.rstrip("."))], "", before)
                before += _size(path)


def describe(location: str) -> str:
    """The format of the first record of a file or of a folder's first file, 'OTLP JSON' for instance. Raises BadFile."""
    path = files_at(location)[0]
    try:
        with path.open("rb", buffering=0) as stream, unpacked(Counted(stream), str(path))[0] as plain:
            record = next(framed(plain, None, str(path), formats(), {}), Record(0, None, reason="it is empty"))
    except OSError as error:
        raise cannot_read(str(path), error) from error
    if record.reason:
        raise BadFile(f"{path} holds no traces: {record.reason}.", f"Give {ACCEPTED}.")
    return format_of(record.value)


def _few(records: Iterator[_Found]) -> Iterator[_Found]:
    """The parts of a file, of the bad ones those that are named, and at the end how many more there were."""
    bad, read = 0, 0
    for parts, cursor, read in records:
        if any(isinstance(part, BadLine) for part in parts):
            parts, had = [], parts
            for part in had:
                bad += isinstance(part, BadLine)
                if not isinstance(part, BadLine) or bad <= NAMED:
                    parts.append(part)
        yield _Found(parts, cursor, read)
    if bad > NAMED:
        yield _Found([BadLine(0, f"… and {bad - NAMED:,} more", bad - NAMED)], "", read)


def _of_file(part: Part, path: Path) -> Part:
    return replace(part, reason=f"{path.name}: {part.reason}") if isinstance(part, BadLine) else part


def _file(path: Path, cursor: str, before: int, known: tuple[Format, ...], columns: Mapping[str, str]) -> Iterator[_Found]:
    try:
        stream = path.open("rb", buffering=0)
    except OSError as error:
        raise cannot_read(str(path), error) from error
    with stream:
        yield from _parts(stream, str(path), cursor, before, known, columns)


def _parts(
    stream: BinaryIO, name: str, cursor: str, before: int, known: tuple[Format, ...], columns: Mapping[str, str]
) -> Iterator[_Found]:
    """The parts of one stream; a cursor needs one that can seek."""
    counted = Counted(stream)
    line, offset = _resumed(stream, cursor) if cursor else (0, 0)
    plain, packed = (buffered(counted), False) if line else unpacked(counted, name)
    remembering = {one.unfinished for one in known if one.unfinished}
    with plain:
        whole = None if packed or not stream.seekable() else stream
        for record in records(plain, line, offset) if line else framed(plain, whole, name, known, columns):
            unfinished = packed or record.offset is None or any(one() for one in remembering)
            place = "" if unfinished else f"{record.offset}:{record.line}"
            yield _Found(_spans(record, known), place, before + (offset if line else 0) + counted.read_bytes)


def _spans(record: Record, known: tuple[Format, ...]) -> list[Part]:
    if record.reason:
        return [BadLine(record.line, record.reason)]
    parts: list[Part] = []
    try:
        for part in spans_in(record.value, known):
            parts.append(BadLine(record.line, _placed(part, record.first)) if isinstance(part, str) else part)
    except RecursionError:
        parts.append(BadLine(record.line, "nested too deep"))
    return parts


def _placed(reason: str, first: Mapping[str, int]) -> str:
    """A reason that names places in a piece of a document, with those of the document."""
    for name, places in first.items():
        found = re.search(rf"(?:^|\.){name}\[(\d+)\]", reason)
        if found:
            reason = f"{reason[: found.start(1)]}{int(found[1]) + places}{reason[found.end(1) :]}"
    return reason


def _resumed(stream: BinaryIO, cursor: str) -> tuple[int, int]:
    """Seek to the line that a cursor names; lines and bytes before it, or zeros where the file has no such line any more."""
    offset, _, line = cursor.partition(":")
    if offset.isdecimal() and line.isdecimal() and int(offset) > 0 and int(line) > 1:
        stream.seek(int(offset) - 1)
        if stream.read(1) == b"\n":
            return int(line) - 1, int(offset)
    stream.seek(0)
    return 0, 0


def _size(path: Path) -> int:
    """Bytes; 0 for a pipe and for what is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _weight(path: Path) -> int:
    """Bytes to parse, roughly."""
    return _size(path) * (8 if path.suffix.lower() == ".gz" else 1)


def _described(bad: BadLine) -> str:
    return f"line {bad.line}: {bad.reason}" if bad.line else bad.reason
