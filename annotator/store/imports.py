"""Rows that came from a file: somebody else's, beside those of the people here, and taken back as a whole."""

import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from annotator.domain.annotation import Annotation, Identity, TargetKind
from annotator.domain.imported import Import, Kept, Written
from annotator.domain.step import SetAnnotation
from annotator.store import journal
from annotator.store.area import BATCH, Area, among, find_identity, identity_of, keep_identity, keep_row, row_now
from annotator.store.codec import Effect, row_text, same_row, text_row, to_text
from annotator.store.journal import Occasion
from annotator.store.standing import want

BEGUN, ROW, UNDONE = "imported", "import", "import undone"
"""Actions of the journal: that an import changes something, each of its rows, and that it was taken back."""
PUSHED = " --push"
"""What follows the command of an import whose rows go to their server."""
HERE: dict[TargetKind, str] = {
    "span": "SELECT DISTINCT span_id FROM span WHERE span_id IN",
    "document": "SELECT DISTINCT span_id FROM span WHERE span_id IN",
    "trace": "SELECT DISTINCT trace_id FROM trace WHERE trace_id IN",
    "session": "SELECT DISTINCT session_id FROM span WHERE session_id IN",
}


class Imports(Area):
    """Rows are kept as nobody's who judges here; the journal says who brought them."""

    def among_here(self, kind: TargetKind, ids: Collection[str]) -> set[str]:
        return {id_ for (id_,) in among(self.db, HERE[kind], (), ids)}

    def foresee_imported(self, work: Import, changes: Sequence[SetAnnotation]) -> list[Kept]:
        return [self._foreseen(work, change) for change in changes]

    def keep_imported(
        self, work: Import, changes: Sequence[SetAnnotation], written: Mapping[Identity, Written] = MappingProxyType({})
    ) -> tuple[Import, list[Kept]]:
        found = []
        with self.db.atomic():
            for change in changes:
                kept = self._foreseen(work, change)
                sends = kept.how == "unchanged" and work.send and change.row is not None and self._lacks_sending(change.identity)
                if sends or kept.how in ("new", "changed", "withdrawn"):
                    work = self._begun(work)
                    self._import(work, change, written.get(change.identity))
                found.append(kept)
        return work, found

    def _foreseen(self, work: Import, change: SetAnnotation) -> Kept:
        """What becomes of a row: no row that a person here wrote, and none that a server has otherwise, is changed."""
        identity = change.identity
        id_ = find_identity(self.db, identity)
        row = None if id_ is None else self.db.one("SELECT content, annotator, source FROM annotation WHERE identity = ?", (id_,))
        if row is not None and change.row is not None and same_row(identity, row[0], row_text(change.row)):
            return Kept("unchanged")
        owner = self.db.one("SELECT annotator FROM account WHERE server = ? AND identifier = ?", (identity.server, identity.identifier))
        if owner is not None:
            return Kept("refused", f"the identifier {identity.identifier} is that of {owner[0]}, who judges here")
        if row is None:
            return Kept("unchanged" if change.row is None else "new")
        _, annotator, source = row
        if annotator:
            return Kept("refused", f"{annotator} wrote {identity.name} there under the same identifier here")
        if source and self.db.one("SELECT 1 FROM outbox WHERE identity = ?", (id_,)) is None:
            return Kept("refused", f"the server has another {identity.name} there under the identifier {identity.identifier}")
        return Kept("withdrawn" if change.row is None else "changed")

    def _begun(self, work: Import) -> Import:
        """The first change of an import says what it is; the others name that line of the journal as their step."""
        if work.id:
            return work
        first = journal.next_seq(self.db)
        why = Occasion(self.clock(), BEGUN, work.annotator, work.queue_id, first, _command(work))
        journal.write(self.db, why, before=None, after=to_text(work.name))
        return work.begun(first)

    def _import(self, work: Import, change: SetAnnotation, written: Written | None) -> None:
        identity = keep_identity(self.db, change.identity)
        before, after = row_now(self.db, identity), row_text(change.row)
        # Nobody's: a rescue gives a lost row back to whom the journal names.
        why = Occasion(self.clock(), ROW, "", work.queue_id, work.id, _command(work))
        seq = journal.write(self.db, why, identity=identity, before=before, after=after)
        self._keep_others(identity, after, change.row, seq, written)
        entry = self._entry_now(identity)
        if change.identity.server and (work.send or (entry is not None and entry[0] != "dropped" and entry[1] is not None)):
            self._want_imported(work, change.identity, Effect(False, identity, None, after), "do", seq)

    def _lacks_sending(self, identity: Identity) -> bool:
        """A row that came from a file, and that its server was not to have as it is."""
        id_ = find_identity(self.db, identity)
        content, source, annotator = self.db.one("SELECT content, source, annotator FROM annotation WHERE identity = ?", (id_,))
        entry = self._entry_now(int(id_ or 0))
        here_only = entry is None or entry[0] == "dropped" or not same_row(identity, entry[1], content)
        return bool(identity.server) and not source and not annotator and here_only

    def _entry_now(self, identity: int) -> tuple[str, str | None] | None:
        """State and row of its entry in the outbox."""
        row = self.db.one("SELECT state, content FROM outbox WHERE identity = ?", (identity,))
        return None if row is None else (row[0], row[1])

    def _want_imported(self, work: Import, identity: Identity, effect: Effect, action: str, seq: int) -> None:
        want(self.db, identity, effect, Occasion(self.clock(), action, work.annotator, work.queue_id), seq)
        self.db.execute("UPDATE outbox SET project = ? WHERE identity = ?", (work.project, effect.subject))

    def _keep_others(self, identity: int, content: str | None, row: Annotation | None, seq: int, written: Written | None = None) -> None:
        author = "" if row is None else row.metadata.get("annotator", "")
        whose = written or Written(author if isinstance(author, str) else "")
        keep_row(self.db, identity, content, "", seq, ("", whose.author, whose.at))

    def last_import(self) -> Import | None:
        row = self.db.one(
            f"SELECT step, annotator, queue, command, after FROM journal AS one WHERE action = '{BEGUN}' AND NOT EXISTS"
            f" (SELECT 1 FROM journal AS other WHERE other.action = '{UNDONE}' AND other.step = one.step) ORDER BY step DESC LIMIT 1"
        )
        if row is None:
            return None
        step, annotator, queue, command, name = row
        return Import(json.loads(name), annotator, queue, command=command.removesuffix(PUSHED), id=step)

    def undo_import(self, work: Import) -> tuple[int, int]:
        back = left = 0
        last = journal.next_seq(self.db)
        sql = f"SELECT seq, identity, before, after FROM journal WHERE action = '{ROW}' AND step = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
        while rows := self.db.all(sql, (work.id, last, BATCH)):
            with self.db.atomic():
                for line, identity, before, after in rows:
                    done = self._unimport(work, line, identity, before, after)
                    back, left = back + done, left + (not done)
            last = rows[-1][0]
        why = Occasion(self.clock(), UNDONE, work.annotator, work.queue_id, work.id, work.command)
        with self.db.atomic():
            journal.write(self.db, why, before=None, after=to_text(work.name))
        return back, left

    def _unimport(self, work: Import, line: int, id_: int, before: str | None, after: str | None) -> bool:
        """False where the row is not as the import left it; one that is back already, by an undoing that was cut off, is back."""
        identity, now = identity_of(self.db, id_), row_now(self.db, id_)
        if not same_row(identity, now, after):
            return same_row(identity, now, before)
        why = Occasion(self.clock(), "undo", "", work.queue_id, work.id, work.command)
        seq = journal.write(self.db, why, identity=id_, before=now, after=before)
        self._keep_others(id_, before, text_row(identity, before), seq)
        entry = self.db.one("SELECT annotator, project FROM outbox WHERE identity = ?", (id_,))
        if entry is not None:
            sent_by = Import(work.name, entry[0], work.queue_id, project=entry[1])
            there = before if self._was_sent(id_, line) else None
            self._want_imported(sent_by, identity, Effect(False, id_, now, there), "undo", seq)
        return True

    def _was_sent(self, identity: int, line: int) -> bool:
        """Before that line of the journal an import that still stands sent the row; what it held before then was here only."""
        earlier = (
            "SELECT 1 FROM journal AS one WHERE identity = ? AND seq < ? AND action = ? AND command LIKE '%' || ? AND NOT EXISTS"
            f" (SELECT 1 FROM journal AS other WHERE other.action = '{UNDONE}' AND other.step = one.step)"
        )
        return self.db.one(earlier, (identity, line, ROW, PUSHED)) is not None


def _command(work: Import) -> str:
    return work.command + PUSHED if work.send else work.command
