"""Annotations from a file of evaluations or feedback: CSV, JSON Lines, JSON or Parquet, plain or gzip."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from annotator.domain.imported import BadRow, ImportedRow
from annotator.domain.source import BadLine
from annotator.errors import BadFile
from annotator.sources.files.framed import tabled
from annotator.sources.files.framing import Counted, Record, unpacked
from annotator.sources.files.location import cannot_read
from annotator.sources.files.parquet_rows import INSTALL
from annotator.sources.files.values import span_or_trace_id

ACCEPTED = "Give CSV, JSON Lines, JSON or Parquet with a row for each evaluation, plain or gzip."
STDIN = "-"
HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
"""Ids of OpenTelemetry's spans and traces."""
Said = Callable[[Mapping[str, Any], int], Iterator[ImportedRow | str]]
"""The annotations that a record on a line makes; a string, or BadRow at its end, says why one is none."""


@contextmanager
def import_file(location: str, stdin: BinaryIO | None = None) -> Iterator["ImportFile"]:
    """A file, or '-' for standard input. Raises BadFile where it cannot be opened."""
    if location == STDIN:
        yield ImportFile(stdin or sys.stdin.buffer, "Standard input", "stdin", 0)
        return
    path = Path(location)
    try:
        stream, total = path.open("rb", buffering=0), path.stat().st_size
    except OSError as error:
        raise cannot_read(location, error) from error
    with stream:
        yield ImportFile(stream, location, path.name.split(".")[0], total)


class ImportFile:
    """A stream of rows. `stem`: its name without folders and suffixes; `total`: bytes, 0 where that is not known."""

    def __init__(self, stream: BinaryIO, name: str, stem: str, total: int) -> None:
        self.stem, self.total = stem, total
        self._counted = Counted(stream)
        try:
            plain, packed = unpacked(self._counted, name)
            whole = None if packed or not stream.seekable() else stream
            self.columns, self._records = tabled(plain, whole, name, lambda columns: False)
        except BadFile as error:
            raise BadFile(error.title, error.advice if error.advice == INSTALL else ACCEPTED) from error

    @property
    def read(self) -> int:
        """Bytes so far."""
        return self._counted.read_bytes

    def rows(self, said: Said) -> Iterator[ImportedRow | BadLine]:
        """Every annotation, in order; what could not be read is a BadLine."""
        for record in self._records:
            if record.reason:
                yield BadLine(record.line, record.reason)
            else:
                yield from _rows(record, said)


def _rows(record: Record, said: Said) -> Iterator[ImportedRow | BadLine]:
    value, where = record.value, ""
    if isinstance(value, dict) and isinstance(value.get("data"), list):  # a page of a server
        value, where = value["data"], "data"
    if not isinstance(value, list):
        yield from _row(value, record.line, "", said)
        return
    for index, inner in enumerate(value, record.first.get(where, 0)):
        yield from _row(inner, record.line, f"{where}[{index}]: ", said)


def _row(value: Any, line: int, place: str, said: Said) -> Iterator[ImportedRow | BadLine]:
    try:
        if not isinstance(value, dict):
            raise BadRow("not a row with named columns")
        for found in said(value, line):
            yield BadLine(line, f"{place}{found}") if isinstance(found, str) else found
    except BadRow as error:
        yield BadLine(line, f"{place}{error}")


def id_of(cell: Any, what: str) -> str:
    """A span's or a trace's id, as it is kept; '' where there is none. Raises BadRow."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if cell is None or cell == "":
        return ""
    found = span_or_trace_id(cell.strip() if isinstance(cell, str) else cell)
    if not found and cell != "":
        raise BadRow(f"{what} is no id")
    return found
