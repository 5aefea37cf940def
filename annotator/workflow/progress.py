"""Pace and time left."""

from collections.abc import Sequence
from itertools import pairwise

PAUSE_SECONDS = 300.0
"""A gap of five minutes is a pause and does not count."""
VERDICTS_LOOKED_AT = 60


def pace(times: Sequence[float]) -> float | None:
    """Verdicts an hour, pauses left out; `times` in seconds since 1970, newest first. None below three verdicts."""
    gaps = [later - earlier for later, earlier in pairwise(times)]
    worked = [gap for gap in gaps if 0 <= gap < PAUSE_SECONDS]
    if len(worked) < 2:
        return None
    return len(worked) * 3600 / max(sum(worked), 1.0)


def minutes_left(todo: int, per_hour: float | None) -> float | None:
    """None where the pace is not known."""
    return None if per_hour is None else todo * 60 / per_hour
