"""Commands that open something over the review screen: help, palette, item list, outbox."""

from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.keymap.commands import COMMANDS, CONTEXTS
from annotator.keymap.keys import display_all
from annotator.text.cells import wrap
from annotator.text.escape import one_line
from annotator.text.line import Line, Piece, line
from annotator.ui.screens.outbox import OutboxScreen
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.ui.widgets.reader import Reader

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

SCANNED = 5000
"""Items that a search in the item list looks at; a number jumps anywhere."""


class Windows:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def help(self) -> None:
        first = self.screen.session.keymap.first
        hints = [(first("list_close"), "back"), (f"{first('list_up')}{first('list_down')}", "scroll"), (first("quit"), "leave")]
        page = Reader("Keys", lambda width: help_lines(self.screen, width), self.screen.keyboard.list_command, hints=hints)
        self.screen.app.push_screen(page)

    def palette(self) -> None:
        """Every command by name; choosing one runs it."""
        keymap = self.screen.session.keymap
        runnable = [command for command in COMMANDS if command.id in self.screen.table]
        choices = [Choice(command.id, line(command.title), " ".join(display_all(keymap.keys(command.id)))) for command in runnable]

        def chosen(command_id: str | None) -> None:
            if command_id is not None:
                self.screen.keyboard.run(command_id, "", 0.0)

        self.screen.choose(Chooser("Commands", choices, self.screen.keyboard.list_command), chosen)

    def jump(self) -> None:
        """The items of the queue; a number goes there, a word filters by state, reason and name."""

        def chosen(item_id: str | None) -> None:
            if item_id is not None:
                self.screen.moving.show(self.desk.store.item(int(item_id)))
                self.screen.draw()

        here = str(self.desk.item.id) if self.desk.item else None
        self.screen.choose(Chooser("Items", (), self.screen.keyboard.list_command, search=self._items, selected=here), chosen)

    def _items(self, query: str, limit: int) -> list[Choice]:
        store, queue_id = self.desk.store, self.desk.session.queue.id
        if query.strip().isdigit():
            return [self._choice(item) for item in store.items(queue_id, int(query) - 1, limit)]
        found: list[Choice] = []
        after = max(0, self.screen.moving.position - limit // 2) if not query else 0
        while after < SCANNED and len(found) < limit:
            items = store.items(queue_id, after, 200)
            if not items:
                break
            choices = [self._choice(item) for item in items]
            found += [choice for choice in choices if query.lower() in f"{choice.plain} {choice.detail}".lower()]
            after = items[-1].position
        return found[:limit]

    def _choice(self, item: Item) -> Choice:
        headers = self.desk.store.headers(self.desk.session.queue.source_id, item.trace_id)
        name = next((header.name for header in headers if header.span_id == item.span_id), item.target.id)
        shown = line(Piece(f"{item.position:>5}  ", "dim"), Piece(one_line(name)))
        said = self.desk.judge.view(item).title if item.state in (ItemState.DONE, ItemState.TODO) else ""
        return Choice(str(item.id), shown, one_line(f"{item.state.value} {said} {item.reason}"))

    def auto_advance(self) -> None:
        self.desk.auto_advance = not self.desk.auto_advance
        self.desk.say(f"the next item {'comes by itself' if self.desk.auto_advance else 'waits for Enter'}")

    def outbox(self) -> None:
        """What is not on the server yet, and what a person must decide."""
        if not self.desk.session.queue.source.server:
            self.desk.say("this queue has no server; annotator push --to URL sends it to one")
            return
        self.screen.app.push_screen(OutboxScreen(self.screen.session, self.desk.store), lambda _: self.screen.outbox_changed())


def help_lines(screen: "ReviewScreen", width: int) -> list[Line]:
    """Every command with its keys, by context."""
    lines: list[Line] = []
    keymap = screen.session.keymap
    for context, title in CONTEXTS.items():
        lines += [line(), line(Piece(f"  {title}", "role"))]
        for command in COMMANDS:
            if command.context == context:
                keys = " ".join(display_all(keymap.keys(command.id)))
                head = (Piece(f"  {keys:<18}", "key"), Piece(f"{command.title:<20}", "strong"))
                rows = [command.help[start:end] for start, end in wrap(command.help, max(20, width - 40))]
                lines.append(line(*head, Piece(rows[0], "dim")))
                lines += [line(Piece(" " * 40), Piece(row, "dim")) for row in rows[1:]]
    return lines
