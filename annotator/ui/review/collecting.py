"""Commands that put the item into a data set, and take it out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.domain.queue import Item
from annotator.text.escape import one_line
from annotator.ui.widgets.chooser import Choice, Chooser, matching

if TYPE_CHECKING:
    from annotator.ui.review.desk import Desk
    from annotator.ui.screens.review import ReviewScreen


def datasets(desk: "Desk") -> tuple[str, ...]:
    """Those that the item is in."""
    item = desk.item
    if item is None or item.queue_id != desk.session.queue.id:
        return ()  # of an item that is shown again it would tell
    return desk.store.datasets_of(desk.judge.server, [item.target]).get(item.target, ())


class Collecting:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.name = screen.session.dataset
        """The data set; '' until a person named it."""
        self.known: tuple[str, ...] = ()
        """Those of the server, as far as they were listed."""

    def add(self) -> None:
        """Into the data set, and to the next item to do; where none is named yet, ask which."""
        item = self.desk.item
        if item is None:
            return
        if self.name:
            self._add(item)
        else:
            self._ask(lambda: self._add(item))

    def _add(self, item: Item) -> None:
        from annotator.workflow.membership import put_in

        desk, name = self.desk, one_line(self.name)
        if not put_in(desk.judge, item, self.name):
            out = desk.session.keymap.first("dataset_out")
            desk.say(f"{item.position}: is in {name} already; {out} takes it out", "warn")
            return
        self._changed(f"{item.position}: added to {name}, {desk.store.member_count(desk.judge.server, self.name):,} in it")
        if desk.auto_advance and desk.item is not None and desk.item.id == item.id:
            self.screen.moving.go_on()

    def take_out(self) -> None:
        """Out of the data set that items are added to; of another one where it is in that alone."""
        from annotator.workflow.membership import take_out

        desk, item, held = self.desk, self.desk.item, datasets(self.desk)
        if item is None:
            return
        if not held:
            desk.say(f"{item.position}: is in no data set", "warn")
            return
        name = self.name if self.name in held else held[0]
        take_out(desk.judge, item, name)
        left = desk.store.member_count(desk.judge.server, name)
        self._changed(f"{item.position}: taken out of {one_line(name)}, {left:,} in it; {desk.session.keymap.first('undo')} puts it back")

    def _changed(self, said: str) -> None:
        self.screen.background.changed()
        self.desk.refresh_figures()
        self.desk.say(said, "good")

    def _ask(self, then: Callable[[], None]) -> None:
        """Which data set: the queue's name, what is known here and on the server, or a new name; it is kept with the queue."""
        desk, queue = self.desk, self.screen.session.queue
        names = list(dict.fromkeys((queue.name, *desk.store.dataset_names(desk.judge.server), *self.known)))
        there = {*self.known, *desk.store.dataset_names(desk.judge.server)}
        find = matching([Choice(name, one_line(name), "" if name in there else "new") for name in names])

        def search(query: str, limit: int) -> list[Choice]:
            found, typed = find(query, limit), query.strip()
            return found if not typed or typed in names else [*found, Choice(typed, one_line(typed), "new")]

        def chosen(name: str | None) -> None:
            if name is None:
                desk.say("no data set was chosen, nothing changed")
                return
            desk.store.set_dataset(queue.id, name)
            self.name = name
            if self.screen.keyboard.may_judge():
                then()

        hints = [(desk.session.keymap.first("list_choose"), "add to it"), (desk.session.keymap.first("list_close"), "back")]
        command_of = self.screen.keyboard.list_command
        self.screen.choose(Chooser("Add to which data set? Type a new name", [], command_of, search=search, hints=hints), chosen)
