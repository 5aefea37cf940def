"""The spans of a trace, indented, around the one that is current."""

from collections.abc import Sequence
from typing import NamedTuple

from annotator.text.cells import crop as shorten
from annotator.text.cells import width_of as cell_len
from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import spread

SHORTEST_NAME = 14
"""Cells kept for kind and name however deep the span lies."""


class TreeEntry(NamedTuple):
    """One span. `duration` is ready to be read (`4.2s`); `mark` is a sign or two (`✗` an error, `●` annotated)."""

    span_id: str
    depth: int
    kind: str
    name: str
    duration: str = ""
    mark: str = ""
    mark_style: Style = "dim"


def tree_top(count: int, current: int, height: int, top: int = 0) -> int:
    """The first visible entry: `top` moved as little as needed for the current one to be seen with a neighbour on each side."""
    margin = 1 if height > 2 else 0
    top = min(top, current - margin)
    top = max(top, current + margin - height + 1)
    return max(0, min(top, count - height))


def _entry_line(entry: TreeEntry, index: int, is_current: bool, width: int, widths: tuple[int, int]) -> Line:
    time_width, mark_width = widths
    right = [Piece(f"{entry.duration.rjust(time_width)} ", "faint")]
    if mark_width:
        right += [Piece(entry.mark, entry.mark_style), Piece(" " * (mark_width - cell_len(entry.mark) + 1))]
    room = width - 5 - time_width - (1 + mark_width if mark_width else 0)
    deepest = max(0, (room - SHORTEST_NAME) // 2)
    indent = " " * (2 * entry.depth) if entry.depth <= deepest else " " * (2 * deepest - 1) + "›" if deepest else ""
    kind = entry.kind.lower()
    name = shorten(entry.name, max(3, room - len(indent) - cell_len(kind) - 1))
    left = [
        Piece(" ▸ " if is_current else "   ", "accent"),
        Piece(indent, "faint"),
        Piece(f"{kind} ", "accent" if is_current else "dim"),
        Piece(name, "strong" if is_current else "text"),
    ]
    return spread(left, right, width, index)


def tree_lines(entries: Sequence[TreeEntry], current_span_id: str | None, width: int, height: int, top: int = 0) -> list[Line]:
    """At most `height` lines; `Line.block` is the entry's index. The first and last row count what lies above and below."""
    if not entries or height < 1:
        return []
    current = next((index for index, entry in enumerate(entries) if entry.span_id == current_span_id), 0)
    top = tree_top(len(entries), current, height, top)
    widths = max(cell_len(entry.duration) for entry in entries), max(cell_len(entry.mark) for entry in entries)
    lines = [_entry_line(entry, top + at, top + at == current, width, widths) for at, entry in enumerate(entries[top : top + height])]
    below = len(entries) - top - height
    if height > 2 and top:
        lines[0] = Line((Piece("   "), Piece(f"▲ {top + 1:,} more", "faint")))
    if height > 2 and below > 0:
        lines[-1] = Line((Piece("   "), Piece(f"▼ {below + 1:,} more", "faint")))
    return lines
