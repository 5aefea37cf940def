"""The rubric's form over the review: opened, kept, and the queue judged by what was made there."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from annotator.domain.queue import Queue
from annotator.ui.messages import AnswersCounted, PushTold
from annotator.workflow.judge import Judge

if TYPE_CHECKING:
    from annotator.ui.form.form import Form
    from annotator.ui.screens.review import ReviewScreen
    from annotator.ui.screens.rubric_form import RubricForm

DEFAULT_FILE = "rubric.toml"


class Forming:
    """`open` is the command `edit_rubric`."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.form: Form | None = None
        """What was typed, also while the form is closed."""

    def open(self) -> None:
        from annotator.ui.form import work
        from annotator.ui.form.form import Form
        from annotator.ui.screens.rubric_form import RubricForm

        session = self.screen.session
        if self.form is None:
            self.form = Form(session.queue, session.keymap, session.rubric_file or DEFAULT_FILE)
        self.form.judged_by(session.queue)
        self.form.counted = None
        work.count(session, self.screen.post_message)
        self.screen.app.push_screen(RubricForm(self.screen, self.form), lambda _: self.screen.draw())

    def is_form(self, front: object) -> "TypeGuard[RubricForm]":
        """The form is in front."""
        if "annotator.ui.screens.rubric_form" not in sys.modules:
            return False
        from annotator.ui.screens.rubric_form import RubricForm

        return isinstance(front, RubricForm)

    def counted(self, message: AnswersCounted) -> None:
        """The answers that are there are known."""
        if self.form is not None:
            self.form.counted = message.counted
        front = self.screen.app.screen
        if self.is_form(front):
            front.draw()

    def push_told(self, message: PushTold) -> None:
        """How pushing stands; where the form was left meanwhile, only what became of it."""
        front = self.screen.app.screen
        if self.is_form(front):
            front.push_told(message)
        elif message.state != "planned":
            self.desk.say(message.said, "good" if message.state == "done" else "warn")
            self.screen.draw()

    def judged_by(self, queue: Queue) -> None:
        """The queue is judged by another rubric from here on; the item that is shown stays, with its answers."""
        screen, desk = self.screen, self.desk
        session = replace(screen.session, queue=queue, command_keys=queue.rubric.keys)
        screen.session = desk.session = session
        screen.background.judged_by(session)
        desk.judge = Judge(desk.store, queue, session.annotator, session.identifier, lambda item: screen.moving.targets_of(item))
        screen.moving.rubric_changed()
        screen.filtering.rubric_changed()
        if desk.view is not None:
            desk.refresh_view()
            desk.ask()
        desk.refresh_figures()
        screen.fitting.lay_out(keep_top=True)
        screen.background.changed()
