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
    "backspace": "delete_left",
    "delete": "delete_right",
    "ctrl+w": "delete_word_left",
    "ctrl+backspace": "delete_word_left",
    "alt+backspace": "delete_word_left",
    "ctrl+u": "delete_to_start_of_line",
    "ctrl+k": "delete_to_end_of_line",
    "ctrl+z": "undo",
    "ctrl+y": "redo",
}
"""Keys that move and delete while typing, as everywhere; what a command has goes first."""


class TextField(TextArea, can_focus=False, inherit_bindings=False):
    """Commands of the context `field`, editing keys, text. Closed until `open`.

    Never focused: the screen hands it each key and paste while it is open. Textual routes a key by the focus when it is read, so what
    comes in one read with the key that opens or closes the field would act as commands, or become text.
    """

    DEFAULT_CSS = """
    TextField {
        display: none;
        height: auto; min-height: 3; max-height: 8;
        padding: 0 1;
        border: none; border-top: solid ansi_cyan;
        border-title-color: ansi_cyan; border-title-style: bold;
        background: ansi_default; color: ansi_default;
        scrollbar-size-vertical: 1;
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
        """Escape and a key came in one read: the field was left, and then this key was pressed at `time`."""

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

    class Complete(Message):
        """What is typed is to be completed, where there is something to complete."""

    class ToEditor(Message):
        """The text is to be edited in another program."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    Outcome = Saved | ToEditor | Left | LeftThen | ScrollTrace | Complete | None
    """What a key asks the screen to do."""

    def __init__(self, command_of: Callable[[str], str | None], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, soft_wrap=True, tab_behavior="focus", show_line_numbers=False, highlight_cursor_line=False)
        self.cursor_blink = False
        self._command_of = command_of

    def open(self, title: str, text: str = "") -> None:
        """Show the field with a text to go on with, the cursor behind it."""
        self.border_title = Content(f" {title} ")
        self.load_text(text)
        self.move_cursor(self.document.end)
        self.display = True

    def close(self) -> None:
        """Hide the field and forget its text."""
        self.display = False
        self.load_text("")

    @property
    def is_open(self) -> bool:
        return bool(self.display)

    @property
    def _draw_cursor(self) -> bool:
        return self.is_open

    def press(self, event: events.Key) -> Outcome:
        """Take a key; what the screen is to do about it, None for text and editing."""
        key = key_name(event.key, event.character)
        command = self._command_of(key)
        if command == "field_save":
            return self.Saved(self.text)
        if command == "field_editor":
            return self.ToEditor(self.text)
        if command == "field_leave":
            return self.Left(self.text)
        if command == "field_complete":
            return self.Complete()
        if command in ("field_page_up", "field_page_down"):
            return self.ScrollTrace(1 if command == "field_page_down" else -1)
        if command == "field_newline":
            self._type("\n")
        elif key in EDITING:
            getattr(self, f"action_{EDITING[key]}")()
        elif key.startswith("alt+"):
            return self._left_then(key.removeprefix("alt+"), event.time)
        elif event.is_printable and event.character:
            self._type(event.character)
        return None

    def paste(self, text: str) -> None:
        """Put a pasted text in; newlines are kept, other control characters are not."""
        self._type(CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))

    def _type(self, text: str) -> None:
        self.replace(text, *self.selection, maintain_selection_offset=False)

    def _left_then(self, key: str, at: float) -> Outcome:
        if key not in PASSED_ON and not types(key):
            return None
        character = " " if key == "space" else key if types(key) else None
        return self.LeftThen(self.text, key, character, at)
