"""The records of a stream, whatever frames them: JSON, CSV or Parquet, told apart by how it begins."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

from annotator.errors import BadFile
from annotator.sources.files import csv_rows, parquet_rows
from annotator.sources.files.columns import OPTION
from annotator.sources.files.framing import BROKEN, Record, broken_off, records
from annotator.sources.files.shapes import ACCEPTED, Format, format_in

_START = 1 << 16
_LOOKED_AT = 4096
_SLIP = 3
_CONTROLS = bytes({*range(32)} - {*b"\t\n\f\r\x1b"})
Known = Sequence[Format]


def framed(plain: io.BufferedReader, file: BinaryIO | None, name: str, known: Known, said: Mapping[str, str]) -> Iterator[Record]:
    """Every record from the start. `file`: the same bytes, where they can be read from any place; `said`: role to column of a table.

    Raises BadFile for a table of which nothing says what was asked and answered, and for one that cannot be opened.
    """
    columns, found = tabled(plain, file, name, lambda columns: format_in(dict.fromkeys(columns, ""), known) is not None)
    yield from _checked(found, columns, name, known, said) if columns else found


def tabled(
    plain: io.BufferedReader, file: BinaryIO | None, name: str, known: Callable[[Sequence[str]], bool]
) -> tuple[list[str], Iterator[Record]]:
    """The columns of a table, none for JSON, and every record from the start. `known`: a single column of CSV is one that is looked for.

    Raises BadFile for what cannot be opened.
    """
    try:
        start = plain.peek(_START)
    except BROKEN as error:
        return [], iter([broken_off(error)])
    if start.startswith(parquet_rows.MAGIC):
        try:
            table = parquet_rows.Table(file or io.BytesIO(plain.read()), name)
        except BROKEN as error:
            return [], iter([broken_off(error)])
        return table.columns, table.rows()
    if is_binary(start[:_LOOKED_AT]):
        raise BadFile(f"{name} is not a text file.", f"Give {ACCEPTED}.")
    if (columns := csv_rows.header(start)) and (len(columns) > 1 or known(columns)):
        return columns, csv_rows.rows(plain)
    return [], records(plain)


def is_binary(start: bytes) -> bool:
    """Bytes that no text begins with: more than one control character in a hundred, and more than a slip."""
    if start.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] in (b"{", b"["):
        return False
    controls = len(start) - len(start.translate(None, _CONTROLS))
    return controls > _SLIP and controls * 100 > len(start)


def _checked(rows: Iterator[Record], columns: Sequence[str], name: str, known: Known, said: Mapping[str, str]) -> Iterator[Record]:
    """The rows, once the first of them is of a known format and every column that was named is there."""
    listed = ", ".join(column if len(column) <= 40 else column[:39] + "…" for column in columns[:30]) + (", …" if len(columns) > 30 else "")
    missing = [column for column in said.values() if column not in columns]
    if missing:
        raise BadFile(f"{name} has no column {missing[0]!r}.", f"Its columns: {listed}.")
    looked = False
    for record in rows:
        if not looked and not record.reason:
            looked = True
            if format_in(record.value, known) is None:
                raise BadFile(
                    f"{name} is a table without a column that is known for an input or an output. Its columns: {listed}.",
                    f"Say which they are: {OPTION}.",
                )
        yield record
