"""What each region of the screen shows."""

from typing import TYPE_CHECKING

from annotator.text.line import Piece, line
from annotator.ui.review import drawing, rubric_rows
from annotator.ui.review.marks import block_marks
from annotator.ui.review.side import side

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


def draw(screen: "ReviewScreen") -> None:
    """Give each region its lines, of the desk as it is; one that shows them already sends nothing."""
    screen.everyone.settle()
    desk, width = screen.desk, screen.size.width
    screen.top.show([drawing.top(desk, width)])
    rule = line(Piece("─" * width, "faint"))
    screen.rule.show([rule])
    screen.floor.show([screen.filtering.below(width) or rule])
    if screen.span_tree.display:
        screen.span_tree.draw(lambda width, height: drawing.tree(desk, width, height))
    else:
        screen.path.show([drawing.path(desk, width)])
    screen.trace.mark_blocks(block_marks(desk))
    if screen.side.display:
        screen.side.show(side(desk, screen.side.size.width))
    rubric = rubric_rows.rubric(desk, screen.session.keymap, width)
    if rubric and screen.rubric_rows != len(rubric):
        screen.rubric_rows = screen.rubric.styles.height = len(rubric)
    screen.rubric.show(rubric)
    screen.strip.show([drawing.strip(desk, width)])
    said, *more = drawing.notice(desk, width)
    screen.notice.show([said])
    typing = screen.filtering.typing
    keys = screen.filtering.keys(width) if typing else drawing.keys(desk, screen.session.keymap, width, screen.is_typing)
    screen.keys.show([more[0] if more and not screen.is_typing else keys])
