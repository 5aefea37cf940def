"""Times and durations as they are typed, in nanoseconds."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction

SECOND = 10**9
UNITS = {"ns": 1, "us": 1000, "µs": 1000, "ms": 10**6, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
AGO = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND, "w": 7 * 86400 * SECOND}
DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d)")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 1 << 63


def duration_of(text: str) -> int | None:
    """Of 2s, 1.5s, 300ms, 5m; None for anything else."""
    match = DURATION.fullmatch(text)
    found = int(Fraction(match[1]) * UNITS[match[2]]) if match and len(match[1]) < 30 else None
    return None if found is None or found >= LATEST else found


def duration_text(nanoseconds: int) -> str:
    """In the largest unit up to seconds in which it is whole."""
    unit = next(unit for unit in ("s", "ms", "us", "ns") if nanoseconds % UNITS[unit] == 0)
    return f"{nanoseconds // UNITS[unit]}{unit}"


def time_of(text: str, now: float) -> int | None:
    """Since 1970, of 2026-11-21, 2026-11-21T09:30, 2026-11-21T09:30:00.5Z, or of 3h, 2d before `now` (in seconds since 1970).

    Local time where no zone is given; None for anything else.
    """
    if (match := re.fullmatch(r"(\d{1,9})([smhdw])", text)) is not None:
        return int(now * 1e9) - int(match[1]) * AGO[match[2]]
    if (match := TIME.fullmatch(text)) is None:
        return None
    day, minute, second, fraction, zone = match.groups()
    try:
        found = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}{zone or ''}")
        since = (found if found.tzinfo else found.astimezone()) - EPOCH
    except (ValueError, OverflowError, OSError):
        return None
    return (since // timedelta(seconds=1)) * SECOND + int(Fraction(fraction or 0) * SECOND)


def time_text(nanoseconds: int) -> str:
    """In UTC, to the nanosecond where there are any: 2026-11-21T09:30:00Z."""
    seconds, rest = divmod(nanoseconds, SECOND)
    whole = (EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    return f"{whole}{f'.{rest:09}'.rstrip('0') if rest else ''}Z"
