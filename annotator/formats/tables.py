"""Tables: CSV, and Parquet through pyarrow, which is there where annotator[parquet] was installed."""

import csv
import importlib
import io
from typing import Any, BinaryIO

from annotator.domain.exported import Exported
from annotator.errors import UsageError
from annotator.formats.record import columns, flat

GROUP, GROUP_SIZE = 1000, 32 << 20
"""Rows of a row group at most, and characters of its texts after which it is written."""


class Csv:
    """RFC 4180 with a header, in UTF-8. `configs`: names of the rubric, each of which has its columns."""

    def __init__(self, stream: BinaryIO, configs: tuple[str, ...]) -> None:
        self._configs = configs
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        self._writer = csv.DictWriter(self._text, list(columns(configs)))
        self._writer.writeheader()

    def write(self, one: Exported) -> str:
        self._writer.writerow(flat(one, self._configs))
        return ""

    def end(self) -> None:
        self._text.detach()


class Parquet:
    """Columns of text, numbers, and JSON as text. Raises UsageError where pyarrow is missing."""

    def __init__(self, stream: BinaryIO, configs: tuple[str, ...]) -> None:
        try:
            arrow: Any = importlib.import_module("pyarrow")
            parquet: Any = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise UsageError("Parquet needs pyarrow, which is not installed.", "Install it: pip install 'annotator[parquet]'.") from error
        kinds = {str: arrow.string(), int: arrow.int64(), float: arrow.float64()}
        self._configs = configs
        self._arrow = arrow
        self._schema = arrow.schema([(name, kinds[kind]) for name, kind in columns(configs).items()])
        self._writer = parquet.ParquetWriter(stream, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._size = 0

    def write(self, one: Exported) -> str:
        row = flat(one, self._configs)
        self._rows.append(row)
        self._size += sum(len(cell) for cell in row.values() if isinstance(cell, str))
        if len(self._rows) >= GROUP or self._size >= GROUP_SIZE:
            self._flush()
        return ""

    def end(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._size = [], 0
