"""The outbox: what each server should have, until it has it."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from annotator.domain.annotation import Annotation, Identity
from annotator.domain.outbox import OutboxCounts, OutboxEntry
from annotator.errors import StoreError
from annotator.store import journal
from annotator.store.area import Area, find_identity, identity_values, keep_row, row_now, target_of
from annotator.store.codec import row_text, same_row, text_row, to_text
from annotator.store.journal import Occasion
from annotator.store.standing import STANDING, Standing, standing_of

LONGEST_DELAY = 3600.0
"""A delay of more seconds comes from a clock that was set back since, and is over."""
ENTRY = """
    SELECT identity.server, kind, target, document, name, identifier,
        project, annotator, action, content, generation, base_known, base, expected, attempts, tries, state, error, conflict, theirs,
        tries = 0 AND not_before > 0
"""
WHICH = "kind = ? AND target = ? AND document = ? AND identity.server = ? AND name = ? AND identifier = ?"


class Outbox(Area):
    """Entries by identity; every change of an entry is one transaction, several entries in one where they come together."""

    def due(self, server: str, now: float, limit: int, settle: float) -> list[OutboxEntry]:
        # A change in the future was made before the clock was set back.
        rows = self.db.all(
            f"{ENTRY} FROM outbox JOIN identity ON identity.id = identity WHERE outbox.server = ? AND state = 'waiting'"
            " AND (changed_at <= ? OR changed_at > ?) AND (not_before <= ? OR not_before > ?) ORDER BY changed_at, seq LIMIT ?",
            (server, now - settle, now, now, now + LONGEST_DELAY, limit),
        )
        return [self._entry(row) for row in rows]

    def next_due(self, server: str, settle: float) -> float | None:
        now = self.clock()
        row = self.db.one(
            "SELECT min(max(CASE WHEN changed_at > :now THEN :now ELSE changed_at + :settle END,"
            " CASE WHEN not_before > :now + :longest THEN :now ELSE not_before END))"
            " FROM (SELECT changed_at, not_before FROM outbox WHERE server = :server AND state = 'waiting'"
            " UNION ALL SELECT changed_at, not_before FROM member WHERE server = :server AND state = 'waiting')",
            {"now": now, "settle": settle, "longest": LONGEST_DELAY, "server": server},
        )
        return None if row[0] is None else float(row[0])

    def set_base(self, identity: Identity, base: Annotation | None) -> None:
        with self.db.atomic():
            self.db.execute(
                "UPDATE outbox SET base_known = 1, base = ?1, expected = coalesce(expected, ?1)"
                f" WHERE identity = (SELECT id FROM identity WHERE {WHICH}) AND NOT base_known",
                (row_text(base), *identity_values(identity)),
            )

    def attempt(self, entries: Sequence[tuple[OutboxEntry, Annotation | None]]) -> None:
        with self.db.atomic():
            for entry, row in entries:
                id_, known = self._standing(entry.identity)
                again = len(known.attempts) > len(entry.attempts) and same_row(entry.identity, known.attempts[-1], row_text(row))
                attempts = known.attempts if again else _added(entry.identity, known.attempts, row_text(row))
                # What was taken back after it was read for sending is sent all the same, and must then come back from the server.
                self.db.execute(
                    "UPDATE outbox SET attempts = ?, not_before = 0, state = CASE state WHEN 'sent' THEN 'waiting' ELSE state END"
                    " WHERE identity = ?",
                    (to_text(attempts), id_),
                )

    def sent(self, entry: OutboxEntry, now_holds: Annotation | None, check_at: float | None = None) -> None:
        with self.db.atomic():
            done = check_at is None
            self.db.execute(
                "UPDATE outbox SET expected = ?, sent_at = ?, attempts = CASE WHEN ? THEN '[]' ELSE attempts END, tries = 0, error = '',"
                " not_before = ?, state = CASE WHEN generation = ? AND ? THEN 'sent' ELSE state END"
                f" WHERE identity = (SELECT id FROM identity WHERE {WHICH})",
                (row_text(now_holds), self.clock(), done, check_at or 0, entry.generation, done, *identity_values(entry.identity)),
            )

    def failed(self, entries: Sequence[OutboxEntry], until: float, reason: str, unknown: bool) -> None:
        with self.db.atomic():
            for entry in entries:
                id_, known = self._standing(entry.identity)
                attempts = known.attempts if unknown else known.attempts[:-1]
                self.db.execute(
                    "UPDATE outbox SET tries = tries + 1, not_before = ?, error = ?, attempts = ? WHERE identity = ?",
                    (until, reason, to_text(attempts), id_),
                )

    def hurry(self, server: str) -> None:
        with self.db.atomic():
            for table in ("outbox", "member"):
                self.db.execute(f"UPDATE {table} SET not_before = 0 WHERE server = ? AND state = 'waiting' AND tries > 0", (server,))

    def park(self, entry: OutboxEntry, reason: str, conflict: bool = False, theirs: Annotation | None = None) -> None:
        """Left waiting where a newer generation came meanwhile; an attempt since the entry was read was refused."""
        with self.db.atomic():
            id_, known = self._standing(entry.identity)
            attempts = known.attempts[:-1] if len(known.attempts) > len(entry.attempts) else known.attempts
            self.db.execute("UPDATE outbox SET attempts = ? WHERE identity = ?", (to_text(attempts), id_))
            parked = self.db.execute(
                "UPDATE outbox SET state = 'parked', error = ?, conflict = ?, theirs = ?"
                " WHERE identity = ? AND generation = ? AND state = 'waiting'",
                (reason, conflict, row_text(theirs), id_, entry.generation),
            )
            if conflict and parked.rowcount:
                why = Occasion(self.clock(), "conflict", entry.annotator)
                journal.write(self.db, why, identity=id_, before=row_now(self.db, id_), after=row_text(theirs))

    def outbox_entries(self, server: str | None, state: Literal["waiting", "parked"] | None = None, limit: int = 200) -> list[OutboxEntry]:
        some = "SELECT * FROM outbox WHERE state = '{}' AND {} ORDER BY changed_at, seq LIMIT :limit"
        of_server = "server = :server" if server is not None else "true"
        both = " UNION ALL ".join(f"SELECT * FROM ({some.format(one, of_server)})" for one in ("waiting", "parked") if state in (None, one))
        rows = self.db.all(
            f"{ENTRY} FROM ({both}) JOIN identity ON identity.id = identity ORDER BY changed_at, seq LIMIT :limit",
            {"server": server, "limit": limit},
        )
        return [self._entry(row) for row in rows]

    def outbox_counts(self, server: str | None = None) -> OutboxCounts:
        rows = self.db.all(
            "SELECT state, sum(entries) FROM outbox_tally WHERE state IN ('waiting', 'parked') AND (:server IS NULL OR server = :server)"
            " GROUP BY state",
            {"server": server},
        )
        return OutboxCounts(**dict(rows))

    def awaited(self) -> list[str]:
        rows = self.db.all("SELECT server FROM outbox_tally WHERE state = 'waiting' AND entries > 0 ORDER BY server")
        return [server for (server,) in rows]

    def is_unsent(self, identity: Identity) -> bool:
        where = "SELECT 1 FROM outbox WHERE identity = ? AND state IN ('waiting', 'parked', 'dropped')"
        return self.db.one(where, (find_identity(self.db, identity),)) is not None

    def differs(self, server: str) -> bool:
        unsent = "SELECT 1 FROM outbox WHERE server = ? AND state <> 'sent' LIMIT 1"
        local = (
            "SELECT 1 FROM identity CROSS JOIN annotation ON annotation.identity = identity.id AND annotation.source = ''"
            " LEFT JOIN outbox ON outbox.identity = identity.id WHERE identity.server = ? AND outbox.identity IS NULL LIMIT 1"
        )
        return any(self.db.one(which, (server,)) is not None for which in (unsent, local))

    def retry(self, identity: Identity) -> None:
        with self.db.atomic():
            id_, state, conflict, theirs, annotator = self._entry_of(identity)
            if state != "parked":
                return
            self.db.execute(
                "UPDATE outbox SET state = 'waiting', not_before = 0, tries = 0, error = '', conflict = 0, theirs = NULL,"
                " expected = CASE WHEN conflict THEN theirs ELSE expected END WHERE identity = ?",
                (id_,),
            )
            if conflict:
                why = Occasion(self.clock(), "retry", annotator)
                journal.write(self.db, why, identity=id_, before=theirs, after=row_now(self.db, id_))

    def drop(self, identity: Identity) -> None:
        with self.db.atomic():
            id_, state, conflict, theirs, annotator = self._entry_of(identity)
            if state not in ("parked", "waiting"):
                return
            why, before = Occasion(self.clock(), "drop", annotator), row_now(self.db, id_)
            seq = journal.write(self.db, why, identity=id_, before=before, after=theirs if conflict else before)
            if not conflict:
                self.db.execute("UPDATE outbox SET state = 'dropped', seq = ? WHERE identity = ?", (seq, id_))
                return
            _, known = self._standing(identity)
            # Where nothing of ours was ever on the server, their row is what a later undo should leave there.
            base = theirs if known.untouched(identity) else known.base
            writer = self.db.one("SELECT annotator FROM annotation WHERE identity = ?", (id_,))
            keep_row(self.db, id_, theirs, writer[0] if writer else annotator, seq)
            self.db.execute(
                "UPDATE outbox SET state = 'sent', action = ?, content = ?, generation = generation + 1, base_known = 1, base = ?,"
                " expected = ?, error = '', conflict = 0, theirs = NULL, tries = 0, not_before = 0, seq = ? WHERE identity = ?",
                ("restore" if theirs is None else "put", theirs, base, theirs, seq, id_),
            )

    def _entry_of(self, identity: Identity) -> tuple[int, str, bool, str | None, str]:
        """Identity id, state, conflict, the other row, annotator."""
        id_, _ = self._standing(identity)
        state, conflict, theirs, annotator = self.db.one("SELECT state, conflict, theirs, annotator FROM outbox WHERE identity = ?", (id_,))
        return id_, state, bool(conflict), theirs, annotator

    def _standing(self, identity: Identity) -> tuple[int, Standing]:
        found = f"SELECT id, {STANDING} FROM identity JOIN outbox ON outbox.identity = identity.id WHERE {WHICH}"
        row = self.db.one(found, identity_values(identity))
        if row is None:
            raise StoreError("The outbox has no entry for this annotation.", "Open the list again.")
        return row[0], standing_of(row[1:])

    def _entry(self, row: Sequence[Any]) -> OutboxEntry:
        server, kind, target, document, name, identifier, project, annotator, action, content, generation, *rest = row
        base_known, base, expected, attempts, tries, state, error, conflict, theirs, checking = rest
        identity = Identity(server, target_of(kind, target, document), name, identifier)
        return OutboxEntry(
            identity,
            project,
            annotator,
            action,
            text_row(identity, content),
            generation,
            bool(base_known),
            text_row(identity, base),
            text_row(identity, expected),
            tuple(text_row(identity, attempt) for attempt in json.loads(attempts)),
            tries,
            state,
            error,
            bool(conflict),
            text_row(identity, theirs),
            bool(checking),
        )


def _added(identity: Identity, attempts: list[str | None], new: str | None) -> list[str | None]:
    """With one more; of equal ones two say all, since at most the last one is ever forgotten."""
    same = [index for index, one in enumerate(attempts) if same_row(identity, one, new)]
    kept = [one for index, one in enumerate(attempts) if len(same) < 2 or index != same[0]]
    return [*kept, new]
