"""Fewer bytes to the terminal than Textual's compositor sends for the same picture.

Stock repaints whole dirty regions and never looks at what the terminal shows. Here a frame is compared with the picture that was sent,
and is not composed at all while much of what was sent is on its way. On a terminal, and a Textual that this was tested with.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from rich.console import Console, RenderableType
from textual._compositor import Compositor, CompositorUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.screen import Screen
from textual.strip import Strip

from annotator.ui.driver import ReviewDriver
from annotator.ui.owners import Owners
from annotator.ui.picture.cells import Cells, Full, Row, blank
from annotator.ui.picture.picture import Picture
from annotator.ui.textual_version import is_tested

Drawn = tuple[int, int, Strip | None]
"""The first column, the one after the last, and what is drawn there."""
EDGE = 1
"""Columns at the right of a text that do not scroll with it: its scroll bar."""


class WholeScreen(LayoutUpdate):
    """Every row."""

    def __init__(self, update: LayoutUpdate, compositor: "LeanCompositor", picture: Picture) -> None:
        super().__init__(update.strips, update.region)
        self.compositor, self.picture = compositor, picture

    def render_segments(self, console: Console) -> str:
        cuts = self.compositor.cuts
        rows = {y: zip(cuts[y], cuts[y][1:], strips, strict=False) for y, strips in enumerate(self.strips)}
        sent = self.compositor.frame(self.picture, rows)
        return super().render_segments(console) if sent is None else sent


class DirtyRows(CompositorUpdate):
    """The rows in which something is dirty."""

    def __init__(self, rows: Mapping[int, Iterable[Drawn]], compositor: "LeanCompositor", picture: Picture) -> None:
        self.rows, self.compositor, self.picture = rows, compositor, picture

    def render_segments(self, console: Console) -> str:
        sent = self.compositor.frame(self.picture, self.rows)
        return self.compositor.render_full_update().render_segments(console) if sent is None else sent


class LeanCompositor(Compositor):
    """Draws the same picture as Textual's, in fewer bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._owners = Owners({}, 0)

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        """None also while the terminal is busy: what is dirty stays so until the driver asks for it."""
        driver = self._driver
        if driver is None or full:
            return super().render_update(full, screen_stack, simplify)
        if not driver.may_draw():
            return None
        screen = self.size.region
        if not driver.picture.fits(*self.size) or screen in self._dirty_regions:
            update = super().render_update(True, screen_stack, simplify)
            return WholeScreen(update, self, driver.picture) if isinstance(update, LayoutUpdate) else update
        spans = list(self._regions_to_spans(region.intersection(screen) for region in self._dirty_regions))
        self._dirty_regions.clear()
        if self._owners.visible is not self.visible_widgets:
            self._owners = Owners(self.visible_widgets, screen.width)
        visible_screen_stack.set(screen_stack or [])
        # Textual asks a CompositorUpdate for its bytes; it never renders one.
        return DirtyRows(self._owners.draw(spans), self, driver.picture) if spans else None  # type: ignore[return-value]

    @property
    def _driver(self) -> ReviewDriver | None:
        """The driver, where there is a terminal and its frames are compared."""
        driver = self.root.app._driver if self.root is not None else None
        return driver if isinstance(driver, ReviewDriver) and is_tested() else None

    def frame(self, picture: Picture, rows: Mapping[int, Iterable[Drawn]]) -> str | None:
        """The bytes that make the terminal show these rows; None where they cannot be had."""
        width, height = self.size
        cells = picture.cells
        cuts = self.cuts
        try:
            drawn = {
                y: _row(row, picture.rows[y] if picture.fits(width, height) else blank(width), cells)
                for y, row in rows.items()
                if y < height
            }
        except Full:
            picture.restart()
            return None
        left, right = max(pairwise(cuts[list(drawn)[len(drawn) // 2]]), key=lambda cut: cut[1] - cut[0]) if drawn else (0, width)
        return picture.frame(drawn, width, height, (left, right - EDGE))


def _row(drawn: Iterable[Drawn], shown: Row, cells: Cells) -> Row:
    """The row with these strips in it, from left to right; where there is none, what is shown stays."""
    text: list[str] = []
    look: list[str] = []
    at = 0
    for first, last, strip in drawn:
        if strip is None:
            continue
        part = cells.row(strip)
        text += shown.text[at:first], part.text.ljust(last - first)[: last - first]
        look += shown.look[at:first], part.look.ljust(last - first)[: last - first]
        at = last
    return Row("".join([*text, shown.text[at:]]), "".join([*look, shown.look[at:]]))
