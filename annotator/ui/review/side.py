"""The pane beside the trace on a wide screen: what I said about this item, what others did as far as that may be seen, and what it is."""

from annotator.domain.annotation import NOTE, Annotation
from annotator.text.cells import wrap
from annotator.text.escape import one_line, visible
from annotator.text.facts import local_time
from annotator.text.line import Line, Piece, Style, line
from annotator.ui.review.desk import Desk
from annotator.ui.review.ranking import ranking_lines
from annotator.workflow.answers import spoken

MOST, LONGEST = 20, 400
"""Annotations of others, and characters of each explanation: the table has all."""


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
    others, ranked = _others(desk, width), ranking_lines(desk, width)
    parts = ([*head, *lines], ranked, others, [line(Piece("ITEM", "role")), *about])
    return [row for part in parts if part for row in (*part, line())][:-1]


def _others(desk: Desk, width: int) -> list[Line]:
    """In the order of the table, those that differ marked."""
    seen = [one for one in desk.seen if not one.mine]
    if not seen or desk.view is None:
        return []
    from annotator.workflow.agreement import DIFFERS, value_of

    answers = desk.view.given
    lines, place = [line(Piece("OTHERS", "role"))], desk.view.item.target
    for one in seen[:MOST]:
        row, known = one.row, one.known
        if row.target != place:
            place = row.target
            lines.append(line(Piece(f"{place.named}", "dim")))
        mine = answers.get(row.target, {}).get(row.name)
        differs = mine is not None and mine.contradicts(row)
        sign = Piece(f"{DIFFERS if differs else ' '} ", "warn")
        told = "" if row.name == NOTE or (row.label is None and row.score is None) else one_line(value_of(row))
        when = local_time(round(known.at * 1e9))[5:16] if known.at else ""
        head = (sign, Piece(f"{one_line(one.who)}  ", "warn" if differs else "text"), Piece(f"{one_line(row.name)} ", "dim"))
        lines.append(line(*head, Piece(told, "strong"), Piece(f"  {when}", "faint")))
        lines += _wrapped((row.explanation or "")[:LONGEST], width - 2, "text")
    if len(seen) > MOST:
        lines.append(line(Piece(f"  {len(seen) - MOST:,} more: {desk.session.keymap.first('annotations')}", "dim")))
    return lines


def _sent(desk: Desk, row: Annotation) -> Piece:
    """Whether the server has it."""
    if not row.identity.server:
        return Piece("")
    return Piece("  ↑ waits", "warn") if desk.store.is_unsent(row.identity) else Piece("  ✓ sent", "good")


def _wrapped(text: str, width: int, style: Style) -> list[Line]:
    safe = visible(text)
    return [line(Piece("  "), Piece(safe[start:end], style)) for start, end in wrap(safe, width)] if safe else []
