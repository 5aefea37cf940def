"""Values of a trace as a person reads them: JSON indented, arguments as pairs, media as placeholders."""

import json
from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message, Part
from annotator.text.block import Syntax
from annotator.text.escape import one_line, visible
from annotator.text.facts import size

ONE_ROW = 100
"""JSON up to this many characters stays on one line."""
LARGEST = 400_000
"""Characters beyond which JSON is shown as it was received."""
QUESTIONS = ("question", "query", "query_str", "user_input", "user_msg", "input", "prompt", "message", "text", "content")
ANSWERS = ("answer", "output", "response", "result", "completion", "text", "content", "message")


def parsed(text: str) -> Any:
    """The object or list that a string is the JSON of; None where it is neither."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def pretty(text: str) -> tuple[str, Syntax]:
    """Escaped text, JSON indented where it is long, and which of the two it is."""
    value = parsed(text) if len(text) <= LARGEST else None
    if value is None:
        return visible(text.strip("\n")), "text"
    return visible(indented(value)), "json"


def indented(value: Any) -> str:
    """JSON on one line where it fits, else indented by two."""
    try:
        compact = json.dumps(value, ensure_ascii=False)
        return compact if len(compact) <= ONE_ROW else json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return "(nested too deeply)"


def pairs(values: Mapping[str, Any]) -> str:
    """`name: value` on one line where they are short, else one a line; strings of several lines as they are."""
    written = [(name, _value(value)) for name, value in values.items()]
    short = all("\n" not in value for _, value in written) and sum(len(name) + len(value) + 5 for name, value in written) <= 2 * ONE_ROW
    return visible(("   " if short else "\n").join(f"{name}: {value}" for name, value in written))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f"\n{value}" if "\n" in value else json.dumps(value, ensure_ascii=False)
    return indented(value)


def arguments(text: str) -> tuple[str, Syntax]:
    """A call's arguments as pairs; as they are where they are no JSON object."""
    value = parsed(text)
    if isinstance(value, str):  # JSON in JSON
        value = parsed(value)
    if isinstance(value, dict):
        return pairs(value), "json"
    try:
        twice = json.loads(text) if text.startswith('"') else None
    except ValueError:
        twice = None
    return arguments(twice) if isinstance(twice, str) and twice != text else pretty(text)


def facts(values: Mapping[str, Any]) -> str:
    """`name=value` on one line."""
    return "   ".join(one_line(f"{name}={value if isinstance(value, str) else indented(value)}") for name, value in values.items())


def chosen(value: Any, names: tuple[str, ...]) -> str | None:
    """The string under the first of these names, nearest to the top of a JSON value."""
    level = [value]
    for _ in range(4):
        below: list[Any] = []
        for node in level[:50]:
            if isinstance(node, dict):
                for name in names:
                    if isinstance(found := node.get(name), str) and found.strip():
                        return found
                below.extend(node.values())
        level = below
    return None


def part_text(part: Part) -> str:
    """The text of a part, not yet escaped; a medium as `[image/png 12 kB inline]`."""
    if part.kind in ("text", "reasoning", "refusal"):
        return part.text
    known = " ".join(fact for fact in (part.mime or part.kind, size(part.size) if part.size is not None else "", part.source or "") if fact)
    return f"[{known}]" + (f" {part.text}" if part.text else "")


def said(message: Message) -> str:
    """Everything that a message says but its reasoning."""
    return "\n".join(part_text(part) for part in message.parts if part.kind != "reasoning")


def thought(message: Message) -> str:
    """The reasoning of a message."""
    return "\n".join(part.text for part in message.parts if part.kind == "reasoning")
