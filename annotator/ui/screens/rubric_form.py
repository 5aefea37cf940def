"""The form in which the rubric's configs are made and edited, over the review."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from annotator.config.toml_places import Place
from annotator.errors import AnnotatorError
from annotator.keymap.keys import display, key_name
from annotator.text.escape import one_line
from annotator.text.line import Line, Piece, Style
from annotator.ui.compositor import LeanCompositor
from annotator.ui.form import drawing
from annotator.ui.form.checks import Checked
from annotator.ui.form.draft import text_at
from annotator.ui.form.form import Form
from annotator.ui.form.pushing import Pushing
from annotator.ui.form.saving import Saving
from annotator.ui.messages import PushTold
from annotator.ui.widgets.key_bar import key_line
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.text_field import TextField

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

STEPS = {"list_up": -1, "list_down": 1, "list_page_up": -10, "list_page_down": 10, "list_top": -1000, "list_end": 1000}
FILE: Place = ("file",)
"""The field of the page that says what saving does."""


class RubricForm(ModalScreen[None], inherit_bindings=False):
    """Pages of rows; the keys of the `form` context change them, those of `list` walk through them."""

    DEFAULT_CSS = """
    RubricForm { background: ansi_default; layout: vertical; }
    RubricForm > .bar { height: 1; }
    RubricForm > #form { height: 1fr; }
    RubricForm > TextField { min-height: 2; }
    """

    def __init__(self, review: "ReviewScreen", form: Form) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.review = review
        self.form = form
        self.said: tuple[str, Style] = ("", "dim")
        self.asked = False
        """Leaving was asked about."""
        self.saving, self.pushing = Saving(review, form), Pushing(review, form)
        self.place: Place | None = None
        """Of the field that is typed in."""
        keymap = review.session.keymap
        self.field = TextField(lambda key: command.id if (command := keymap.command(("field",), key)) else None)
        self.top = Lines(lambda width, height: [drawing.title(form, self._shown(), self._page, width)], classes="bar")
        self.page = Lines(self._lines, id="form")
        self.notice = Lines(lambda width, height: self._said(width)[:1], classes="bar")
        self.keys = Lines(lambda width, height: [self._keys(width)], classes="bar")

    def compose(self) -> ComposeResult:
        yield self.top
        yield Lines(lambda width, height: [Line((Piece("─" * width, "faint"),))], classes="bar")
        yield self.page
        yield self.field
        yield self.notice
        yield self.keys

    def draw(self) -> None:
        for region in (self.top, self.page, self.notice, self.keys):
            region.redraw()

    def say(self, text: str, style: Style = "dim") -> None:
        self.said = (text, style)

    # Keys

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.paste(event.text)

    def paste(self, text: str) -> None:
        if self.place is not None:
            self.field.paste(text)
        else:
            self.say(f"a paste of {len(text)} characters outside a text field was ignored", "warn")
        self.draw()

    def press(self, event: events.Key) -> None:
        """Take a key, also one that was read before this screen was in front."""
        try:
            if self.place is not None:
                self._typed(self.field.press(event))
            else:
                self._command(key_name(event.key, event.character), event.time)
        except AnnotatorError as error:
            self.say(f"{error.title} {error.advice}", "error")
        self.draw()

    def _command(self, key: str, at: float) -> None:
        command = self.review.session.keymap.command(("form", "everywhere", "list"), key)
        name = command.id if command else ""
        asked, self.asked = self.asked, False
        self.say("")
        if name == "help":
            self.review.windows.help(("form", "list", "field", "everywhere"))
        elif name == "list_close":
            self._close(asked)
        elif name in ("form_save", "form_push"):
            self._do(name, key, at)
        elif name == "form_drop":
            self.form.drop()
            self._leave_pages()
            self.say("as the queue is judged; undo brings back what was dropped")
        elif self.saving.is_open:
            if name == "list_choose":
                self._open_field(FILE, "save to", self.form.path)
        elif not self.pushing.is_open:
            self._edit(name, key)

    def _do(self, name: str, key: str, at: float) -> None:
        """Say what saving or pushing does, then do it; a key held down does not."""
        repeats = self.review.keyboard.repeats
        if not repeats.allow(key, at):
            self.say(f"{display(key)} is held down: ignored", "warn")
            return
        if name == "form_push":
            refused = self.pushing.press()
            self.say(refused or "", "warn")
            self.saving.is_open = self.saving.is_open and refused is not None
        elif self.saving.is_open:
            self._save()
        else:
            self._ask_to_save()
        repeats.advanced(key, at)

    def _edit(self, name: str, key: str) -> None:
        form = self.form
        if name in STEPS:
            form.step(STEPS[name])
        elif name == "list_choose":
            self._enter()
        elif name in ("form_next", "form_previous"):
            form.turn(1 if name == "form_next" else -1)
        elif name == "form_add":
            self.say("" if form.add() else "only categorical configs have labels", "warn")
        elif name == "form_remove":
            form.remove()
        elif name in ("form_move_up", "form_move_down"):
            form.move(-1 if name == "form_move_up" else 1)
        elif name in ("form_undo", "form_redo"):
            done = form.undo() if name == "form_undo" else form.redo()
            self.say("" if done else "there is nothing more in the form", "warn")
        else:
            self.say(f"{display(key)} does nothing here; Enter changes the row")

    def _enter(self) -> None:
        """Open the chosen row: a page, a field, the next choice."""
        form, row = self.form, self.form.row
        if row.kind == "page":
            form.open(row.place)
        elif row.kind == "add":
            form.add()
        elif row.kind == "choice":
            form.turn(1)
        elif row.kind == "text":
            self._open_field(row.place, row.title, text_at(form.draft, row.place))

    # Text

    def _open_field(self, place: Place, title: str, text: str) -> None:
        self.place = place
        self.field.open(one_line(title), self.form.drafts.get(place, text))

    def _typed(self, outcome: TextField.Outcome) -> None:
        place, form = self.place, self.form
        assert place is not None
        if isinstance(outcome, TextField.Saved):
            self._close_field()
            form.drafts.pop(place, None)
            if place == FILE:
                form.path = " ".join(outcome.text.split("\n")).strip()
                self.saving.look()
            else:
                form.set(place, outcome.text)
        elif isinstance(outcome, (TextField.Left, TextField.LeftThen)):
            before = form.path if place == FILE else text_at(form.draft, place)
            if outcome.draft != before:
                form.drafts[place] = outcome.draft
            self._close_field()
            self.say("left; what was typed comes back when the field is opened" if outcome.draft != before else "")
            if isinstance(outcome, TextField.LeftThen):
                self._command(key_name(outcome.key, outcome.character), outcome.time)
        elif isinstance(outcome, TextField.ToEditor):
            self._lend(outcome.text)

    def _close_field(self) -> None:
        self.field.close()
        self.place = None

    def _lend(self, text: str) -> None:
        """To the editor and back, into the field: it is looked at there before it is taken."""
        from annotator.ui.review.lending import edited

        back = edited(self.review, text, "text.txt")
        if back is None or back.trouble:
            self.say(back.trouble if back else self.review.desk.notice[0], "error")
        else:
            self.field.load_text(back.text.removesuffix("\n"))
            self.field.move_cursor(self.field.document.end)

    # Pages, leaving

    def _ask_to_save(self) -> None:
        """Say what saving does, or turn to the first thing that is wrong."""
        faults = self.form.checked.faults
        self._leave_pages()
        if faults:
            self.form.choose(faults[0].place)
            self.say("nothing is saved while something is wrong", "error")
        else:
            self.saving.open()

    def _save(self) -> None:
        """To the file and the queue; then, where there is a server, what pushing does is shown."""
        said, style, done = self.saving.save()
        self.say(said, style)
        if done:
            self._leave_pages()
            if self.review.session.connect is not None:
                self.pushing.ask()
            else:
                self.review.desk.say(said, style)
                self.dismiss(None)

    def push_told(self, message: PushTold) -> None:
        """What the server said."""
        if not self.pushing.told(message):
            self.say(message.said, "good" if message.state == "done" else "warn")
        self.draw()

    def _leave_pages(self) -> None:
        self.saving.is_open = self.pushing.is_open = False

    def _close(self, asked: bool) -> None:
        """One page back; on the first one, leave: what was not saved is kept, and asked about."""
        if self.saving.is_open or self.pushing.is_open:
            self._leave_pages()
        elif not self.form.close():
            if self.form.changed and not asked:
                first = self.review.session.keymap.first
                self.asked = True
                leaves = f"{first('list_close')} leaves and keeps it for the next time"
                self.say(f"not saved: {first('form_save')} saves, {first('form_drop')} drops it, {leaves}", "warn")
                return
            if self.form.changed:
                self.review.desk.say(f"the rubric is not saved; {self.review.session.keymap.first('edit_rubric')} goes on with it", "warn")
            self.dismiss(None)

    # Lines

    def _shown(self) -> Checked:
        """The draft with what is being typed."""
        form, place = self.form, self.place
        return form.checked if place is None or place == FILE else form.looked_at(form.typed(place, self.field.text))

    @property
    def _page(self) -> str:
        return "Save" if self.saving.is_open else "Push" if self.pushing.is_open else ""

    def _lines(self, width: int, height: int) -> list[Line]:
        if self.saving.is_open:
            return self.saving.lines(width)
        return self.pushing.lines(width) if self.pushing.is_open else drawing.body(self.form, self._shown(), width, height)

    def _said(self, width: int) -> list[Line]:
        return list(drawing.paragraph(*self.said, width, 1))

    def _keys(self, width: int) -> Line:
        """Or the second line of what was said, where it takes two."""
        first, more = self.review.session.keymap.first, self._said(width)[1:]
        if more:
            return more[0]
        if self.place is not None:
            words = [("field_save", "take"), ("field_newline", "new line"), ("field_leave", "leave")]
        elif self.saving.is_open:
            words = [("form_save", "save"), ("list_choose", "another file"), ("list_close", "back")]
        elif self.pushing.is_open:
            words = [*([("form_push", "push")] if self.pushing.planned else []), ("list_close", "back")]
        else:
            words = drawing.hints(self.form, self.review.session.connect is not None)
        return key_line([(first(command), word) for command, word in words], width)


