"""What a span is, in words: its kind and its times."""

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import SpanHeader
from annotator.text.facts import duration

DAY_NS = 86_400_000_000_000
"""An end on the first day of 1970 is a zero that was meant to say none."""


def kind_of(span: SpanHeader, reading: Reading) -> str:
    """The header's kind, else what the convention says that the span is, else UNKNOWN."""
    return span.kind if span.kind and span.kind != UNKNOWN else reading.kind or UNKNOWN


def never_ended(span: SpanHeader) -> bool:
    """It began, and no end was recorded, or one in 1970 although it began later; what has no times at all was not left open."""
    return span.start_ns is not None and (span.end_ns is None or span.end_ns < min(DAY_NS, span.start_ns))


def ends_early(span: SpanHeader) -> bool:
    """The end lies before the start."""
    return not never_ended(span) and span.start_ns is not None and span.end_ns is not None and span.end_ns < span.start_ns


def took(span: SpanHeader) -> str:
    """4.2s; 'open' for a span that never ended; with a minus where it ends before it starts; '' without a start."""
    if never_ended(span):
        return "open"
    if span.start_ns is None or span.end_ns is None:
        return ""
    length = span.end_ns - span.start_ns
    return duration(length) if length >= 0 else f"-{duration(-length)}"
