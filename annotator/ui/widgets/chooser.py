"""Choose one of many: the palette, jump to item, long label lists, the start screen."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from annotator.keymap.keys import key_name
from annotator.text.cells import crop as shorten
from annotator.text.line import Line, Piece
from annotator.ui.compositor import LeanCompositor
from annotator.ui.widgets.input_guard import RepeatGuard
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.row import crop, spread, width_of

LIMIT = 200
"""Choices that a search brings; more than anyone scrolls through."""
WIDTH = 92
FRAME = 4
"""Rows around the list: two borders, what is typed, a rule."""


class Choice(NamedTuple):
    """One thing to choose; `text` is a line or a plain string, `detail` stands at the right edge."""

    id: str
    text: Line | str
    detail: str = ""

    @property
    def plain(self) -> str:
        return self.text if isinstance(self.text, str) else self.text.plain


Search = Callable[[str, int], list[Choice]]
"""What was typed and how many at most to choices, best first."""


def matching(choices: Sequence[Choice]) -> Search:
    """A search for a list in memory: every typed word occurs, whatever its case; texts that begin with the first word come first."""
    texts = [f"{choice.plain} {choice.detail}".casefold() for choice in choices]

    def search(query: str, limit: int) -> list[Choice]:
        words = query.casefold().split()
        found = [at for at, text in enumerate(texts) if all(word in text for word in words)]
        if words:
            found.sort(key=lambda at: not texts[at].startswith(words[0]))
        return [choices[at] for at in found[:limit]]

    return search


class ChooserState(NamedTuple):
    """What the list shows. `top` is the first visible choice."""

    title: str
    query: str
    choices: Sequence[Choice]
    selected: int
    top: int = 0
    digits: bool = False
    empty: str = "nothing matches"
    hints: Sequence[tuple[str, str]] = ()


def _choice_pieces(choice: Choice, index: int, state: ChooserState, width: int) -> list[Piece]:
    chosen = index == state.selected
    digit = (f"{index + 1} " if index < 9 else "  ") if state.digits else ""
    text = [Piece(choice.text)] if isinstance(choice.text, str) else list(choice.text.pieces)
    left = [Piece("▸ " if chosen else "  ", "accent"), Piece(digit, "key"), *text]
    right = [Piece(shorten(choice.detail, width // 2), "dim")] if choice.detail else []
    pieces = list(spread(left, right, width).pieces)
    if not chosen:
        return pieces
    filled = [*pieces, Piece(" " * (width - width_of(pieces)))]
    return [Piece(piece.text, "selected") for piece in filled]


def chooser_lines(state: ChooserState, width: int, height: int) -> list[Line]:
    """A framed list of exactly `height` rows, so that nothing moves while one types."""
    inner = width - 4

    def framed(pieces: Sequence[Piece]) -> Line:
        pieces = crop(pieces, inner)
        return Line((Piece("│ ", "faint"), *pieces, Piece(" " * (inner - width_of(pieces))), Piece(" │", "faint")))

    title = shorten(state.title, width - 6)
    top = Line((Piece("╭─ ", "faint"), Piece(title, "strong"), Piece(" " + "─" * (width - 5 - width_of([Piece(title)])) + "╮", "faint")))
    count = f"{len(state.choices):,}{'+' if len(state.choices) >= LIMIT else ''}" if state.choices else ""
    lines = [top, framed(spread([Piece("› ", "accent"), Piece(state.query), Piece("▏", "accent")], [Piece(count, "faint")], inner).pieces)]
    lines.append(Line((Piece("├" + "─" * (width - 2) + "┤", "faint"),)))
    shown = state.choices[state.top : state.top + height - FRAME]
    lines += [framed(_choice_pieces(choice, index, state, inner)) for index, choice in enumerate(shown, state.top)]
    if not state.choices:
        lines.append(framed([Piece(state.empty, "faint")]))
    lines += [framed([])] * (height - 1 - len(lines))
    lines.append(_bottom(state.hints, width))
    return lines


def _bottom(hints: Sequence[tuple[str, str]], width: int) -> Line:
    pieces = [Piece("╰─", "faint")]
    for key, does in hints:
        hint = [Piece(" "), Piece(key, "key"), Piece(f" {does} ", "dim"), Piece("─", "faint")]
        if width_of(pieces) + width_of(hint) > width - 1:
            break
        pieces += hint
    return Line((*pieces, Piece("─" * (width - 1 - width_of(pieces)) + "╯", "faint")))


class Chooser(ModalScreen[str | None], inherit_bindings=False):
    """Returns the id of what was chosen, None where it was closed."""

    DEFAULT_CSS = """
    Chooser { align: center middle; background: ansi_default; }
    Chooser > Lines { width: 100%; }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        command_of: Callable[[str], str | None],
        *,
        search: Search | None = None,
        query: str = "",
        digits: bool = False,
        empty: str = "nothing matches",
        hints: Sequence[tuple[str, str]] = (),
        selected: str | None = None,
    ) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self._title, self._digits, self._empty, self._hints = title, digits, empty, hints
        self._command_of = command_of
        self.repeats = RepeatGuard()
        """Shared with the screen below, so that a key held down neither chooses from the list that it opened nor acts behind it."""
        self._search = search or matching(choices)
        self._query = query
        self._found = self._search(query, LIMIT)
        self._selected = next((at for at, choice in enumerate(self._found) if choice.id == selected), 0)
        self._top = 0
        self._lines = Lines(self._rows)

    def compose(self) -> ComposeResult:
        yield self._lines

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        width, height = self.app.size
        self._lines.styles.width = min(WIDTH, width - 2)
        self._lines.styles.height = max(FRAME + 1, min(height - 2, FRAME + max(8, min(24, len(self._found)))))

    def _rows(self, width: int, height: int) -> Sequence[Line]:
        self._top = _window(self._selected, self._top, len(self._found), max(1, height - FRAME))
        found = [self.shown(choice) for choice in self._found]
        state = ChooserState(self._title, self._query, found, self._selected, self._top, self._digits, self._empty, self._hints)
        return chooser_lines(state, width, height)

    def shown(self, choice: Choice) -> Choice:
        """The choice as the list shows it."""
        return choice

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event)

    def press(self, event: events.Key) -> None:
        """Take a key, also one that was read before this screen was in front."""
        key = key_name(event.key, event.character)
        command = self._command_of(key)
        if command == "list_close":
            self.dismiss(None)
        elif command == "list_choose":
            if self.repeats.allow(key, event.time):
                self.repeats.advanced(key, event.time)
                self._choose(self._selected)
        elif command in ("list_up", "list_down"):
            self._move(1 if command == "list_down" else -1)
        elif command in ("list_page_up", "list_page_down"):
            self._move((1 if command == "list_page_down" else -1) * max(1, self._lines.size.height - FRAME - 1))
        elif command in ("list_top", "list_end"):
            self._move((1 if command == "list_end" else -1) * len(self._found))
        elif event.key == "backspace":
            self._type(self._query[:-1])
        elif event.key == "ctrl+u":
            self._type("")
        elif self._digits and event.key in set("123456789"):
            self._choose(int(event.key) - 1)
        elif event.is_printable and event.character and not event.key.startswith("alt+"):
            self._type(self._query + event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        line = (event.text.strip().splitlines() or [""])[0]
        self._type(self._query + "".join(char for char in line if char.isprintable()))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._move(-3)

    def _type(self, query: str) -> None:
        if query != self._query:
            self._query, self._selected, self._top = query, 0, 0
            self._found = self._search(query, LIMIT)
            self._lines.redraw()

    def _move(self, count: int) -> None:
        if self._found:
            self._selected = min(max(0, self._selected + count), len(self._found) - 1)
            self._lines.redraw()

    def _choose(self, index: int) -> None:
        if index < len(self._found):
            self.dismiss(self._found[index].id)


def _window(selected: int, top: int, count: int, height: int) -> int:
    """The first visible choice: moved as little as needed for the selected one to be seen."""
    top = max(min(top, selected), selected - height + 1)
    return max(0, min(top, count - height))
