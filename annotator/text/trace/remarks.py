"""What is odd about the spans themselves, in words: missing parents, spans that never ended, nothing recorded, several roots."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from annotator.domain.kinds import UNKNOWN
from annotator.domain.span import Node, Span
from annotator.text import facts
from annotator.text.block import Block
from annotator.text.escape import one_line
from annotator.text.shape.scope import Scope
from annotator.text.shape.spans import ends_early, never_ended

NAMED = 3
"""Spans that a remark names; the others are counted."""
DEEP = 30
"""Levels from which the depth is told."""
SHOWN = 40


def remarks(scope: Scope) -> list[Block]:
    """One block with a line each; none where nothing is odd."""
    nodes = [scope.shape.nodes[place] for place in scope.places]
    lines = list(_lines(scope, nodes))
    if not lines:
        return []
    root_id, body, summary = scope.root.span_id, "\n".join(lines), "; ".join(lines)
    return [Block(f"{root_id}/remarks", root_id, "remarks", "SPANS", body, summary=summary, note=True)]


def _lines(scope: Scope, nodes: Sequence[Node]) -> Iterator[str]:
    alone = len(nodes) == 1
    tops = [node for node in nodes if not node.depth and not node.orphan and not node.circular]
    if len(tops) > 1:
        yield f"{facts.counted(len(tops), 'root')}: {_names(node.span.name for node in tops)}"
    orphans = [node.span for node in nodes if node.orphan]
    for span in orphans[:NAMED]:
        who = "" if alone else f" of {_name(span.name)}"
        yield f"the parent {_name(span.parent_id or '')}{who} is not in this trace"
    if len(orphans) > NAMED:
        yield f"the parents of {len(orphans) - NAMED:,} more spans are not in this trace"
    timed = any(node.span.start_ns is not None or node.span.end_ns is not None for node in scope.shape.nodes)
    circular = [node.span.name for node in nodes if node.circular]
    if circular:
        yield f"parents go in a circle: {_names(circular)}"
    for what, found in (
        ("never ended", [node.span.name for node in nodes if never_ended(node.span)]),
        ("ended before it started", [node.span.name for node in nodes if ends_early(node.span)]),
        ("has no start time", [node.span.name for node in nodes if node.span.start_ns is None and node.span.end_ns is not None]),
        ("has no times", [node.span.name for node in nodes if timed and node.span.start_ns is None and node.span.end_ns is None]),
    ):
        if found:
            yield f"this span {what}" if alone else f"{what}: {_names(found)}"
    empty = [node.span.name for node in nodes if _is_empty(scope, cast(Span, node.span))]
    if empty:
        yield "nothing was recorded on this span" if alone else f"nothing was recorded on {_names(empty)}"
    repeated = [span_id for span_id, count in Counter(node.span.span_id for node in nodes).items() if count > 1]
    if repeated:
        yield f"several spans have the id {_names(repeated)}"
    deepest = max(node.depth for node in nodes) - min(node.depth for node in nodes)
    if deepest >= DEEP:
        yield f"{deepest + 1} levels deep"
    twins = [span.name for span in scope.twins(scope.root)]
    if twins and not scope.whole:
        yield f"the same call was recorded as {_names(twins)}"


def _is_empty(scope: Scope, span: Span) -> bool:
    """No attribute, no event, no message; a framework's span may be so without a word."""
    return scope.kind(span) == UNKNOWN and not span.attributes and not span.events and not span.status_message


def _names(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - NAMED:,} more" if len(known) > NAMED else ""
    return ", ".join(_name(name) for name in known[:NAMED]) + more


def _name(name: str) -> str:
    shown = one_line(name) or "(no name)"
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"
