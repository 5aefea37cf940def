"""Items that are shown again: when one comes, and that nothing else on the screen tells it from a new one."""

from typing import TYPE_CHECKING

from annotator.domain.queue import Item, Listed
from annotator.errors import StoreError

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Repeating:
    """A repeat has the position of the item that it comes before, which keeps its own."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def is_repeat(self, item: Item) -> bool:
        return item.queue_id != self.desk.session.queue.id

    def before(self, item: Item) -> Item | None:
        """What is to be shown first; None where nothing is. A filter lets no repeats come: they may not be what it asks for."""
        session = self.desk.session
        if not session.recheck or self.desk.matches is not None:
            return None
        from annotator.workflow.recheck import due

        try:
            return due(self.desk.store, self.desk.judge.queue, session.annotator, item, session.recheck)
        except StoreError:
            return None  # nothing that was judged is lost, and another item is drawn soon

    def listed(self, rows: list[Listed]) -> list[Listed]:
        """Rows of the list of items with the repeat that is shown in its place, and without the item that it repeats."""
        item = self.desk.item
        if item is None or not self.is_repeat(item):
            return rows
        [shown] = self.desk.store.listed(item.queue_id, item.position - 1, 1)
        return [shown if row.item.position == item.position else row for row in rows if row.item.target != item.target]
