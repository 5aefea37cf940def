"""One span, understood: every convention that recognises it reads it, the first to say a thing wins."""

from typing import Any

from annotator.domain.message import Reading
from annotator.domain.span import ERROR, Span
from annotator.reading.convention import Convention
from annotator.reading.failures import failures
from annotator.reading.openinference import OpenInference
from annotator.reading.plain import Plain

CONVENTIONS: tuple[Convention, ...] = (OpenInference(), Plain())
"""In order of trust; the last is the fallback."""


def read(span: Span) -> Reading:
    """What the span says. Never raises, whatever the attributes hold."""
    said: dict[str, Any] = {}
    for convention in CONVENTIONS if span.attributes else ():
        if convention.recognises(span.attributes):
            found = convention.read(span)
            said = {**found, **{name: value for name, value in said.items() if value}} if said else found
    if span.events or span.status_code == ERROR:
        said["failures"] = failures(span)
    return Reading(**said)
