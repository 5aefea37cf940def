"""Durations, counts, money, sizes and times as a person reads them."""

from datetime import datetime


def duration(nanoseconds: int | None) -> str:
    """180ms, 4.2s, 2m05s, 3h07m; '' where it is not known."""
    if nanoseconds is None:
        return ""
    seconds = nanoseconds / 1e9
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02}m"


def tokens(prompt: int | None, completion: int | None) -> str:
    """1,204 + 88 tokens: in and out; one of them where the other is not known, '' where neither is."""
    if completion is None:
        return f"{counted(prompt, 'token')} in" if prompt is not None else ""
    if prompt is None:
        return f"{counted(completion, 'token')} out"
    return f"{prompt:,} + {completion:,} tokens"


def money(dollars: float | None) -> str:
    """$0.0042, $1.20; '' where it is not known."""
    if dollars is None:
        return ""
    return f"${dollars:,.2f}" if abs(dollars) >= 1 or dollars == 0 else f"${dollars:.2g}" if abs(dollars) >= 0.0001 else f"${dollars:.1e}"


def size(count: int) -> str:
    """812 B, 12 kB, 3.4 MB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"


def local_time(nanoseconds: int | None) -> str:
    """2026-11-21 11:01:38 in the local time zone; '' where it is not known or out of range."""
    if nanoseconds is None:
        return ""
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return ""


def counted(count: int, noun: str) -> str:
    """1 step, 14 steps."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    last = place % 10 if place % 100 not in (11, 12, 13) else 0
    return f"{place}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"
