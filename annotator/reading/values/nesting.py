"""Flat dotted keys as a tree of dicts; the dotted keys of objects in it too."""

from collections.abc import Iterable, Mapping
from typing import Any

DEEPEST = 64
"""Dots in a key beyond which it is no path; keeps what walks the tree from running out of stack."""
COMPOUND = frozenset((dict, list))
"""JSON's types with something inside; a set, because building `dict | list` for every key is what reading would mostly do."""

Way = tuple[tuple[tuple[int, str], ...], int, str]
"""Where a key leads: the nodes that it opens (parent's number, name), then its node's number and its name there; the top is 0."""
MOST_SHAPES, LONGEST_SHAPE = 1000, 200
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
    if len(keys) > LONGEST_SHAPE or sum(map(len, keys)) > 100 * LONGEST_SHAPE:
        return ()
    if len(_ways) >= MOST_SHAPES:
        _ways.clear()
    ways = _ways[keys] = _ways_of(keys)
    return ways


def _walked(ways: tuple[Way, ...], attributes: Mapping[str, Any]) -> dict[str, Any]:
    top: dict[str, Any] = {}
    nodes: list[dict[str, Any]] = [top]
    node: dict[str, Any]
    for (opened, parent, leaf), value in zip(ways, attributes.values(), strict=True):
        for above, name in opened:
            nodes[above][name] = node = {}
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
