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
FIRST = "✗1"
"""The mark of the first failure."""


def marks(desk: Desk) -> Mapping[Target, Piece]:
    """My answers, by target, and who else annotated it as far as that may be seen; made once for each view of an item."""
    view = desk.view
    if view is None:
        return {}
    if desk.marked_for is None or desk.marked_for[0] is not view or desk.marked_for[1] is not desk.seen:
        desk.marked_for, desk.marks = (view, desk.seen), _with_others(desk, _read(desk))
    return desk.marks


def _with_others(desk: Desk, mine: dict[Target, Piece]) -> dict[Target, Piece]:
    if not desk.seen:
        return mine
    from annotator.workflow.agreement import DIFFERS
    from annotator.workflow.agreement import marks as others

    found = dict(mine)
    for target, sign in others(desk.seen).items():
        said = f" {crop(mine[target].text, LONGEST - len(sign) - 1)}" if target in mine else ""
        found[target] = Piece(sign + said, "warn" if DIFFERS in sign else "good" if said else "dim")
    return found


def _read(desk: Desk) -> dict[Target, Piece]:
    queue, view = desk.session.queue, desk.view
    assert view is not None
    said: dict[Target, list[str]] = {}
    failing: list[Target] = []
    identifier = desk.judge.of(view.item).identifier
    for known in desk.store.known_in(queue.source.server, queue.source_id, view.item.trace_id, identifier):
        criterion = view.rubric.criterion(known.row.name)
        if criterion is not None:
            said.setdefault(known.row.target, []).append(one_line(spoken(criterion, known.row)))
        elif known.row.name == desk.session.first_failure and known.row.target.kind == "span":
            failing.append(known.row.target)
    found = {target: Piece(crop("✓ " + " ".join(words), LONGEST), "good") for target, words in said.items()}
    for target in failing:
        found[target] = Piece(crop(f"{FIRST} {found[target].text}" if target in found else FIRST, LONGEST), "error")
    desk.failing = tuple(target.id for target in failing)
    return found


def first_failures(desk: Desk) -> list[str]:
    """The names of the spans that are my first failure of the trace: none or one."""
    marks(desk)
    spans = desk.presented.trace.spans if desk.failing and desk.presented is not None else ()
    return [span.name for span in spans if span.span_id in desk.failing]


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
