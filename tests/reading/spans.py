"""Spans for the tests of reading: made of attributes, or from the recorded sets as OTLP exporters wrote them."""

from dataclasses import replace
from functools import cache
from typing import Any

from annotator.domain.queue import Selection
from annotator.domain.span import Span, SpanEvent
from annotator.sources.files.source import Files
from tests.recorded import FOLDER


def span(attributes: dict[str, Any], kind: str = "UNKNOWN", *events: SpanEvent) -> Span:
    """A span with these attributes and events and nothing else."""
    return Span("t", "s", None, "n", kind, "OK", 0, 1, attributes=attributes, events=events)


def event(name: str, attributes: dict[str, Any]) -> SpanEvent:
    return SpanEvent(name, 0, attributes)


@cache
def exported(name: str) -> tuple[Span, ...]:
    """The spans of a set, from its OTLP file, in the order of the file, with the log records that name them as events."""
    found: dict[str, Span] = {}
    paths = (next(FOLDER.glob(f"{name}.otlp.json*.gz")), *FOLDER.glob(f"{name}.otlp-logs.jsonl.gz"))
    for path in paths:
        for page in Files(str(path)).pages(Selection()):
            found.update({span.span_id: span for span in page.spans})
            for log in page.logs:
                known = found[log.span_id]
                found[log.span_id] = replace(known, events=(*known.events, log.event))
    return tuple(found.values())
