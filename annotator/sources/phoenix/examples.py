"""Single examples of a data set: finding them by their own ids, and taking one out. GraphQL, since REST reads a data set only whole.

`deleteDatasetExamples` refuses an example that was ever deleted before, also one that was put again since; `patchDatasetExamples`
does not, and takes out examples of the named data set alone. Measured on 20.26.1.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError

from annotator.domain.dataset import Example, HeldExample, mentioned_id
from annotator.errors import NotPhoenix, RejectedRow
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import GraphProblem, ask, change
from annotator.sources.phoenix.listing import Progress, pages
from annotator.sources.phoenix.wire import ListPage, Wire

LISTED = 5000
"""Ids a page: the server reads the whole data set for each."""
LISTED_WHOLE = 1000
"""Examples of a data set whose ids are all listed: those of 10,000 take 4 s, a search in the content of as many 0.1 s (Phoenix 20.26)."""
WITH_CONTENT = 20
"""Examples whose content is asked for at once."""
IDS = """query($dataset: ID!, $first: Int!, $after: String, $filter: String) { node(id: $dataset) { ... on Dataset {
    examples(first: $first, after: $after, filter: $filter) { edges { node { id externalId } } pageInfo { hasNextPage endCursor } } } } }"""
CONTENT = """query($dataset: ID!, $ids: [ID!]!, $first: Int!) { node(id: $dataset) { ... on Dataset {
    examples(first: $first, filterIds: $ids) { edges { node { id externalId revision { input output metadata } } } } } } }"""
REMOVE = """mutation($dataset: ID!, $example: ID!) { patchDatasetExamples(input: {
    datasetId: $dataset, operations: [{remove: {exampleId: $example}}]}) { dataset { id } } }"""
DELETED = "have already been deleted"
SEARCHED = re.compile(r"[\w.:-]+", re.ASCII)
"""Ids that JSON writes as they are."""


class Dataset(Wire):
    id: str
    name: str
    example_count: int = 0


class DatasetPage(ListPage):
    data: list[Dataset]


class Revision(Wire):
    input: dict[str, Any]
    output: dict[str, Any]
    metadata: dict[str, Any]


class Node(Wire):
    id: str
    external_id: str | None = Field(None, alias="externalId")
    revision: Revision | None = None


class Edge(Wire):
    node: Node


class PageInfo(Wire):
    has_next: bool = Field(False, alias="hasNextPage")
    end: str | None = Field(None, alias="endCursor")


class Examples(Wire):
    edges: list[Edge]
    page: PageInfo | None = Field(None, alias="pageInfo")

    @property
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    @property
    def next_cursor(self) -> str | None:
        return self.page.end if self.page is not None and self.page.has_next else None


class OfDataset(Wire):
    examples: Examples


class Found(Wire):
    """No node: the data set is gone meanwhile."""

    node: OfDataset | None = None


def list_datasets(client: Client, name: str = "") -> Iterator[Dataset]:
    """GET /v1/datasets; of that name alone where one is given."""
    for page in pages(client, "/v1/datasets", DatasetPage, [("limit", 100), *([("name", name)] if name else [])]):
        yield from (one for one in page.data if name in ("", one.name))


def read_examples(client: Client, dataset: str, ids: Collection[str]) -> dict[str, HeldExample]:
    """Those of the ids that the data set has. Raises NotOffered where the server cannot tell."""
    found = next(list_datasets(client, dataset), None)
    return {} if found is None else _held(client, found, ids)


def _held(client: Client, dataset: Dataset, ids: Collection[str]) -> dict[str, HeldExample]:
    terms = {one: mentioned_id(one) for one in ids}
    if dataset.example_count <= LISTED_WHOLE or not all(map(SEARCHED.fullmatch, terms.values())):
        rows = _row_ids(client, dataset.id, ids)
    else:  # what we make says in its metadata what it is about
        rows = {row: one for one, term in terms.items() for row in _row_ids(client, dataset.id, [one], term)}
    held: dict[str, HeldExample] = {}
    wanted = list(rows)
    for start in range(0, len(wanted), WITH_CONTENT):
        some = wanted[start : start + WITH_CONTENT]
        for node in _examples(client, CONTENT, {"dataset": dataset.id, "ids": some, "first": len(some)}).nodes:
            is_meant, now = rows.get(node.id) == node.external_id, node.revision
            if is_meant and node.external_id is not None and now is not None:
                held[node.external_id] = HeldExample(node.id, Example(node.external_id, None, now.input, now.output, now.metadata).digest)
    return held


def _row_ids(client: Client, dataset_id: str, ids: Collection[str], term: str | None = None) -> dict[str, str]:
    """Row id to the example's own id; with `term` only of examples whose content has it."""
    wanted, found = set(ids), dict[str, str]()
    progress = Progress(client, "/graphql examples")
    after: str | None = None
    while True:
        page = _examples(client, IDS, {"dataset": dataset_id, "first": LISTED, "after": after, "filter": term})
        found |= {node.id: node.external_id for node in page.nodes if node.external_id in wanted}
        after = page.next_cursor
        if after is None:
            return found
        progress.check(after, tuple(node.id for node in page.nodes))


def remove_example(client: Client, dataset: str, example_id: str, known: Collection[str]) -> bool:
    """See DatasetSink.remove_example."""
    found = next(list_datasets(client, dataset), None)
    held = _held(client, found, [example_id]).get(example_id) if found else None
    if held is None or found is None:
        return False
    if known and held.digest not in known:
        raise RejectedRow(f"Somebody changed the example in {dataset} since: it is not taken out.", "Look at it there.", 0)
    try:
        change(client, REMOVE, {"dataset": found.id, "example": held.row_id})
    except GraphProblem as problem:
        # A problem does not prove that nothing was done.
        if DELETED not in problem.said and example_id in _held(client, found, [example_id]):
            raise
    return True


def _examples(client: Client, query: str, variables: Mapping[str, Any]) -> Examples:
    try:
        found = Found.model_validate(ask(client, query, variables))
    except ValidationError as error:
        raise NotPhoenix(f"{client.url} answered /graphql with something else than Phoenix does.", "Check any proxy before it.") from error
    return Examples.model_validate({"edges": []}) if found.node is None else found.node.examples
