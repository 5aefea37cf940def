"""Rows of a CSV file: comma, semicolon or tab, quoted line breaks, fields of any size. https://www.rfc-editor.org/rfc/rfc4180"""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator

from annotator.sources.files.framing import BROKEN, Record, broken_off

_DELIMITERS = ",;\t|"
_LONGEST_FIELD = (1 << 31) - 1
_ESCAPED = re.compile("[\udc80-\udcff]")


def header(start: bytes) -> list[str]:
    """The columns of the table that a file with this start is; none where it is none."""
    text = _text(start)
    if not text.strip() or text.lstrip()[0] in "{[<":
        return []
    try:
        json.loads(text.splitlines()[0])
    except ValueError:
        return _named(_first_row(text, _delimiter(text)))
    return _named(_first_row(text, ",")) if text.startswith('"') else []


def rows(stream: io.BufferedReader) -> Iterator[Record]:
    """Every row as an object of its columns. A row that cannot be read is a Record with a reason, and the rest is read."""
    delimiter = _delimiter(_text(stream.peek(1 << 16)))
    reader = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Record(line, None, reason=f"not CSV: {error}")
            continue
        except BROKEN as error:
            yield broken_off(error)
            break
        if not cells:
            continue
        if not columns:
            columns = _named(cells)
        elif (broken := next((found for cell in cells if (found := _ESCAPED.search(cell))), None)) is not None:
            yield Record(line, None, reason=f"not UTF-8: a byte {ord(broken[0]) - 0xDC00:#04x}")
        elif len(cells) != len(columns):
            yield Record(line, None, reason=f"{len(cells)} cells in a table of {len(columns)} columns")
        else:
            yield Record(line, None, dict(zip(columns, cells, strict=True)))


def _text(start: bytes) -> str:
    return start.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").lstrip("\r\n")


def _delimiter(text: str) -> str:
    """The one that makes most columns."""
    return max(_DELIMITERS, key=lambda one: len(_first_row(text, one)))


def _first_row(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _named(cells: list[str]) -> list[str]:
    """Every column with a name of its own."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names
