"""The interface of a convention: one module each, listed in `reader.py`."""

from collections.abc import Mapping
from typing import Any, Protocol

from annotator.domain.span import Span


class Convention(Protocol):
    """One way to write what a model was asked into span attributes."""

    def recognises(self, attributes: Mapping[str, Any]) -> bool:
        """True when the span carries attributes of this convention; cheap."""
        ...

    def read(self, span: Span) -> dict[str, Any]:
        """Fields of `Reading` that the span says in this convention; what has the wrong type is skipped. Never raises."""
        ...
