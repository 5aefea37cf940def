"""The interface of a convention: one module each in `conventions`, listed in `reader.py`."""

from collections.abc import Mapping
from typing import Any, Protocol

from annotator.domain.span import Span


class Convention(Protocol):
    """One way to write what a model was asked into span attributes.

    `read` is called for a span where one of `roots` is the first segment (up to the first dot) of an attribute's key or of an event's
    name. So a convention that looks for a value (a scope's name, `gen_ai.operation.name`) looks for it in `read` and returns {} at once
    where it has nothing to say. The attributes are nested once a span, for every convention: never call `nest(span.attributes)` again.
    """

    roots: frozenset[str]
    """{"gen_ai"}, for instance."""

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of `Reading` that the span says in this convention; what has the wrong type is skipped. Never raises.

        `tree` is `nesting.nest(span.attributes)`: {"gen_ai": {"request": {"model": …}}}; lists by index are objects {"0": …}, see
        `nested.entries`. It is shared: read it, never change it. A value in it that is JSON in a string is still a string;
        `nested.fields` and `nested.entries` parse it where they meet it.
        """
        ...
