"""Annotations of spans, traces and sessions over REST, and of documents as documents.py has them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import LEASE, NOTE, Annotation, TargetKind
from annotator.domain.source import ServerRow
from annotator.errors import MissingTargets, OutcomeUnknown, RejectedRow
from annotator.sources.phoenix.batches import batches
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.documents import read_documents
from annotator.sources.phoenix.listing import pages
from annotator.sources.phoenix.wire import RowPage

KINDS: tuple[TargetKind, ...] = ("span", "trace", "session")
ROWS_A_PAGE = 1000
IDS_A_REQUEST = 200
IDENTIFIERS_A_REQUEST = 20
"""Each note has one of 60 bytes: a hundred of them would make a request line of 8 kB. More are picked from what comes."""


def read_rows(
    client: Client, project: str, kind: TargetKind, ids: Collection[str], names: Collection[str], identifiers: Collection[str]
) -> list[ServerRow]:
    """See Sink.read."""
    rows = read_documents(client, project, ids) if kind == "document" else _read(client, project, kind, ids, names, identifiers)
    wanted = set(ids)
    # A server that does not know a filter ignores it.
    return [
        row if row.annotation.name != LEASE else replace(row, age=client.age(row.updated_at))
        for row in rows
        if row.annotation.target.id in wanted
        and (not names or row.annotation.name in names)
        and (not identifiers or row.annotation.identity.identifier in identifiers)
    ]


def _read(
    client: Client, project: str, kind: TargetKind, ids: Collection[str], names: Collection[str], identifiers: Collection[str]
) -> list[ServerRow]:
    """GET {project}/{kind}_annotations by target."""
    fixed = [("include_annotation_names", name) for name in names]
    if "" not in identifiers and len(identifiers) <= IDENTIFIERS_A_REQUEST:
        fixed += [("identifier", identifier) for identifier in identifiers]
    rows: list[ServerRow] = []
    for batch in batches(ids, IDS_A_REQUEST, len(f"&{kind}_ids=")):
        try:
            for page in _pages(client, project, kind, [*((f"{kind}_ids", target) for target in batch), *fixed]):
                rows += page
        except MissingTargets:  # none of them exists in the project
            continue
    return rows


def _pages(client: Client, project: str, kind: TargetKind, query: Sequence[tuple[str, str]]) -> Iterator[list[ServerRow]]:
    for page in pages(client, f"{project}/{kind}_annotations", RowPage, [*query, ("limit", ROWS_A_PAGE)]):
        yield [row.row(client.server, kind) for row in page.data]


def put_rows(client: Client, rows: Sequence[Annotation]) -> None:
    """POST /v1/{kind}_annotations?sync=true, all or nothing; then each note to /v1/{kind}_notes, an upsert by its identifier (15.5)."""
    if any(row.target.kind not in KINDS for row in rows):
        raise ValueError("documents are put apart")
    for kind in KINDS:
        plain = [index for index, row in enumerate(rows) if row.target.kind == kind and row.name != NOTE]
        if plain:
            body = [_body(rows[index]) for index in plain]
            _post(client, f"/v1/{kind}_annotations", {"data": body}, [rows[index] for index in plain], plain, [("sync", "true")])
    for index, row in enumerate(rows):
        if row.name == NOTE:
            note = {f"{row.target.kind}_id": row.target.id, "note": row.explanation or "", "identifier": row.identity.identifier}
            if not row.identity.identifier:
                raise RejectedRow("A note without an identifier would be there twice after a retry.", "Write the note again.", index)
            _post(client, f"/v1/{row.target.kind}_notes", {"data": note}, [row], [index], [])


def _body(row: Annotation) -> dict[str, Any]:
    row = row.normal()
    return {
        f"{row.target.kind}_id": row.target.id,
        "name": row.name,
        "annotator_kind": row.annotator_kind,
        "identifier": row.identity.identifier,
        "result": {"label": row.label, "score": row.score, "explanation": row.explanation},
        "metadata": dict(row.metadata),
    }


def _post(
    client: Client, path: str, body: Any, rows: Sequence[Annotation], places: Sequence[int], query: Sequence[tuple[str, str]]
) -> None:
    """`places`: where each row stands in what the caller gave."""
    try:
        _check_taken(client, client.post(path, body, query), len(rows))
    except MissingTargets as error:
        raise MissingTargets(error.title, error.advice, _named(error.ids, {row.target.id for row in rows})) from error
    except RejectedRow as error:
        index = error.index if error.index is not None else (0 if len(rows) == 1 else None)
        raise RejectedRow(error.title, error.advice, None if index is None else places[index]) from error


def _check_taken(client: Client, answer: Any, rows: int) -> None:
    """The server names the id of every row that it took; an answer that does not is no proof that it took any."""
    taken = answer.get("data") if isinstance(answer, dict) else None
    taken = taken if isinstance(taken, list) else [taken]
    if len(taken) != rows or not all(isinstance(row, dict) and row.get("id") for row in taken):
        raise OutcomeUnknown(f"{client.url} does not say which rows it took.", "It is compared and sent again when the server answers.")


def _named(pieces: frozenset[str], sent: set[str]) -> frozenset[str]:
    """The ids that were sent and are named missing; the server joins them by ', ', which a session id may hold itself."""
    whole = pieces & sent
    torn = {target for target in sent - whole if ", " in target and set(target.split(", ")) <= pieces}
    return frozenset(whole | torn)
