"""Queues, their items, and how far they are."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from annotator.domain.annotation import ItemState, Target, TargetKind
from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.queue import Counts, Item, NewItem, Queue, Selection, SourceRef
from annotator.domain.queue_json import selection_from_json, selection_to_json
from annotator.domain.rubric import Rubric
from annotator.domain.rubric_json import rubric_from_json, rubric_to_json
from annotator.domain.store import QueueStore
from annotator.errors import StoreError
from annotator.store.area import BATCH, Area, among, target_of, target_values
from annotator.store.codec import to_text
from annotator.store.database import Database
from annotator.store.known import keep_source, keep_traces
from annotator.store.rules import keep_met

QUEUE = """
    SELECT queue.id, queue.name, queue.source, source.location, queue.project, queue.server,
        queue.selection, queue.rubric, queue.digits, queue.cursor, queue.complete, queue.stamp, queue.purged_at, queue.dataset
    FROM queue JOIN source ON source.id = queue.source
"""
ITEM = """
    SELECT item.id, item.queue, item.position, item.kind, item.target, item.document, trace.trace_id, item.span_id,
        item.state, item.reason, item.why, item.rule, item.inclusion
    FROM item JOIN trace ON trace.id = item.trace
"""
UNSENT = """
    SELECT count(*) FROM outbox JOIN identity ON identity.id = outbox.identity WHERE outbox.state IN ('waiting', 'parked') AND EXISTS (
        SELECT 1 FROM item WHERE item.queue = ? AND item.target = identity.target AND item.kind = identity.kind
        AND item.document = identity.document
    )
