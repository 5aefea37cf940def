"""Deleting one annotation. REST deletes by name and identifier over a whole project; GraphQL deletes by row id.

A row id may belong to another row by now (SQLite gives the newest one's id away again), so the row is read just before,
one id goes into a mutation, and the answer is compared with what was meant.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import NOTE, Annotation
from annotator.domain.record import record
from annotator.errors import OutcomeUnknown, RejectedRow, ServerFailure
from annotator.sources.phoenix.annotations import read_rows
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.refusal import forbidden, one_line

GONE = "Could not find"
NO_SUCH_FIELD = "Cannot query field"


@record
class Mutation:
    """A mutation by its name, the field of its payload, and the target's fields in it."""

    name: str
    rows: str
    target: str
    single: bool = False
    """Takes one `id` instead of a list in `input`."""

    @property
    def document(self) -> str:
        argument = "id: $id" if self.single else "input: {annotationIds: [$id]}"
        fields = f"id name identifier label score explanation target: {self.target}"
        return f"mutation($id: ID!) {{ deleted: {self.name}({argument}) {{ rows: {self.rows} {{ {fields} }} }} }}"


SPAN, TRACE, SESSION = "span { id: spanId }", "trace { id: traceId }", "projectSession { id: sessionId }"
ANNOTATIONS = {
    "span": Mutation("deleteSpanAnnotations", "spanAnnotations", SPAN),
    "trace": Mutation("deleteTraceAnnotations", "traceAnnotations", TRACE),
    "session": Mutation("deleteProjectSessionAnnotation", "projectSessionAnnotation", SESSION, single=True),
}
NOTES = {
    "span": Mutation("deleteSpanNotes", "spanAnnotations", SPAN),
    "trace": Mutation("deleteTraceNotes", "traceAnnotations", TRACE),
    "session": Mutation("deleteProjectSessionNotes", "projectSessionAnnotations", SESSION),
}
"""Phoenix 20.26 deletes notes by these alone; 20.3 does not have them and deletes notes as annotations."""


def delete_row(client: Client, project: str, row: Annotation) -> bool:
    """See Sink.delete."""
    row_id = _row_id(client, project, row)
    if row_id is None:
        return False
    kind = row.target.kind
    mutations = [NOTES[kind], ANNOTATIONS[kind]] if row.name == NOTE else [ANNOTATIONS[kind]]
    for mutation in mutations:
        answer = client.post("/graphql", {"query": mutation.document, "variables": {"id": row_id}})
        problems = [str(error.get("message", "")) for error in answer.get("errors") or ()] if isinstance(answer, dict) else ["no object"]
        if any(NO_SUCH_FIELD in problem and mutation.name in problem for problem in problems) and mutation is not mutations[-1]:
            continue  # an unknown mutation is refused before anything runs
        if not problems:
            _compare(row, row_id, answer)
            return True
        return _settle(client, project, row, one_line("; ".join(problems)))
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


def _settle(client: Client, project: str, row: Annotation, problem: str) -> bool:
    """GraphQL errors come with status 200 and do not prove that nothing was done."""
    if problem.startswith(GONE):
        return False
    if "iewer" in problem or "not associated with the current user" in problem:
        raise forbidden(client.url, problem)
    if _row_id(client, project, row) is None:
        return True
    raise ServerFailure(f"{client.url} did not delete {row.name}: {problem}.", "It is tried again.")


def _compare(row: Annotation, row_id: str, answer: Mapping[str, Any]) -> None:
    deleted = ((answer.get("data") or {}).get("deleted") or {}).get("rows")
    rows = deleted if isinstance(deleted, list) else [deleted]
    if len(rows) != 1 or not isinstance(rows[0], dict):
        raise OutcomeUnknown(f"The server does not say what it deleted for {row.name}.", "It is read again.")
    got = rows[0]
    target = (got.get("target") or {}).get("id")
    if (got.get("id"), got.get("name"), got.get("identifier"), target) != (row_id, row.name, row.identity.identifier, row.target.id):
        held = ", ".join(f"{field} {got.get(field)!r}" for field in ("name", "identifier", "label", "score", "explanation"))
        raise RejectedRow(
            f"The server deleted another row in place of {row.name}: {held} on {row.target.kind} {target}.",
            "Tell whose it was: it must be written again.",
            0,
        )
