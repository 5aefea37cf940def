"""Fewer bytes to the terminal than Textual's compositor sends for the same picture.

Stock repaints whole dirty regions and never looks at what the terminal shows. Here a frame is compared with the picture that was sent,
and is not composed at all while much of what was sent is on its way. On a terminal, and a Textual that this was tested with.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from annotator.ui.driver import ReviewDriver
from annotator.ui.picture.cells import Cells, Full, Row, blank
from annotator.ui.picture.picture import Picture
from annotator.ui.textual_version import is_tested

EDGE = 1
"""Columns at the right of a text that do not scroll with it: its scroll bar."""


class WholeScreen(LayoutUpdate):
    """Every row."""

    def __init__(self, update: LayoutUpdate, compositor: "LeanCompositor", picture: Picture) -> None:
        super().__init__(update.strips, update.region)
        self.compositor, self.picture = compositor, picture

    def render_segments(self, console: Console) -> str:
        rows = dict(enumerate(self.strips))
        sent = self.compositor.frame(self.picture, rows)
        return super().render_segments(console) if sent is None else sent


class DirtyRows(ChopsUpdate):
    """The rows in which something is dirty."""

    def __init__(self, update: ChopsUpdate, compositor: "LeanCompositor", picture: Picture) -> None:
        super().__init__(update.chops, update.spans, update.chop_ends)
        self.compositor, self.picture = compositor, picture

    def render_segments(self, console: Console) -> str:
        rows = {y: self.chops[y].values() for y, _, _ in self.spans}
        sent = self.compositor.frame(self.picture, rows)
        return super().render_segments(console) if sent is None else sent


class LeanCompositor(Compositor):
    """Draws the same picture as Textual's, in fewer bytes."""

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        """None also while the terminal is busy: what is dirty stays so until the driver asks for it."""
        driver = self._driver
        if driver is None or full:
            return super().render_update(full, screen_stack, simplify)
        if not driver.may_draw():
            return None
        whole = not driver.picture.fits(*self.size)
        update = super().render_update(whole, screen_stack, simplify)
        if isinstance(update, LayoutUpdate):
            return WholeScreen(update, self, driver.picture)
        return DirtyRows(update, self, driver.picture) if isinstance(update, ChopsUpdate) else update

    @property
    def _driver(self) -> ReviewDriver | None:
        """The driver, where there is a terminal and its frames are compared."""
        driver = self.root.app._driver if self.root is not None else None
        return driver if isinstance(driver, ReviewDriver) and is_tested() else None

    def frame(self, picture: Picture, rows: Mapping[int, Iterable[Strip | None]]) -> str | None:
        """The bytes that make the terminal show these rows; None where they cannot be had."""
        width, height = self.size
        cells = picture.cells
        cuts = self.cuts
        try:
            drawn = {
                y: _row(strips, cuts[y][1:], picture.rows[y] if picture.fits(width, height) else blank(width), cells)
                for y, strips in rows.items()
                if y < height
            }
        except Full:
            picture.restart()
            return None
        left, right = max(pairwise(cuts[list(drawn)[len(drawn) // 2]]), key=lambda cut: cut[1] - cut[0]) if drawn else (0, width)
        return picture.frame(drawn, width, height, (left, right - EDGE))


def _row(strips: Iterable[Strip | None], ends: Sequence[int], shown: Row, cells: Cells) -> Row:
    """The row that these strips, which end at these columns, make; where there is none, what is shown stays."""
    text, look = [], []
    start = 0
    for strip, end in zip(strips, ends, strict=False):
        part = Row(shown.text[start:end], shown.look[start:end]) if strip is None else cells.row(strip)
        text.append(part.text.ljust(end - start)[: end - start])
        look.append(part.look.ljust(end - start)[: end - start])
        start = end
    return Row("".join(text), "".join(look))
