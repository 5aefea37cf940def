"""One span, understood: every convention that its keys name reads it, the first to say a thing wins."""

from typing import Any

from annotator.domain.message import Reading
from annotator.domain.span import ERROR, Span
from annotator.reading.convention import Convention
from annotator.reading.failures import failures
from annotator.reading.nested import nest
from annotator.reading.openinference import OpenInference
from annotator.reading.plain import Plain

CONVENTIONS: tuple[Convention, ...] = (OpenInference(), Plain())
"""In order of trust; the last is the fallback."""

NUMBERS = frozenset((int, float))
"""A count of 0 is said; every other empty value is not."""


def read(span: Span) -> Reading:
    """What the span says. Never raises, whatever the attributes hold."""
    said: dict[str, Any] = {}
    tree = nest(span.attributes)
    roots = {event.name.partition(".")[0] for event in span.events}
    roots.update(tree)
    for convention in CONVENTIONS:
        if not convention.roots.isdisjoint(roots):
            for name, value in convention.read(span, tree).items():
                if name not in said and (value or type(value) in NUMBERS):
                    said[name] = value
    if span.events or span.status_code == ERROR:
        said["failures"] = failures(span)
    return Reading(**said)
