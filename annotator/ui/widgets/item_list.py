"""A list of which several rows can be marked, to do something with all of them at once."""

from collections.abc import Callable, Sequence

from textual import events

from annotator.keymap.keys import key_name
from annotator.text.facts import counted
from annotator.text.line import Line, Piece
from annotator.ui.widgets.chooser import LIMIT, Choice, Chooser, Search

MARK = "● "
MARKED = "marked"
"""What is chosen where rows are marked: `ItemList.marked` says which."""


class ItemList(Chooser):
    """Returns the id of the row that was chosen, or MARKED."""

    def __init__(
        self,
        title: str,
        command_of: Callable[[str], str | None],
        search: Search,
        every: Callable[[str], Sequence[str]],
        *,
        hints: Sequence[tuple[str, str]] = (),
        selected: str | None = None,
    ) -> None:
        """`every`: the ids of all that match what is typed, also those that the list has no room for; the first of `hints` chooses."""
        super().__init__(title, (), command_of, search=search, hints=hints, selected=selected)
        self.marked: dict[str, None] = {}
        """Ids, in the order in which they were marked."""
        self._every = every
        self._plain_title, self._plain_hints = title, hints
        self._last = -1
        """The row that was marked last."""

    def press(self, event: events.Key) -> None:
        command = self._command_of(key_name(event.key, event.character))
        if command == "items_mark":
            self._mark()
        elif command == "items_range":
            self._mark_range()
        elif command == "items_all":
            self._mark_all()
        elif command == "list_choose" and self.marked:
            if self.repeats.allow(event.key, event.time):
                self.dismiss(MARKED)
        else:
            before = self._query
            super().press(event)
            if self._query != before:
                self._last = -1

    def _mark(self) -> None:
        """Mark the row, or take its mark away, and go on to the next."""
        if self._selected < len(self._found):
            row = self._found[self._selected].id
            if row in self.marked:
                del self.marked[row]
            else:
                self.marked[row] = None
            self._last = self._selected
            self._move(1)
            self._told()

    def _mark_range(self) -> None:
        """Mark everything from the row that was marked last to this one."""
        first, last = sorted((self._last if self._last >= 0 else self._selected, self._selected))
        self.marked |= {choice.id: None for choice in self._found[first : last + 1]}
        self._last = self._selected
        self._told()

    def _mark_all(self) -> None:
        """Mark all that match what is typed; where they are, take their marks away."""
        ids = dict.fromkeys(choice.id for choice in self._found)
        if len(self._found) >= LIMIT or not self._query:
            ids = dict.fromkeys(self._every(self._query))
        if ids.keys() <= self.marked.keys():
            self.marked = {one: None for one in self.marked if one not in ids}
        else:
            self.marked |= ids
        self._told()

    def _told(self) -> None:
        self._title = f"{self._plain_title}: {counted(len(self.marked), 'item')} marked" if self.marked else self._plain_title
        self._hints = [(key, "judge them" if self.marked and not place else does) for place, (key, does) in enumerate(self._plain_hints)]
        self._lines.redraw()

    def shown(self, choice: Choice) -> Choice:
        """The choice with the sign of its mark."""
        text = choice.text.pieces if isinstance(choice.text, Line) else (Piece(choice.text),)
        sign = Piece(MARK if choice.id in self.marked else " " * len(MARK), "accent")
        return choice._replace(text=Line((sign, *text)))
