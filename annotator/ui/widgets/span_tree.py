"""The spans of a trace, indented, around the one that is current."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from annotator.text.cells import crop as shorten
from annotator.text.cells import width_of as cell_len
from annotator.text.line import Line, Piece
from annotator.text.shape.tree import TreeRow
from annotator.ui.widgets.row import spread

SHORTEST_NAME = 14
"""Cells kept for kind and name however deep the span lies."""
DEEPEST = 20
"""Levels that are indented in a list."""
MARK = 10
"""Cells for what was said about a span."""
NO_MARKS: Mapping[str, Piece] = MappingProxyType({})
TIME = 5
"""Cells for a duration: 59.9s, 12m05s takes one more."""


def tree_top(count: int, current: int, height: int, top: int = 0) -> int:
    """The first visible row: `top` moved as little as needed for the current one to be seen with a neighbour on each side."""
    margin = 1 if height > 2 else 0
    top = min(top, current - margin)
    top = max(top, current + margin - height + 1)
    return max(0, min(top, count - height))


def _row_line(row: TreeRow, index: int, is_current: bool, width: int, time_width: int, marked: bool, own: Piece | None) -> Line:
    right = [Piece(f"{row.duration.rjust(time_width)} ", "faint")]
    if marked:
        right.append(Piece(f"{row.mark or ' '} ", "error"))
    if own is not None:
        right.insert(0, Piece(f"{shorten(own.text, MARK)} ", own.style))
    room = width - 5 - time_width - (2 if marked else 0) - (cell_len(right[0].text) if own is not None else 0)
    indent = _indent(row, max(0, (room - SHORTEST_NAME) // 2))
    kind = f"{row.kind} " if row.kind else ""
    times = f" ×{row.times}" if row.times > 1 else ""
    name = shorten(row.name, max(3, room - len(indent) - cell_len(kind) - len(times)))
    left = [
        Piece(" ▸ " if is_current else "   ", "accent"),
        Piece(indent, "faint"),
        Piece(kind, "accent" if is_current else "dim"),
        Piece(name, "strong" if is_current else "faint" if row.folded else "text"),
        Piece(times, "dim"),
    ]
    return spread([piece for piece in left if piece.text], right, width, index)


def span_line(row: TreeRow) -> Line:
    """A span in a list of them: its place in the tree, its kind and name, how many spans recorded it."""
    kind, records = f"{row.kind} " if row.kind else "", f"  {row.records}" if row.records else ""
    return Line((Piece(_indent(row, DEEPEST), "faint"), Piece(kind, "dim"), Piece(row.name), Piece(records, "dim")))


def _indent(row: TreeRow, deepest: int) -> str:
    """Two cells a level as far as there is room, then the level in figures; a sign where what is above is missing or goes in a circle."""
    if row.depth > deepest:
        level = f"{row.depth}› "
        return level.rjust(2 * deepest) if len(level) <= 2 * deepest else ""
    return " " * (2 * row.depth) + ("… " if row.orphan else "↻ " if row.circular else "")


def tree_lines(
    rows: Sequence[TreeRow],
    current_span_id: str | None,
    width: int,
    height: int,
    top: int = 0,
    marks: Mapping[str, Piece] = NO_MARKS,
) -> list[Line]:
    """At most `height` lines; `Line.block` is the row's index. The first and last line count what lies above and below.

    `marks`: by span id what was said about a span, shown at its right.
    """
    if not rows or height < 1:
        return []
    current = next((index for index, row in enumerate(rows) if row.span_id == current_span_id), 0)
    top = tree_top(len(rows), current, height, top)
    shown = rows[top : top + height]
    time_width = max(TIME, *(len(row.duration) for row in shown))
    marked = any(row.mark for row in rows)
    lines = [
        _row_line(row, top + at, top + at == current, width, time_width, marked, marks.get(row.span_id)) for at, row in enumerate(shown)
    ]
    below = len(rows) - top - height
    if height > 2 and top:
        lines[0] = Line((Piece("   "), Piece(f"▲ {top + 1:,} more", "faint")))
    if height > 2 and below > 0:
        lines[-1] = Line((Piece("   "), Piece(f"▼ {below + 1:,} more", "faint")))
    return lines
