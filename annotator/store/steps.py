"""Steps: what a person does, as one transaction, and taking it back to any depth."""

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import Identity, ItemState, Target
from annotator.domain.rubric_json import rubric_from_json, rubric_to_json
from annotator.domain.step import Change, Reversal, SetAnnotation, SetItem, SetMember, SetRubric, Step
from annotator.errors import StoreError
from annotator.store import journal
from annotator.store.area import Area, identity_of, keep_identity, keep_row, row_now, target_of, target_values
from annotator.store.codec import Effect, effects_text, row_text, same_row, text_effects, text_row, to_text
from annotator.store.journal import Occasion
from annotator.store.members import keep_member, member_now, member_of, member_text, renew_members, set_member
from annotator.store.queues import keep_rubric, rename_digits
from annotator.store.standing import base_of, want

STANDS = 2
"""`undone` of a step that was left as it is, since its row was changed elsewhere: neither undone nor to be."""
STEP = "SELECT id, annotator, queue, command, title, item, criterion, effects, target FROM step"


class Steps(Area):
    """A stack of steps for each annotator and queue."""

    def commit(self, step: Step) -> None:
        with self.db.atomic():
            seq = journal.next_seq(self.db)
            why = Occasion(self.clock(), "do", step.annotator, step.queue_id, seq, step.command)
            effects = [self._do(change, why) for change in step.changes]
            if not any(one.changed for one in effects):
                return
            self.db.execute("DELETE FROM step WHERE annotator = ? AND queue = ? AND undone = 1", (step.annotator, step.queue_id))
            self.db.execute(
                "INSERT INTO step (id, annotator, queue, at, command, title, item, criterion, effects,"
                " verdict_item, verdict_state, verdict_moved, target)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    seq, step.annotator, step.queue_id, why.at, step.command, step.title, step.item_id, step.criterion,
                    effects_text(effects), *_verdict(effects), _target_text(step.target),
                ),
            )  # fmt: skip

    def _do(self, change: Change, why: Occasion) -> Effect:
        """Make one change; what is there already stays as it is and is not journalled."""
        if isinstance(change, SetItem):
            effect = Effect(True, change.item_id, None, to_text([change.state.value, change.reason]))
        elif isinstance(change, SetMember):
            member = keep_member(self.db, change.server, change.dataset, change.target, why)
            mine = member_text(why.annotator, why.queue) if change.within else None
            # What somebody else put in is in it.
            effect = Effect(False, member, None, (mine and member_now(self.db, member)) or mine, member=True)
        elif isinstance(change, SetRubric):
            effect = Effect(False, change.queue_id, None, to_text(rubric_to_json(change.rubric)), rubric=True)
        else:
            effect = Effect(False, keep_identity(self.db, change.identity), None, row_text(change.row))
        before = self._value(effect)
        same = same_row(change.identity, before, effect.after) if isinstance(change, SetAnnotation) else before == effect.after
        effect = replace(effect, before=before, changed=not same)
        if effect.changed:
            if isinstance(change, SetRubric):
                rename_digits(self.db, change.queue_id, change.renames)
            self._make(effect, why, change.identity if isinstance(change, SetAnnotation) else None)
        return effect

    def steps_since(self, queue_ids: Collection[int], at: float) -> list[tuple[float, Step]]:
        marks = ",".join("?" * len(queue_ids))
        rows = self.db.all(
            f"SELECT at, {STEP.removeprefix('SELECT ')} WHERE queue IN ({marks}) AND undone <> 1 AND at >= ? ORDER BY id", (*queue_ids, at)
        )
        return [(moment, replace(self._step(row), changes=self._changes(row[7], made=True))) for moment, *row in rows]

    def undo(self, annotator: str, queue_id: int) -> Reversal | None:
        return self._reverse("undo", "undone = 0 ORDER BY id DESC", annotator, queue_id)

    def redo(self, annotator: str, queue_id: int) -> Reversal | None:
        return self._reverse("redo", "undone = 1 ORDER BY id", annotator, queue_id)

    def _reverse(self, action: str, which: str, annotator: str, queue_id: int) -> Reversal | None:
        with self.db.atomic():
            row = self.db.one(f"{STEP} WHERE annotator = ? AND queue = ? AND {which} LIMIT 1", (annotator, queue_id))
            if row is None:
                return None
            step, effects, back = self._step(row), text_effects(row[7]), action == "undo"
            if back:
                effects = self._from_base(effects, row[0])
            path = [replace(one, before=one.after, after=one.before) for one in reversed(effects)] if back else effects
            path = [one for one in path if one.changed]
            if not self._holds(path):
                # What cannot be undone stands for good; what cannot be redone is gone.
                drop = f"UPDATE step SET undone = {STANDS} WHERE id = ?" if back else "DELETE FROM step WHERE id = ?"
                self.db.execute(drop, (row[0],))
                return Reversal(step, False)
            why = Occasion(self.clock(), action, annotator, queue_id, row[0], step.command)
            for one in path:
                if one.before != one.after:
                    self._make(one, why)
            self.db.execute("UPDATE step SET undone = ?, effects = ? WHERE id = ?", (back, effects_text(effects), row[0]))
            return Reversal(step, True)

    def _from_base(self, effects: list[Effect], step: int) -> list[Effect]:
        """Undoing our first row leaves the server's own row, where it is known by now: it is what the server gets back.

        What was undone before does not count: only a step that still stands can have withdrawn the row.
        """
        changed: set[int] = set()
        found = []
        for one in effects:
            if one.row and one.changed:
                earlier = (
                    "SELECT 1 FROM journal JOIN step ON step.id = journal.step"
                    " WHERE journal.identity = ? AND journal.seq < ? AND step.undone <> 1 LIMIT 1"
                )
                if one.before is None and one.subject not in changed and self.db.one(earlier, (one.subject, step)) is None:
                    one = replace(one, before=base_of(self.db, one.subject))
                changed.add(one.subject)
            found.append(one)
        return found

    def _holds(self, path: list[Effect]) -> bool:
        """Everything is still as the step left it; walked in order, since a step may change one row twice."""
        now: dict[tuple[bool, bool, bool, int], str | None] = {}
        for one in path:
            key = (one.item, one.rubric, one.member, one.subject)
            current = now[key] if key in now else self._value(one)
            same = same_row(identity_of(self.db, one.subject), current, one.before) if one.row else current == one.before
            if not same:
                return False
            now[key] = one.after
        return True

    def _make(self, effect: Effect, why: Occasion, identity: Identity | None = None) -> None:
        """Change, journal, and tell the outbox; `identity`: of the row, where it is known."""
        if effect.item:
            state, reason = json.loads(effect.after or "")
            self.db.execute("UPDATE item SET state = ?, reason = ? WHERE id = ?", (state, reason, effect.subject))
            journal.write(self.db, why, item=effect.subject, before=effect.before, after=effect.after)
            return
        if effect.rubric:
            keep_rubric(self.db, effect.subject, effect.after or "")
            journal.write(self.db, why, before=effect.before, after=effect.after)
            return
        if effect.member:
            set_member(self.db, effect.subject, effect.before, effect.after, why)
            return
        seq = journal.write(self.db, why, identity=effect.subject, before=effect.before, after=effect.after)
        keep_row(self.db, effect.subject, effect.after, why.annotator, seq)
        identity = identity or identity_of(self.db, effect.subject)
        if identity.server:
            want(self.db, identity, effect, why, seq)
            renew_members(self.db, identity.server, identity.target, why.at)

    def _value(self, effect: Effect) -> str | None:
        """What is there now of what the effect changes."""
        if effect.row:
            return row_now(self.db, effect.subject)
        if effect.rubric:
            queue = self.db.one("SELECT rubric FROM queue WHERE id = ?", (effect.subject,))
            return None if queue is None else str(queue[0])
        if effect.member:
            return member_now(self.db, effect.subject)
        row = self.db.one("SELECT state, reason FROM item WHERE id = ?", (effect.subject,))
        if row is None:
            raise StoreError("The item is not in the store any more.", "Its queue was removed; open another one.")
        return to_text(list(row))

    def _step(self, row: Any) -> Step:
        _, annotator, queue, command, title, item, criterion, effects, target = row
        on = target_of(*json.loads(target)) if target else None
        return Step(annotator, queue, command, title, item, criterion, self._changes(effects), on)

    def _changes(self, effects: str, made: bool = False) -> tuple[Change, ...]:
        """`made`: without what was so already."""
        return tuple(self._change(one) for one in text_effects(effects) if one.changed or not made)

    def _change(self, effect: Effect) -> Change:
        if effect.item:
            state, reason = json.loads(effect.after or "")
            return SetItem(effect.subject, ItemState(state), reason)
        if effect.rubric:
            return SetRubric(effect.subject, rubric_from_json(json.loads(effect.after or "")))
        if effect.member:
            server, target, dataset = member_of(self.db, effect.subject)
            return SetMember(server, dataset, target, effect.after is not None)
        identity = identity_of(self.db, effect.subject)
        return SetAnnotation(identity, text_row(identity, effect.after))


def _target_text(target: Target | None) -> str:
    return "" if target is None else to_text(target_values(target))


def _verdict(effects: list[Effect]) -> tuple[int | None, str | None, bool]:
    """The last item that was put in a state, that state, and whether it was in another one before."""
    for one in reversed(effects):
        if one.item:
            before, after = json.loads(one.before or "")[0], json.loads(one.after or "")[0]
            return one.subject, after, before != after
    return None, None, False
