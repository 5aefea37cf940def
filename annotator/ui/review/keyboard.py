"""From keys to commands: what a key means here, whether it may act now, and what is said where it may not."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.errors import AnnotatorError, StoreBusy
from annotator.keymap.keys import display
from annotator.ui.review.table import ANSWERS, JUDGES, REPEATS_REFUSED
from annotator.ui.widgets.chooser import Chooser
from annotator.ui.widgets.input_guard import RepeatGuard

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Keyboard:
    """Runs commands of the review screen; nothing that fails moves anything."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.repeats = RepeatGuard()

    def press(self, key: str, at: float) -> None:
        """Run the command of a key that arrived at a time (monotonic seconds)."""
        self.desk.say("")
        direct = None if self.desk.selecting else self.screen.session.command_keys.get(key)
        command = None if direct else self.command_id(self.desk.contexts, key)
        if direct is not None:
            self.perform("answer_1", key, at, lambda: self._direct(*direct))
        elif command is not None:
            self.run(command, key, at)
        elif key.startswith("alt+"):
            self.press("escape", at)
            self.press(key.removeprefix("alt+"), at)
        else:
            first = self.screen.session.keymap.first
            self.desk.say(f"{display(key)} does nothing here; {first('help')} shows the keys, {first('quit')} leaves")
            self.screen.draw()

    def run(self, command: str, key: str, at: float) -> None:
        """Run a command; what cannot be done is said, and nothing moves."""
        act = (lambda: self.screen.judging.score_type(key)) if command == "score_type" else self.screen.table[command]
        self.perform(command, key, at, act)

    def perform(self, command: str, key: str, at: float, act: Callable[[], object]) -> None:
        """Act unless the command is refused now, and note which key brought another item or a list to choose from."""
        if not self._may_run(command, key, at):
            self.screen.draw()
            return
        before, was, asked = self.desk.item, self.desk.on, self.desk.criterion
        self.attempt(act)
        after, on = self.desk.item, self.desk.on
        if not key:
            return
        if (before and before.id) != (after and after.id) or isinstance(self.screen.app.screen, Chooser):
            self.repeats.advanced(key, at)
        elif was is not None and on is not None and was.target != on.target:
            # Documents are alike and answered in a row: a person types faster there than from item to item.
            in_a_row = was.target.kind == on.target.kind == "document" and asked == self.desk.criterion
            self.repeats.advanced(key, at, in_a_row)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something that may fail; the reason goes to the notice line."""
        item, on, trace = self.desk.item, self.desk.on, self.screen.trace
        lines, top = trace.lines, trace.top
        position = self.screen.moving.position
        try:
            act()
        except StoreBusy as error:
            self.desk.say(f"NOT SAVED: {error.title} Press the key again.", "error")
        except AnnotatorError as error:
            self.desk.say(f"{error.title} {error.advice}", "error")
        self.screen.filtering.acted(position)
        self.screen.focusing.settle()
        if self.desk.item is item is not None and self.desk.on != on and (trace.lines is not lines or trace.top != top):
            self.screen.unseen()
        self.screen.draw()

    def may_judge(self) -> bool:
        """Whether the item on the screen can be judged now; if not, why is said."""
        desk = self.desk
        if desk.read_only:
            desk.say(f"read-only: {desk.read_only}", "warn")
        elif desk.item is None:
            desk.say("no item is on the screen", "warn")
        elif desk.presented is None:
            desk.say("this trace is not here yet: it cannot be judged unseen", "warn")
        elif not desk.drawn:
            desk.say("that key came before the item was on the screen; it was ignored", "warn")
        else:
            return True
        return False

    def _may_run(self, command: str, key: str, at: float) -> bool:
        if key and command in REPEATS_REFUSED and not self.repeats.allow(key, at):
            self.desk.say(f"{display(key)} is held down: ignored, so that nothing changes on an unseen item", "warn")
            return False
        if command not in JUDGES:
            return True
        if not self.may_judge():
            return False
        return command not in ANSWERS or (self._is_asked_in_view(self.desk.criterion) and self.screen.focusing.in_view())

    def _is_asked_in_view(self, name: str) -> bool:
        """What a key answers can be seen; if not, the way out is said."""
        if self.screen.fitting.shows(name):
            return True
        self.desk.say("the window is too low to show what is asked: nothing was judged", "warn")
        return False

    def command_id(self, contexts: tuple[str, ...], key: str) -> str | None:
        command = self.screen.session.keymap.command(contexts, key)
        return command.id if command else None

    def items_command(self, key: str) -> str | None:
        """The command of a key in the list of items."""
        return self.command_id(("items", "list"), key)

    def list_command(self, key: str) -> str | None:
        """The command of a key in a list or a page."""
        return self.command_id(("list",), key)

    def _direct(self, name: str, label: str) -> None:
        """A key that the rubric gives to a label or a config."""
        view = self.desk.view
        criterion = next((one for one in view.asked if one.name == name), None) if view else None
        if criterion is None:
            self.desk.say(f"{name} is not asked here", "warn")
        elif not label:
            self.desk.criterion = name
            self.screen.moving.open_required_text()
            if criterion.config.type == "FREEFORM":
                self.screen.judging.open_text(criterion)
        elif self._is_asked_in_view(name):
            self.screen.judging.answer(label, criterion)
