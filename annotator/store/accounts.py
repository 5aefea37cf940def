"""Whose rows go to a server under which identifier, and sending there what was judged without one."""

from dataclasses import replace

from annotator.domain.annotation import NOTE, RECHECK, Identity
from annotator.domain.outbox import Account
from annotator.errors import StoreError
from annotator.store import journal
from annotator.store.area import BATCH, Area, identity_of, keep_identity, keep_row, row_now
from annotator.store.codec import Effect, effects_text, same_row, text_effects
from annotator.store.journal import Occasion
from annotator.store.members import copy_members, member_of, move_member
from annotator.store.standing import want


class Accounts(Area):
    """One account for each server and annotator."""

    def account(self, server: str, annotator: str) -> Account | None:
        row = self.db.one("SELECT identifier, user_id FROM account WHERE server = ? AND annotator = ?", (server, annotator))
        return None if row is None else Account(server, annotator, *row)

    def fix_account(self, account: Account) -> Account:
        values = (account.server, account.annotator, account.identifier, account.user_id)
        with self.db.atomic():
            self.db.execute("INSERT OR IGNORE INTO account (server, annotator, identifier, user_id) VALUES (?, ?, ?, ?)", values)
            return self.account(account.server, account.annotator) or account

    def accounts(self, server: str | None) -> list[Account]:
        rows = self.db.all(
            "SELECT server, annotator, identifier, user_id FROM account"
            " WHERE :server IS NULL OR server = :server ORDER BY server, annotator",
            {"server": server},
        )
        return [Account(*row) for row in rows]

    def send_queue_to(self, queue_id: int, server: str, project: str, identifier: str, annotator: str) -> int:
        """Copies what changed since the last time. The steps follow, so that undo takes back what was sent.

        Raises StoreError where the queue's verdicts go to another server.
        """
        with self.db.atomic():
            row = self.db.one("SELECT server FROM queue WHERE id = ?", (queue_id,))
            if row is None or row[0] not in ("", server):
                where = "is not in the store any more" if row is None else f"sends its verdicts to {row[0]} already"
                raise StoreError(f"The queue {where}.", "Choose another queue; `annotator queue list` shows them.")
            self.db.execute("UPDATE queue SET server = ?, project = ? WHERE ? IN (id, recheck_of)", (server, project, queue_id))
        local = self._local(queue_id, annotator)
        copied = 0
        for start in range(0, len(local), BATCH):
            with self.db.atomic():
                why = Occasion(self.clock(), "push", annotator, queue_id)
                copied += sum(self._copy(identity, server, identifier, why) for identity in local[start : start + BATCH])
        with self.db.atomic():
            copied += copy_members(self.db, server, Occasion(self.clock(), "push", annotator, queue_id))
        self._move_steps(queue_id, server, identifier, annotator)
        return copied

    def _local(self, queue_id: int, annotator: str) -> list[int]:
        """Identities without a server that the annotator wrote last: on the queue's items, or in its steps."""
        on_items = self.db.all(
            "SELECT identity.id FROM item JOIN identity ON identity.target = item.target AND identity.kind = item.kind"
            " AND identity.document = item.document AND identity.server = '' WHERE item.queue = ? ORDER BY item.position, identity.id",
            (queue_id,),
        )
        in_steps = self.db.all("SELECT effects FROM step WHERE queue = ? AND annotator = ?", (queue_id, annotator))
        ids = [row[0] for row in on_items] + [one.subject for (text,) in in_steps for one in text_effects(text) if one.row]
        written = "SELECT 1 FROM annotation JOIN identity ON id = identity WHERE identity = ? AND annotator = ? AND server = ''"
        return [id_ for id_ in dict.fromkeys(ids) if self.db.one(written, (id_, annotator)) is not None]

    def _copy(self, local: int, server: str, identifier: str, why: Occasion) -> bool:
        row = self.db.one("SELECT content, seq FROM annotation WHERE identity = ?", (local,))
        identity = _there(identity_of(self.db, local), server, identifier)
        there = keep_identity(self.db, identity)
        known = self.db.one("SELECT seq FROM outbox WHERE identity = ?", (there,))
        before = row_now(self.db, there)
        if row is None or (known is not None and known[0] >= row[1]) or same_row(identity, before, row[0]):
            return False
        seq = journal.write(self.db, why, identity=there, before=before, after=row[0])
        keep_row(self.db, there, row[0], why.annotator, seq)
        want(self.db, identity, Effect(False, there, before, row[0]), why, seq)
        return True

    def _move_steps(self, queue_id: int, server: str, identifier: str, annotator: str) -> None:
        last = 0
        while True:
            with self.db.atomic():
                steps = self.db.all(
                    "SELECT id, effects FROM step WHERE queue = ? AND annotator = ? AND id > ? ORDER BY id LIMIT ?",
                    (queue_id, annotator, last, BATCH),
                )
                for id_, text in steps:
                    effects = [self._moved(one, server, identifier, annotator, queue_id) for one in text_effects(text)]
                    self.db.execute("UPDATE step SET effects = ? WHERE id = ?", (effects_text(effects), id_))
            if not steps:
                return
            last = steps[-1][0]

    def _moved(self, effect: Effect, server: str, identifier: str, annotator: str, queue_id: int) -> Effect:
        if effect.member and not member_of(self.db, effect.subject)[0]:
            why = Occasion(self.clock(), "push", annotator, queue_id)
            return replace(effect, subject=move_member(self.db, effect.subject, server, why))
        identity = identity_of(self.db, effect.subject) if effect.row else None
        if identity is None or identity.server:
            return effect
        return replace(effect, subject=keep_identity(self.db, _there(identity, server, identifier)))


def _there(local: Identity, server: str, identifier: str) -> Identity:
    """A note keeps its own identifier, which tells the notes of an item apart, and so does a second verdict, which is beside the first."""
    kept = local.name == NOTE or local.identifier.endswith(RECHECK)
    return replace(local, server=server, identifier=local.identifier if kept else identifier)
