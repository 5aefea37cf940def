"""The span tree as rows."""

from collections.abc import Sequence
from typing import NamedTuple

from annotator.domain.span import ERROR, SpanHeader, Trace, tree
from annotator.text.escape import one_line
from annotator.text.facts import duration


class TreeRow(NamedTuple):
    """One span of the tree; every text is safe to send to a terminal."""

    span_id: str
    depth: int
    kind: str
    """Lower case: llm, tool, ...; '' where none was recorded."""
    name: str
    duration: str
    """4.2s; 'open' for a span that never ended."""
    mark: str
    """✗ the span failed, ! one below it did, ''."""
    orphan: bool
    """Its parent is named but not in the trace."""


def tree_rows(trace: Trace | Sequence[SpanHeader]) -> list[TreeRow]:
    """Every span once, parents before children, siblings by start."""
    nodes = tree(tuple(trace.spans if isinstance(trace, Trace) else trace))
    rows: list[TreeRow] = []
    deepest_failure = -1  # depth of the nearest failure below, walking up from the end
    for node in reversed(nodes):
        span = node.span
        mark = ""
        if span.status_code == ERROR:
            mark = "✗"
        elif deepest_failure > node.depth:
            mark = "!"
        deepest_failure = node.depth if mark else min(deepest_failure, node.depth)
        kind = "" if span.kind == "UNKNOWN" else one_line(span.kind.lower())
        took = "open" if span.end_ns is None else duration(span.duration_ns)
        rows.append(TreeRow(span.span_id, node.depth, kind, one_line(span.name), took, mark, node.orphan))
    return rows[::-1]
