"""The trace: many lines, and a window on them."""

from collections.abc import Sequence

from textual.events import MouseScrollDown, MouseScrollUp
from textual.message import Message

from annotator.text.line import Line, Piece
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.row import crop, width_of

GUTTER = 2
"""Blank cells at the left edge."""
WHEEL = 3
"""Lines per notch of the wheel."""


class TraceView(Lines):
    """Scrolls without a relayout; the mouse wheel scrolls, and no mouse button does anything."""

    class Resized(Message):
        """It has another size, and what it shows may fit better."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._top = 0

    def show(self, lines: Sequence[Line], top: int = 0) -> None:
        """Show these lines from `top` on."""
        self._lines, self._top = lines, max(0, top)
        self.redraw()

    @property
    def text_width(self) -> int:
        """Cells that a line may take without being cropped: the gutter and the scroll mark are not among them."""
        return max(1, self.size.width - GUTTER - 1)

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    @property
    def top(self) -> int:
        """Index of the first visible line."""
        return min(self._top, self._last_top(self.size.height)) if self.size.height else self._top

    def _last_top(self, height: int) -> int:
        return max(0, len(self._lines) - height)

    def _visible(self, height: int) -> int:
        """Rows for lines: one fewer while the last row says how many more there are."""
        return height if min(self._top, self._last_top(height)) == self._last_top(height) else max(1, height - 1)

    def _move(self, top: int) -> None:
        top = min(max(0, top), self._last_top(self.size.height))
        if top != self._top:
            self._top = top
            self.redraw()

    def scroll_by(self, count: int) -> None:
        self._move(self.top + count)

    def page(self, direction: int) -> None:
        """One page down (1) or up (-1); one line stays in view."""
        self._move(self.top + direction * max(1, self.size.height - 2))

    def to_top(self) -> None:
        self._move(0)

    def to_end(self) -> None:
        self._move(len(self._lines))

    def reveal(self, index: int) -> None:
        """Scroll as little as needed for a line to be seen; a far one comes to the upper quarter."""
        height = self.size.height
        if not self.top <= index < self.top + self._visible(height):
            self._move(index - height // 4)

    def visible_blocks(self) -> list[int]:
        """The blocks of which a line is in view, in order."""
        window = self._lines[self.top : self.top + self._visible(self.size.height)]
        return list(dict.fromkeys(line.block for line in window if line.block >= 0))

    def rows(self, width: int, height: int) -> Sequence[Line]:
        if not width or not height:
            return ()
        last_top = self._last_top(height)
        top = min(self._top, last_top)
        visible = self._visible(height)
        rows = [Line((Piece(" " * GUTTER), *line.pieces), line.block) for line in self._lines[top : top + visible]]
        more = len(self._lines) - top - visible
        if more > 0 and height > 1:
            rows.append(Line((Piece(" " * GUTTER), Piece(f"▼ {more:,} more lines", "faint"))))
        if not last_top:
            return rows
        thumb = max(1, height * height // len(self._lines))
        start = round(top * (height - thumb) / last_top)
        return [_at_edge(row, width, "┃" if start <= y < start + thumb else " ") for y, row in enumerate(rows)]

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_by(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_by(-WHEEL)


def _at_edge(row: Line, width: int, mark: str) -> Line:
    """The row with a mark in its last column."""
    pieces = crop(row.pieces, width - 1)
    return Line((*pieces, Piece(" " * (width - 1 - width_of(pieces))), Piece(mark, "faint")), row.block)
