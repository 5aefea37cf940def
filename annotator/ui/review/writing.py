"""The text field: what it is open for, what becomes of the text, and the drafts that are left."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.domain.queue import Item
from annotator.keymap.keys import key_name

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen
    from annotator.ui.widgets.text_field import TextField


class Writing:
    """One text at a time."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self._saved: Callable[[str], None] | None = None
        self._draft: tuple[int, str] = (0, "")
        self._before = ""

    def edit(self, title: str, item: Item, field: str, saved: Callable[[str], None], text: str = "") -> None:
        """Open the text field; what is saved goes to `saved`, what is left with Esc is kept as a draft."""
        if self.desk.read_only and field != "search":
            self.desk.say(f"read-only: {self.desk.read_only}", "warn")
            return
        self._saved, self._draft, self._before = saved, (item.id, field), text
        self.screen.text_field().open(title, self.desk.drafts.get(self._draft, text))

    def typed(self, outcome: "TextField.Outcome") -> None:
        """What a key in the field asks for."""
        from annotator.ui.widgets.text_field import TextField

        if isinstance(outcome, TextField.ScrollTrace):
            self.screen.trace.page(outcome.direction)
        elif isinstance(outcome, TextField.ToEditor):
            self._lend(outcome.text)
        elif isinstance(outcome, TextField.Saved):
            saved, draft, text = self._saved, self._draft, outcome.text
            here = self.desk.item is not None and draft[0] == self.desk.item.id
            if here and draft[1] != "search" and not self.screen.keyboard.may_judge():
                return  # it was typed before the item was on the screen
            self._close(text)
            self.desk.say("")
            if saved is not None:
                self.screen.keyboard.attempt(lambda: self._save(saved, draft, text))
        elif isinstance(outcome, (TextField.Left, TextField.LeftThen)):
            changed = outcome.draft.strip() not in ("", self._before.strip())
            self._close(outcome.draft if changed else "")
            self.desk.say("left; the draft is kept" if changed else "left, nothing changed")
            if isinstance(outcome, TextField.LeftThen):
                self.screen.keyboard.press(key_name(outcome.key, outcome.character), outcome.time)

    def _lend(self, text: str) -> None:
        """To the editor and back: what was saved there is saved, and stays in the field where something went wrong."""
        from annotator.ui.review.lending import edited
        from annotator.ui.widgets.text_field import TextField

        back = edited(self.screen, text, "text.txt")
        if back is not None and not back.trouble:
            self.typed(TextField.Saved(back.text.removesuffix("\n")))
        elif back is not None:
            self.desk.say(f"nothing was stored: {back.trouble}; the text is as it was", "error")

    def _close(self, draft: str) -> None:
        self.screen.text_field().close()
        self._saved = None
        if draft.strip():
            self.desk.drafts[self._draft] = draft
        else:
            self.desk.drafts.pop(self._draft, None)

    def _save(self, saved: Callable[[str], None], draft: tuple[int, str], text: str) -> None:
        """The draft goes only when the text is stored."""
        saved(text)
        self.desk.drafts.pop(draft, None)
