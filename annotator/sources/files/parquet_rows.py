"""Rows of a Parquet file, through pyarrow, which is there where annotator[parquet] was installed."""

import base64
import importlib
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, BinaryIO

from annotator.errors import BadFile
from annotator.sources.files.framing import Record
from annotator.sources.files.shapes import ACCEPTED

MAGIC = b"PAR1"
ROWS_A_BATCH = 100
INSTALL = "Install it: pip install 'annotator[parquet]'."


class Table:
    """A Parquet file. Raises BadFile where pyarrow is missing or the file is broken."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._name = name
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            parquet: Any = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise BadFile(f"{name} is a Parquet file, and pyarrow, which reads those, is not installed.", INSTALL) from error
        try:
            self._file = parquet.ParquetFile(stream)
        except (self._arrow.ArrowException, OSError, ValueError) as error:
            raise self._broken(error) from error
        self.columns: list[str] = list(self._file.schema_arrow.names)

    def rows(self) -> Iterator[Record]:
        """Every row as an object of JSON values; empty cells are left out. What breaks off ends with a Record that says so."""
        line = 0
        batches = self._file.iter_batches(batch_size=ROWS_A_BATCH)
        while True:
            try:
                batch = next(batches)
                rows = batch.cast(self._arrow.schema([self._counted(field) for field in batch.schema]), safe=False).to_pylist()
            except StopIteration:
                return
            except (self._arrow.ArrowException, OSError, ValueError, OverflowError) as error:
                yield Record(line + 1, None, reason=f"the Parquet data is broken: {_said(error)}")
                return
            for row in rows:
                line += 1
                yield Record(line, None, {column: row.get(column) for column in self.columns} | plain(row))

    def _counted(self, field: Any) -> Any:
        return field.with_type(self._timed(field.type))

    def _timed(self, kind: Any) -> Any:
        """The type with times in microseconds: Python's have no nanoseconds."""
        types = self._arrow.types
        if types.is_timestamp(kind) and kind.unit == "ns":
            return self._arrow.timestamp("us", kind.tz)
        if types.is_list(kind) or types.is_large_list(kind):
            return self._arrow.list_(self._counted(kind.value_field))
        if types.is_struct(kind):
            return self._arrow.struct([self._counted(field) for field in kind])
        return kind

    def _broken(self, error: Exception) -> BadFile:
        return BadFile(f"{self._name} is a broken Parquet file: {_said(error)}.", f"Write it anew, or give {ACCEPTED}.")


def plain(value: Any) -> Any:
    """JSON values; of an object, what is not null, since a table gives every row all keys."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        if value and all(isinstance(inner, tuple) and len(inner) == 2 and isinstance(inner[0], str) for inner in value):
            return {key: plain(inner) for key, inner in value}
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
