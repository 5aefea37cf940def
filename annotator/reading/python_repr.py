"""Python's `repr` of objects as plain values, for what some instrumentation records in no other form. Nothing is ever evaluated."""

import ast
import re
from typing import Any

from annotator.reading.remembered import remembered

LARGEST = 200_000
"""Characters beyond which a repr is left as text."""
DEEPEST = 40
TOKEN = re.compile(
    r"""[\s,]*(?:
      ( [rb]{0,2} (?: '[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*" ) )
    | ( [+-]?(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|inf|nan)\b )
    | ( [A-Za-z_][\w.]* ) (\()?
    | ( [\[({<] )
    | ( [\])}] )
    )""",
    re.DOTALL | re.VERBOSE,
)
"""A string, a number, a name or the beginning of a call, what opens and what closes; the spaces and commas before it with it."""
STRING, NUMBER, NAME, CALL, OPENING, CLOSING = 1, 2, 3, 4, 5, 6
SPACE = re.compile(r"[\s,]*")
COLON = re.compile(r"[\s,]*:")
FIELD = re.compile(r"[\s,]*([A-Za-z_]\w*)\s*[=:]\s*")
FIELDS = re.compile(r"\s*[A-Za-z_]\w*=")
OBJECT = re.compile(r"""<(?:[^<>'"]|'[^']*'|"[^"]*")*>""")
ENUM = re.compile(r"""<\w[\w.]*: ('[^']*'|"[^"]*"|-?\d+)>""")
RARE = re.compile(r"""[\n\r\0]|\\[^\\'"nrt]""")
"""In a string: what only a compiler should read."""
CONSTANTS = {"None": None, "True": True, "False": False}
ENDS = {"[": "]", "(": ")"}


class _Unreadable(Exception):
    """Not the repr of values and constructor calls."""


@remembered
def evaluated(text: str) -> Any:
    """Strings, numbers, lists, dicts, and `Name(key=value)` as {"class": "Name", "key": value}, leading underscores of keys removed.

    `<Enum.NAME: 'value'>` is its value, `<function f at 0x...>` its text. `a=1 b=2` (pydantic's str) is a dict. None for anything else.
    """
    if len(text) > LARGEST:
        return None
    try:
        reader = _Reader(text)
        value = reader.members("", 0) if FIELDS.match(text) else reader.value(0)
    except _Unreadable:
        return None
    return value if reader.at_end() else None


class _Reader:
    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def at_end(self) -> bool:
        space = SPACE.match(self.text, self.at)
        return space is not None and space.end() == len(self.text)

    def token(self) -> re.Match[str]:
        found = TOKEN.match(self.text, self.at)
        if found is None:
            raise _Unreadable
        self.at = found.end()
        return found

    def value(self, depth: int) -> Any:
        return self.of(self.token(), depth)

    def of(self, token: re.Match[str], depth: int) -> Any:
        """The value that a token is or begins."""
        form = token.lastindex
        if depth > DEEPEST or form == CLOSING:
            raise _Unreadable
        if form == STRING:
            return _string(token[STRING])
        if form == CALL:
            return {"class": token[NAME].rpartition(".")[2], **self.members(")", depth)}
        if form == NAME:
            name = token[NAME]
            return CONSTANTS.get(name, name)
        if form == NUMBER:
            return _number(token[NUMBER])
        opening = token[OPENING]
        if opening == "{":
            return self.mapping(depth)
        return self.angle() if opening == "<" else self.items(ENDS[opening], depth)

    def items(self, end: str, depth: int) -> list[Any]:
        found: list[Any] = []
        while True:
            token = self.token()
            if token[CLOSING] == end:
                return found
            found.append(self.of(token, depth + 1))

    def mapping(self, depth: int) -> Any:
        found: dict[str, Any] = {}
        while True:
            token = self.token()
            if token[CLOSING] == "}":
                return found
            key = self.of(token, depth + 1)
            colon = COLON.match(self.text, self.at)
            if colon is None:
                raise _Unreadable
            self.at = colon.end()
            found[key if isinstance(key, str) else str(key)] = self.value(depth + 1)

    def members(self, end: str, depth: int) -> dict[str, Any]:
        """`key=value` pairs up to `end`, '' for that of the text, apart by commas or spaces; values without a key are counted."""
        found: dict[str, Any] = {}
        while True:
            if named := FIELD.match(self.text, self.at):
                self.at = named.end()
                found[named[1].lstrip("_") or named[1]] = self.value(depth + 1)
                continue
            if not end and self.at_end():
                return found
            token = self.token()
            if end and token[CLOSING] == end:
                return found
            found[str(len(found))] = self.of(token, depth + 1)

    def angle(self) -> Any:
        """What stands in angle brackets, the first of which is read."""
        self.at -= 1
        if enum := ENUM.match(self.text, self.at):
            self.at = enum.end()
            return _string(enum[1]) if enum[1][0] in "'\"" else _number(enum[1])
        written = OBJECT.match(self.text, self.at)
        if written is None:
            raise _Unreadable
        self.at = written.end()
        return written[0]


def _string(text: str) -> Any:
    if text[0] not in "'\"" or not text.isascii() or RARE.search(text):
        return _literal(text)
    return text[1:-1] if "\\" not in text else text[1:-1].encode().decode("unicode_escape")


def _number(text: str) -> Any:
    if not (text[-1].isdigit() or text[-1] == "."):
        return text
    if text.isascii():
        if text.isdecimal() and len(text) < 19 and (text[0] != "0" or len(text) == 1):
            return int(text)
        if "." in text and "_" not in text:
            return float(text)
    return _literal(text)


def _literal(text: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise _Unreadable from error
    return value if not isinstance(value, bytes) else text
