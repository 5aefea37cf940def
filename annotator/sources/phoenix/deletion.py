"""Deleting one annotation. REST deletes by name and identifier over a whole project; GraphQL deletes by row id.

A row id may belong to another row by now (SQLite gives the newest one's id away again), so the row is read just before,
one id goes into a mutation, and the answer is compared with what was meant.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import NOTE, Annotation
from annotator.domain.record import record
from annotator.errors import OutcomeUnknown, RejectedRow
from annotator.sources.phoenix.annotations import read_rows
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import GraphProblem, change
from annotator.sources.phoenix.refusal import NotOffered, forbidden, one_line

GONE = "Could not find"
OTHERS = "not associated with the current user"


@record
class Mutation:
    """A mutation by its name, the field of its payload, and the target's fields in it."""

    name: str
    rows: str
    target: str
    single: bool = False
    """Takes one `id` instead of a list in `input`."""
    more: str = ""
    """What else tells its rows apart."""

    @property
    def document(self) -> str:
        argument = "id: $id" if self.single else "input: {annotationIds: [$id]}"
        fields = f"id name identifier label score explanation target: {self.target} {self.more}"
        return f"mutation($id: ID!) {{ deleted: {self.name}({argument}) {{ rows: {self.rows} {{ {fields} }} }} }}"


SPAN, TRACE, SESSION = "span { id: spanId }", "trace { id: traceId }", "projectSession { id: sessionId }"
ANNOTATIONS = {
    "span": Mutation("deleteSpanAnnotations", "spanAnnotations", SPAN),
    "trace": Mutation("deleteTraceAnnotations", "traceAnnotations", TRACE),
    "session": Mutation("deleteProjectSessionAnnotation", "projectSessionAnnotation", SESSION, single=True),
    "document": Mutation("deleteDocumentAnnotations", "documentAnnotations", SPAN, more="documentPosition"),
}
NOTES = {
    "span": Mutation("deleteSpanNotes", "spanAnnotations", SPAN),
    "trace": Mutation("deleteTraceNotes", "traceAnnotations", TRACE),
    "session": Mutation("deleteProjectSessionNotes", "projectSessionAnnotations", SESSION),
}
"""Phoenix 20.26 deletes notes by these alone; 20.3 does not have them and deletes notes as annotations."""


def delete_row(client: Client, project: str, row: Annotation) -> bool:
    """See Sink.delete. Raises NotOffered where nothing was done since the server cannot."""
    row_id = _row_id(client, project, row)
    if row_id is None:
        return False
    kind = row.target.kind
    mutations = [NOTES[kind], ANNOTATIONS[kind]] if row.name == NOTE and kind in NOTES else [ANNOTATIONS[kind]]
    for mutation in mutations:
        try:
            data = change(client, mutation.document, {"id": row_id})
        except NotOffered:
            if mutation is mutations[-1]:
                raise
        except GraphProblem as problem:
            return _settle(client, project, row, problem)
        else:
            _compare(row, row_id, data)
            return True
    raise AssertionError("the last mutation is always tried")


def _row_id(client: Client, project: str, row: Annotation) -> str | None:
    """The id that the server has for this very row now."""
    identity = row.identity
    found = read_rows(client, project, row.target.kind, [row.target.id], [row.name], [identity.identifier])
    for candidate in found:
        held = candidate.annotation
        if (held.target, held.name, held.identity.identifier) == (row.target, row.name, identity.identifier):
            if not row.same_as(replace(held, identity=identity)):
                raise RejectedRow(f"{row.name} was changed on {client.url} meanwhile; it is not deleted.", "Decide whose row counts.", 0)
            return candidate.row_id
    return None


def _settle(client: Client, project: str, row: Annotation, problem: GraphProblem) -> bool:
    """A problem does not prove that nothing was done."""
    if problem.said.startswith(GONE):
        return False
    if OTHERS in problem.said:
        raise forbidden(client.url, one_line(problem.said))
    if _row_id(client, project, row) is None:
        return True
    raise problem


def _compare(row: Annotation, row_id: str, data: Mapping[str, Any]) -> None:
    deleted = (data.get("deleted") or {}).get("rows")
    rows = deleted if isinstance(deleted, list) else [deleted]
    if len(rows) != 1 or not isinstance(rows[0], dict):
        raise OutcomeUnknown(f"The server does not say what it deleted for {row.name}.", "It is read again.")
    got = rows[0]
    target, position = (got.get("target") or {}).get("id"), got.get("documentPosition")
    meant = (row_id, row.name, row.identity.identifier, row.target.id, row.target.position)
    if (got.get("id"), got.get("name"), got.get("identifier"), target, position) != meant:
        held = ", ".join(f"{field} {got.get(field)!r}" for field in ("name", "identifier", "label", "score", "explanation"))
        raise RejectedRow(
            f"The server deleted another row in place of {row.name}: {held} on {row.target.kind} {target}.",
            "Tell whose it was: it must be written again.",
            0,
        )
