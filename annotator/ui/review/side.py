"""The pane beside the trace on a wide screen: what I said about this item, and what it is."""

from annotator.domain.annotation import Annotation
from annotator.text.cells import wrap
from annotator.text.escape import one_line, visible
from annotator.text.line import Line, Piece, Style, line
from annotator.ui.review.desk import Desk
from annotator.workflow.answers import spoken


def side(desk: Desk, width: int) -> list[Line]:
    """Answers with their explanations, notes, and the ids of the item; nothing while no item is shown."""
    view = desk.view
    if view is None or width < 20:
        return []
    lines: list[Line] = []
    for criterion in view.rubric.criteria:
        row = view.answers.get(criterion.name)
        if row is not None:
            lines.append(line(Piece(f"{criterion.name}  ", "dim"), Piece(one_line(spoken(criterion, row)), "strong"), _sent(desk, row)))
            lines += _wrapped(row.explanation or "", width - 2, "text")
    for note in view.notes:
        lines.append(line(Piece("note", "dim"), _sent(desk, note)))
        lines += _wrapped(note.explanation or "", width - 2, "text")
    head = [line(Piece("MY ANSWERS", "role"))] if lines else []
    item = view.item
    state = f"{item.state.value} {item.reason}".strip()
    facts = (("item", state), ("why", item.why), (item.target.kind, item.target.id), ("trace", item.trace_id))
    about = [line(Piece(f"{name:<6} ", "dim"), Piece(one_line(text), "text")) for name, text in facts if text]
    return [*head, *lines, *([line()] if lines else []), line(Piece("ITEM", "role")), *about]


def _sent(desk: Desk, row: Annotation) -> Piece:
    """Whether the server has it."""
    if not row.identity.server:
        return Piece("")
    return Piece("  ↑ waits", "warn") if desk.store.is_unsent(row.identity) else Piece("  ✓ sent", "good")


def _wrapped(text: str, width: int, style: Style) -> list[Line]:
    safe = visible(text)
    return [line(Piece("  "), Piece(safe[start:end], style)) for start, end in wrap(safe, width)] if safe else []
