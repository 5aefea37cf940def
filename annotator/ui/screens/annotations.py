"""Everybody's annotations of the item, as a table; one's own are changed and deleted here, and conflicts settled."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from annotator.errors import AnnotatorError
from annotator.keymap.keys import key_name
from annotator.text.line import Line, Piece, line
from annotator.text.opinions import Said, Table
from annotator.ui.compositor import LeanCompositor
from annotator.ui.widgets.key_bar import key_line
from annotator.ui.widgets.lines import Lines
from annotator.workflow.agreement import by_target, compared, value_of
from annotator.workflow.opinions import Opinion, Opinions

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

ABOVE, BELOW = 2, 2
"""Rows for the title, and for what was said and the keys."""
VEILED = "Others' annotations show when your verdict is whole; --open shows them at once."


class AnnotationsScreen(ModalScreen[None], inherit_bindings=False):
    """A list; the keys of the `annotations` context act on the chosen row."""

    DEFAULT_CSS = """
    AnnotationsScreen { background: ansi_default; }
    AnnotationsScreen Lines { height: 1fr; }
    """

    def __init__(self, review: "ReviewScreen") -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.review = review
        self.at = 0
        self.top = 0
        self.said = ""
        self.page = Lines(lambda width, height: self._lines(width, height))
        self._table: tuple[object, int, Table] | None = None

    def compose(self) -> ComposeResult:
        yield self.page

    @property
    def rows(self) -> tuple[Opinion, ...]:
        """What may be seen, as the review screen knows it now."""
        return self.review.desk.seen

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event)

    def press(self, event: events.Key) -> None:
        """Take a key, also one that was read before this screen was in front."""
        keymap = self.review.session.keymap
        command = keymap.command(("annotations", "outbox", "list", "everywhere"), key_name(event.key, event.character))
        name = command.id if command else ""
        rows = len(self.rows)
        step = {"list_up": -1, "list_down": 1, "list_page_up": -10, "list_page_down": 10, "list_top": -rows, "list_end": rows}.get(name, 0)
        if name in ("list_close", "annotations"):
            self.dismiss(None)
            return
        if name == "quit":
            self.review.quit()
            return
        if step:
            self.at, self.said = self.at + step, ""
        elif self.rows and name in ("edit_row", "list_choose", "explain_row", "delete_row", "keep_mine", "take_theirs"):
            self._act("edit_row" if name == "list_choose" else name, self.rows[self._chosen])
        self.page.redraw()

    def _act(self, command: str, one: Opinion) -> None:
        editing = self.review.editing
        try:
            if not one.mine:
                self.said = f"this is {one.who}'s: only your own can be changed"
            elif command in ("keep_mine", "take_theirs"):
                self.said = editing.settle(one, command == "keep_mine")
            elif command == "delete_row":
                self.said = editing.delete(one)
            elif command == "explain_row":
                editing.explain(one)
            else:
                editing.change(one)
        except AnnotatorError as error:
            self.said = f"{error.title} {error.advice}"

    @property
    def _chosen(self) -> int:
        self.at = max(0, min(self.at, len(self.rows) - 1))
        return self.at

    def _lines(self, width: int, height: int) -> list[Line]:
        self.review.everyone.settle()
        desk, rows, chosen = self.review.desk, self.rows, self._chosen
        room = max(1, height - ABOVE - BELOW)
        if self._table is None or self._table[:2] != (rows, width):
            self._table = (rows, width, Table(said(rows, self.review.everyone.opinions), width))
        table = self._table[2]
        title = f" Annotations of item {desk.item.position}" if desk.item else " Annotations"
        lines = [line(Piece(title, "strong"), Piece("   ● mine  = agrees  ≠ differs  ! changed elsewhere", "faint"))]
        lines.append(line(Piece(f"  {VEILED}", "dim")) if desk.veiled else line())
        lines += self._window(table, chosen, room)
        lines += [line()] * (ABOVE + room - len(lines))
        return [*lines, line(Piece(f"  {self.said}", "warn")), self._keys(width)]

    def _window(self, table: Table, chosen: int, room: int) -> list[Line]:
        """The rows around the chosen one, as far as they fit; lines of others are not made."""
        if not table.rows:
            return [line(Piece(f"  {'You have not annotated' if self.review.desk.veiled else 'Nobody annotated'} this item.", "dim"))]
        whole = table.whole(chosen)[: max(0, room - 2)]
        self.top = min(self.top, chosen)
        while True:
            before: list[Line] = []
            for index in range(self.top, chosen + 1):
                head = table.head(index)
                before += [*([head] if head else []), table.row(index, index == chosen)]
            if len(before) + len(whole) <= room or self.top == chosen:
                break
            self.top += 1
        found = [*before, *whole]
        for index in range(chosen + 1, len(table.rows)):
            if len(found) >= room:
                break
            head = table.head(index)
            found += [*([head] if head else []), table.row(index)]
        return found[:room]

    def _keys(self, width: int) -> Line:
        first = self.review.session.keymap.first
        words = [("edit_row", "change"), ("explain_row", "explain"), ("delete_row", "delete")]
        if any(one.known.conflict for one in self.rows):
            words += [("keep_mine", "keep mine"), ("take_theirs", "take theirs")]
        return key_line([*((first(command), word) for command, word in words), (first("list_close"), "back")], width)


def said(rows: tuple[Opinion, ...], opinions: Opinions | None) -> list[Said]:
    """Rows as the table shows them."""
    agreeing = {id(one): agrees for some in by_target(rows).values() for one, agrees in compared(some)}
    places = opinions.places if opinions is not None else {}
    found = []
    for one in rows:
        row, known = one.row, one.known
        theirs = (value_of(known.theirs) if known.theirs is not None else "taken away") if known.conflict else ""
        found.append(
            Said(
                places.get(row.target, row.target.kind),
                row.name,
                row.label or "",
                "" if row.score is None else f"{row.score:g}",
                "me" if one.mine else one.who,
                row.annotator_kind,
                known.source,
                known.at,
                row.explanation or "",
                one.mine,
                agreeing[id(one)],
                theirs,
            )
        )
    return found