"""
UNSENT_MEMBERS = "SELECT count(*) FROM member WHERE queue = ? AND state IN ('waiting', 'parked')"


class Queues(Area, QueueStore):
    """Queues by id and by unique name; items by id, position, and target."""

    def create(self, name: str, source: SourceRef, selection: Selection, rubric: Rubric) -> Queue:
        """Raises StoreError where the name is taken."""
        with self.db.atomic():
            self._check_free(name)
            made = self.db.execute(
                "INSERT INTO queue (name, source, server, project, selection, rubric, digits, used)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM queue))",
                (
                    name,
                    keep_source(self.db, source),
                    source.server,
                    source.project,
                    to_text(selection_to_json(selection)),
                    to_text(rubric_to_json(rubric)),
                    to_text(fixed_digits({}, rubric)),
                ),
            )
        return self.queue(int(made.lastrowid or 0))

    def _check_free(self, name: str) -> None:
        if not name.strip():
            raise StoreError("A queue needs a name.", "Give it one.")
        if self.db.one("SELECT 1 FROM queue WHERE name = ?", (name,)) is not None:
            raise StoreError(f"There is a queue {name!r} already.", "Choose another name, or remove that queue first.")

    def queues(self) -> list[Queue]:
        return [_queue(row) for row in self.db.all(f"{QUEUE} WHERE queue.recheck_of IS NULL ORDER BY queue.used DESC")]

    def queue(self, queue_id: int) -> Queue:
        """Raises StoreError where it was removed."""
        row = self.db.one(f"{QUEUE} WHERE queue.id = ?", (queue_id,))
        if row is None:
            raise StoreError("The queue is not in the store any more.", "Open another one; `annotator queue list` shows them.")
        return _queue(row)

    def touch(self, queue_id: int) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE queue SET used = (SELECT max(used) + 1 FROM queue) WHERE id = ?", (queue_id,))

    def set_listing(self, queue_id: int, cursor: str | None, complete: bool) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE queue SET cursor = ?, complete = ? WHERE id = ?", (cursor, complete, queue_id))

    def set_stamp(self, queue_id: int, stamp: str) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE queue SET stamp = ? WHERE id = ?", (stamp, queue_id))

    def set_rubric(self, queue_id: int, rubric: Rubric) -> Queue:
        with self.db.atomic():
            keep_rubric(self.db, queue_id, to_text(rubric_to_json(rubric)))
        return self.queue(queue_id)

    def rename(self, queue_id: int, name: str) -> None:
        """Raises StoreError where the name is taken."""
        with self.db.atomic():
            if self.queue(queue_id).name != name:
                self._check_free(name)
                self.db.execute("UPDATE queue SET name = ? WHERE id = ?", (name, queue_id))

    def remove(self, queue_id: int) -> None:
        """The queue, its items and its undo; annotations, journal and outbox stay."""
        with self.db.atomic():
            self.db.execute("DELETE FROM queue WHERE id = ?", (queue_id,))

    def unsent(self, queue_id: int) -> int:
        return unsent(self.db, queue_id)

    def add_items(self, queue_id: int, items: Sequence[NewItem]) -> int:
        added = 0
        for start in range(0, len(items), BATCH):
            with self.db.atomic():
                added += self._append(queue_id, items[start : start + BATCH])
        return added

    def _append(self, queue_id: int, items: Sequence[NewItem]) -> int:
        row = self.db.one("SELECT source FROM queue WHERE id = ?", (queue_id,))
        if row is None:
            raise StoreError("The queue is not in the store any more.", "Open another one; `annotator queue list` shows them.")
        traces = keep_traces(self.db, int(row[0]), [item.trace_id for item in items])
        have: set[Target] = set()
        for kind in {item.target.kind for item in items}:
            have |= self.among_items(queue_id, kind, [item.target.id for item in items if item.target.kind == kind])
        fresh = {item.target: item for item in reversed(items) if item.target not in have}
        first = 1 + int(self.db.one("SELECT coalesce(max(position), 0) FROM item WHERE queue = ?", (queue_id,))[0])
        rows = [
            (queue_id, position, *target_values(item.target), traces[item.trace_id].id, item.span_id, item.why, item.rule, item.inclusion)
            for position, item in enumerate(reversed(fresh.values()), first)
        ]
        self.db.many(
            "INSERT INTO item (queue, position, kind, target, document, trace, span_id, why, rule, inclusion)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        keep_met(self.db, queue_id, list(fresh.values()))
        return len(rows)

    def counts(self, queue_id: int) -> Counts:
        return Counts(**dict(self.db.all("SELECT state, items FROM tally WHERE queue = ?", (queue_id,))))

    def item(self, item_id: int) -> Item:
        """Raises StoreError where its queue was removed."""
        row = self.db.one(f"{ITEM} WHERE item.id = ?", (item_id,))
        if row is None:
            raise StoreError("The item is not in the store any more.", "Its queue was removed; open another one.")
        return item_of_row(row)

    def at(self, queue_id: int, position: int) -> Item | None:
        return self._first(f"{ITEM} WHERE item.queue = ? AND item.position >= ? ORDER BY item.position LIMIT 1", (queue_id, position))

    def step(self, queue_id: int, position: int, direction: Literal[1, -1], states: Collection[ItemState] | None = None) -> Item | None:
        beyond, order = (">", "ASC") if direction > 0 else ("<", "DESC")
        where = f"{ITEM} WHERE item.queue = ? AND item.position {beyond} ?"
        if states is None:
            return self._first(f"{where} ORDER BY item.position {order} LIMIT 1", (queue_id, position))
        # One look-up a state: the index ends at the position, and IN would sort.
        one = f"{where} AND item.state = ? ORDER BY item.position {order} LIMIT 1"
        found = [item for state in set(states) if (item := self._first(one, (queue_id, position, state.value)))]
        return min(found, key=lambda item: item.position * direction, default=None)

    def items(self, queue_id: int, after: int = 0, limit: int = 200) -> list[Item]:
        rows = self.db.all(f"{ITEM} WHERE item.queue = ? AND item.position > ? ORDER BY item.position LIMIT ?", (queue_id, after, limit))
        return [item_of_row(row) for row in rows]

    def item_of(self, queue_id: int, target: Target) -> Item | None:
        where = f"{ITEM} WHERE item.queue = ? AND item.kind = ? AND item.target = ? AND item.document = ?"
        return self._first(where, (queue_id, *target_values(target)))

    def among_items(self, queue_id: int, kind: TargetKind, ids: Collection[str]) -> set[Target]:
        sql = "SELECT kind, target, document FROM item WHERE queue = ? AND kind = ? AND target IN"
        return {target_of(*found) for found in among(self.db, sql, (queue_id, kind), ids)}

    def show_at(self, queue_id: int, items: Sequence[NewItem]) -> None:
        for start in range(0, len(items), BATCH):
            with self.db.atomic():
                self.db.many(
                    "UPDATE item SET trace = kept.id, span_id = ? FROM (SELECT id FROM trace WHERE trace_id = ?"
                    " AND source = (SELECT source FROM queue WHERE id = ?)) AS kept"
                    " WHERE queue = ? AND kind = ? AND target = ? AND document = ? AND trace <> kept.id",
                    [(one.span_id, one.trace_id, queue_id, queue_id, *target_values(one.target)) for one in items[start : start + BATCH]],
                )

    def _first(self, sql: str, values: Sequence[Any]) -> Item | None:
        row = self.db.one(sql, values)
        return None if row is None else item_of_row(row)


def unsent(db: Database, queue_id: int) -> int:
    """Rows on the targets of a queue's items that wait, or are parked, and what waits to go into a data set."""
    return sum(int(db.one(which, (queue_id,))[0]) for which in (UNSENT, UNSENT_MEMBERS))


