"""Python's `repr` of objects as plain values, for what some instrumentation records in no other form. Nothing is ever evaluated."""

import ast
import re
from typing import Any

from annotator.reading.values.remembered import remembered

LARGEST = 200_000
"""Characters beyond which a repr is left as text."""
DEEPEST = 40
TOKEN = re.compile(
    r"""[\s,]*(?:
      '( [^'\\\n\r\0\ud800-\udfff]* )' ( : )?
    | ( [A-Za-z_]\w* ) \s* ( [=:] )
    | ( [1-9][0-9]{0,17} | 0 ) (?![\w.])
    | ( [rb]{0,2} (?: '[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*" ) )
    | ( [+-]?(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|inf|nan)\b )
    | ( [A-Za-z_][\w.]* ) ( \( )?
    | ( [\[({] )
    | ( [\])}] )
    | ( : )
    | <\w[\w.]*:[ ] (?: ( '[^']*' | "[^"]*" ) | ( -?\d+ ) ) >
    | ( < (?: [^<>'"] | '[^']*' | "[^"]*" )* > )
    | ( [^\s,] )
    )""",
    re.DOTALL | re.VERBOSE,
)
"""The next token with the spaces and commas before it; the last group is what no repr has there."""
PLAIN, PLAIN_KEY, KEY, SEPARATOR, WHOLE, STRING, NUMBER, NAME, CALL, OPENING, CLOSING, COLON, ENUM, ENUM_NUMBER, OBJECT = range(1, 16)
FIELDS = re.compile(r"\s*[A-Za-z_]\w*=")
RARE = re.compile(r"""[\n\r\0]|\\[^\\'"nrt]""")
"""In a string: what only a compiler should read."""
CONSTANTS = {"None": None, "True": True, "False": False}
ENDS = {"[": "]", "(": ")", "{": "}"}


@remembered
def evaluated(text: str) -> Any:
    """Strings, numbers, lists, dicts, and `Name(key=value)` as {"class": "Name", "key": value}, leading underscores of keys removed.

    `<Enum.NAME: 'value'>` is its value, `<function f at 0x...>` its text. `a=1 b=2` (pydantic's str) is a dict. None for anything else.
    """
    if len(text) > LARGEST:
        return None
    try:
        if FIELDS.match(text):
            return _read(text, {}, DEEPEST - 1)
        values = _read(text, [], DEEPEST)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return values[0] if len(values) == 1 else None


def _read(text: str, top: Any, deepest: int) -> Any:
    """`top` with the values of the text: a list, or a dict of `key=value`. ValueError for what is no repr.

    Commas are spaces: what a repr has between them is told apart without.
    """
    above: list[tuple[Any, str, str | None, str | None]] = []
    found, end, name, key = top, "", None, None
    """The list or dict that is filled, what closes it, the class that a call names, and the key of the next value."""
    keyed = False
    """The key stands there, its colon is yet to come."""
    for token in TOKEN.finditer(text):
        form = token.lastindex
        if form == PLAIN_KEY and key is None and end == "}":
            key = token[PLAIN]
            continue
        if form == SEPARATOR:
            if key is not None or type(found) is list or (end == "}" and token[SEPARATOR] == "="):
                raise ValueError
            key = token[KEY] if end == "}" else token[KEY].lstrip("_") or token[KEY]
            continue
        if form == COLON and keyed:
            keyed = False
            continue
        if keyed or (len(above) > deepest and form != CLOSING):
            raise ValueError
        if form == PLAIN:  # most strings
            value = token[PLAIN]
        elif form == WHOLE:
            value = int(token[WHOLE])
        elif form == STRING:
            value = _string(token[STRING])
        elif form in (CALL, OPENING):
            above.append((found, end, name, key))
            opening = token[form]
            name = token[NAME].rpartition(".")[2] if form == CALL else None
            found, end, key = [] if form == OPENING and opening != "{" else {}, ENDS[opening], None
            continue
        elif form == CLOSING:
            if token[CLOSING] != end or key is not None:
                raise ValueError
            value = found if name is None else {"class": name, **found}
            found, end, name, key = above.pop()
        elif form == NAME:
            value = CONSTANTS.get(token[NAME], token[NAME])
        elif form in (NUMBER, ENUM_NUMBER):
            value = _number(token[form])
        elif form == ENUM:
            value = _string(token[ENUM])
        elif form == OBJECT:
            value = token[OBJECT]
        else:
            raise ValueError
        if type(found) is list:
            found.append(value)
        elif key is not None:
            found[key] = value
            key = None
        elif end == "}":
            key, keyed = value if isinstance(value, str) else str(value), True
        else:
            found[str(len(found))] = value
    if above or key is not None:
        raise ValueError
    return top


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
    value = ast.literal_eval(text)
    return value if not isinstance(value, bytes) else text
