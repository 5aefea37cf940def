"""The page that says what saving does, and saving: to the file, then to the queue where every answer still fits."""

from typing import TYPE_CHECKING

from annotator.errors import RubricError
from annotator.text.line import Line, Style
from annotator.ui.form import drawing, work
from annotator.ui.form.form import Form
from annotator.ui.form.goal import Goal, look_at, write
from annotator.workflow.rubric_taking import take, told

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Saving:
    """Of one form over one review."""

    def __init__(self, review: "ReviewScreen", form: Form) -> None:
        self.review = review
        self.form = form
        self.is_open = False
        self.goal: Goal | None = None
        self.trouble = ""
        """Why the file cannot be saved to."""
        self.agreed = False
        """That the file holds something else was said, and a person goes on."""

    def open(self) -> None:
        self.is_open = True
        self.look()

    def look(self) -> None:
        """What is in the file, and what would be."""
        form, rubric = self.form, self.form.checked.rubric
        self.goal, self.trouble, self.agreed = None, "", False
        if rubric is not None:
            try:
                self.goal = look_at(form.path, form.queue.rubric if form.saved is None else form.saved, rubric)
            except RubricError as error:
                self.trouble = f"{error.title} {error.advice}"

    def lines(self, width: int) -> list[Line]:
        return drawing.saving(self.form, self.form.checked, self.goal, self.trouble, width)

    def save(self) -> tuple[str, Style, bool]:
        """What is to be said, and whether it was saved. Raises RubricError, with nothing saved."""
        form, goal, rubric = self.form, self.goal, self.form.checked.rubric
        if goal is None or rubric is None:
            return self.trouble, "error", False
        if goal.found == "another" and not self.agreed:
            self.agreed = True
            key = self.review.session.keymap.first("form_save")
            return f"{goal.path.name} holds something else: {key} again replaces it, and {goal.copy.name} keeps it", "warn", False
        with self.review.session.alone() as alone:
            if not alone and rubric != form.queue.rubric and not form.checked.orphans:
                raise RubricError(f"{form.queue.name} is reviewed elsewhere too.", "Leave the other review first; nothing was saved.")
            try:
                write(goal)
            except RubricError:
                self.look()
                raise
            form.saved = rubric
            return *self._take(goal), True

    def _take(self, goal: Goal) -> tuple[str, Style]:
        """The queue is judged by it from here on, or keeps what it has; what is to be said."""
        form, desk, rubric, file = self.form, self.review.desk, self.form.checked.rubric, goal.path.name
        assert rubric is not None
        if rubric == form.queue.rubric:
            return f"{file} is written; {form.queue.name} is judged by it already", "good"
        if not form.checked.orphans:
            item = desk.item.id if desk.item is not None else None
            try:
                queue = take(desk.store, form.queue, rubric, desk.session.annotator, item, desk.criterion, form.counted)
            except RubricError:
                work.count(self.review.session, self.review.post_message)  # somebody answered since it was counted
            else:
                self.review.forming.judged_by(queue)
                form.judged_by(queue)
                return f"{file} is written, and {queue.name} is judged by {rubric.tag or 'it'} from here on", "good"
        gone = told(form.checked.orphans)
        return f"{file} is written; {form.queue.name} keeps its rubric: {gone or 'answers'} would not fit; {drawing.migrate(form)}", "warn"
