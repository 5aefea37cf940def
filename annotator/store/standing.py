"""What is known of a server's row, and what the server should have instead."""

import json
from collections.abc import Sequence
from typing import Any

from annotator.domain.annotation import Identity
from annotator.domain.record import record
from annotator.store.codec import Effect, same_row
from annotator.store.database import Database
from annotator.store.journal import Occasion


@record
class Standing:
    """What is known of a server's row."""

    state: str
    base_known: bool
    base: str | None
    expected: str | None
    attempts: list[str | None]
    changed_at: float
    sent_at: float

    def untouched(self, identity: Identity) -> bool:
        """The server holds nothing of ours: what it had before our first write, as far as we know."""
        return not self.attempts and same_row(identity, self.expected, self.base)


STANDING = "outbox.state, base_known, base, expected, attempts, changed_at, sent_at"


def standing(db: Database, identity_id: int) -> Standing | None:
    row = db.one(f"SELECT {STANDING} FROM outbox WHERE identity = ?", (identity_id,))
    return None if row is None else standing_of(row)


def standing_of(row: Sequence[Any]) -> Standing:
    """From the columns of `STANDING`."""
    state, base_known, base, expected, attempts, changed_at, sent_at = row
    return Standing(state, bool(base_known), base, expected, json.loads(attempts), changed_at, sent_at)


def base_of(db: Database, identity_id: int) -> str | None:
    """The server's row before our first write; None where there was none or it is not known."""
    row = db.one("SELECT base FROM outbox WHERE identity = ? AND base_known", (identity_id,))
    return None if row is None else row[0]


def want(db: Database, identity: Identity, effect: Effect, why: Occasion, seq: int) -> None:
    """The server should have the row that the effect leaves. What is taken back before anything was sent needs no sending.

    A row that was there before us and is withdrawn is deleted; undoing our first row restores what was there, known or not.
    """
    known = standing(db, effect.subject)
    content, action, state = effect.after, "put", "waiting"
    taken_back = why.action in ("undo", "redo")
    if taken_back and known is not None and known.base_known and same_row(identity, content, known.base):
        content = None
    base = known.base if known is not None else None if taken_back else effect.before
    if effect.after is None and base is not None:
        action = "delete"
    elif content is None:
        action = "restore"
        if taken_back and (known is None or known.untouched(identity)):
            state = "sent"
    # A row that was here before any change of ours was read from the server.
    first = base if known is None else None
    db.execute(
        "INSERT INTO outbox (identity, server, project, annotator, action, content, changed_at, base_known, base, expected, state, seq)"
        " VALUES (?, ?, coalesce((SELECT project FROM queue WHERE id = ?), ''), ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (identity) DO UPDATE SET"
        " project = excluded.project, annotator = excluded.annotator, action = excluded.action, content = excluded.content,"
        " generation = generation + 1, changed_at = excluded.changed_at, not_before = 0, tries = 0, state = excluded.state,"
        " error = '', conflict = 0, theirs = NULL, seq = excluded.seq",
        (effect.subject, identity.server, why.queue, why.annotator, action, content, why.at, first is not None, first, first, state, seq),
    )
