"""Functions that a decorator traces: `code.function.parameter.*` and `code.function.return.value`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.span import Span
from annotator.reading.values.nested import dumped, fields, restored, shown


class Functions:
    """https://learn.microsoft.com/azure/ai-foundry/how-to/develop/trace-agents-sdk"""

    roots = frozenset(("code",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        function = fields(fields(tree.get("code")).get("function"))
        given = fields(function.get("parameter"))
        return {
            "input_text": dumped(restored(given)) if given else None,
            "output_text": shown(restored(fields(function.get("return")).get("value"))),
        }
