"""Redaction: what a person does not want to see of a trace is replaced by a mark before it reaches anybody's eyes."""

from collections.abc import Collection, Mapping
from typing import Protocol

from annotator.domain.record import record
from annotator.domain.span import Trace


@record
class Pattern:
    """What is hidden, and under which name."""

    name: str
    """As the mark says it: ‹email›."""
    expression: str
    """A regular expression, searched for in every text."""


class Redactor(Protocol):
    """Replaces what the patterns find by marks."""

    fingerprint: str
    """The same for the same patterns."""

    def text(self, text: str) -> str: ...

    def texts(self, texts: Collection[str]) -> Mapping[str, str]:
        """Each text, and what is shown of it."""

    def trace(self, trace: Trace) -> Trace:
        """Every text in it but the ids of its traces and spans."""


def mark(name: str) -> str:
    """What stands in the place of what a pattern found."""
    return f"‹{name}›"
