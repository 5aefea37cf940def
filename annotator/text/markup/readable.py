"""Texts of a trace as a person reads them: JSON indented, arguments as pairs, tables in columns, media as placeholders."""

import json
import re
from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message, Part
from annotator.text.block import Syntax
from annotator.text.escape import BLANK, one_line, visible
from annotator.text.facts import size
from annotator.text.markup.bulk import bulk, media_in, shortened, without_media
from annotator.text.markup.markdown import is_markdown
from annotator.text.markup.tables import aligned, separated, tabulated
from annotator.text.markup.values import LARGEST, ONE_ROW, barred, indented, is_large_json, loosened, parsed, quoted

__all__ = ["LARGEST", "media_in", "parsed"]

WORDS = ("text", "reasoning", "refusal")
LOOK = 4000
"""Characters from the start of a text by which its syntax is told."""
QUESTIONS = ("question", "query", "query_str", "user_input", "user_msg", "input", "prompt", "message", "text", "content")
ANSWERS = (
    "answer", "final_answer", "output", "final_output", "response", "result", "completion", "text", "content", "message", "reply", "raw",
)  # fmt: skip
SYNTAXES: tuple[tuple[Syntax, re.Pattern[str]], ...] = (
    ("diff", re.compile(r"^(?:diff --git |--- [^\n]+\n\+\+\+ [^\n]+\n@@ |@@ -\d+(?:,\d+)? \+\d+)", re.MULTILINE)),
    ("stack", re.compile(r"^(?:Traceback \(most recent call last\):| {2,}at [\w.$<>]+ ?\([^\n]*:\d+\))", re.MULTILINE)),
    ("xml", re.compile(r"\A\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z][\w:.-]*(?: [^<>\n]*)?/?>)")),
    ("sql", re.compile(r"\A\s*(?:SELECT\b[^;]*\bFROM\b|INSERT INTO\b|UPDATE \S+ SET\b|DELETE FROM\b|CREATE (?:TABLE|VIEW|INDEX)\b)")),
    ("python", re.compile(r"\A\s*(?:#.*\n\s*)*(?:#!.*python|from [\w.]+ import |import [\w.]+\s*\n|(?:async )?def \w+\(|class \w+[(:])")),
    ("json", re.compile(r"\A\s*(?:\[?\{'|\[(?:'|None|True|False)|\[?[A-Z]\w+\(\w+=)")),  # a Python repr
    ("yaml", re.compile(r"\A(?:---\n)?[A-Za-z_][\w-]*:(?: .+)?\n(?:(?: *- | *#| *[\w./\"'-]+:(?= |\n|\Z)).*(?:\n|\Z)){2,}\Z")),
)
"""What a text that is no JSON is written in, by how it begins."""


def pretty(text: str) -> tuple[str, Syntax]:
    """Escaped text as a person reads it, and what it is written in: JSON indented or as a table, else what its signs say."""
    return _json(text) or _worded(text)


def spoken(text: str) -> tuple[str, Syntax]:
    """The same of what somebody said: JSON, else prose."""
    return _json(text) or prose(text)


def _json(text: str) -> tuple[str, Syntax] | None:
    if len(text) > LARGEST:
        return (visible(loosened(shortened(text))), "json") if is_large_json(text) else None
    value = parsed(without_media(text))
    if value is None:
        return None
    try:
        table = tabulated(value)
        return (table, "table") if table else (visible(indented(value)), "json")
    except (ValueError, RecursionError):  # nested too deeply to be written again
        return None


def _worded(text: str) -> tuple[str, Syntax]:
    """A text that is no JSON."""
    start = text if len(text) <= LOOK else text[: text.rfind("\n", 0, LOOK) + 1 or LOOK]
    if "```" not in start:
        for syntax, sign in SYNTAXES:
            if sign.search(start):
                return visible(shortened(text).strip("\n")), syntax
        if table := separated(text) if len(text) <= LARGEST else None:
            return table, "text"
    return prose(text)


def prose(text: str) -> tuple[str, Syntax]:
    """Escaped text that somebody wrote: Markdown where it has any, its tables in columns."""
    shown = visible(shortened(text).strip("\n"))
    return (aligned(shown), "markdown") if is_markdown(shown) else (shown, "text")


def pairs(values: Mapping[str, Any]) -> str:
    """`name: value` on one line where they are short, else one a line; strings of several lines after bars."""
    written = [(name, shown if (shown := _value(value)).startswith("\n") else f" {shown}") for name, value in values.items()]
    short = all("\n" not in value for _, value in written) and sum(len(name) + len(value) + 4 for name, value in written) <= 2 * ONE_ROW
    return visible(("   " if short else "\n").join(f"{name}:{value}" for name, value in written))


def _value(value: Any) -> str:
    if isinstance(value, str):
        value = shortened(value)
        return f"\n{barred(value)}" if "\n" in value else quoted(value)
    return _indented(value)


def _indented(value: Any) -> str:
    try:
        return indented(value)
    except (ValueError, RecursionError):
        return "(nested too deeply)"


def arguments(text: str) -> tuple[str, Syntax]:
    """A call's arguments as pairs; as they are where they are no JSON object."""
    value = parsed(without_media(text)) if len(text) <= LARGEST else None
    if isinstance(value, dict):
        return pairs(value), "json"
    try:
        twice = json.loads(text) if text.startswith('"') else None
    except ValueError:
        twice = None
    return arguments(twice) if isinstance(twice, str) and twice != text else pretty(text)


def facts(values: Mapping[str, Any]) -> str:
    """`name=value` on one line."""
    shown = ((name, shortened(value) if isinstance(value, str) else _indented(value)) for name, value in values.items())
    return "   ".join(one_line(f"{name}={value}") for name, value in shown)


def chosen(value: Any, names: tuple[str, ...]) -> str | None:
    """The string under the first of these names, nearest to the top of a JSON value."""
    level = [value]
    for _ in range(4):
        below: list[Any] = []
        for node in level[:50]:
            if isinstance(node, dict):
                for name in names:
                    if isinstance(found := node.get(name), str) and found.strip(BLANK):
                        return found
                below.extend(node.values())
        level = below
    return None


def part_text(part: Part) -> str:
    """The text of a part, not yet escaped; a medium as `[image/png 12 kB inline]`."""
    if part.kind in WORDS:
        return part.text
    known = " ".join(fact for fact in (part.mime or part.kind, size(part.size) if part.size is not None else "", part.source or "") if fact)
    return f"[{known}]" + (f" {part.text}" if part.text else "")


def said(message: Message) -> str:
    """Everything that a message says but its reasoning."""
    return "\n".join(part_text(part) for part in message.parts if part.kind != "reasoning")


def thought(message: Message) -> str:
    """The reasoning of a message."""
    return "\n".join(part.text for part in message.parts if part.kind == "reasoning")


def brief(text: str) -> str:
    """The start of a text on one line."""
    start = text[:1000]
    return one_line((shortened(text) if bulk(start) else start)[:400])


def media(message: Message) -> tuple[Part, ...]:
    """What `said` leaves placeholders of, in its order: media of their own, and those within a text."""
    found: list[Part] = []
    for part in message.parts:
        if part.kind in WORDS:
            found.extend(media_in(part.text) if part.kind != "reasoning" else ())
        else:
            found.append(part)
    return tuple(found)
