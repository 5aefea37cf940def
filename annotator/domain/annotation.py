"""Annotations: a judgement on a target, as Phoenix keeps it."""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Any, Literal

from annotator.domain.record import record

TargetKind = Literal["span", "trace", "session", "document"]
TARGET_KINDS: tuple[TargetKind, ...] = ("span", "trace", "session", "document")
HUMAN = "HUMAN"
NOTE = "note"
LEASE = "annotator:lease"
"""The name, and the start of the identifiers, of rows by which programs keep items for their reviewers: no judgement, never kept here."""
ADJUDICATED, RECHECK = ":adjudicated", ":recheck"
"""Ends of identifiers: of a verdict that settles what others disagreed on, and of a second verdict on an item that one judged before."""


@record
class Target:
    """What is judged."""

    kind: TargetKind
    id: str
    """An OpenTelemetry span id, a trace id, or a session id; for a document its span's id."""
    position: int | None = None
    """0-based `document_position`; None for every other kind."""

    @property
    def named(self) -> str:
        """For people, who count documents from 1."""
        return f"{self.kind} {self.id}" if self.position is None else f"document {self.position + 1} of span {self.id}"

    def __lt__(self, other: "Target") -> bool:
        return (self.kind, self.id, self.position or 0) < (other.kind, other.id, other.position or 0)


@record
class Identity:
    """Which row an annotation is: Phoenix's unique key, and the server that holds it."""

    server: str
    """Base URL without a trailing slash; '' for a queue from files."""
    target: Target
    name: str
    identifier: str


@record
class Annotation:
    """One row, whole: a Phoenix upsert replaces every field."""

    identity: Identity
    label: str | None = None
    score: float | None = None
    explanation: str | None = None
    annotator_kind: str = HUMAN
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def target(self) -> Target:
        return self.identity.target

    def same_as(self, other: "Annotation | None") -> bool:
        """True when both rows hold the same content; an empty label or explanation is none, and of a note only its text counts."""
        return other is not None and self.kept() == other.kept()

    def contradicts(self, other: "Annotation") -> bool:
        """Both have a label, and not the same; or neither has one, and their scores are not the same."""
        if self.label is None and other.label is None:
            return None not in (self.score, other.score) and self.score != other.score
        return None not in (self.label, other.label) and self.label != other.label

    def normal(self) -> "Annotation":
        """Empty strings as None, scores as floats (Phoenix stores '' and null apart, and -0.0 as 0.0)."""
        score = None if self.score is None else float(self.score) + 0.0
        return replace(self, label=self.label or None, explanation=self.explanation or None, score=score, metadata=dict(self.metadata))

    def kept(self) -> "Annotation":
        """What a server keeps of it: the normal row, but of a note only the stripped text, and of a document's row stripped texts."""
        if self.name == NOTE:
            return Annotation(self.identity, explanation=(self.explanation or "").strip() or None)
        row = self.normal()
        if self.target.kind != "document":
            return row
        return replace(row, label=(row.label or "").strip() or None, explanation=(row.explanation or "").strip() or None)


@record
class KnownAnnotation:
    """A row as it is here, and what is known of how it came to be."""

    row: Annotation
    annotator: str = ""
    """Who wrote it on this machine; '' for a row of somebody else's."""
    source: str = ""
    """How it came to the server: API or APP; '' where it was never read from one."""
    author: str = ""
    """Whom the server names; '' where it names nobody."""
    at: float = 0.0
    """When it was written last, in seconds since 1970; 0 where that is not known."""
    conflict: bool = False
    """Another client changed it on the server, and nobody decided yet which row stays."""
    theirs: "Annotation | None" = None
    """On a conflict: the server's row; None where it was taken away there."""


def note_prefix(annotator: str) -> str:
    """Identifiers of a person's notes: this and a UUID, so that a note sent twice is one note."""
    return f"annotator:{annotator}:"


def recheck_identifier(annotator: str) -> str:
    """Of a person's verdicts on items that they are shown again: beside the web UI's own rows too, of which there is one."""
    return f"annotator:{annotator}{RECHECK}"


def is_recheck(identity: Identity, annotator: str) -> bool:
    """A row or a note of a person's on an item that they were shown again."""
    prefix = note_prefix(annotator + RECHECK)
    return identity.identifier.startswith(prefix) if identity.name == NOTE else identity.identifier == recheck_identifier(annotator)


def is_mine(row: Annotation, annotator: str, identifier: str) -> bool:
    """An answer under my identifier, or a note under my name; nothing else is ever changed."""
    found = row.identity.identifier
    return found.startswith(note_prefix(annotator)) if row.name == NOTE else found == identifier


class ItemState(StrEnum):
    """Where an item of a queue stands."""

    TODO = "todo"
    DONE = "done"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    FLAGGED = "flagged"
