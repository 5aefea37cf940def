"""Evidence on the screen: taken from a selection, given back, drawn in the trace, listed beside it with what was expected."""

from typing import TYPE_CHECKING

from annotator.domain.evidence import KEY, Evidence, evidence_of
from annotator.domain.span import Trace
from annotator.text.markup.syntax import Mark

if TYPE_CHECKING:
    from annotator.domain.annotation import Annotation
    from annotator.text.block import Block
    from annotator.ui.screens.review import ReviewScreen
    from annotator.workflow.answers import ItemView
    from annotator.workflow.mine import Said
    from annotator.workflow.present import Presented


class Quoting:
    """Each public method is a command, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self._read_for: tuple[ItemView | None, Presented | None, tuple[Evidence, ...]] = (None, None, ())
        self._rows: list[Annotation] = []
        self._drawn_for: tuple[tuple[Block, ...], tuple[Evidence, ...]] = ((), ())
        self._drawn: dict[int, list[Mark]] = {}

    # Taking

    def take(self) -> None:
        """What is selected becomes evidence of the current answer, else of the newest one on the item, else of the one to be given."""
        from annotator.workflow.evidence import cite

        desk, item = self.desk, self.desk.item
        evidence = self._chosen()
        if item is None or evidence is None or not self.screen.keyboard.may_judge():
            return
        one = self._answer()
        if one is None:
            desk.waiting[item.id] = (*(other for other in desk.waiting.get(item.id, ()) if other != evidence), evidence)
            desk.selecting = False
            desk.say(f"evidence for the answer that you give next: {evidence.line}", "good")
        else:
            judged = cite(desk.judge, item, one.row, evidence)
            desk.selecting = False
            self.screen.judging.judged(item, judged)
        self.screen.fitting.lay_out(keep_top=True)

    def drop(self) -> None:
        """What is selected is no evidence any more."""
        from annotator.workflow.evidence import uncite

        desk, item = self.desk, self.desk.item
        evidence = self._chosen()
        if item is None or evidence is None or not self.screen.keyboard.may_judge():
            return
        waiting = desk.waiting.get(item.id, ())
        desk.waiting[item.id] = tuple(one for one in waiting if not one.meets(evidence))
        gone = len(waiting) - len(desk.waiting[item.id])
        for one in self.screen.noting.answers_here():
            gone += uncite(desk.judge, item, one.row, evidence)
        if not gone:
            desk.say("there is no evidence in what is selected", "warn")
            return
        desk.selecting = False
        self.screen.background.changed()
        desk.refresh_view()
        desk.refresh_figures()
        desk.say(f"{gone} taken away; {desk.session.keymap.first('undo')} brings it back" if gone > len(waiting) else "taken away", "good")
        self.screen.fitting.lay_out(keep_top=True)

    def _chosen(self) -> Evidence | None:
        """What is selected, bound to where it came from. Raises InvalidAnnotation."""
        from annotator.text.quoting.binding import selected
        from annotator.workflow.evidence import evidence_for

        desk, selecting = self.desk, self.screen.selecting
        block, shown = selecting.block, self._trace_of(selecting.key)
        chosen = selected(block, *selecting.range) if block is not None else None
        if chosen is None or shown is None or desk.item is None:
            desk.say("nothing is selected here", "warn")
            return None
        redactor, source_id = desk.session.redactor, desk.session.queue.source_id
        received = desk.store.trace(source_id, desk.item.trace_id, as_received=True) if redactor else None
        return evidence_for(shown, chosen, redactor, received)

    def _trace_of(self, key: str) -> Trace | None:
        """The trace that a block was read from: as received where it is revealed."""
        revealed = self.desk.revealed
        if revealed is not None and (not revealed.parts or key in revealed.parts):
            return revealed.presented.trace
        return self.desk.presented.trace if self.desk.presented else None

    def _answer(self) -> "Said | None":
        """The current answer on what is in focus, else the newest on the item."""
        desk = self.desk
        answers = self.screen.noting.answers_here()
        current = desk.view.answers.get(desk.criterion) if desk.view else None
        return next((one for one in answers if current is not None and one.row.identity == current.identity), next(iter(answers), None))

    # Showing

    def read(self) -> None:
        """What I said that is shown in the trace; again for each view of the item."""
        desk = self.desk
        view, presented, waiting = self._read_for
        if view is desk.view and presented is desk.presented and waiting == self._waiting:
            return
        self._read_for = desk.view, desk.presented, self._waiting
        self._rows = self._mine()
        beside = self._beside(desk.presented) if desk.presented is not None and (self._rows or self._waiting) else ()
        if beside != desk.beside:
            desk.beside = beside

    def _mine(self) -> "list[Annotation]":
        """With evidence, and what I expected."""
        desk, queue = self.desk, self.desk.session.queue
        if desk.item is None:
            return []
        known = desk.store.known_in(queue.source.server, queue.source_id, desk.item.trace_id, desk.judge.of(desk.item).identifier)
        return [one.row for one in known if KEY in one.row.metadata or one.row.name == desk.session.expected_output]

    def _beside(self, presented: "Presented") -> "tuple[Block, ...]":
        from annotator.workflow.beside import beside

        return beside(presented, self._rows, self.desk.session.expected_output, self._waiting)

    @property
    def _waiting(self) -> tuple[Evidence, ...]:
        return self.desk.waiting.get(self.desk.item.id, ()) if self.desk.item else ()

    def show(self) -> None:
        """Draw the evidence and the selection."""
        if self.desk.selecting and not self.screen.selecting.is_on:
            self.desk.selecting = False
        marks = {index: list(one) for index, one in self._evidence().items()}
        for index, one in self.screen.selecting.marks.items():
            marks.setdefault(index, []).extend(one)
        self.screen.trace.highlight(marks)

    def _evidence(self) -> dict[int, list[Mark]]:
        """Where each quote is in what is shown; looked for once for each view."""
        desk = self.desk
        evidence = (*(one for row in self._rows for one in evidence_of(row)), *self._waiting)
        if not evidence or desk.presented is None:
            return {}
        from annotator.text.quoting.finding import drawn, found

        blocks = desk.blocks
        if self._drawn_for[0] is not blocks or self._drawn_for[1] != evidence:
            self._drawn_for, self._drawn = (blocks, evidence), {}
            shown = desk.open_to_view or desk.presented
            for one in evidence:
                place = found(shown.trace, one)
                for index, start, end in drawn(shown.trace, blocks, place) if place is not None else ():
                    self._drawn.setdefault(index, []).append((start, end, "evidence"))
        return self._drawn
