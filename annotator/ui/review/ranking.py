"""How well the documents of the item's retrievals were ranked, by what may be seen of it now."""

from typing import TYPE_CHECKING

from annotator.domain.annotation import KnownAnnotation
from annotator.text.cells import wrap
from annotator.text.escape import one_line
from annotator.text.line import Line, Piece, line
from annotator.ui.review.desk import Desk

if TYPE_CHECKING:
    from annotator.domain.retrieval_metrics import Ranked


MOST = 8
"""Rankings in the pane."""
GAP = "  "


def rankings(desk: Desk) -> "list[Ranked]":
    """Of each span, in the trace's order: mine by my answers as they are, others' as far as they are shown."""
    view, presented = desk.view, desk.presented
    if view is None or presented is None:
        return []
    rows: dict[str, list[KnownAnnotation]] = {}
    for target, answers in view.given.items():
        if target.kind == "document":
            rows.setdefault(target.id, []).extend(KnownAnnotation(row, desk.session.annotator) for row in answers.values())
    for one in desk.seen:
        if one.row.target.kind == "document" and not one.mine:
            rows.setdefault(one.row.target.id, []).append(one.known)
    if not rows:
        return []
    from annotator.workflow.retrieval import ranked_span

    return [
        ranked
        for span in presented.trace.spans
        if span.span_id in rows
        for ranked in ranked_span(span.span_id, len(presented.readings[span.span_id].documents), rows[span.span_id], desk.session.annotator)
    ]


def mine_in_words(desk: Desk) -> list[str]:
    """Of the retrievals whose documents I have all scored."""
    found = [one for one in rankings(desk) if one.author.mine and one.scored == one.documents]
    if not found:
        return []
    from annotator.text.trace.ranking import figures

    return [f"{one_line(one.author.name)}: {figures(one.metrics, one.documents)}" for one in found]


def ranking_lines(desk: Desk, width: int) -> list[Line]:
    """For the pane beside the trace: who, and the figures below; none where nobody scored enough of the documents."""
    # What is hidden of others' scores looks as if they had left it out.
    found = [one for one in rankings(desk) if one.tells and (one.author.mine or not desk.veiled or one.scored == one.documents)]
    if not found:
        return []
    from annotator.text.trace.ranking import figures, whose

    lines = [line(Piece("RANKING", "role"))]
    for one in found[:MOST]:
        scored = f"  {one.scored} of {one.documents}" if one.scored < one.documents else ""
        lines.append(line(Piece(whose(one.author), "text"), Piece(scored, "dim")))
        told = figures(one.metrics, one.documents).split(GAP)
        for row in (GAP.join(told[:2]), GAP.join(told[2:])):
            lines += [line(Piece(GAP), Piece(row[start:end], "strong")) for start, end in wrap(row, width - 2)]
    if len(found) > MOST:
        lines.append(line(Piece(f"  {len(found) - MOST:,} more: annotator show", "dim")))
    return lines
