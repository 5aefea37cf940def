"""What spans of one trace repeat is understood once: the prompt in a wrapper and in what it wraps, the tools of every call."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MOST, LONGEST = 128, 8000
"""Texts that are kept, the newest ones, and characters beyond which one is not: about 4 MB a function at the very most."""

Understood = TypeVar("Understood")
_forget: list[Callable[[], None]] = []


def remembered(understand: Callable[[str], Understood]) -> Callable[[str], Understood]:
    """A function of a text that knows its newest results. They are shared: read them, never change them."""
    known = lru_cache(MOST)(understand)
    _forget.append(known.cache_clear)

    @wraps(understand)
    def once(text: str) -> Understood:
        return known(text) if len(text) <= LONGEST else understand(text)

    return once


def forget() -> None:
    """As if nothing had been read: what a trace costs that repeats no earlier one."""
    for clear in _forget:
        clear()
