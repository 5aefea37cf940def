"""The span tree as rows."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import ERROR, SpanHeader, Trace
from annotator.text.escape import one_line
from annotator.text.facts import counted
from annotator.text.shape.outline import EMPTY, Outline, outline
from annotator.text.shape.spans import kind_of, took


class TreeRow(NamedTuple):
    """One span of the tree; every text is safe to send to a terminal."""

    span_id: str
    depth: int
    kind: str
    """Lower case: llm, tool, ...; '' where none is known."""
    name: str
    duration: str
    """4.2s; 'open' for a span that never ended, -4.2s for one that ends before it starts."""
    mark: str
    """✗ the span failed, ! one below it did, ''."""
    orphan: bool
    """Its parent is named but not in the trace."""
    circular: bool = False
    """Its parents lead back to it."""
    times: int = 1
    """Spans that recorded this one call."""
    twins: tuple[str, ...] = ()
    """The names of the others."""
    folded: int = 0
    """Above 0: no row of a span but of so many framework spans that have none; `span_id` is the first of them."""

    @property
    def records(self) -> str:
        """`3 spans, 1 call`; '' for a call that one span recorded."""
        return f"{self.times} spans, 1 call" if self.times > 1 else ""


def tree_rows(
    trace: Trace | Sequence[SpanHeader],
    readings: Mapping[str, Reading] | None = None,
    everything: bool = False,
    keep: Collection[str] = (),
    shape: Outline | None = None,
) -> list[TreeRow]:
    """Parents before children, siblings by start.

    A span that repeats a call is folded under it, and framework spans without content are one row at the end, unless their
    id is in `keep`; with `everything`, and where nothing was read, each span has its row. `shape`: the outline, where it is
    known already.
    """
    everything = everything or readings is None
    readings = readings or {}
    shape = shape or outline(trace.spans if isinstance(trace, Trace) else trace, readings)
    nodes = shape.nodes
    hidden: dict[int, int] = {}
    if not everything:
        hidden = {place: shape.twins.get(place, -1) for place in (*shape.twins, *shape.plumbing) if nodes[place].span.span_id not in keep}
    twins: dict[int, list[str]] = {}
    for place, stand in hidden.items():
        if stand >= 0:
            twins.setdefault(stand, []).append(one_line(nodes[place].span.name))
    marks = _marks(shape)
    rows: list[TreeRow] = []
    above: list[int] = []  # of each ancestor, the depth that its children have on the screen
    for place, node in enumerate(nodes):
        del above[node.depth :]
        depth = above[-1] if above else 0
        above.append(depth if place in hidden else depth + 1)
        if place in hidden:
            continue
        span = node.span
        kind = kind_of(span, readings.get(span.span_id, EMPTY))
        kind = "" if kind == UNKNOWN else one_line(kind.lower())
        name = one_line(span.name)
        others = tuple(twins.get(place, ()))
        row = TreeRow(span.span_id, depth, kind, name, took(span), marks[place], node.orphan, node.circular, 1 + len(others), others)
        rows.append(row)
    carried = [place for place, stand in hidden.items() if stand < 0]
    if carried:
        first = nodes[min(carried)].span.span_id
        rows.append(TreeRow(first, 0, "", f"+ {counted(len(carried), 'framework span')}", "", "", False, folded=len(carried)))
    return rows


def _marks(shape: Outline) -> list[str]:
    """By place in the whole tree: a folded span's failure still reaches what is above it."""
    marks = [""] * len(shape.nodes)
    deepest_failure = -1  # depth of the nearest failure below, walking up from the end
    for place in range(len(shape.nodes) - 1, -1, -1):
        node = shape.nodes[place]
        if node.span.status_code == ERROR:
            marks[place] = "✗"
        elif deepest_failure > node.depth:
            marks[place] = "!"
        deepest_failure = node.depth if marks[place] else min(deepest_failure, node.depth)
    return marks
