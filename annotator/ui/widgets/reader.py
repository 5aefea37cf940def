"""A page to read: help, conflicts."""

from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from annotator.keymap.keys import key_name
from annotator.text.cells import crop as shorten
from annotator.text.escape import one_line
from annotator.text.line import Line, Piece
from annotator.ui.compositor import LeanCompositor
from annotator.ui.widgets.key_bar import key_line
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.trace_view import TraceView


class Reader(ModalScreen[None], inherit_bindings=False):
    """Fills the screen; scrolls with the keys of a list and closes with `list_close`."""

    DEFAULT_CSS = """
    Reader { background: ansi_default; }
    Reader > .bar { height: 1; }
    Reader > .rule { height: 1; }
    """

    def __init__(
        self,
        title: str,
        page: Sequence[Line] | Callable[[int], Sequence[Line]],
        command_of: Callable[[str], str | None],
        *,
        hints: Sequence[tuple[str, str]] = (),
        acts: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:
        """`page` is lines, or what makes them for a width in cells. `acts`: more commands, which say what they did."""
        super().__init__()
        self._compositor = LeanCompositor()
        self._title, self._page, self._hints, self._command_of = title, page, hints, command_of
        self._view, self._acts, self._said = TraceView(), acts or {}, ""
        self._head = Lines(self._heading, classes="bar")

    def compose(self) -> ComposeResult:
        yield self._head
        yield Lines(lambda width, height: [Line((Piece("─" * width, "faint"),))], classes="rule")
        yield self._view
        yield Lines(lambda width, height: [key_line(self._hints, width)], classes="bar")

    def _heading(self, width: int, height: int) -> list[Line]:
        title = shorten(self._title, width - 2)
        return [Line((Piece(f" {title}", "strong"), Piece(f"   {one_line(self._said)}", "good")))]

    def on_mount(self) -> None:
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        page = self._page(max(1, self.app.size.width - 3)) if callable(self._page) else self._page
        self._view.show(page, self._view.top)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event)

    def press(self, event: events.Key) -> None:
        """Take a key, also one that was read before this screen was in front."""
        command = self._command_of(key_name(event.key, event.character))
        if command == "list_close":
            self.dismiss(None)
        elif command in ("list_up", "list_down"):
            self._view.scroll_by(1 if command == "list_down" else -1)
        elif command in ("list_page_up", "list_page_down"):
            self._view.page(1 if command == "list_page_down" else -1)
        elif command == "list_top":
            self._view.to_top()
        elif command == "list_end":
            self._view.to_end()
        elif command == "list_choose":
            self._view.page(1)
        elif command is not None and command in self._acts:
            self._said = self._acts[command]()
            self._head.redraw()
