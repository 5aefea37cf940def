"""Which widget is seen in which cells of a row, so that a frame renders the rows of widgets that have changed and nothing around them.

Textual's compositor renders every widget that touches the smallest box around all changes, whole, through a cache of styles that no widget
here has: two thirds of a frame's time. Written for Textual 8.2.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from annotator.ui.widgets.lines import Lines

Visible = Mapping[Widget, tuple[Region, Region]]
"""The widgets on the screen from front to back, each with its region and what that is clipped to."""


class Owned(NamedTuple):
    """Cells of one row in which one widget is seen; `last` is the column after them."""

    first: int
    last: int
    widget: Widget
    region: Region
    bare: bool
    """Lines on the terminal's own background, without an edge: their row is the widget's."""


class Owners:
    """The owners of each row, found when the row is first drawn. Good until the layout changes."""

    def __init__(self, visible: Visible, width: int) -> None:
        self.visible = visible
        self._width = width
        self._rows: dict[int, list[Owned]] = {}

    def row(self, y: int) -> list[Owned]:
        """From left to right; cells of no widget are left out."""
        found = self._rows.get(y)
        if found is None:
            found = self._rows[y] = sorted(self._find(y), key=lambda owned: owned.first)
        return found

    def _find(self, y: int) -> list[Owned]:
        free, found = [(0, self._width)], []
        for widget, (region, clip) in self.visible.items():
            seen = region.intersection(clip)
            if not seen.y <= y < seen.bottom:
                continue
            bare = isinstance(widget, Lines) and not widget.styles.gutter and widget.styles.background.is_transparent
            left = []
            for start, stop in free:
                first, last = max(start, seen.x), min(stop, seen.right)
                if first >= last:
                    left.append((start, stop))
                    continue
                found.append(Owned(first, last, widget, region, bare))
                left += [edge for edge in ((start, first), (last, stop)) if edge[0] < edge[1]]
            free = left
        return found

    def draw(self, spans: Iterable[tuple[int, int, int]]) -> dict[int, list[tuple[int, int, Strip]]]:
        """By row, all cells of the widgets that are seen between these columns (row, first, after the last), from left to right."""
        found: dict[int, list[tuple[int, int, Strip]]] = {}
        for y, first, last in spans:
            row = found.setdefault(y, [])
            for owned in self.row(y):
                if owned.first < last and owned.last > first and (not row or row[-1][0] < owned.first):
                    row.append((owned.first, owned.last, _strip(owned, y)))
        return found


def _strip(owned: Owned, y: int) -> Strip:
    first, last, widget, region, bare = owned
    if bare:
        strip = widget.render_line(y - region.y)
        return strip if last - first == region.width else strip.crop(first - region.x, last - region.x)
    return widget.render_lines(Region(first - region.x, y - region.y, last - first, 1))[0]
