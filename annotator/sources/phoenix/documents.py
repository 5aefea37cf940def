"""Annotations of documents over GraphQL. REST refuses an identifier with them, so that two people overwrite each other there, and
can neither read nor delete them.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import Field, ValidationError

from annotator.domain.annotation import HUMAN, NOTE, Annotation, Identity, Target
from annotator.domain.source import ServerRow
from annotator.errors import MissingTargets, NotPhoenix, OutcomeUnknown, RejectedRow, ServerError
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import GraphProblem, ask, change
from annotator.sources.phoenix.projects import project_id
from annotator.sources.phoenix.refusal import one_line
from annotator.sources.phoenix.wire import GraphUser, Wire

SPANS_A_REQUEST = 200
"""200 spans by their ids take 35 ms, 50 by an alias each 90 ms (Phoenix 20.26)."""
IN_PROJECT = """query($project: ID!, $condition: String!) {{ node(id: $project) {{ ... on Project {{
    spans(first: 1000, filterCondition: $condition) {{ edges {{ node {{ id spanId {fields} }} }} }} }} }} }}"""
READ = IN_PROJECT.format(
    fields="""documentEvaluations { id name identifier documentPosition label score explanation
    annotatorKind metadata source updatedAt user { id username } }"""
)
NODES = IN_PROJECT.format(fields="")
CREATE = """mutation($rows: [CreateDocumentAnnotationInput!]!) { taken: createDocumentAnnotations(input: $rows) {
    rows: documentAnnotations { id name identifier documentPosition span { spanId } } } }"""
OUTSIDE = re.compile(r"^Document position (-?\d+) is out of bounds for span at index (\d+) \(num_documents: (\d+)\)")
GONE = re.compile(r"^Spans with row IDs .* do not exist")
OTHERS = "Cannot overwrite document annotation owned by another user"


class Row(Wire):
    """Of documentEvaluations."""

    id: str
    name: str
    identifier: str | None = None
    position: int = Field(alias="documentPosition")
    label: str | None = None
    score: float | None = None
    explanation: str | None = None
    annotator_kind: str | None = Field(None, alias="annotatorKind")
    metadata: dict[str, Any] | None = None
    source: str | None = None
    updated_at: str | None = Field(None, alias="updatedAt")
    user: GraphUser | None = None

    def row(self, server: str, span_id: str) -> ServerRow:
        identity = Identity(server, Target("document", span_id, self.position), self.name, self.identifier or "")
        kind = self.annotator_kind or HUMAN
        annotation = Annotation(identity, self.label, self.score, self.explanation, kind, self.metadata or {})
        user = self.user or GraphUser()
        return ServerRow(annotation, self.id, self.source or "", user.id or "", self.updated_at or "", user.name)


class Node(Wire):
    id: str
    span_id: str = Field(alias="spanId")
    rows: list[Row] = Field([], alias="documentEvaluations")


def read_documents(client: Client, project: str, span_ids: Collection[str]) -> list[ServerRow]:
    """Every row on the documents of these spans. Raises NotOffered where the server cannot keep any apart by person."""
    return [row.row(client.server, span.span_id) for span in _spans(client, project, READ, span_ids) for row in span.rows]


def put_documents(client: Client, project: str, rows: Sequence[Annotation]) -> None:
    """createDocumentAnnotations: an upsert of whole rows by name, span, position and identifier, all or nothing. NotOffered."""
    for index, row in enumerate(rows):
        _check(row, index)
    nodes = {span.span_id: span.id for span in _spans(client, project, NODES, [row.target.id for row in rows])}
    missing = sorted({row.target.id for row in rows} - set(nodes))
    if missing:
        title = f"The project on {client.url} does not have the spans {', '.join(missing)}."
        raise MissingTargets(title, "They were deleted, or are on another server.", frozenset(missing))
    try:
        data = change(client, CREATE, {"rows": [_input(row, nodes[row.target.id]) for row in rows]})
    except GraphProblem as problem:
        raise _refused(client, problem) from problem
    try:
        taken = {(row["span"]["spanId"], row["documentPosition"], row["name"], row["identifier"]) for row in data["taken"]["rows"]}
    except (KeyError, TypeError):
        taken = set()
    if taken != {(row.target.id, row.target.position, row.name, row.identity.identifier) for row in rows}:
        raise OutcomeUnknown(f"{client.url} does not say which rows it took.", "It is compared and sent again when the server answers.")


def _check(row: Annotation, index: int) -> None:
    """What the server would keep under another identity, or in another place than notes."""
    if row.name == NOTE:
        raise RejectedRow("Phoenix keeps no notes of documents.", "Note it on the span instead.", index)
    for what, value in (("name", row.name), ("identifier", row.identity.identifier)):
        if value != value.strip():
            raise RejectedRow(f"Phoenix cuts the spaces at the ends of the {what} {value!r}.", f"Use a {what} without them.", index)


def _input(row: Annotation, node: str) -> dict[str, Any]:
    row = row.normal()
    return {
        "spanId": node,
        "documentPosition": row.target.position,
        "name": row.name,
        "annotatorKind": row.annotator_kind,
        "label": row.label,
        "score": row.score,
        "explanation": row.explanation,
        "metadata": dict(row.metadata),
        "source": "API",
        "identifier": row.identity.identifier,
    }


def _spans(client: Client, project: str, query: str, span_ids: Collection[str]) -> list[Node]:
    """Those of the spans that the project has. An id that is not letters and digits is none of Phoenix's."""
    wanted = [span_id for span_id in dict.fromkeys(span_ids) if span_id.isalnum() and span_id.isascii()]
    found: list[Node] = []
    for start in range(0, len(wanted), SPANS_A_REQUEST):
        some = wanted[start : start + SPANS_A_REQUEST]
        condition = f"span_id in [{', '.join(repr(span_id) for span_id in some)}]"
        data = ask(client, query, {"project": project_id(project), "condition": condition})
        try:
            found += [Node.model_validate(edge["node"]) for edge in data["node"]["spans"]["edges"]]
        except (ValidationError, KeyError, TypeError) as error:
            raise NotPhoenix(f"{client.url} describes spans in another way than Phoenix 20.26 does.", "Update annotator.") from error
    return [span for span in found if span.span_id in set(wanted)]


def _refused(client: Client, problem: GraphProblem) -> ServerError:
    """The refusals that certainly come before any change; after any other problem the rows may have been written."""
    text = one_line(problem.said)
    outside = OUTSIDE.match(problem.said)
    if outside:
        counted = f"{outside[3]} document{'' if outside[3] == '1' else 's'}"
        title = f"document_position {outside[1]} is out of bounds: {client.url} counts {counted} in this span."
        return RejectedRow(title, "Judge the span instead, or drop it.", int(outside[2]))
    if GONE.match(problem.said):
        return MissingTargets(f"{text} (on {client.url}).", "They were deleted just now.")
    if problem.said.startswith(OTHERS):
        return RejectedRow(f"{client.url} holds this row as another user's: {text}", "Use that user's key, or drop it.")
    if not problem.began:
        return RejectedRow(f"{client.url} refuses a row ({text}).", "Change the row, or drop it.")
    return problem
