"""Examples of a data set on a server."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.record import record


@record
class Example:
    """One of them: JSON objects, as the server keeps them."""

    id: str
    """Which it is, for good: an example that is put again replaces itself."""
    span_id: str | None
    """The span that it is linked to, where the server has that."""
    input: Mapping[str, Any]
    output: Mapping[str, Any]
    metadata: Mapping[str, Any]
    split: str | None = None


@record
class PutExamples:
    """What became of examples; those that are there already as they are count nowhere."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "PutExamples") -> "PutExamples":
        return PutExamples(self.created + other.created, self.updated + other.updated)
