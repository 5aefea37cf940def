"""Attributes of any shape (flat dotted keys, nested objects, JSON in strings) as one tree of dicts and lists."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from annotator.reading.remembered import remembered

DEEPEST = 64
"""Dots in a key beyond which it is no path; keeps what walks the tree from running out of stack."""


NUMERIC = (int, float, str)
COMPOUND = frozenset((dict, list))
"""JSON's types with something inside; a set, because building `dict | list` for every key is what reading would mostly do."""

_DECODER, _ENCODER = json.JSONDecoder(), json.JSONEncoder(ensure_ascii=False, check_circular=False)
OPENING = frozenset(("{", "["))
INDEXES = [str(place) for place in range(100)]

Way = tuple[tuple[tuple[int, str], ...], int, str]
"""Where a key leads: the nodes that it opens (parent's number, name), then its node's number and its name there; the top is 0."""
MOST_WAYS, LONGEST_WAY = 1000, 200
_ways: dict[tuple[str, ...], tuple[Way, ...]] = {}
"""Spans of one library have the same keys in the same order, so that these are taken apart once."""


def nest(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a.0.b": 1}` as `{"a": {"0": {"b": 1}}}`, in one pass; a value that is also a branch is kept under ''."""
    keys = tuple(attributes)
    ways = _ways.get(keys)
    if ways is None:
        ways = _learned(keys)
    return _walked(ways, attributes) if ways else _nested(attributes)


def _learned(keys: tuple[str, ...]) -> tuple[Way, ...]:
    if len(keys) > LONGEST_WAY or sum(map(len, keys)) > 100 * LONGEST_WAY:
        return ()
    if len(_ways) >= MOST_WAYS:
        _ways.clear()
    ways = _ways[keys] = _ways_of(keys)
    return ways


def _walked(ways: tuple[Way, ...], attributes: Mapping[str, Any]) -> dict[str, Any]:
    top: dict[str, Any] = {}
    nodes = [top]
    for (opened, parent, leaf), value in zip(ways, attributes.values(), strict=True):
        for above, name in opened:
            node: dict[str, Any] = {}
            nodes[above][name] = node
            nodes.append(node)
        nodes[parent][leaf] = normal(value) if type(value) in COMPOUND else value
    return top


def _ways_of(keys: tuple[str, ...]) -> tuple[Way, ...]:
    """Where each of these keys leads; empty where one is too deep, or the branch of another."""
    places = {"": 0}
    ways: list[Way] = []
    for key in keys:
        parent, _, leaf = key.rpartition(".")
        opened: list[tuple[int, str]] = []
        missing: list[str] = []
        while parent not in places:
            missing.append(parent)
            parent = parent.rpartition(".")[0]
        for path in reversed(missing):
            above, _, name = path.rpartition(".")
            opened.append((places[above], name))
            places[path] = len(places)
        ways.append((tuple(opened), places[key.rpartition(".")[0]], leaf))
    if not places.keys().isdisjoint(keys) or any(key.count(".") > DEEPEST for key in keys):
        return ()
    return tuple(ways)


def _nested(attributes: Mapping[str, Any]) -> dict[str, Any]:
    top: dict[str, Any] = {}
    nodes: dict[str, dict[str, Any]] = {"": top}
    for key, value in attributes.items():
        if type(value) in COMPOUND:
            value = normal(value)
        parent, _, leaf = key.rpartition(".")
        node = nodes.get(parent)
        if node is None:
            if parent.count(".") > DEEPEST:
                top[key] = value
                continue
            node = _open(nodes, parent)
        if leaf not in node or not isinstance(node[leaf], dict):
            node[leaf] = value
        else:
            node[leaf] = nodes[key] = {**node[leaf], "": value}
    return top


def _open(nodes: dict[str, dict[str, Any]], path: str) -> dict[str, Any]:
    """The node at a path, made together with its parents where they are missing."""
    parent, _, leaf = path.rpartition(".")
    node = nodes.get(parent)
    if node is None:
        node = _open(nodes, parent)
    child: dict[str, Any]
    if leaf not in node:
        child = {}
    else:
        value = node[leaf]
        child = dict(value) if isinstance(value, dict) else {"": value}
    node[leaf] = nodes[path] = child
    return child


def normal(value: Any) -> Any:
    """An object or a list with the dotted keys of its objects nested; what has none, a vector for instance, is left as it is."""
    children: Iterable[tuple[Any, Any]]
    if isinstance(value, dict):
        if "." in "".join(value):
            return nest(value)
        children = value.items()
    elif isinstance(value, list) and value and type(value[0]) in COMPOUND:
        children = enumerate(value)
    else:
        return value
    changed = {place: inner for place, child in children if type(child) in COMPOUND and (inner := normal(child)) is not child}
    if not changed:
        return value
    if isinstance(value, dict):
        return {**value, **changed}
    return [changed.get(place, child) for place, child in enumerate(value)]


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
