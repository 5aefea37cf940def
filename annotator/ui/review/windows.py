"""Commands that open something over the review screen: help, palette, item list, outbox."""

from typing import TYPE_CHECKING

from annotator.domain.queue import Item
from annotator.keymap.commands import COMMANDS, CONTEXTS
from annotator.keymap.keys import display_all
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
        self.screen.app.push_screen(Reader("Keys", help_lines(self.screen), self.screen.keyboard.list_command))

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

        self.screen.choose(Chooser("Items", self._items("", 200), self.screen.keyboard.list_command, search=self._items), chosen)

    def _items(self, query: str, limit: int) -> list[Choice]:
        store, queue_id = self.desk.store, self.desk.session.queue.id
        if query.strip().isdigit():
            return [self._choice(item) for item in store.items(queue_id, int(query) - 1, limit)]
        found: list[Choice] = []
        after = 0
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
        return Choice(str(item.id), shown, one_line(f"{item.state.value} {item.reason}"))

    def auto_advance(self) -> None:
        self.desk.auto_advance = not self.desk.auto_advance
        self.desk.say(f"the next item {'comes by itself' if self.desk.auto_advance else 'waits for Enter'}")

    def outbox(self) -> None:
        """What is not on the server yet, and what a person must decide."""
        if not self.desk.session.queue.source.server:
            self.desk.say("this queue has no server; annotator push --to URL sends it to one")
            return
        self.screen.app.push_screen(OutboxScreen(self.screen.session, self.desk.store), lambda _: self.screen.outbox_changed())


def help_lines(screen: "ReviewScreen") -> list[Line]:
    """Every command with its keys, by context."""
    lines: list[Line] = []
    keymap = screen.session.keymap
    for context, title in CONTEXTS.items():
        lines += [line(), line(Piece(f"  {title}", "role"))]
        for command in COMMANDS:
            if command.context == context:
                keys = " ".join(display_all(keymap.keys(command.id)))
                lines.append(line(Piece(f"  {keys:<18}", "key"), Piece(f"{command.title:<30}", "strong"), Piece(command.help, "dim")))
    return lines
