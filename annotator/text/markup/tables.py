"""Tables: a Markdown table's columns under each other, a list of flat objects and a CSV as one; a wide one as a record a row."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from annotator.text.cells import width_of
from annotator.text.escape import BLANK, visible
from annotator.text.markup.markdown import fences
from annotator.text.markup.values import LARGEST, MEASURE, quoted

FEWEST, MOST = 2, 500
"""Rows of a table."""
COLUMNS = 12
CELL = 40
"""Cells that a value of an object may take in a table; longer ones are read better as JSON."""
PIPE = re.compile(r"(?P<kept>\\\||`[^`\n]*`)|\|")
"""What parts cells; not where it is escaped, or code."""
RULE = re.compile(r"^ {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$", re.MULTILINE)


def padded(text: str, width: int, right: bool = False) -> str:
    """The text in `width` cells."""
    blank = " " * (width - width_of(text))
    return blank + text if right else text + blank


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The cells of each column."""
    return [max(map(width_of, column)) for column in zip(*rows, strict=True)]


# Markdown


def aligned(text: str) -> str:
    """A Markdown text with its pipe tables in columns; those wider than the measure as records: `column: value`. The rest as it is."""
    if len(text) > LARGEST or "|" not in text:
        return text
    inside = [(fence.start, fence.end) for fence in fences(text, 0, len(text))]
    pieces: list[str] = []
    at = done = 0
    for rule in RULE.finditer(text):
        head = text.rfind("\n", 0, max(rule.start() - 1, 0)) + 1
        if head < done or rule.start() == 0 or any(start <= head < end for start, end in inside):
            continue
        end = rule.end()
        while end < len(text) and (stop := _stop(text, end + 1)) > end + 1 and "|" in text[end + 1 : stop]:
            end = stop
        done = end
        if text.count("\n", rule.end(), end) > MOST:
            continue
        if table := _table([text[head : rule.start() - 1], *text[rule.start() : end].split("\n")]):
            pieces += [text[at:head], table]
            at = end
    return "".join([*pieces, text[at:]])


def _stop(text: str, start: int) -> int:
    stop = text.find("\n", start)
    return len(text) if stop < 0 else stop


def _cells(line: str) -> list[str]:
    line = line.strip(BLANK)
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    places = [-1, *(sign.start() for sign in PIPE.finditer(line) if not sign["kept"]), len(line)]
    return [line[start + 1 : end].strip(BLANK) for start, end in pairwise(places)]


def _table(lines: list[str]) -> str | None:
    """The table of these lines; None where they are none: a head without pipes, rows with more cells than the head."""
    head, rule = _cells(lines[0]), _cells(lines[1])
    rows = [_cells(line) for line in lines[2:]]
    if len(head) != len(rule) or not any(head) or any(len(row) > len(head) for row in rows) or "|" not in lines[0]:
        return None
    rows = [row + [""] * (len(head) - len(row)) for row in rows]
    size = [max(3, width) for width in widths([head, *rows])]
    if rows and sum(size) + 3 * len(size) + 1 > MEASURE:
        return "\n\n".join("\n".join(_record(head, row)) for row in rows)
    right = [cell.endswith(":") and not cell.startswith(":") for cell in rule]
    dashes = [
        f"{':' if cell[0] == ':' else '-'}{'-' * (width - 2)}{':' if cell[-1] == ':' else '-'}"
        for cell, width in zip(rule, size, strict=True)
    ]
    return "\n".join(
        f"| {' | '.join(padded(cell, width, to_right) for cell, width, to_right in zip(row, size, right, strict=True))} |"
        for row in (head, dashes, *rows)
    )


def _record(head: list[str], row: list[str]) -> Iterator[str]:
    for place, (name, cell) in enumerate(zip(head, row, strict=True)):
        yield f"{'- ' if place == 0 else '  '}**{name}**: {cell}" if name else f"{'- ' if place == 0 else '  '}{cell}"


# Values


def tabulated(value: Any) -> str | None:
    """A list of flat objects with the same keys as a table; None where it is none, or would be wider than the measure."""
    if not isinstance(value, list) or not FEWEST <= len(value) <= MOST or not isinstance(value[0], dict):
        return None
    head = list(value[0])
    if not FEWEST <= len(head) <= COLUMNS or any(not isinstance(one, dict) or list(one) != head for one in value):
        return None
    rows = [[_cell(inner) for inner in one.values()] for one in value]
    head = [visible(key) for key in head]
    if any(cell is None for row in rows for cell in row) or any(not key.strip(BLANK) or "\n" in key or len(key) > CELL for key in head):
        return None
    right = [all(type(inner) in (int, float) for inner in column) for column in zip(*(one.values() for one in value), strict=True)]
    return _columns(head, rows, right)  # type: ignore[arg-type]


def _columns(head: list[str], rows: list[list[str]], right: list[bool]) -> str | None:
    size = widths([head, *rows])
    if sum(size) + 2 * (len(size) - 1) > MEASURE:
        return None
    return "\n".join(
        "  ".join(padded(cell, width, to_right) for cell, width, to_right in zip(row, size, right, strict=True)).rstrip()
        for row in (head, ["─" * width for width in size], *rows)
    )


def _cell(value: Any) -> str | None:
    """A scalar as a cell; a string in quotes where it could be taken for something else; None for what does not fit."""
    if isinstance(value, (dict, list)):
        return None
    if not isinstance(value, str):
        return quoted(value)
    if width_of(value) > CELL or "\n" in value or "\t" in value:
        return None
    return visible(quoted(value) if value != value.strip(BLANK) or "  " in value or _is_scalar(value) else value)


def _is_scalar(text: str) -> bool:
    """True where the text without its quotes would be a number, null, or nothing."""
    try:
        json.loads(text)
    except ValueError:
        return not text
    return True


def separated(text: str) -> str | None:
    """CSV or TSV with its columns under each other, padded after the separators; None for anything else."""
    lines = text.strip("\n").split("\n")
    if not FEWEST < len(lines) <= MOST or '"' in text:
        return None
    for sign in ("\t", ",", ";"):
        count = lines[0].count(sign)
        if not (1 if sign == "\t" else 2) <= count < COLUMNS or any(line.count(sign) != count for line in lines):
            continue
        rows = [[visible(cell.strip(BLANK)) for cell in line.split(sign)] for line in lines]
        shown = "" if sign == "\t" else sign
        rows = [[*(cell + shown for cell in row[:-1]), row[-1]] for row in rows]
        size = widths(rows)
        wordy = any(cell.count(" ") > 4 for row in rows for cell in row)
        if all(rows[0]) and max(size) <= CELL and sum(size) + 2 * count <= MEASURE and not wordy:
            return "\n".join("  ".join(map(padded, row, size)).rstrip() for row in rows)
    return None
