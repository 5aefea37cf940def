"""Annotations as `list --json` has them, and whose they are."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from annotator.domain.annotation import NOTE, KnownAnnotation

if TYPE_CHECKING:
    from annotator.filter.facts import Reviewer
    from annotator.store.store import SqliteStore


class People:
    """Everybody who judged on this machine."""

    def __init__(self, store: "SqliteStore") -> None:
        self._store = store
        accounts = store.accounts(None)
        self._identifiers = {(account.server, account.identifier) for account in accounts}
        self._notes = {(account.server, f"annotator:{account.annotator}:") for account in accounts}

    def wrote(self, known: KnownAnnotation) -> bool:
        """One of them did, here or elsewhere."""
        identity = known.row.identity
        if known.annotator or (identity.server, identity.identifier) in self._identifiers:
            return True
        return identity.name == NOTE and any(
            identity.server == server and identity.identifier.startswith(prefix) for server, prefix in self._notes
        )

    def words(self, known: KnownAnnotation) -> str | None:
        """The explanation, redacted where it is another's."""
        words, redactor = known.row.explanation, self._store.redactor
        return redactor.text(words) if redactor is not None and words and not self.wrote(known) else words

    def json(self, known: KnownAnnotation, me: "Reviewer") -> dict[str, Any]:
        """`{"name", "label", "score", "explanation", "annotator_kind", "identifier", "author", "source", "updated_at", "mine", "synced"}`.

        source: API, APP, or None where it never was on a server; updated_at: UTC in ISO 8601, None where it is not known;
        mine: what a filter calls so.
        """
        from annotator.workflow.opinions import who

        row, identity = known.row, known.row.identity
        return {
            "name": row.name,
            "label": row.label,
            "score": row.score,
            "explanation": self.words(known),
            "annotator_kind": row.annotator_kind,
            "identifier": identity.identifier,
            "author": who(known),
            "source": known.source or None,
            "updated_at": datetime.fromtimestamp(known.at, UTC).isoformat(timespec="seconds") if known.at else None,
            "mine": me.wrote(known),
            "synced": bool(identity.server) and not self._store.is_unsent(identity),
        }

    def related_json(self, known: KnownAnnotation, me: "Reviewer") -> dict[str, Any]:
        """The same, and what it is about."""
        target = known.row.target
        return {"target": target.kind, "id": target.id, "document_position": target.position} | self.json(known, me)
