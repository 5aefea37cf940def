"""What a span says as JSON values, for programs."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Reading


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The fields of a reading, and of what it holds, under their own names."""
    return {name: _plain(value) for name, value in reading._asdict().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, tuple):
        return value
    return {name: _plain(inner) for name, inner in value._asdict().items()} if hasattr(value, "_asdict") else [_plain(one) for one in value]