def keep_rubric(db: Database, queue_id: int, text: str) -> None:
    """The rubric as JSON; new labels get digits that no label of the queue had."""
    row = db.one("SELECT digits FROM queue WHERE id = ?", (queue_id,))
    if row is None:
        raise StoreError("The queue is not in the store any more.", "Open another one; `annotator queue list` shows them.")
    digits = fixed_digits(json.loads(row[0]), rubric_from_json(json.loads(text)))
    db.execute("UPDATE queue SET rubric = ?, digits = ? WHERE id = ?", (text, to_text(digits), queue_id))


def rename_digits(db: Database, queue_id: int, renames: Mapping[str, str]) -> None:
    """The labels of a config have under its new name the digits that they had under its old one; a name that had digits keeps its own."""
    row = db.one("SELECT digits FROM queue WHERE id = ?", (queue_id,)) if renames else None
    if row is not None:
        digits = json.loads(row[0])
        carried = {new: digits[old] for old, new in renames.items() if old in digits and new not in digits}
        db.execute("UPDATE queue SET digits = ? WHERE id = ?", (to_text(digits | carried), queue_id))


def fixed_digits(known: Mapping[str, Mapping[str, int]], rubric: Rubric) -> dict[str, dict[str, int]]:
    """Known labels keep their index, also those that are gone; a new label gets the lowest that none ever had."""
    digits = {name: dict(labels) for name, labels in known.items()}
    for criterion in rubric.criteria:
        if isinstance(criterion.config, CategoricalConfig):
            labels = digits.setdefault(criterion.name, {})
            for value in criterion.config.values:
                labels.setdefault(value.label, len(labels))
    return digits


def _queue(row: Sequence[Any]) -> Queue:
    id_, name, source_id, location, project, server, selection, rubric, digits, cursor, complete, stamp, purged_at, dataset = row
    return Queue(
        id_,
        name,
        source_id,
        SourceRef(location, project, server),
        selection_from_json(json.loads(selection)),
        rubric_from_json(json.loads(rubric)),
        json.loads(digits),
        cursor,
        bool(complete),
        stamp,
        purged_at,
        dataset,
    )


def item_of_row(row: Sequence[Any]) -> Item:
    id_, queue_id, position, kind, target, document, trace_id, span_id, state, reason, why, rule, inclusion = row
    on = target_of(kind, target, document)
    return Item(id_, queue_id, position, on, trace_id, span_id, ItemState(state), reason, why, rule, inclusion)
