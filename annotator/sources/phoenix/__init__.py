"""Arize Phoenix. What needs httpx and pydantic (200 ms) is imported when `Phoenix` is asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotator.sources.phoenix.source import Phoenix as Phoenix

__all__ = ["Phoenix"]


def __getattr__(name: str) -> Any:
    if name != "Phoenix":
        raise AttributeError(name)
    from annotator.sources.phoenix.source import Phoenix

    return Phoenix
