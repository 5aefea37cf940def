"""Big files, read by a process of their own: parsing holds the interpreter, which the screen needs, and a second core can do it."""

import fcntl
import gc
import json
import logging
import marshal
import os
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import annotator
from annotator.domain.payload import PackedSpan, payload_fields, payload_of
from annotator.domain.source import BadLine, Page
from annotator.domain.span import LogRecord, Span, SpanEvent
from annotator.errors import AnnotatorError, BadFile, SourceError
from annotator.sources.files.framing import try_first

_START = "import sys; sys.path.insert(0, sys.argv[1]); from annotator.sources.files.apart import main; main()"
_LENGTH = struct.Struct(">Q")
_AHEAD = 1 << 20
"""Bytes of pages that may wait: about five."""
PAGE = 300
"""Spans a page: what its transaction takes a few milliseconds for. Of many small ones each would write the indexes' pages again."""
_log = logging.getLogger(__name__)


def pages_apart(location: str, columns: Sequence[tuple[str, str]], cursor: str | None) -> Generator[Page, None, None]:
    """The pages of `Files(location).pages`, their spans packed. The process ends with the iterator, or with this one.

    Raises BadFile as `Files` does, and SourceError where the process ends before its last page.
    """
    home = str(Path(annotator.__file__).parent.parent)
    arguments = [sys.executable, "-c", _START, home, location, json.dumps(columns), *(() if cursor is None else (cursor,))]
    # A process group of its own: Ctrl+C is for this process, which ends that one.
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0
    ) as process:
        try:
            assert process.stdout is not None
            _widen(process.stdout.fileno())
            while (message := _received(process.stdout)) is not None:
                match message:
                    case "page", *fields:
                        yield _page(*fields)
                    case "end", *_:
                        return
                    case "bad", title, advice:
                        raise BadFile(title, advice)
                    case "failed", name, told:
                        _log.error("the process that reads a file failed: %s\n%s", name, told)
                        raise _broke_off(location, name)
            code = process.wait()
            raise _broke_off(location, f"signal {-code}" if code < 0 else f"exit code {code}")
        finally:
            process.kill()


def main() -> None:
    """What the process does: every page to standard output, then how it ended."""
    # Nothing that came from JSON has circles, and looking for some takes a tenth of the time.
    gc.disable()
    from pydantic_core import from_json, to_json

    from annotator.sources.files.source import Files

    # Both take half of json's time and are stricter than json, which is asked where they refuse.
    try_first(partial(from_json, allow_inf_nan=False, cache_strings="keys"))

    location, columns, *rest = sys.argv[2:]
    out = sys.stdout.buffer
    try:
        try:
            pairs = [(role, column) for role, column in json.loads(columns)]
            for page in Files(location).pages_here(pairs, rest[0] if rest else None, PAGE, partial(_packed, to_json)):
                _send(out, "page", *_fields(page))
            _send(out, "end")
        except AnnotatorError as error:
            _send(out, "bad", error.title, error.advice)
        except BrokenPipeError:
            raise
        except Exception as error:
            # The places alone: the error's words may quote the file.
            _send(out, "failed", type(error).__name__, "".join(["Traceback:\n", *traceback.format_tb(error.__traceback__)]))
    except BrokenPipeError:  # nobody waits for the rest
        os._exit(0)


def _fields(page: Page) -> tuple[Any, ...]:
    logs = [(log.trace_id, log.span_id, log.event.name, log.event.time_ns, log.event.attributes) for log in page.logs]
    bad = [(bad.line, bad.reason, bad.count) for bad in page.bad]
    return list(map(tuple, page.packed)), logs, bad, page.cursor, page.read, page.total


def _packed(quick: Callable[[Any], bytes], span: Span) -> PackedSpan:
    try:
        payload = quick(payload_fields(span))
    except ValueError:  # half of a surrogate pair, or too deep for it
        payload = payload_of(span)
    return PackedSpan(
        span.trace_id, span.span_id, span.parent_id, span.name, span.kind, span.status_code,
        span.start_ns, span.end_ns, span.session_id, payload,
    )  # fmt: skip


def _page(spans: Iterable[Any], logs: Iterable[Any], bad: Iterable[Any], cursor: str | None, read: int, total: int | None) -> Page:
    return Page(
        cursor=cursor,
        bad=tuple(BadLine(*fields) for fields in bad),
        read=read,
        total=total,
        logs=tuple(LogRecord(trace_id, span_id, SpanEvent(*fields)) for trace_id, span_id, *fields in logs),
        packed=tuple(map(PackedSpan._make, spans)),
    )


def _send(out: BinaryIO, *message: Any) -> None:
    data = marshal.dumps(message)
    out.write(_LENGTH.pack(len(data)))
    out.write(data)
    out.flush()


def _received(stream: Any) -> Any:
    """The next message; None where the other end is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return marshal.loads(data) if len(data) == length else None


def _widen(pipe: int) -> None:
    """Let the process run ahead while this one writes to the disk; Linux only."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AHEAD)


def _broke_off(location: str, why: str) -> SourceError:
    advice = "Do it again: it goes on where it was. If that ends so too, memory may be short: split the file, or write one record a line."
    return SourceError(f"The process that reads {location} broke off ({why}).", advice)
