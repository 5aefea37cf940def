"""Items that are shown again to who judged them: each person has a queue of them behind a queue, which no list of queues has."""

from annotator.domain.annotation import ItemState, Target
from annotator.domain.queue import Item
from annotator.errors import StoreError
from annotator.store.area import Area, target_values
from annotator.store.queues import ITEM, item_of_row

BEHIND = "(SELECT id FROM queue WHERE recheck_of = ? AND recheck_by = ?)"


class Repeats(Area):
    """By the queue that is reviewed and who reviews it."""

    def repeat_at(self, queue_id: int, annotator: str, position: int) -> Item | None:
        row = self.db.one(f"{ITEM} WHERE item.queue = {BEHIND} AND item.position = ?", (queue_id, annotator, position))
        return None if row is None else item_of_row(row)

    def was_repeated(self, queue_id: int, annotator: str, target: Target) -> bool:
        where = f"SELECT 1 FROM item WHERE queue = {BEHIND} AND kind = ? AND target = ? AND document = ?"
        return self.db.one(where, (queue_id, annotator, *target_values(target))) is not None

    def verdict_on(self, item_id: int, state: ItemState = ItemState.DONE) -> tuple[str, float] | None:
        row = self.db.one(
            "SELECT annotator, at, verdict_state FROM step WHERE verdict_item = ? AND undone <> 1 ORDER BY id DESC LIMIT 1", (item_id,)
        )
        return (row[0], row[1]) if row is not None and row[2] == state else None

    def add_repeat(self, queue_id: int, annotator: str, position: int, item_id: int) -> Item:
        with self.db.atomic():
            if self.db.one(f"SELECT {BEHIND}", (queue_id, annotator))[0] is None:
                self.db.execute(
                    "INSERT INTO queue (name, source, server, project, selection, rubric, digits, complete, used, recheck_of, recheck_by)"
                    " SELECT name || ' #' || id || ' again for ' || ?, source, server, project, selection, rubric, digits, 1, 0, id, ?"
                    " FROM queue WHERE id = ?",
                    (annotator, annotator, queue_id),
                )
            self.db.execute(
                "INSERT OR IGNORE INTO item (queue, position, kind, target, document, trace, span_id, why, rule, inclusion)"
                f" SELECT {BEHIND}, ?, kind, target, document, trace, span_id, why, rule, inclusion FROM item WHERE id = ?",
                (queue_id, annotator, position, item_id),
            )
        found = self.repeat_at(queue_id, annotator, position)
        if found is None:
            raise StoreError("The item is not in the store any more.", "Its queue was removed; open another one.")
        return found
