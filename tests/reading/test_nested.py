"""The tree of dotted keys is the same whether a span's keys were seen before or not."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotator.reading.values.nesting import LONGEST_SHAPE, MOST_SHAPES, nest

SEGMENTS = st.sampled_from(["a", "b", "0", "1", ""])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=4).map(".".join) | st.just("a." * 70 + "a")
VALUES = st.integers(0, 3) | st.dictionaries(KEYS, st.integers(0, 3), max_size=2) | st.lists(st.dictionaries(KEYS, st.none(), max_size=2))


def put(node: dict[str, Any], path: list[str], value: Any) -> None:
    """One value at its path, the slow and plain way."""
    for name in path[:-1]:
        inner = node.get(name)
        if not isinstance(inner, dict):
            inner = {} if name not in node else {"": inner}
            node[name] = inner
        node = inner
    leaf = path[-1]
    if isinstance(node.get(leaf), dict):
        node[leaf] = {**node[leaf], "": value}
    else:
        node[leaf] = value


def test_the_tree_of_a_usual_span() -> None:
    attributes = {"llm.a.0.role": "user", "llm.a.1.role": "tool", "llm.model": "m", "input": {"x.y": 1}, "v": [1, 2]}
    wanted = {"llm": {"a": {"0": {"role": "user"}, "1": {"role": "tool"}}, "model": "m"}, "input": {"x": {"y": 1}}, "v": [1, 2]}
    for _ in range(3):
        tree = nest(attributes)
        assert tree == wanted
        tree["llm"]["a"].clear()  # nothing of it is kept


def test_a_value_that_is_a_branch_too() -> None:
    for _ in range(3):
        assert nest({"a": 1, "a.b": 2}) == {"a": {"": 1, "b": 2}}
        assert nest({"a.b": 2, "a": 1}) == {"a": {"b": 2, "": 1}}


@given(st.dictionaries(KEYS, st.integers(0, 3), max_size=8))
def test_any_keys_give_the_tree_of_the_plain_way(attributes: dict[str, int]) -> None:
    wanted: dict[str, Any] = {}
    usual = {key: value for key, value in attributes.items() if key.count(".") < 64 and not key.startswith(".") and ".." not in key}
    for key, value in usual.items():
        put(wanted, key.split("."), value)
    assert nest(usual) == wanted
    assert list(nest(usual)) == list(wanted)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_the_second_time_gives_what_the_first_did(attributes: dict[str, Any]) -> None:
    first = nest(attributes)
    assert repr(nest(attributes)) == repr(first)


def test_many_shapes_and_long_ones_are_read_too() -> None:
    for number in range(MOST_SHAPES + 5):
        assert nest({f"a{number}.b": 1, "c": 2}) == {f"a{number}": {"b": 1}, "c": 2}
    long = {f"k.{number}": number for number in range(LONGEST_SHAPE + 1)}
    assert nest(long) == {"k": {str(number): number for number in range(LONGEST_SHAPE + 1)}}
