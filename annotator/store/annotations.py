"""Annotations as they are here, and what comes from servers."""

from collections.abc import Collection, Sequence

from annotator.domain.annotation import Annotation, Identity, KnownAnnotation, Target, TargetKind
from annotator.store import journal
from annotator.store.area import BATCH, Area, among, keep_identity, keep_row, row_now, target_values
from annotator.store.codec import row_text, same_row, text_row, to_text
from annotator.store.journal import Occasion
from annotator.store.standing import standing


class Annotations(Area):
    """Rows by identity, ours and others'."""

    def on_target(self, server: str, target: Target) -> list[Annotation]:
        rows = self.db.all(
            "SELECT name, identifier, content FROM identity JOIN annotation ON annotation.identity = identity.id"
            " WHERE kind = ? AND target = ? AND document = ? AND server = ? ORDER BY identity",
            (*target_values(target), server),
        )
        found = (text_row(Identity(server, target, name, identifier), content) for name, identifier, content in rows)
        return [row for row in found if row is not None]

    def known_on(self, server: str, targets: Collection[Target]) -> list[KnownAnnotation]:
        found = []
        for target in targets:
            rows = self.db.all(
                "SELECT name, identifier, content, annotation.annotator, source, author, coalesce(journal.at, annotation.at)"
                " FROM identity JOIN annotation ON annotation.identity = identity.id LEFT JOIN journal ON journal.seq = annotation.seq"
                " WHERE kind = ? AND target = ? AND document = ? AND server = ? ORDER BY identity.id",
                (*target_values(target), server),
            )
            for name, identifier, content, annotator, source, author, at in rows:
                row = text_row(Identity(server, target, name, identifier), content)
                if row is not None:
                    found.append(KnownAnnotation(row, annotator, source, author, at))
        return found

    def among_judged(self, server: str, kind: TargetKind, ids: Collection[str]) -> set[str]:
        sql = "SELECT target FROM identity WHERE server = ? AND kind = ? AND target IN"
        return {target for (target,) in among(self.db, sql, (server, kind), ids)}

    def keep_pulled(self, rows: Sequence[Annotation], read_at: float | None = None) -> None:
        for start in range(0, len(rows), BATCH):
            with self.db.atomic():
                for row in rows[start : start + BATCH]:
                    self._pull(row, read_at)

    def _pull(self, row: Annotation, read_at: float | None) -> None:
        identity, content = keep_identity(self.db, row.identity), row_text(row)
        entry = standing(self.db, identity)
        owner = self.db.one(
            "SELECT annotator FROM account WHERE server = ? AND identifier = ?", (row.identity.server, row.identity.identifier)
        )
        annotator = owner[0] if owner else ""
        if entry is not None:
            newer = read_at is not None and max(entry.changed_at, entry.sent_at) >= read_at
            if entry.state != "sent" or newer:
                return
            base = content if entry.untouched(row.identity) else entry.base
            self.db.execute(
                "UPDATE outbox SET expected = ?, base = ?, base_known = base_known OR ? WHERE identity = ?",
                (content, base, entry.untouched(row.identity), identity),
            )
        elif owner:
            self.db.execute(
                "INSERT INTO outbox (identity, server, annotator, action, content, changed_at, base_known, base, expected, state, seq)"
                " VALUES (?, ?, ?, 'put', ?, 0, 1, ?, ?, 'sent', 0)",
                (identity, row.identity.server, annotator, content, content, content),
            )
        before = row_now(self.db, identity)
        if same_row(row.identity, before, content):
            return
        seq = 0
        # A row of somebody else's that comes for the first time takes nothing away from anybody.
        if before is not None or owner or entry is not None:
            why = Occasion(self.clock(), "pulled", annotator)
            seq = journal.write(self.db, why, identity=identity, before=before, after=content)
        keep_row(self.db, identity, content, annotator, seq)

    def complete(self, queue_id: int, item_ids: Collection[int]) -> None:
        ids = list(item_ids)
        done = to_text(["done", ""])
        for start in range(0, len(ids), BATCH):
            with self.db.atomic():
                why = Occasion(self.clock(), "complete", queue=queue_id)
                for item in ids[start : start + BATCH]:
                    row = self.db.one("SELECT state, reason FROM item WHERE id = ? AND queue = ? AND state = 'todo'", (item, queue_id))
                    if row is not None:
                        self.db.execute("UPDATE item SET state = 'done', reason = '' WHERE id = ?", (item,))
                        journal.write(self.db, why, item=item, before=to_text(list(row)), after=done)
