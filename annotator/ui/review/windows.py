"""Commands that open something over the review screen: help, palette, item list, outbox."""

import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item, Listed
from annotator.keymap.commands import COMMANDS, CONTEXTS
from annotator.keymap.keys import display_all
from annotator.text.cells import wrap
from annotator.text.escape import one_line, visible
from annotator.text.line import Line, Piece, line
from annotator.ui.screens.outbox import OutboxScreen
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.ui.widgets.item_list import MARKED, ItemList
from annotator.ui.widgets.reader import Reader
from annotator.workflow.questions import with_questions

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

SCANNED = 10_000
"""Items that a search in the item list looks at, and of so many of them the answers; a number jumps anywhere."""
ANSWERS_SCANNED = 2000
PAGE = 500
READ_SECONDS = 0.03
"""How long opening the list may read questions that are not known yet."""


class Windows:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def help(self, contexts: Collection[str] = tuple(CONTEXTS)) -> None:
        first = self.screen.session.keymap.first
        hints = [(first("list_close"), "back"), (f"{first('list_up')}{first('list_down')}", "scroll"), (first("quit"), "leave")]
        page = Reader("Keys", lambda width: help_lines(self.screen, width, contexts), self.screen.keyboard.list_command, hints=hints)
        self.screen.app.push_screen(page)

    def instructions(self) -> None:
        """How to judge, as the rubric says it."""
        from annotator.text.rubric_lines import rubric_lines

        first = self.screen.session.keymap.first
        hints = [(first("list_close"), "back"), (f"{first('list_up')}{first('list_down')}", "scroll")]
        queue = self.desk.session.queue
        texts = [row for text in rubric_lines(queue.rubric, queue.digits) for row in visible(text).split("\n")]
        self.screen.app.push_screen(
            Reader("How to judge", lambda width: paragraphs(texts, width), self.screen.keyboard.list_command, hints=hints)
        )

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
        """The items of the queue; a number goes there, words filter by what was asked, name, state, reason and answers."""

        def chosen(item_id: str | None) -> None:
            if item_id == MARKED:
                self.screen.bulking.begin(list(items.marked))
            elif item_id is not None:
                self.screen.moving.show(self.desk.store.item(int(item_id)))
                self.screen.draw()

        here = str(self.desk.item.id) if self.desk.item else None
        first = self.screen.session.keymap.first
        pairs = (("list_choose", "go there"), ("items_mark", "mark"), ("items_range", "mark to here"), ("items_all", "mark all"))
        hints = [*((first(command), word) for command, word in pairs), (first("list_close"), "back")]
        items = ItemList("Items", self.screen.keyboard.items_command, self._items, self._every, hints=hints, selected=here)
        self.screen.choose(items, chosen)

    def _every(self, query: str) -> list[str]:
        """The ids of all that match."""
        if query and not query.strip().isdigit():
            return [choice.id for choice in self._items(query, SCANNED)]
        store, queue = self.desk.store, self.desk.session.queue
        items = store.items(queue.id, max(0, int(query) - 1) if query else 0, SCANNED)
        return [str(item.id) for item in items if self.desk.matches is None or item.position in self.desk.matches]

    def _items(self, query: str, limit: int) -> list[Choice]:
        store, queue = self.desk.store, self.desk.session.queue
        if query.strip().isdigit() or not query:
            first = int(query) if query else self.screen.moving.position - limit // 2
            rows = self._matching(first, limit) if self.desk.matches else store.listed(queue.id, max(0, first - 1), limit)
            rows = self.screen.repeating.listed(rows)
            until = time.monotonic() + READ_SECONDS
            now = self.desk.session.redactor is None  # patterns run beside the screen
            questions = with_questions(store, queue.source_id, rows, lambda: now and time.monotonic() < until)
            return [self._choice(row, question) for row, question in zip(rows, questions, strict=True)]
        found: list[Choice] = []
        after = scanned = 0
        while scanned < SCANNED and len(found) < limit and (rows := store.listed(queue.id, after, PAGE)):
            scanned, after = scanned + len(rows), rows[-1].item.position
            rows = [row for row in rows if self.desk.matches is None or row.item.position in self.desk.matches]
            rows = self.screen.repeating.listed(rows)
            found += [self._choice(row, row.question) for row in rows if self._fits(row, query.casefold(), scanned <= ANSWERS_SCANNED)]
        return found[:limit]

    def _matching(self, first: int, limit: int) -> list[Listed]:
        """What the filter lets through, from that position on; of earlier ones as many as fill the list."""
        places = self.desk.matches.behind(first, limit) if self.desk.matches else []
        return [row for place in places for row in self.desk.store.listed(self.desk.session.queue.id, place - 1, 1)]

    def _fits(self, row: Listed, wanted: str, answers: bool) -> bool:
        item = row.item
        said = f"{row.question or ''} {row.name} {item.state.value} {item.reason} {'error' if row.failed else ''}"
        return wanted in said.casefold() or (answers and wanted in self._said(item).casefold())

    def _said(self, item: Item) -> str:
        return self.desk.judge.title(item) if item.state in (ItemState.DONE, ItemState.TODO) else ""

    def _choice(self, row: Listed, question: str | None) -> Choice:
        item = row.item
        asked = Piece(one_line(question)) if question else Piece(one_line(row.name or item.target.id), "dim")
        shown = line(Piece(f"{item.position:>5}  ", "dim"), Piece("✗ " if row.failed else "  ", "error"), asked)
        return Choice(str(item.id), shown, one_line(f"{item.state.value} {self._said(item)} {item.reason}"))

    def auto_advance(self) -> None:
        self.desk.auto_advance = not self.desk.auto_advance
        self.desk.say(f"the next item {'comes by itself' if self.desk.auto_advance else 'waits for Enter'}")

    def outbox(self) -> None:
        """What is not on the server yet, and what a person must decide."""
        if not self.desk.session.queue.source.server:
            self.desk.say("this queue has no server; annotator push --to URL sends it to one")
            return
        self.screen.app.push_screen(OutboxScreen(self.screen.session, self.desk.store), lambda _: self.screen.outbox_changed())


def paragraphs(texts: Iterable[str], width: int) -> list[Line]:
    """Each text in as many lines as it needs, the later ones under the first one's words."""
    lines: list[Line] = []
    for text in texts:
        indent = len(text) - len(text.lstrip())
        rows = [text[indent:][start:end] for start, end in wrap(text[indent:], max(20, width - indent - 4))] or [""]
        lines += [line(Piece(" " * indent), Piece(row, "text" if indent else "strong")) for row in rows]
    return lines


def help_lines(screen: "ReviewScreen", width: int, contexts: Collection[str] = tuple(CONTEXTS)) -> list[Line]:
    """Every command with its keys, by context."""
    lines: list[Line] = []
    keymap = screen.session.keymap
    for context in contexts:
        lines += [line(), line(Piece(f"  {CONTEXTS[context]}", "role"))]
        for command in COMMANDS:
            if command.context == context:
                keys = " ".join(display_all(keymap.keys(command.id)))
                head = (Piece(f"  {keys:<18}", "key"), Piece(f"{command.title:<20}", "strong"))
                rows = [command.help[start:end] for start, end in wrap(command.help, max(20, width - 40))]
                lines.append(line(*head, Piece(rows[0], "dim")))
                lines += [line(Piece(" " * 40), Piece(row, "dim")) for row in rows[1:]]
    return lines
