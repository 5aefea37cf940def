"""The widget under every region of the screen: it draws lines, and redraws only the rows that changed."""

import re
from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from annotator.text.escape import HIDDEN
from annotator.text.line import Line
from annotator.ui.styles import Palette, palette_of

Build = Callable[[int, int], Sequence[Line]]
"""Width and height in cells to lines."""

EMPTY = Line()
UNSAFE = re.compile(f"{HIDDEN.pattern}|[\t\n]")


def strip_of(line: Line, width: int, palette: Palette) -> Strip:
    """The line as a strip of exactly `width` cells; what a terminal would obey or hide and got this far is drawn as �."""
    segments: list[Segment] = []
    left = width
    for piece in line.pieces:
        text = piece.text if piece.text.isascii() and piece.text.isprintable() else UNSAFE.sub("�", piece.text)
        cells = cell_len(text)
        if cells > left:
            text, cells = set_cell_size(text, left), left
        if text:
            segments.append(Segment(text, palette[piece.style]))
        left -= cells
        if not left:
            break
    if left:
        segments.append(Segment(" " * left))
    return Strip(segments, width)


class Lines(Widget, can_focus=False, inherit_bindings=False):
    """Draws lines, cropped to its width, never wrapped. Shows nothing that can be focused, selected or clicked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Lines { width: 1fr; height: 1fr; }"

    def __init__(self, build: Build | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._build: Build = build or (lambda width, height: ())
        self._drawn: list[Line] = []
        self._drawn_size = Size(-1, -1)
        self.pending = False
        """Something was shown that no frame has yet."""

    def show(self, lines: Sequence[Line]) -> None:
        """Draw these from now on; rows that look the same are left alone."""
        self.draw(lambda width, height: lines)

    def draw(self, build: Build) -> None:
        """Draw what `build` makes of the widget's width and height, now and after each resize."""
        self._build = build
        self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Line]:
        """What is to be seen, at most `height` lines."""
        return self._build(width, height)

    def redraw(self) -> None:
        """Compare with what is drawn and repaint the rows that differ; which cells, the picture finds. Never a relayout."""
        size = self.size
        if size != self._drawn_size:
            self._drawn_size = Size(-1, -1)
            self.pending = True
            self.refresh()
            return
        old, self._drawn = self._drawn, self._fill(size)
        rows = zip(old, self._drawn, strict=True)
        regions = [Region(0, y, size.width, 1) for y, (before, after) in enumerate(rows) if before.pieces != after.pieces]
        if regions:
            self.pending = True
            self.mark(regions)

    def mark(self, regions: Sequence[Region]) -> None:
        """Have these repainted: what `refresh` does, without its two messages for each of the ten widgets that a verdict changes."""
        regions = [region.translate(self.content_offset) for region in regions]
        self._repaint_regions.update(regions)
        self._styles_cache.set_dirty(*regions)
        if self.display:
            self.screen._dirty_widgets.add(self)
            self.screen.check_idle()

    def _fill(self, size: Size) -> list[Line]:
        rows = list(self.rows(size.width, size.height)[: size.height])
        return rows + [EMPTY] * (size.height - len(rows))

    def render_line(self, y: int) -> Strip:
        size = self.size
        self.pending = False
        if size != self._drawn_size:
            self._drawn, self._drawn_size = self._fill(size), size
        row = self._drawn[y] if y < len(self._drawn) else EMPTY
        return strip_of(row, size.width, palette_of(self.app))
