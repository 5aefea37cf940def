"""Annotations as they are here."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotator.domain.annotation import NOTE, Annotation, Identity, KnownAnnotation, Target, TargetKind
from annotator.store import journal
from annotator.store.area import BATCH, Area, among, target_of, target_values
from annotator.store.codec import text_row, to_text
from annotator.store.journal import Occasion

KNOWN = """
    SELECT identity.kind, identity.target, document, identity.name, identifier, annotation.content, annotation.annotator,
        annotation.source, author,
        CASE WHEN annotation.at > 0 THEN annotation.at ELSE coalesce(journal.at, 0) END, coalesce(outbox.conflict, 0), outbox.theirs
    FROM {} CROSS JOIN annotation ON annotation.identity = identity.id LEFT JOIN journal ON journal.seq = annotation.seq
        LEFT JOIN outbox ON outbox.identity = identity.id
    WHERE {} AND identity.server = ?
"""
"""The rows of some identities, for `known`."""
ON_TARGET = KNOWN.format("identity", "identity.kind = ? AND identity.target = ? AND document = ?") + " ORDER BY identity.id"


def known(server: str, rows: Iterable[Sequence[Any]]) -> Iterator[KnownAnnotation]:
    """From the columns of `KNOWN`."""
    for kind, target, document, name, identifier, content, annotator, source, author, at, conflict, theirs in rows:
        identity = Identity(server, target_of(kind, target, document), name, identifier)
        row = text_row(identity, content)
        if row is not None:
            yield KnownAnnotation(row, annotator, source, author, at, bool(conflict), text_row(identity, theirs))


class Annotations(Area):
    """Rows by identity, ours and others'."""

    def on_target(self, server: str, target: Target, identifier: str | None = None) -> list[Annotation]:
        some, under = ("", ()) if identifier is None else (f" AND (identifier = ? OR name = '{NOTE}')", (identifier,))
        rows = self.db.all(
            "SELECT name, identifier, content FROM identity JOIN annotation ON annotation.identity = identity.id"
            f" WHERE kind = ? AND target = ? AND document = ? AND server = ?{some} ORDER BY identity",
            (*target_values(target), server, *under),
        )
        found = (text_row(Identity(server, target, name, identifier), content) for name, identifier, content in rows)
        return [row for row in found if row is not None]

    def known_on(self, server: str, targets: Collection[Target]) -> list[KnownAnnotation]:
        found: list[KnownAnnotation] = []
        for target in targets:
            found += known(server, self.db.all(ON_TARGET, (*target_values(target), server)))
        return found

    def among_judged(self, server: str, kind: TargetKind, ids: Collection[str]) -> set[str]:
        sql = "SELECT target FROM identity WHERE server = ? AND kind = ? AND target IN"
        return {target for (target,) in among(self.db, sql, (server, kind), ids)}

    def pass_over(self, queue_id: int, reasons: Mapping[int, str]) -> list[int]:
        passed = []
        with self.db.atomic():
            why = Occasion(self.clock(), "passed", queue=queue_id)
            for item, reason in reasons.items():
                row = self.db.one("SELECT state, reason FROM item WHERE id = ? AND queue = ? AND state = 'todo'", (item, queue_id))
                if row is not None:
                    self.db.execute("UPDATE item SET state = 'skipped', reason = ? WHERE id = ?", (reason, item))
                    journal.write(self.db, why, item=item, before=to_text(list(row)), after=to_text(["skipped", reason]))
                    passed.append(item)
        return passed

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
