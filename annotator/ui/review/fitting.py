"""The trace as a page that fits its view, and which panes there is room for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from annotator.text.line import Line
from annotator.text.lines.layout import lay_out
from annotator.text.lines.page import Page
from annotator.ui.review import drawing, rubric_rows

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

TREE_WIDTH = 36
TREE_FROM = 110
"""Columns below which the tree gives way to the path of the current span."""
READABLE, ENOUGH = 120, 110
"""Columns of text that are still easy to read, and those that a pane beside it leaves at least."""
SIDE_WIDTH = 41
"""Columns of that pane: a trace id with its name."""
SIDE_FROM = TREE_WIDTH + ENOUGH + 30
"""Columns from which there is room for it."""
EDGES = 3
"""Columns of the trace view that are no text."""
RULES_FROM = 30
"""Rows from which rules part the panes."""


class Fitting:
    """Lays the trace out again when it, its folds or its room change."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.tree_wanted = True
        self.fitted = (0, 0)
        """The room that the page was made for."""
        self.page: Page | None = None
        """The lines of the trace, where there is one."""

    def share_room(self, width: int, height: int) -> None:
        """Show the panes that a screen of this size has room for."""
        screen = self.screen
        wide = width >= TREE_FROM and self.tree_wanted
        screen.span_tree.display, screen.path.display = wide, not wide
        screen.side.display = width >= SIDE_FROM
        room = width - SIDE_WIDTH - (TREE_WIDTH if wide else 0)
        screen.trace.styles.width = min(READABLE + EDGES, max(ENOUGH + EDGES, room)) if screen.side.display else "1fr"
        screen.rule.display = screen.floor.display = height >= RULES_FROM

    @property
    def has_room_for_tree(self) -> bool:
        return self.screen.size.width >= TREE_FROM

    def toggle_tree(self) -> None:
        self.tree_wanted = not self.tree_wanted
        self.share_room(*self.screen.size)

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows for the trace."""
        return min(READABLE, self.screen.trace.text_width), self.screen.trace.size.height

    def shows(self, name: str) -> bool:
        """The trace, and every row of a config that is asked, are on the screen: in a very low window they are not."""
        screen, view = self.screen, self.desk.view
        if view is None or screen.trace.size.height < 1:
            return False
        index = next((at for at, criterion in enumerate(view.rubric.criteria) if criterion.name == name), -1)
        lines = rubric_rows.rubric(self.desk, screen.session.keymap, screen.size.width)
        rows = [y for y, line in enumerate(lines) if line.block == index]
        return not rows or screen.rubric.region.y + rows[-1] < screen.size.height

    @property
    def chosen(self) -> int:
        """Index of the block that the part cursor is on, -1 for none."""
        part = self.desk.part
        return next((index for index, block in enumerate(self.desk.blocks) if block.key == part), -1) if part else -1

    def reveal_part(self) -> None:
        """Scroll to where the marked part begins."""
        if self.page is not None and (chosen := self.chosen) >= 0:
            self.screen.trace.choose(chosen, self.page.first_line(chosen))

    def reveal_whole(self) -> None:
        """Scroll to the marked part until all of it is seen, or as much as there is room for."""
        if self.page is not None and (chosen := self.chosen) >= 0 and (first := self.page.first_line(chosen)) is not None:
            lines = self.page[first : first + self.room[1]]
            self.screen.trace.choose(chosen, None)
            self.screen.trace.reveal_lines(first, first + sum(line.block == chosen for line in lines) - 1)

    def reveal_match(self) -> None:
        """Scroll to the current match."""
        if self.page is not None and (line := self.page.match_line) is not None:
            self.screen.trace.reveal(line)

    def lay_out(self, keep_top: bool) -> None:
        """Lay out the trace again; `keep_top`: the reader stays where they are."""
        desk, trace = self.desk, self.screen.trace
        self.screen.quoting.read()
        self.fitted = self.screen.background.room = self.room
        self.page = None
        if desk.presented is not None:
            as_first_shown = desk.blocks is desk.presented.blocks and not keep_top and not desk.folds and not desk.query and desk.wrapped
            self.page = desk.presented.pages.get(self.fitted) if as_first_shown else None
            if self.page is None:
                self.page = lay_out(desk.blocks, *self.fitted, desk.folds, desk.query, desk.match, wrapped=desk.wrapped)
            lines: Sequence[Line] = self.page
        elif desk.item is None and desk.counts.items:
            lines = drawing.end_page(desk, self.room[0])
        else:
            lines = drawing.waiting(desk)
        if not keep_top:
            trace.to_left()
            self.screen.call_after_refresh(self.screen.background.colour, desk.blocks)
        trace.show(lines, trace.top if keep_top else 0, self.chosen)
        self.screen.quoting.show()

    def refit(self) -> None:
        """The rubric took its rows, or gave some back; what a text field takes comes back by itself."""
        if self.fitted != self.room and not self.screen.is_typing:
            self.lay_out(keep_top=True)
