"""Values in the tree of a span's attributes: what stands under a key, whether it came as an object, flat, or as JSON in a string."""

import json
from typing import Any

from annotator.reading.values.nesting import COMPOUND, normal
from annotator.reading.values.remembered import remembered

NUMERIC = (int, float, str)
_DECODER, _ENCODER = json.JSONDecoder(), json.JSONEncoder(ensure_ascii=False, check_circular=False)
OPENING = frozenset(("{", "["))
INDEXES = [str(place) for place in range(100)]


@remembered
def parse(text: str) -> Any:
    """The JSON in a string that looks like an object or a list; None where it is neither."""
    if text[:1] not in OPENING and not text[:64].lstrip().startswith(("{", "[")):
        return None
    try:
        return loaded(text)
    except (ValueError, RecursionError):
        return None


def loaded(text: str) -> Any:
    """`json.loads`; a short text, which most are, costs a third of it. ValueError where it is no JSON."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:  # also for the space before it
        return json.loads(text)
    return value if end == len(text) else json.loads(text)


def fields(node: Any) -> dict[str, Any]:
    """An object, also where it travels as a JSON string; empty for anything else."""
    if type(node) is dict:
        return node
    if node is None:
        return {}
    if isinstance(node, str):
        node = parsed(node)
    return node if isinstance(node, dict) else {}


def entries(node: Any) -> list[Any]:
    """The elements of a list in order: a list, a JSON string of one, or an object whose keys are indexes (gaps allowed)."""
    if node is None:
        return []
    if isinstance(node, str):
        node = parsed(node)
    if isinstance(node, list):
        return node
    if not isinstance(node, dict):
        return []
    if list(node) == INDEXES[: len(node)]:  # as nearly every library writes them
        return list(node.values())
    if len(node) == 1:
        return [value for key, value in node.items() if key.isdecimal()]
    indexes = [key for key in node if key.isdecimal() and len(key) < 10]
    indexes.sort(key=int)
    return [node[key] for key in indexes]


@remembered
def parsed(text: str) -> Any:
    """The JSON in a string, ready to be walked."""
    try:
        return normal(parse(text))
    except RecursionError:
        return None


def restored(node: Any) -> Any:
    """The tree with its lists put back: objects whose keys are exactly 0 to n - 1."""
    if type(node) not in COMPOUND:
        return node
    if isinstance(node, list):
        return [restored(value) if type(value) in COMPOUND else value for value in node]
    if "0" in node and all(str(place) in node for place in range(len(node))):
        return [restored(node[str(place)]) for place in range(len(node))]
    return {key: restored(value) if type(value) in COMPOUND else value for key, value in node.items()}


def mapping(node: Any) -> dict[str, Any]:
    """An object, also one whose keys are indexes, with the lists in it put back."""
    return {key: restored(value) if type(value) in COMPOUND else value for key, value in fields(node).items()}


def text(value: Any) -> str | None:
    """A string that is not empty; None for everything else."""
    return value if value and isinstance(value, str) else None


def shown(value: Any) -> str | None:
    """Any value as text: strings as they are, the rest as JSON; None for None and ''."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else dumped(value)


def dumped(value: Any) -> str:
    """JSON text of a value, whatever it is."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return "(nested too deeply)"


def whole(value: Any) -> int | None:
    """A count: an int, a float without a fraction, or digits in a string."""
    if type(value) is int:
        return value
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else None


def number(value: Any) -> float | None:
    """A finite number, also in a string."""
    if value is None or isinstance(value, bool) or not isinstance(value, NUMERIC):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if result - result == 0 else None
