"""Where notes and explanations are typed: modal, above the rubric."""

import re
from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from annotator.keymap.keys import key_name, types

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All but tab and newline."""
PASSED_ON = ("enter", "tab")
"""Keys that type nothing and may follow Escape in one read."""

EDITING = {
    "up": "cursor_up",
    "down": "cursor_down",
    "left": "cursor_left",
    "right": "cursor_right",
    "ctrl+left": "cursor_word_left",
    "ctrl+right": "cursor_word_right",
    "home": "cursor_line_start",
    "ctrl+a": "cursor_line_start",
    "end": "cursor_line_end",
    "ctrl+e": "cursor_line_end",
    "shift+up": "cursor_up(True)",
    "shift+down": "cursor_down(True)",
    "shift+left": "cursor_left(True)",
    "shift+right": "cursor_right(True)",
    "shift+home": "cursor_line_start(True)",
    "shift+end": "cursor_line_end(True)",
    "backspace": "delete_left",
    "delete": "delete_right",
    "ctrl+w": "delete_word_left",
    "ctrl+backspace": "delete_word_left",
    "alt+backspace": "delete_word_left",
    "ctrl+u": "delete_to_start_of_line",
    "ctrl+k": "delete_to_end_of_line_or_delete_line",
    "ctrl+z": "undo",
    "ctrl+y": "redo",
}
"""Keys that move and delete while typing, as everywhere; what a command has goes first."""


class TextField(TextArea, inherit_bindings=False):
    """Every key stays in the field: commands of the context `field`, editing keys, text. Closed until `open`."""

    DEFAULT_CSS = """
    TextField {
        display: none;
        height: auto; min-height: 3; max-height: 8;
        padding: 0 1;
        border: none; border-top: solid ansi_cyan;
        border-title-color: ansi_cyan; border-title-style: bold;
        background: ansi_default; color: ansi_default;
        scrollbar-size-vertical: 1;
        &:focus { border: none; border-top: solid ansi_cyan; }
        & .text-area--cursor, &:dark .text-area--cursor, &:light .text-area--cursor {
            color: ansi_default; background: ansi_default; text-style: reverse;
        }
        & .text-area--cursor-line { background: ansi_default; }
        & .text-area--selection { background: ansi_default; text-style: reverse; }
    }
    """

    class Saved(Message):
        """The text is to be kept."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The field was left; the draft is not to be lost."""

        def __init__(self, draft: str) -> None:
            super().__init__()
            self.draft = draft

    class LeftThen(Message):
        """Escape and a key came in one read: the field was left, and then this key was pressed. Posted instead of `Left`."""

        def __init__(self, draft: str, key: str, character: str | None, time: float) -> None:
            super().__init__()
            self.draft = draft
            self.key = key
            self.character = character
            self.time = time

    class ScrollTrace(Message):
        """Scroll the trace behind the field by a page: 1 down, -1 up."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    def __init__(self, command_of: Callable[[str], str | None], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, soft_wrap=True, tab_behavior="focus", show_line_numbers=False, highlight_cursor_line=False)
        self.cursor_blink = False
        self._command_of = command_of

    def open(self, title: str, text: str = "") -> None:
        """Show the field with a text to go on with, the cursor behind it."""
        self.border_title = Content(title)
        self.load_text(text)
        self.move_cursor(self.document.end)
        self.display = True
        self.focus()

    def close(self) -> None:
        """Hide the field and forget its text."""
        self.display = False
        self.load_text("")

    @property
    def is_open(self) -> bool:
        return bool(self.display)

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        key = key_name(event.key, event.character)
        command = self._command_of(key)
        if command == "field_save":
            self.post_message(self.Saved(self.text))
        elif command == "field_leave":
            self.post_message(self.Left(self.text))
        elif command == "field_newline":
            self.insert("\n")
        elif command in ("field_page_up", "field_page_down"):
            self.post_message(self.ScrollTrace(1 if command == "field_page_down" else -1))
        elif key in EDITING:
            await self.run_action(EDITING[key])
        elif key.startswith("alt+"):
            self._leave_then(key.removeprefix("alt+"), event.time)
        elif event.is_printable:
            await super()._on_key(event)

    def _leave_then(self, key: str, at: float) -> None:
        if key in PASSED_ON or types(key):
            character = " " if key == "space" else key if types(key) else None
            self.post_message(self.LeftThen(self.text, key, character, at))

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        self.insert(CONTROL.sub("", text))
