"""What the tokens of a call were: read from a cache, thoughts, sounds."""

import re
from collections.abc import Iterator
from typing import Any

from annotator.reading.values.nested import fields, whole
from annotator.reading.values.remembered import remembered

COUNTED = re.compile(r"(?:^|_)(?:details|input|output|prompt|completion|candidates|tokens?|count)(?=_|$)")
"""What says in a name that tokens are counted, and where."""
SAME = {"cache_creation": "cache_write", "cached": "cache_read", "thoughts": "reasoning", "cached_content": "cache_read"}


def named(usage: Any) -> dict[str, int]:
    """Details among the counts of `gen_ai.usage`, however they are written: `cache_read.input_tokens`, `details.reasoning_tokens`, ..."""
    found: dict[str, int] = {}
    for name, count in _counted(usage, ""):
        if detail := _detail(name):
            found.setdefault(detail, count)
    return found


@remembered
def _detail(name: str) -> str:
    """What a count counts; '' for a total."""
    name = COUNTED.sub("", name).strip("_")
    return SAME.get(name, name) if name != "total" else ""


def _counted(node: Any, path: str) -> Iterator[tuple[str, int]]:
    for key, value in fields(node).items():
        if "cost" in key:
            continue
        name = f"{path}_{key}" if path else key
        if isinstance(value, dict):
            yield from _counted(value, name)
        elif count := whole(value):
            yield name, count


def counts(prompt: Any, completion: Any) -> dict[str, int]:
    """Details of the prompt's and of the completion's tokens by name (`cache_read`, `reasoning`, `audio`); zeros are left out.

    A name that both have is the completion's with `_out`.
    """
    found = {name: count for name, value in fields(prompt).items() if (count := whole(value))}
    for name, value in fields(completion).items():
        if count := whole(value):
            found[f"{name}_out" if name in found else name] = count
    return found
