"""Ids, times and texts of a span's header, from whatever a file holds in their place."""

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_USUAL_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{16}")
_HEX_ID = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{16}")
_BASE64_ID = re.compile(r"[0-9A-Za-z+/]{22}==|[0-9A-Za-z+/]{11}=")
"""16 or 8 bytes, as protobuf's own JSON writes them; hex ids have another length."""
_HALVES = re.compile("[\ud800-\udfff]")
_FRACTION = re.compile(r"[.,](\d+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_NS = (1 << 63) - 1
"""The largest time that OTLP's consumers and SQLite can keep: the year 2262."""
_SECONDS = 100_000_000_000
"""More seconds than any time since 1970 has, fewer milliseconds than any time after 1973."""
_STATUS: dict[str | int, str] = {0: "UNSET", 1: "OK", 2: "ERROR", "1": "OK", "2": "ERROR", "OK": "OK", "ERROR": "ERROR", "UNSET": "UNSET"}
_ZONES = ("+00:00", "Z")


def first(record: Mapping[str, Any], *names: str) -> Any:
    """The first of these keys that is there and not null."""
    for name in names:
        value = record.get(name)
        if value is not None:
            return value
    return None


def text(value: Any) -> str:
    """A string for a header; halves of surrogate pairs, which no database takes, become U+FFFD."""
    if value is None:
        return ""
    if not isinstance(value, str):
        value = json.dumps(value)
    return value if value.isascii() else _HALVES.sub("\N{REPLACEMENT CHARACTER}", value)


def span_or_trace_id(value: Any) -> str:
    """Hex ids in lower case and without 0x, those in base64 as hex, others as they are; '' where there is none."""
    if isinstance(value, str) and _USUAL_ID.fullmatch(value):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    name = text(value)
    bare = name.removeprefix("0x")
    if _HEX_ID.fullmatch(bare):
        return bare.lower()
    return base64.b64decode(name).hex() if name.endswith("=") and _BASE64_ID.fullmatch(name) else name


def parent_id(value: Any) -> str | None:
    """None for a root: no id, or one of zeros only."""
    if value is None:
        return None
    parent = span_or_trace_id(value)
    return parent if parent.strip("0") else None


def status_code(value: Any) -> str:
    """OK, ERROR or UNSET from 0, 1, 2, 'STATUS_CODE_OK', 'Error' and the like."""
    if isinstance(value, str | int) and not isinstance(value, bool) and value in _STATUS:
        return _STATUS[value]
    return _STATUS.get(text(value).upper().removeprefix("STATUS_CODE_"), "UNSET")


def unix_nano(value: Any) -> int | None:
    """Nanoseconds since 1970 from an OTLP time (a number or a string of digits); None for 0 and what is no time."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    try:
        return _in_range(int(value))
    except (TypeError, ValueError):
        return None


def iso_nano(value: Any) -> int | None:
    """Nanoseconds since 1970 from ISO 8601, to the last of nine digits; without a zone it is UTC. None for what is no time."""
    if not isinstance(value, str):
        return None
    # Python reads six digits at most; this is what nearly every time looks like.
    short = (value[26:] in _ZONES and value[19] == ".") or value[19:] in _ZONES
    fraction = None if short else _FRACTION.search(value)
    try:
        moment = datetime.fromisoformat(value if short else _FRACTION.sub("", value, count=1))
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    nanos = int(fraction[1][:9].ljust(9, "0")) if fraction else since.microseconds * 1000
    return _in_range((since.days * 86_400 + since.seconds) * 1_000_000_000 + nanos)


def any_nano(value: Any) -> int | None:
    """Nanoseconds since 1970 from ISO 8601, or from a count of seconds, milli-, micro- or nanoseconds, told apart by its size."""
    if isinstance(value, str) and not value.isdecimal():
        return iso_nano(value)
    if isinstance(value, float) and math.isfinite(value) and 0 < value < _SECONDS:
        return _in_range(round(value * 1_000_000) * 1000)
    count = unix_nano(value)
    if count is None:
        return None
    for unit, largest in ((1_000_000_000, _SECONDS), (1_000_000, _SECONDS * 1000), (1000, _SECONDS * 1_000_000)):
        if count < largest:
            return _in_range(count * unit)
    return count


def _in_range(nanos: int) -> int | None:
    return nanos if 0 < nanos <= _MAX_NS else None
