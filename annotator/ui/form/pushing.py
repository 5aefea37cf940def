"""The page that says what pushing to the server does, and pushing: beside the screen, which no key waits for."""

from typing import TYPE_CHECKING

from annotator.text.line import Line, Style
from annotator.ui.form import drawing, work
from annotator.ui.form.form import Form
from annotator.ui.messages import PushTold

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Pushing:
    """Of one form over one review."""

    def __init__(self, review: "ReviewScreen", form: Form) -> None:
        self.review = review
        self.form = form
        self.is_open = False
        self.message: PushTold | None = None
        """What the server said; None while it is asked."""
        self._lines: tuple[str, ...] = ()
        """The plan, as it was told."""

    @property
    def planned(self) -> bool:
        """The plan is shown, and can be carried out."""
        return self.is_open and self.message is not None and self.message.state == "planned"

    def press(self) -> str | None:
        """Ask the server what pushing would do; when that is shown, do it. Why nothing is done, where nothing is."""
        form, session = self.form, self.review.session
        if self.planned and self.message is not None:
            todo, self.message = self.message.todo, None
            work.push(session, todo, self.review.post_message)
        elif session.connect is None:
            why = "the network is not used (--offline)" if session.offline else "this queue has no server"
            return f"nothing to push to: {why}; annotator rubric push FILE --to URL pushes it"
        elif form.changed or form.checked.rubric is None:
            return f"what was changed is not saved yet; {session.keymap.first('form_save')} saves"
        elif not self.is_open:
            self.ask()
        return None

    def ask(self) -> None:
        rubric = self.form.checked.rubric
        if rubric is not None:
            self.is_open, self.message, self._lines = True, None, ()
            work.plan(self.review.session, rubric, self.form.path, self.review.post_message)

    def told(self, message: PushTold) -> bool:
        """The server said something; False where the page is not shown."""
        if self.is_open:
            self.message = message
            self._lines = tuple(message.lines) or self._lines
        return self.is_open

    def lines(self, width: int) -> list[Line]:
        message, server = self.message, self.form.queue.source.server
        if message is None:
            return drawing.pushing(self._lines, f"{'pushing to' if self._lines else 'asking'} {server} …", "dim", width)
        style: Style = "good" if message.state == "done" else "warn" if message.state == "refused" else "strong"
        return drawing.pushing(self._lines, message.said, style, width)
