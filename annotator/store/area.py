"""What the areas of the store share: the connection, the clock, identities, and the local rows."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from annotator.domain.annotation import Identity, Target
from annotator.domain.redaction import Redactor
from annotator.store.database import Database, Values

BATCH = 200
"""Rows a transaction of bulk work: about 3 ms, so that a key press never waits long for the lock."""


class Area:
    """A part of the store over one connection. `clock` gives seconds since 1970; `redactor` hides what nobody is to see of a trace."""

    def __init__(self, db: Database, clock: Callable[[], float], redactor: Redactor | None = None) -> None:
        self.db = db
        self.clock = clock
        self.redactor = redactor


def target_values(target: Target) -> tuple[str, str, int]:
    """kind, target and document as they are kept."""
    return target.kind, target.id, -1 if target.position is None else target.position


def target_of(kind: Any, target: str, document: int) -> Target:
    return Target(kind, target, None if document < 0 else document)


def identity_values(identity: Identity) -> tuple[str, str, int, str, str, str]:
    """kind, target, document, server, name and identifier as they are kept."""
    return (*target_values(identity.target), identity.server, identity.name, identity.identifier)


def find_identity(db: Database, identity: Identity) -> int | None:
    row = db.one(
        "SELECT id FROM identity WHERE kind = ? AND target = ? AND document = ? AND server = ? AND name = ? AND identifier = ?",
        identity_values(identity),
    )
    return None if row is None else int(row[0])


def keep_identity(db: Database, identity: Identity) -> int:
    """Its id, made where it is new."""
    found = find_identity(db, identity)
    if found is not None:
        return found
    added = db.execute(
        "INSERT INTO identity (kind, target, document, server, name, identifier) VALUES (?, ?, ?, ?, ?, ?)",
        identity_values(identity),
    )
    return int(added.lastrowid or 0)


def identity_of(db: Database, identity_id: int) -> Identity:
    server, kind, target, document, name, identifier = db.one(
        "SELECT server, kind, target, document, name, identifier FROM identity WHERE id = ?", (identity_id,)
    )
    return Identity(server, target_of(kind, target, document), name, identifier)


def row_now(db: Database, identity: int) -> str | None:
    """The text of the local row, None where there is none."""
    row = db.one("SELECT content FROM annotation WHERE identity = ?", (identity,))
    return None if row is None else str(row[0])


def keep_row(
    db: Database, identity: int, content: str | None, annotator: str, seq: int, origin: tuple[str, str, float] = ("", "", 0.0)
) -> None:
    """Make the local row what it should be; None takes it away. `origin`: source, author and time of a row as a server has it."""
    if content is None:
        db.execute("DELETE FROM annotation WHERE identity = ?", (identity,))
        return
    db.execute(
        "INSERT INTO annotation (identity, content, annotator, seq, source, author, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (identity) DO UPDATE SET content = excluded.content, annotator = excluded.annotator, seq = excluded.seq,"
        " source = excluded.source, author = excluded.author, at = excluded.at",
        (identity, content, annotator, seq, *origin),
    )


def among(db: Database, sql: str, values: Values, wanted: Collection[str]) -> Iterator[Any]:
    """The rows of a query that ends in `IN`, for any number of texts."""
    texts = list(wanted)
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        yield from db.all(f"{sql} ({','.join('?' * len(some))})", (*values, *some))
