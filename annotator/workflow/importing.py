"""Import: rows of a file become annotations beside everybody's, each checked, none twice."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from annotator.domain.annotation import HUMAN, NOTE, Annotation, Identity, TargetKind
from annotator.domain.imported import PREFIX, Import, ImportedRow, Kept
from annotator.domain.source import BadLine
from annotator.domain.step import SetAnnotation
from annotator.domain.store import Store
from annotator.domain.validation import check, check_name
from annotator.errors import InvalidAnnotation
from annotator.text.facts import counted
from annotator.workflow.retrieval import DocumentCounts

BATCH = 100
"""Rows a transaction: about 5 ms, so that a key press never waits long for the lock."""
PERSONAL = ("px-app:", "annotator:")
"""Identifiers that belong to a person: a row sent under one would take that person's place on the server."""
HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
"""Ids of OpenTelemetry's spans and traces."""


@dataclass
class Imported:
    """What an import did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    elsewhere: int = 0
    """Rows that were kept although no trace here has what they are about."""


@dataclass
class Importing:
    """One import. `identifier`: of rows without one of their own; `bad` is told every row that is not kept."""

    store: Store
    server: str
    work: Import
    identifier: str
    bad: Callable[[BadLine], None]
    dry_run: bool = False
    report: Callable[[Imported], None] = lambda done: None
    done: Imported = field(default_factory=Imported)
    _said: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By the hash of an identity: the line that said it, and the hash of what it said."""

    def __post_init__(self) -> None:
        self._documents = DocumentCounts(self.store)

    def run(self, rows: Iterable[ImportedRow | BadLine]) -> Imported:
        """All of it, in transactions of a few milliseconds; what was kept stays when it is cut off."""
        going = iter(rows)
        while some := list(islice(going, BATCH)):
            self._keep([one for row in some if (one := self._checked(row)) is not None])
            self.report(self.done)
        return self.done

    def _checked(self, row: ImportedRow | BadLine) -> tuple[ImportedRow, Annotation] | None:
        """The row as it is to be kept; None for one that is bad, or that was said in the same words before."""
        if isinstance(row, BadLine):
            self._refuse(row.line, row.reason)
            return None
        try:
            made = self._annotation(row)
        except InvalidAnnotation as error:
            self._refuse(row.line, error.title.rstrip("."))
            return None
        key, said = hash(made.identity), hash((made.label, made.score, made.explanation, made.annotator_kind))
        if key not in self._said:
            self._said[key] = row.line, said
            return row, made
        line, before = self._said[key]
        if before == said:
            self.done.unchanged += 1
        else:
            self._refuse(row.line, f"line {line} says another {made.name} of this {made.target.kind}; give rows an identifier to keep both")
        return None

    def _annotation(self, row: ImportedRow) -> Annotation:
        """Raises InvalidAnnotation for what must not be stored."""
        identifier, metadata = row.identifier or self.identifier, dict(row.metadata)
        if row.written is not None:
            return self._returned(row)
        if identifier.startswith(PERSONAL):
            if row.annotator_kind == HUMAN:
                metadata.setdefault("annotator", identifier.partition(":")[2])
            identifier = f"{self.identifier}:{identifier}"
        return self._whole(row, check_name(row.name), identifier, metadata)

    def _returned(self, row: ImportedRow) -> Annotation:
        """A row of an export, as it was; a note is one, and a row that named nobody names nobody."""
        if self.work.send and row.identifier.startswith(PERSONAL):
            raise InvalidAnnotation(
                f"It is {row.identifier.partition(':')[2]}'s own row, which nobody else may send; import without --push."
            )
        made = self._whole(row, row.name if row.name == NOTE else check_name(row.name), row.identifier or self.identifier, row.metadata)
        return replace(made, identity=replace(made.identity, identifier=row.identifier))

    def _whole(self, row: ImportedRow, name: str, identifier: str, metadata: Mapping[str, Any]) -> Annotation:
        identity = Identity(self.server, row.target, name, identifier)
        made = check(Annotation(identity, row.label, row.score, row.explanation, row.annotator_kind, metadata), None)
        if made.label is None and made.score is None and made.explanation is None:
            raise InvalidAnnotation("There is no label, no score and no explanation.")
        for what, text in ((f"{row.target.kind} id", row.target.id), ("identifier", identifier), ("name", row.name)):
            if not text.isprintable():
                raise InvalidAnnotation(f"The {what} holds control characters.")
        return made

    def _keep(self, rows: Sequence[tuple[ImportedRow, Annotation]]) -> None:
        here: dict[TargetKind, set[str]] = {}
        for row, _ in rows:
            here.setdefault(row.target.kind, set()).add(row.target.id)
        known = {kind: self.store.among_here(kind, ids) for kind, ids in here.items()}
        kept: list[tuple[ImportedRow, Annotation]] = []
        for row, made in rows:
            if reason := self._misplaced(row, row.target.id in known[row.target.kind]):
                self._refuse(row.line, reason)
            else:
                kept.append((row, made))
        changes = [SetAnnotation(made.identity, made) for _, made in kept]
        if self.dry_run:
            found: Sequence[Kept] = self.store.foresee_imported(self.work, changes)
        else:
            written = {made.identity: row.written for row, made in kept if row.written is not None}
            self.work, found = self.store.keep_imported(self.work, changes, written)
        for (row, _), one in zip(kept, found, strict=True):
            if one.how == "refused":
                self._refuse(row.line, one.reason)
                continue
            self.done.elsewhere += row.target.id not in known[row.target.kind]
            if one.how == "new":
                self.done.new += 1
            elif one.how == "changed":
                self.done.changed += 1
            else:
                self.done.unchanged += 1

    def _misplaced(self, row: ImportedRow, here: bool) -> str:
        """Why the row's target cannot be; '' where it can. What is not here may be on the server."""
        target = row.target
        if not here and target.kind != "session" and not HEX.fullmatch(target.id):
            what = "trace" if target.kind == "trace" else "span"
            return f"no trace here has the {what} {target.id[:60]!r}, and it is no id"
        if not here:
            return ""
        if target.position is not None and (count := self._documents.of(target.id)) is not None and target.position >= count:
            return f"document_position {target.position} is out of bounds: the span has {counted(count, 'document')}"
        return ""

    def _refuse(self, line: int, reason: str) -> None:
        self.done.bad += 1
        self.bad(BadLine(line, reason))


def identifier_of(stem: str) -> str:
    """Of the rows of a file or a map: the same whenever it is imported."""
    return PREFIX + stem
