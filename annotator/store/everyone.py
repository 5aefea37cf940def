"""Everybody's rows: how they come from a server, how they go again, and what is known of all that are on a trace."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from annotator.domain.annotation import LEASE, Identity, KnownAnnotation, TargetKind
from annotator.domain.source import ServerRow
from annotator.store import journal
from annotator.store.annotations import KNOWN, known
from annotator.store.area import BATCH, Area, among, identity_of, keep_identity, keep_row, row_now
from annotator.store.codec import row_text, same_row
from annotator.store.journal import Occasion
from annotator.store.standing import standing

CHANGED_ELSEWHERE = "another client changed this row on the server"
OF_SPANS = KNOWN.format(
    "span CROSS JOIN identity ON identity.target = span.span_id AND identity.kind IN ('span', 'document')", "span.trace = ?"
)
OF_NAME = KNOWN.format("identity", "identity.name = ?")
OF_ONE = KNOWN.format("identity", "identity.target = ? AND identity.kind = ?")


class Everyone(Area):
    """Rows of all people, models and programs on the targets of traces."""

    def known_in(self, server: str, source_id: int, trace_id: str, identifier: str | None = None) -> list[KnownAnnotation]:
        trace = self.db.one("SELECT id FROM trace WHERE source = ? AND trace_id = ?", (source_id, trace_id))
        if trace is None:
            return []
        sessions = self.db.all("SELECT DISTINCT session_id FROM span WHERE trace = ? AND session_id IS NOT NULL", (trace[0],))
        whose = "" if identifier is None else " AND identity.identifier = ?"
        values = (server,) if identifier is None else (server, identifier)
        rows = self.db.all(OF_ONE + whose, (trace_id, "trace", *values)) + self.db.all(OF_SPANS + whose, (trace[0], *values))
        for (session,) in sessions:
            rows += self.db.all(OF_ONE + whose, (session, "session", *values))
        return list(known(server, rows))

    def known_named(self, server: str, name: str) -> list[KnownAnnotation]:
        return list(known(server, self.db.all(OF_NAME, (name, server))))

    def rows_read_at(self, source_id: int, trace_id: str) -> float:
        row = self.db.one("SELECT rows_read_at FROM trace WHERE source = ? AND trace_id = ?", (source_id, trace_id))
        return float(row[0]) if row else 0.0

    def set_rows_read(self, source_id: int, trace_ids: Collection[str], at: float) -> None:
        with self.db.atomic():
            values = [(at, source_id, trace_id) for trace_id in trace_ids]
            self.db.many("UPDATE trace SET rows_read_at = ? WHERE source = ? AND trace_id = ?", values)

    def rows_unread(self, queue_id: int, after: int, limit: int) -> list[tuple[int, str]]:
        rows = self.db.all(
            "SELECT item.position, trace.trace_id FROM item JOIN trace ON trace.id = item.trace"
            " WHERE item.queue = ? AND item.position > ? AND trace.rows_read_at = 0 ORDER BY item.position LIMIT ?",
            (queue_id, after, limit),
        )
        return [(position, trace_id) for position, trace_id in rows]

    def keep_read(self, rows: Sequence[ServerRow], read_at: float) -> None:
        for start in range(0, len(rows), BATCH):
            with self.db.atomic():
                for row in rows[start : start + BATCH]:
                    if row.annotation.name != LEASE:
                        self._take_in(row, read_at)

    def forget_gone(self, server: str, kind: TargetKind, ids: Collection[str], rows: Sequence[ServerRow]) -> None:
        held = {row.annotation.identity for row in rows}
        which = (
            "SELECT identity.id FROM identity CROSS JOIN annotation ON annotation.identity = identity.id WHERE annotation.annotator = ''"
            " AND annotation.source <> '' AND identity.server = ? AND identity.kind = ? AND identity.target IN"
        )
        gone = [one for (one,) in among(self.db, which, (server, kind), ids) if identity_of(self.db, one) not in held]
        for start in range(0, len(gone), BATCH):
            with self.db.atomic():
                for one in gone[start : start + BATCH]:
                    before = row_now(self.db, one)
                    if before is not None and standing(self.db, one) is None:
                        journal.write(self.db, Occasion(self.clock(), "pulled"), identity=one, before=before, after=None)
                        keep_row(self.db, one, None, "", 0)

    def gone_of_ours(
        self, server: str, kind: TargetKind, ids: Collection[str], rows: Sequence[ServerRow], read_at: float
    ) -> list[Identity]:
        held = {row.annotation.identity for row in rows}
        there = {identity.target for identity in held}
        which = (
            "SELECT identity.id FROM identity CROSS JOIN annotation ON annotation.identity = identity.id WHERE annotation.annotator <> ''"
            " AND identity.server = ? AND identity.kind = ? AND identity.target IN"
        )
        ours = [(one, identity_of(self.db, one)) for (one,) in among(self.db, which, (server, kind), ids)]
        missing = [(one, identity) for one, identity in ours if identity not in held and identity.target in there]
        return [identity for one, identity in missing if self._was_held(one, identity, read_at)]

    def dispute_gone(self, identities: Sequence[Identity], read_at: float) -> None:
        for start in range(0, len(identities), BATCH):
            with self.db.atomic():
                for identity in identities[start : start + BATCH]:
                    one = keep_identity(self.db, identity)
                    if self._was_held(one, identity, read_at):
                        (annotator,) = self.db.one("SELECT annotator FROM outbox WHERE identity = ?", (one,))
                        self._dispute(one, None, annotator)

    def _was_held(self, one: int, identity: Identity, read_at: float) -> bool:
        """The server had a row that was decided here, and nothing was changed here since that time."""
        entry = standing(self.db, one)
        if entry is None or entry.state != "sent" or entry.expected is None or entry.untouched(identity):
            return False
        return max(entry.changed_at, entry.sent_at) < read_at

    def _take_in(self, read: ServerRow, read_at: float) -> None:
        row = read.annotation
        identity, content = keep_identity(self.db, row.identity), row_text(row)
        entry = standing(self.db, identity)
        account = self.db.one(
            "SELECT annotator, user_id FROM account WHERE server = ? AND identifier = ?", (row.identity.server, row.identity.identifier)
        )
        annotator = account[0] if account else ""
        if entry is not None:
            if entry.state != "sent" or max(entry.changed_at, entry.sent_at) >= read_at:
                return
            same_user = account is not None and read.user_id == account[1] != ""
            # The server held a row that was decided here, and holds another one.
            if not (same_user or entry.untouched(row.identity) or same_row(row.identity, content, entry.expected)):
                self._dispute(identity, content, annotator)
                return
            base = content if entry.untouched(row.identity) else entry.base
            self.db.execute(
                "UPDATE outbox SET expected = ?, base = ?, base_known = base_known OR ? WHERE identity = ?",
                (content, base, entry.untouched(row.identity), identity),
            )
        elif account:
            self.db.execute(
                "INSERT INTO outbox (identity, server, annotator, action, content, changed_at, base_known, base, expected, state, seq)"
                " VALUES (?, ?, ?, 'put', ?, 0, 1, ?, ?, 'sent', 0)",
                (identity, row.identity.server, annotator, content, content, content),
            )
        origin = (read.source or "API", read.author, seconds(read.updated_at))
        before = row_now(self.db, identity)
        if same_row(row.identity, before, content):
            self.db.execute("UPDATE annotation SET source = ?, author = ?, at = ? WHERE identity = ?", (*origin, identity))
            return
        seq = 0
        # A row of somebody else's that comes for the first time takes nothing away from anybody.
        if before is not None or account or entry is not None:
            why = Occasion(self.clock(), "pulled", annotator)
            seq = journal.write(self.db, why, identity=identity, before=before, after=content)
        keep_row(self.db, identity, content, annotator, seq, origin)

    def _dispute(self, identity: int, theirs: str | None, annotator: str) -> None:
        """Both rows are kept until a person decides."""
        self.db.execute(
            "UPDATE outbox SET state = 'parked', error = ?, conflict = 1, theirs = ? WHERE identity = ?",
            (CHANGED_ELSEWHERE, theirs, identity),
        )
        why = Occasion(self.clock(), "conflict", annotator)
        journal.write(self.db, why, identity=identity, before=row_now(self.db, identity), after=theirs)


def seconds(text: str) -> float:
    """ISO 8601 to seconds since 1970; UTC where no zone is named; 0 for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
