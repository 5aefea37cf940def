"""The trace: many lines, and a window on them."""

from collections.abc import Mapping, Sequence

from textual.events import MouseScrollDown, MouseScrollUp
from textual.message import Message

from annotator.text.line import Line, Piece
from annotator.text.lines.highlight import SIGN, Highlights, has_sign, highlighted
from annotator.text.lines.page import EVERYTHING, Page
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.row import crop, crop_end, crop_start, width_of

GUTTER = 2
"""Cells at the left edge: the mark of the part that is chosen, and the sign that a row begins further left."""
MARK = "▌"
WHEEL = 3
"""Lines per notch of the wheel."""
GROW, REST = 0.004, 0.012
"""Seconds of looking for further lines, and of leaving the thread to keys and frames, in turn."""


class TraceView(Lines):
    """Scrolls without a relayout; the mouse wheel scrolls, and no mouse button does anything.

    One block may be chosen: its rows are marked at the left edge.
    """

    class Resized(Message):
        """It has another size, and what it shows may fit better."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._top = 0
        self._left = 0
        self._chosen = -1
        self._growing = False
        self._marks: Mapping[int, Piece] = {}
        self._highlights: Highlights = {}

    def mark_blocks(self, marks: Mapping[int, Piece]) -> None:
        """What was said about blocks, by their index: shown at the right of the first row of each that is in view."""
        if marks != self._marks:
            self._marks = marks
            self.redraw()

    def highlight(self, highlights: Highlights) -> None:
        """Characters of blocks in another style; those that are evidence have a sign in the margin."""
        if highlights != self._highlights:
            self._highlights = highlights
            self.redraw()

    def show(self, lines: Sequence[Line], top: int = 0, chosen: int = -1) -> None:
        """Show these lines from `top` on; `chosen` is the index of the block to mark, -1 for none."""
        self._lines, self._top, self._chosen = lines, max(0, top), chosen
        self._reach(self._top + self.size.height)
        self.redraw()

    def choose(self, block: int, index: int | None) -> None:
        """Mark a block, and scroll as little as needed for the line in which it begins to be seen."""
        self._chosen = block
        if index is not None:
            self.reveal(index)
        self.redraw()

    @property
    def marked(self) -> int:
        """The block that is marked: the chosen one, else the one of those in view that is next to it; -1 where none is chosen."""
        if self._chosen < 0:
            return -1
        blocks = self.visible_blocks()
        return max((block for block in blocks if block <= self._chosen), default=blocks[0] if blocks else -1)

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

    def _reach(self, count: int) -> None:
        """Have one line more than so many found, or all: beyond what was found a page's length is an estimate."""
        if isinstance(self._lines, Page):
            self._lines.reach(count + 1)

    def _grow(self) -> None:
        """Have further lines found while nobody waits."""
        self._growing = False
        if isinstance(self._lines, Page):
            if self._lines.grow(GROW):
                self.redraw()
            else:
                self._grow_later()

    def _grow_later(self) -> None:
        if not self._growing and self.is_running:
            self._growing = True
            self.set_timer(REST, self._grow)

    def _move(self, top: int) -> None:
        self._reach(top + self.size.height)
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
        self._reach(EVERYTHING)
        self._move(len(self._lines))

    def sideways(self, direction: int) -> bool:
        """Half a page to the right (1) or the left (-1), as far as the lines in view reach; False where nothing moved."""
        widest = max((width_of(line.pieces) for line in self._window(self.size.height)), default=0)
        step = max(1, self.text_width // 2)
        left = max(self._left, min(self._left + step, widest - self.text_width)) if direction > 0 else max(0, self._left - step)
        moved, self._left = left != self._left, left
        self.redraw()
        return moved

    def to_left(self) -> None:
        """The lines from their beginning."""
        self._left = 0
        self.redraw()

    def reveal(self, index: int) -> None:
        """Scroll as little as needed for a line to be seen; a far one comes to the upper quarter."""
        height = self.size.height
        if not self.top <= index < self.top + self._visible(height):
            self._move(index - height // 4)

    def reveal_lines(self, first: int, last: int) -> None:
        """Scroll as little as needed for all of these to be seen, for the first ones where there is not room for all."""
        visible = self._visible(self.size.height)
        if first < self.top or last >= self.top + visible:
            self._move(min(first, max(first - self.size.height // 4, last + 2 - self.size.height)))

    def visible_blocks(self) -> list[int]:
        """The blocks of which a line is in view, in order."""
        return list(dict.fromkeys(line.block for line in self._window(self.size.height) if line.block >= 0))

    def _window(self, height: int) -> Sequence[Line]:
        return self._lines[self.top : self.top + self._visible(height)]

    def rows(self, width: int, height: int) -> Sequence[Line]:
        if not width or not height:
            return ()
        self._reach(self._top + height)
        last_top = self._last_top(height)
        top = min(self._top, last_top)
        visible = self._visible(height)
        marked, room = self.marked, width - GUTTER - 1
        lines = self._lines[top : top + visible]
        signed: set[int] = set()
        if self._highlights and isinstance(self._lines, Page):
            spots = [self._lines.spot(number) for number in range(top, top + len(lines))]
            signed = {at for at, (line, spot) in enumerate(zip(lines, spots, strict=True)) if has_sign(line, spot, self._highlights)}
            lines = [highlighted(line, spot, self._highlights) for line, spot in zip(lines, spots, strict=True)]
        rows = [self._row(line, line.block == marked and marked >= 0, room, at in signed) for at, line in enumerate(lines)]
        seen: set[int] = set()
        for y, row in enumerate(rows) if self._marks else ():
            if row.block not in seen and (mark := self._marks.get(row.block)) is not None:
                rows[y] = _noted(row, mark, GUTTER + room)
            seen.add(row.block)
        more = len(self._lines) - top - visible
        if more > 0 and height > 1:
            rows.append(Line((Piece(" " * GUTTER), Piece(f"▼ {self._count(more)} more lines", "faint"))))
        if not last_top:
            return rows
        thumb = max(1, height * height // len(self._lines))
        start = round(top * (height - thumb) / last_top)
        return [_at_edge(row, width, "┃" if start <= y < start + thumb else " ") for y, row in enumerate(rows)]

    def _count(self, more: int) -> str:
        """Two digits of a number that is not known yet."""
        if not isinstance(self._lines, Page) or self._lines.complete:
            return f"{more:,}"
        self._grow_later()
        unit = 10 ** max(0, len(str(more)) - 2)
        return f"about {more // unit * unit:,}"

    def _row(self, line: Line, marked: bool, room: int, signed: bool) -> Line:
        """The line behind its gutter; › and ‹ where it goes on at the sides, » where there is evidence in it."""
        pieces = crop_start(line.pieces, self._left) if self._left else line.pieces
        sign = SIGN if signed else "‹" if self._left and line.pieces else " "
        gutter = Piece((MARK if marked else " ") + sign, "accent" if marked or signed else "faint")
        if width_of(pieces) <= room:
            return Line((gutter, *pieces), line.block)
        pieces = crop_end(pieces, room - 1)
        return Line((gutter, *pieces, Piece(" " * (room - 1 - width_of(pieces))), Piece("›", "faint")), line.block)

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


def _noted(row: Line, mark: Piece, width: int) -> Line:
    """The row with a mark at its right end; the row gives way."""
    pieces = crop(row.pieces, width - width_of([mark]) - 1)
    if pieces and pieces[-1].text.endswith("……"):
        pieces = (*pieces[:-1], pieces[-1]._replace(text=pieces[-1].text[:-1]))
    return Line((*pieces, Piece(" " * (width - width_of(pieces) - width_of([mark]))), mark), row.block)


def _at_edge(row: Line, width: int, mark: str) -> Line:
    """The row with a mark in its last column."""
    pieces = crop(row.pieces, width - 1)
    return Line((*pieces, Piece(" " * (width - 1 - width_of(pieces))), Piece(mark, "faint")), row.block)
