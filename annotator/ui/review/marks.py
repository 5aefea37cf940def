"""What was said about the spans and documents on the screen, in a word beside each."""

from collections.abc import Mapping

from annotator.domain.annotation import Target
from annotator.text.cells import crop
from annotator.text.escape import one_line
from annotator.text.line import Piece
from annotator.ui.review.desk import Desk
from annotator.workflow.answers import spoken

LONGEST = 24
"""Cells of a mark."""


def marks(desk: Desk) -> Mapping[Target, Piece]:
    """My answers, by target; read once for each view of an item."""
    view = desk.view
    if view is None:
        return {}
    if desk.marked_for is not view:
        desk.marked_for, desk.marks = view, _read(desk)
    return desk.marks


def _read(desk: Desk) -> dict[Target, Piece]:
    queue, view = desk.session.queue, desk.view
    assert view is not None
    said: dict[Target, list[str]] = {}
    for known in desk.store.known_in(queue.source.server, queue.source_id, view.item.trace_id):
        criterion = view.rubric.criterion(known.row.name)
        if criterion is not None and known.row.identity.identifier == desk.session.identifier:
            said.setdefault(known.row.target, []).append(one_line(spoken(criterion, known.row)))
    return {target: Piece(crop("✓ " + " ".join(words), LONGEST), "good") for target, words in said.items()}


def span_marks(desk: Desk) -> dict[str, Piece]:
    """By span id."""
    return {target.id: mark for target, mark in marks(desk).items() if target.kind == "span"}


def block_marks(desk: Desk) -> dict[int, Piece]:
    """By index of the block of a document; the one in focus says what is asked of it while it is not answered."""
    said, found, on = marks(desk), {}, desk.on
    if on is None or desk.presented is None or not (said or on.target.kind == "document"):
        return {}
    for place, block in enumerate(desk.blocks):
        if block.position is not None:
            target = Target("document", block.span_id, block.position)
            if target in said:
                found[place] = said[target]
            elif target == on.target:
                found[place] = Piece(crop(f" {one_line(desk.criterion)}? " if desk.current else " judging ", LONGEST), "selected")
    return found
