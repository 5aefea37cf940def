"""The journal: one row per change, in the order of `seq`, never changed; and what a person did, newest first."""

import json
from collections.abc import Collection, Sequence

from annotator.domain.annotation import NOTE, Annotation, ItemState
from annotator.domain.handover import HandedOver
from annotator.domain.record import record
from annotator.domain.step import Verdict
from annotator.store.area import Area, identity_of
from annotator.store.codec import text_row, to_text
from annotator.store.database import Database


@record
class Occasion:
    """Why something changes: what the journal rows of one step have in common."""

    at: float
    action: str
    """do, undo, redo, pulled, complete, passed (left to others), conflict, retry, drop, push (copied for a server), reveal, handover,
    or one of imports.py.
    """
    annotator: str = ""
    queue: int | None = None
    step: int | None = None
    command: str = ""


def next_seq(db: Database) -> int:
    """The seq of the next row; certain within a transaction."""
    return 1 + int(db.one("SELECT coalesce(max(seq), 0) FROM journal")[0])


def write(
    db: Database,
    why: Occasion,
    *,
    identity: int | None = None,
    item: int | None = None,
    member: int | None = None,
    before: str | None,
    after: str | None,
) -> int:
    """Append a row; its seq."""
    row = db.execute(
        "INSERT INTO journal (at, annotator, queue, step, command, action, identity, item, member, before, after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (why.at, why.annotator, why.queue, why.step, why.command, why.action, identity, item, member, before, after),
    )
    return int(row.lastrowid or 0)


CHANGED = """
    SELECT item.position FROM journal JOIN item ON item.id = journal.item WHERE journal.seq > :seq AND item.queue = :queue
    UNION SELECT item.position FROM journal JOIN identity ON identity.id = journal.identity JOIN item
        ON item.queue = :queue AND item.target = identity.target AND item.kind = identity.kind AND item.document = identity.document
    WHERE journal.seq > :seq
"""


class History(Area):
    """What the steps that are not undone say."""

    def last_verdicts(self, queue_id: int, annotator: str, limit: int) -> list[Verdict]:
        """Each item once, with the newest state that it was given; one that was put back to todo has none."""
        found: dict[int, Verdict] = {}
        open_again: set[int] = set()
        rows = self.db.each(
            "SELECT item.id, item.position, step.verdict_state, step.title, step.at FROM step JOIN item ON item.id = step.verdict_item"
            " WHERE step.queue = ? AND step.annotator = ? AND step.undone = 0 ORDER BY step.id DESC",
            (queue_id, annotator),
        )
        for item, position, state, title, at in rows:
            if len(found) >= limit:
                break
            if state == ItemState.TODO:
                open_again.add(item)
            if item not in open_again:
                found.setdefault(item, Verdict(item, position, ItemState(state), title, at))
        return list(found.values())

    def changed_since(self, queue_id: int, seq: int | None) -> tuple[int, set[int]]:
        last = next_seq(self.db) - 1
        rows = [] if seq is None or seq == last else self.db.all(CHANGED, {"seq": seq, "queue": queue_id})
        return last, {position for (position,) in rows}

    def keep_reveal(self, annotator: str, queue_id: int | None, item_id: int | None, trace_id: str, parts: Sequence[str]) -> None:
        why = Occasion(self.clock(), "reveal", annotator, queue_id, None, "reveal")
        with self.db.atomic():
            write(self.db, why, item=item_id, before=None, after=to_text({"trace": trace_id, "parts": list(parts)}))

    def shift_began(self, queue_ids: Collection[int], pause: float) -> float | None:
        marks = ",".join("?" * len(queue_ids))
        began: float | None = None
        # Not by the index on queue: the newest come first, and few are looked at.
        for (at,) in self.db.each(f"SELECT at FROM step WHERE +queue IN ({marks}) AND undone <> 1 ORDER BY id DESC", tuple(queue_ids)):
            if began is not None and began - at > pause:
                break
            began = at
        return began

    def last_handover(self, queue_ids: Collection[int]) -> HandedOver | None:
        for at, annotator, after in self.db.each("SELECT at, annotator, after FROM journal WHERE action = 'handover' ORDER BY seq DESC"):
            said = json.loads(after)
            if set(queue_ids) <= set(said["queues"]):
                return HandedOver(at, annotator, said["since"], tuple(said["queues"]), said["where"])
        return None

    def keep_handover(self, handed: HandedOver) -> None:
        why = Occasion(handed.at, "handover", handed.annotator, command="handover")
        after = {"since": handed.since, "queues": list(handed.queues), "where": handed.where}
        with self.db.atomic():
            write(self.db, why, before=None, after=to_text(after))

    def verdict_times(self, queue_id: int, annotator: str, limit: int) -> list[float]:
        rows = self.db.all(
            "SELECT at FROM step WHERE queue = ? AND annotator = ? AND undone = 0 AND verdict_moved AND verdict_state <> 'todo'"
            " ORDER BY id DESC LIMIT ?",
            (queue_id, annotator, limit),
        )
        return [at for (at,) in rows]

    def last_answers(self, annotator: str, queue_id: int) -> tuple[int, list[Annotation]] | None:
        last = self.last_verdicts(queue_id, annotator, 1)
        if not last:
            return None
        item, server, kind, target, document = self.db.one(
            "SELECT item.id, queue.server, item.kind, item.target, item.document FROM item JOIN queue ON queue.id = item.queue"
            " WHERE item.id = ?",
            (last[0].item_id,),
        )
        rows = self.db.all(
            "SELECT identity.id, content FROM identity JOIN annotation ON annotation.identity = identity.id"
            " WHERE target = ? AND kind = ? AND document = ? AND server = ? AND name <> ? AND annotator = ? ORDER BY identity.id",
            (target, kind, document, server, NOTE, annotator),
        )
        answers = (text_row(identity_of(self.db, identity), content) for identity, content in rows)
        return item, [row for row in answers if row is not None]


