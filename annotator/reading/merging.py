"""Two conventions on one span: the first to say a thing wins, unless the other says the same and more."""

from collections.abc import Callable, Mapping
from typing import Any

from annotator.domain.message import Message
from annotator.reading.pieces.tools import joined
from annotator.reading.values.nested import dumped, parse


def fuller(first: tuple[Message, ...], more: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages that say more: the second where they hold everything that the first do, and something else."""
    return more if first != more and _sayings(first) < _sayings(more) else first


def _sayings(messages: tuple[Message, ...]) -> set[tuple[str, ...]]:
    said: set[tuple[str, ...]] = set()
    for _, parts, calls, call_id, _, _ in messages:
        for kind, text, _, source, _, data in parts:
            said.add((kind, text.strip(), data[:64] or source or ""))
        for name, arguments, asked_id in calls:
            said.add(("call", name, "".join(arguments.split())))
            if asked_id:
                said.add(("id", asked_id))
        if call_id:
            said.add(("id", call_id))
    return said


def parameters(first: str, more: str) -> str:
    """Invocation parameters of both, as JSON text; a name's first value stays."""
    if first == more:
        return first
    known, other = parse(first), parse(more)
    if not isinstance(known, dict) or not isinstance(other, dict) or other.keys() <= known.keys():
        return first
    return dumped({**other, **known})


def mapping(first: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries of both; a name's first value stays."""
    return first if more.keys() <= first.keys() else {**more, **first}


def union(first: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
    """What both list, each once."""
    return (*first, *(item for item in more if item not in first))


MERGED: dict[str, Callable[[Any, Any], Any]] = {
    "input_messages": fuller,
    "output_messages": fuller,
    "tools": joined,
    "invocation_parameters": parameters,
    "metadata": mapping,
    "tags": union,
    "evaluations": union,
}
"""Fields of `Reading` where a later convention can add to an earlier one."""
