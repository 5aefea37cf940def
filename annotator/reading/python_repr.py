"""Python's `repr` of objects as plain values, for what some instrumentation records in no other form. Nothing is ever evaluated."""

import ast
import re
from typing import Any

LARGEST = 200_000
"""Characters beyond which a repr is left as text."""
DEEPEST = 40
SPACE = re.compile(r"[\s,]*")
STRING = re.compile(r"""[rb]{0,2}('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|inf|nan)\b")
NAME = re.compile(r"[A-Za-z_][\w.]*")
FIELD = re.compile(r"([A-Za-z_]\w*)\s*[=:]\s*")
OBJECT = re.compile(r"""<(?:[^<>'"]|'[^']*'|"[^"]*")*>""")
ENUM = re.compile(r"""<\w[\w.]*: ('[^']*'|"[^"]*"|-?\d+)>""")
CONSTANTS = {"None": None, "True": True, "False": False}
CLOSING = {"[": "]", "(": ")", "{": "}"}


class _Unreadable(Exception):
    """Not the repr of values and constructor calls."""


def evaluated(text: str) -> Any:
    """Strings, numbers, lists, dicts, and `Name(key=value)` as {"class": "Name", "key": value}, leading underscores of keys removed.

    `<Enum.NAME: 'value'>` is its value, `<function f at 0x...>` its text. `a=1 b=2` (pydantic's str) is a dict. None for anything else.
    """
    if len(text) > LARGEST:
        return None
    try:
        reader = _Reader(text)
        value = reader.members() if re.match(r"\s*[A-Za-z_]\w*=", text) else reader.value(0)
    except _Unreadable:
        return None
    return value if reader.done() else None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def done(self) -> bool:
        self.skip()
        return self.at >= len(self.text)

    def skip(self) -> None:
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def sees(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def value(self, depth: int) -> Any:
        self.skip()
        if depth > DEEPEST or self.at >= len(self.text):
            raise _Unreadable
        first = self.text[self.at]
        if first in "[(":
            self.at += 1
            return self.items(CLOSING[first], depth)
        if first == "{":
            self.at += 1
            return self.mapping(depth)
        if first == "<":
            return self.angle()
        if (string := self.take(STRING)) is not None:
            return _literal(string)
        if (number := self.take(NUMBER)) is not None:
            return _literal(number) if number[-1].isdigit() or number[-1] == "." else number
        name = self.take(NAME)
        if name is None:
            raise _Unreadable
        if self.sees("("):
            return {"class": name.rpartition(".")[2], **self.members(")", depth)}
        return CONSTANTS.get(name, name)

    def items(self, end: str, depth: int) -> list[Any]:
        found: list[Any] = []
        while True:
            self.skip()
            if self.sees(end):
                return found
            found.append(self.value(depth + 1))

    def mapping(self, depth: int) -> Any:
        found: dict[str, Any] = {}
        while True:
            self.skip()
            if self.sees("}"):
                return found
            key = self.value(depth + 1)
            self.skip()
            if not self.sees(":"):
                raise _Unreadable
            found[key if isinstance(key, str) else str(key)] = self.value(depth + 1)

    def members(self, end: str = "", depth: int = 0) -> dict[str, Any]:
        """`key=value` pairs, apart by commas or spaces; values without a key are counted."""
        found: dict[str, Any] = {}
        while True:
            self.skip()
            if self.sees(end) if end else self.at >= len(self.text):
                return found
            named = FIELD.match(self.text, self.at)
            if named:
                self.at = named.end()
                key = named.group(1).lstrip("_") or named.group(1)
            else:
                key = str(len(found))
            found[key] = self.value(depth + 1)

    def angle(self) -> Any:
        enum = ENUM.match(self.text, self.at)
        if enum:
            self.at = enum.end()
            return _literal(enum.group(1))
        written = self.take(OBJECT)
        if written is None:
            raise _Unreadable
        return written


def _literal(text: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise _Unreadable from error
    return value if not isinstance(value, bytes) else text
