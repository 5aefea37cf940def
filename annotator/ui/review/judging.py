"""Commands that judge: answers, scores, texts, notes, states, undo."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion
from annotator.domain.step import Reversal
from annotator.domain.target import ItemTarget
from annotator.errors import InvalidAnnotation, SetsRubric
from annotator.text.escape import one_line
from annotator.text.line import line
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.workflow.judge import Judged
from annotator.workflow.targets import described

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

REACHABLE = 10
"""Digits 1 to 9 and 0."""


class Judging:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def answer_digit(self, index: int) -> None:
        """Answer the current categorical config with the label that has this digit (0-based)."""
        config = self.desk.config
        if not isinstance(config, CategoricalConfig):
            self.desk.say("no label has this digit here", "warn")
            return
        label = next((label for label, digit in self.digits(config.name).items() if digit == index), None)
        if label is None or all(value.label != label for value in config.values):
            self.desk.say(f"{config.name} has no label on {(index + 1) % 10}", "warn")
            return
        self.answer(label)

    def digits(self, name: str) -> dict[str, int]:
        """Label to digit index, fixed when the queue was made."""
        return dict(self.desk.session.queue.digits.get(name, {}))

    def answer(self, value: str | float, criterion: Criterion | None = None, on: ItemTarget | None = None) -> None:
        """Store an answer on what is in focus, or `on` another target, and go on to what is asked next."""
        item, criterion, on = self.desk.item, criterion or self.desk.current, on or self.desk.on
        if item is None or criterion is None or on is None:
            return
        how = self.screen.everyone.informed(self.desk.circumstances(), on, criterion, value)
        judged = self.desk.judge.answer(item, criterion, value, how, on)
        self.desk.typed.pop((item.id, on.target, criterion.name), None)
        self.desk.waiting.pop(item.id, None)
        self.judged(item, judged, on, criterion.name)

    def more_labels(self) -> None:
        """Choose the label from a list that filters as one types."""
        config = self.desk.config
        if not isinstance(config, CategoricalConfig):
            return
        digits = self.digits(config.name)

        def choice(value: Value) -> Choice:
            digit = digits.get(value.label, REACHABLE)
            return Choice(value.label, line(one_line(value.label)), f"{(digit + 1) % 10}" if digit < REACHABLE else value.description or "")

        item_id = self.desk.item.id if self.desk.item else 0

        def chosen(label: str | None) -> None:
            if label is not None and self.desk.item is not None and self.desk.item.id == item_id:
                self.screen.keyboard.attempt(lambda: self.answer(label))

        choices = [choice(value) for value in config.values]
        self.screen.choose(Chooser(one_line(config.name), choices, self.screen.keyboard.list_command), chosen)

    def score_step(self, steps: int) -> None:
        """Move the score by steps; the first step starts at the middle."""
        config, view = self.desk.config, self.desk.view
        if not isinstance(config, ContinuousConfig) or view is None:
            return
        lower, upper = config.bounds
        row = view.answers.get(config.name)
        try:
            start = float(self.desk.number.replace(",", ".")) if self.desk.number else row.score if row else None
        except ValueError:
            start = None
        middle = lower + round((upper - lower) / 2 / config.arrow_step) * config.arrow_step
        value = middle if start is None else start + steps * config.arrow_step
        self.desk.type_number(f"{min(upper, max(lower, round(value, 9))):.9g}", stepped=True)

    def score_bound(self, upper: bool) -> None:
        if isinstance(self.desk.config, ContinuousConfig):
            self.desk.type_number(f"{self.desk.config.bounds[upper]:.9g}", stepped=True)

    def score_type(self, key: str) -> None:
        self.desk.type_number(key if self.desk.stepped else self.desk.number + key)

    def score_erase(self) -> None:
        self.desk.type_number(self.desk.number[:-1])

    def score_clear(self) -> None:
        self.desk.type_number("")

    def score_commit(self) -> None:
        """Store the number that is typed; without one, go on as Enter does."""
        if not self.desk.number:
            self.screen.moving.finish()
            return
        if self.screen.everyone.unseen():
            return
        try:
            value = float(self.desk.number.replace(",", "."))
        except ValueError:
            raise InvalidAnnotation(f"{self.desk.number!r} is not a number.", "Backspace edits, Esc clears.") from None
        self.answer(value)

    def write(self) -> None:
        """Open the text of the current freeform config, else of the first one."""
        view = self.desk.view
        if view is None:
            return
        freeform = [criterion for criterion in view.asked if isinstance(criterion.config, FreeformConfig)]
        current = self.desk.current
        criterion = current if current in freeform else next(iter(freeform), None)
        if criterion is None or current is None:
            self.desk.say(f"the rubric has no text to write; {self.screen.session.keymap.first('note')} adds a note", "warn")
            return
        self.open_text(criterion)

    def open_text(self, criterion: Criterion) -> None:
        item, view = self.desk.item, self.desk.view
        if item is None or view is None:
            return
        row = view.answers.get(criterion.name)
        on, name = view.on, criterion.name
        title, draft = (name, name) if on.own else (f"{name} on {described(on)}", f"{name} {on.target}")
        text = row.explanation or "" if row else ""
        self.screen.writing.edit(title, item, draft, lambda written: self.answer(written, criterion, on), text)

    def repeat(self) -> None:
        item = self.desk.item
        judged = self.desk.judge.repeat(item, self.desk.circumstances()) if item else None
        if item is None or judged is None:
            self.desk.say("there is no earlier verdict to repeat", "warn")
            return
        self.desk.waiting.pop(item.id, None)
        self.judged(item, judged)

    def move(self, state: ItemState, ask: bool = False) -> None:
        """Skip, defer or flag, with a reason where asked, and go on."""
        item = self.desk.item
        if item is None:
            return

        def moved(reason: str) -> None:
            self._said(item, self.desk.judge.move(item, state, reason))
            if self.desk.item is not None and self.desk.item.id == item.id:
                self.screen.moving.go_on()

        if ask:
            self.screen.writing.edit(f"{state.value}: why", item, f"{state.value} reason", moved)
        else:
            moved("")

    def _said(self, item: Item, judged: Judged, on: ItemTarget | None = None) -> None:
        """Show what was done to which target, and have it sent."""
        self.screen.background.changed()
        where = "" if on is None or on.own else f" {described(on)}:"
        text = f"{item.position}:{where} {judged.title}" + (f" (taken back: {', '.join(judged.withdrawn)})" if judged.withdrawn else "")
        self.desk.say(text, "good")
        if judged.kept:
            key = self.desk.session.keymap.first("explain")
            self.desk.say(f"{text}; {key} changes the explanation, which is still: {judged.kept}", "warn")
        self.desk.refresh_figures()

    def judged(self, item: Item, judged: Judged, on: ItemTarget | None = None, name: str = "") -> None:
        """Say what was done; a verdict that became whole brings the next item, an answer what is asked after it.

        `on`, `name`: the target and config that were answered.
        """
        self._said(item, judged, on)
        self.screen.everyone.judged(item)
        if self.desk.item is None or self.desk.item.id != item.id:
            return
        if judged.completed and not self.desk.arrived_done and self.desk.auto_advance and not self.screen.everyone.holds(item):
            self.screen.moving.go_on()
        else:
            self.desk.refresh_view()
            if on is not None:
                self.screen.focusing.follow(on, name)
            else:
                self.desk.ask()
            self.screen.moving.open_required_text()

    def undo(self) -> None:
        self._reversed(self._back(self.desk.judge.undo), "undid", "nothing to undo")

    def redo(self) -> None:
        self._reversed(self._back(self.desk.judge.redo), "did again", "nothing to redo")

    def _back(self, reverse: Callable[[bool], Reversal | None]) -> Reversal | None:
        """A step that set the queue's rubric goes back too, where nobody else reviews the queue meanwhile."""
        try:
            return reverse(False)
        except SetsRubric:
            with self.desk.session.alone() as alone:
                reversal = reverse(alone)
                self.screen.forming.judged_by(self.desk.store.queue(self.desk.session.queue.id))
                return reversal

    def _reversed(self, reversal: Reversal | None, verb: str, nothing: str) -> None:
        if reversal is None:
            self.desk.say(nothing, "warn")
            return
        step = reversal.step
        item = self.desk.store.item(step.item_id)
        if reversal.done:
            self.desk.say(f"{verb}: {item.position} {step.title}", "good")
            self.screen.background.changed()
        else:
            self.desk.say(f"{item.position} {step.title} was changed since, elsewhere: left as it is", "warn")
        self.desk.refresh_figures()
        self.screen.moving.show(item, step.criterion, step.target)
