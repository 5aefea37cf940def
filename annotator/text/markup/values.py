"""JSON values as lines to read: short ones whole, long strings as they would print, JSON in strings unfolded, vectors named."""

import json
import re
from textwrap import fill
from typing import Any

from annotator.text.markup.bulk import is_vector, shortened, vector

LARGEST = 400_000
"""Characters beyond which JSON is not parsed for the screen."""
ONE_ROW = 100
"""JSON up to this many characters stays on one line."""
MEASURE = 66
"""Cells that a line within a value, and a table, may take: what a step has at 80 columns."""
NARROWEST = 24
NESTED_FROM = 24
"""Characters from which a string that is JSON is unfolded."""
MANY = 1000
"""Lines after which each item is one line: to indent all of a large value would take long."""
DEEPEST = 60
"""Levels that are indented; what is deeper stays on a line."""
LOOK = 2_000
"""Characters from the start of long JSON by which its style is told."""
LIKE_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[\[{"])')
ENCODER = json.JSONEncoder(ensure_ascii=False)
BAR = "│ "
"""Stands before each line of a string of several lines, which has no quotes and no escapes."""


def parsed(text: str) -> Any:
    """The object or list that a string is the JSON of; None where it is neither, or too long to be parsed for the screen."""
    if len(text) > LARGEST or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def indented(value: Any) -> str:
    """JSON on one line where it fits, else indented by two. Not escaped. ValueError or RecursionError where JSON cannot say it."""
    whole = _compact(value, ONE_ROW)
    if whole is not None:
        return whole
    lines: list[str] = []
    _write(lines, value, "", "", "", 0)
    return "\n".join(lines)


def quoted(value: Any) -> str:
    """A value as JSON writes it on one line."""
    return ENCODER.encode(value)


def barred(text: str, indent: str = "") -> str:
    """The lines of a string, each after a bar."""
    return "\n".join(f"{indent}{BAR}{line}" for line in text.removesuffix("\n").split("\n"))


def _compact(value: Any, room: int) -> str | None:
    """The value on one line; None where that would be longer than `room`."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    if len(inner) * 3 > room or any(isinstance(one, str) and len(one) > room for one in inner):
        return None
    text = quoted(value)
    return text if len(text) <= room else None


def _write(lines: list[str], value: Any, indent: str, name: str, after: str, depth: int) -> None:
    """Append `name` and the value; `after` is the comma, if any."""
    if isinstance(value, str):
        inside = parsed(value) if len(value) >= NESTED_FROM and len(lines) <= MANY else None
        if inside is not None and depth < DEEPEST:
            _write(lines, inside, indent, f"{name}(string) ", after, depth + 1)
        elif "\n" in value and len(value) > NESTED_FROM:
            if name.strip():
                lines.append(f"{indent}{name.rstrip()}")
            lines.append(barred(value, f"{indent}  "))
        else:
            lines.append(f"{indent}{name}{quoted(value)}{after}")
        return
    if isinstance(value, list) and is_vector(value):
        lines.append(f"{indent}{name}{vector(value[:3], len(value))}{after}")
        return
    if depth >= DEEPEST or not isinstance(value, (dict, list)):
        short: str | None = quoted(value)
    elif depth and len(lines) > MANY:
        short = shortened(quoted(value))
    else:
        short = _compact(value, max(NARROWEST, MEASURE - len(indent) - len(name)))
    if short is not None:
        lines.append(f"{indent}{name}{short}{after}")
        return
    if isinstance(value, list) and not any(isinstance(one, (dict, list, str)) for one in value):
        row = indent + "  "
        filled = fill(", ".join(map(quoted, value)), MEASURE, initial_indent=row, subsequent_indent=row)
        lines.append(f"{indent}{name}[\n{filled}\n{indent}]{after}")
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    lines.append(f"{indent}{name}{opening}")
    inner, last = indent + "  ", len(value) - 1
    if isinstance(value, dict):
        for place, (key, one) in enumerate(value.items()):
            _write(lines, one, inner, f"{quoted(key)}: ", "," if place < last else "", depth + 1)
    else:
        for place, one in enumerate(value):
            _write(lines, one, inner, "", "," if place < last else "", depth + 1)
    lines.append(f"{indent}{closing}{after}")


def is_large_json(text: str) -> bool:
    """True for JSON that is too long to be parsed: it begins as objects do."""
    return len(text) > LARGEST and LIKE_JSON.match(text, 0, 100) is not None


def loosened(text: str) -> str:
    """JSON that is too long to be parsed for the screen: a line for each key and item, line breaks after escaped ones, no other change."""
    if text.count("\n") * 400 > len(text):
        return text
    between = ", " if ", " in text[:LOOK] else ","  # one program wrote it, in one style
    for sign in '"{[':
        text = text.replace(between + sign, f"{between}\n{sign}")
    return text.replace("\\n", "\\n\n")
