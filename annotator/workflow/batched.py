"""A few at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
BATCH = 200
"""Traces or items looked at together."""


def batched(values: Iterable[T]) -> Iterator[list[T]]:
    """In lists of `BATCH`."""
    rest = iter(values)
    while some := list(islice(rest, BATCH)):
        yield some
