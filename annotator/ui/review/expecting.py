"""Commands for what an answer should have been, and for the first wrong step of a trace."""

from typing import TYPE_CHECKING

from annotator.domain.queue import Item
from annotator.errors import AnnotatorError
from annotator.ui.review.lending import edited, has_editor

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

LONGEST = 20_000
"""Characters that are edited in the field above the rubric; more are for an editor."""
DRAFT = "expected output"


class Expecting:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def expect(self) -> None:
        """Edit what was answered into what it should have been: in $EDITOR where one is set, else in the field."""
        item = self.desk.item
        if item is None or not self.screen.keyboard.may_judge():
            return
        if not has_editor():
            self.expect_here()
            return
        before = self._text(item)
        back = edited(self.screen, self.desk.drafts.get((item.id, DRAFT), before), "expected_output.txt")
        if back is None:
            return
        if back.trouble:
            self._keep(item, back.text, back.trouble)
            return
        try:
            self._save(item, back.text)
        except AnnotatorError as error:
            self._keep(item, back.text, f"{error.title} {error.advice}")

    def expect_here(self) -> None:
        """The same in the field above the rubric."""
        item = self.desk.item
        if item is None or not self.screen.keyboard.may_judge():
            return
        text = self._text(item)
        if max(len(text), len(self.desk.drafts.get((item.id, DRAFT), ""))) > LONGEST:
            self.desk.say(
                f"that is too long to be edited here; set EDITOR, and {self.desk.session.keymap.first('expect')} opens it", "warn"
            )
            return
        self.screen.writing.edit(
            f"what item {item.position} should have answered", item, DRAFT, lambda typed: self._save(item, typed), text
        )

    def _text(self, item: Item) -> str:
        """What I expected so far, else what was answered; what is redacted is so here too, since it leaves with the text."""
        from annotator.workflow.expected import expected, real_output

        row = expected(self.desk.judge, item, self.desk.session.expected_output)
        presented = self.desk.presented
        return (row.explanation or "") if row is not None else real_output(presented, item.span_id) if presented else ""

    def _save(self, item: Item, text: str) -> None:
        from annotator.workflow.expected import expect, real_output

        desk = self.desk
        real = real_output(desk.presented, item.span_id) if desk.presented is not None else ""
        judged = expect(desk.judge, item, desk.session.expected_output, text, real)
        desk.drafts.pop((item.id, DRAFT), None)
        if judged is None:
            desk.say("unchanged: nothing was stored")
            return
        self.screen.judging.judged(item, judged)
        self.screen.fitting.lay_out(keep_top=True)

    def _keep(self, item: Item, text: str, why: str) -> None:
        """Nothing is lost of what was written."""
        self.desk.drafts[item.id, DRAFT] = text
        self.desk.say(f"nothing was stored: {why}; {self.desk.session.keymap.first('expect')} goes on with the draft", "error")

    def first_failure(self) -> None:
        """Make the span in view the first wrong step of the trace; again: it is none."""
        from annotator.workflow.first_failure import mark

        desk, item = self.desk, self.desk.item
        if item is None or desk.presented is None or not self.screen.keyboard.may_judge():
            return
        on = desk.on
        span_id = on.target.id if on is not None and on.target.kind == "document" else desk.span_id
        if span_id not in desk.presented.readings:
            desk.say("no span of this trace is in view", "warn")
            return
        judged = mark(desk.judge, item, desk.presented.trace, span_id, desk.session.first_failure)
        self.screen.judging.judged(item, judged)
