"""GraphQL of a Phoenix server, for what REST does not have. Its errors come with status 200 and do not prove that nothing was done."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from annotator.errors import NotPhoenix, OutcomeUnknown, ServerFailure
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.refusal import GRAPHQL, NotOffered, forbidden, one_line

MOST_ALIASES = 50
"""In one request (Phoenix 20.26 refuses more)."""
UNKNOWN = re.compile(r"^(Cannot query field|Unknown (type|argument|field)|Field '\w+' is not defined by type)")
RIGHTS = re.compile(r"^(Viewers cannot|Application is read-only)")
"""Checked before a mutation begins."""


class GraphProblem(ServerFailure):
    """What GraphQL says went wrong. After a mutation that `began` it may all the same have been applied."""

    def __init__(self, url: str, said: Sequence[str], began: bool) -> None:
        super().__init__(f"{url} failed: {one_line('; '.join(said))}.", "It is tried again; if it stays so, look at the server's log.")
        self.said = said[0]
        self.began = began


def ask(client: Client, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a query. Raises NotOffered, GraphProblem."""
    answer = client.query(GRAPHQL, {"query": query, "variables": variables})
    data = _data(client, answer)
    if data is None:
        raise NotPhoenix(f"{client.url} answered {GRAPHQL} with something else than Phoenix does.", "Check the URL and any proxy.")
    return data


def change(client: Client, mutation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a mutation. Raises NotOffered and Forbidden where nothing was done; GraphProblem, OutcomeUnknown."""
    data = _data(client, client.post(GRAPHQL, {"query": mutation, "variables": variables}))
    if data is None:
        raise OutcomeUnknown(f"{client.url} does not say what it did.", "It is compared and sent again when the server answers.")
    return data


def _data(client: Client, answer: Any) -> dict[str, Any] | None:
    """None for an answer that is not GraphQL's."""
    if not isinstance(answer, dict):
        return None
    errors = answer.get("errors")
    if errors:
        whole = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
        said = [str(error.get("message", "")) for error in whole] or ["an error without a text"]
        # A request that is refused as a whole, before anything of it ran, names no path.
        began = not whole or any(error.get("path") for error in whole)
        if not began and any(UNKNOWN.match(message) for message in said):
            version = f" {client.version}" if client.version else ""
            raise NotOffered(f"Phoenix{version} does not know what it is asked: {one_line(said[0])}", "Update Phoenix to 20.26 or newer.")
        if RIGHTS.match(said[0]):
            raise forbidden(client.url, one_line(said[0]))
        raise GraphProblem(client.url, said, began)
    data = answer.get("data")
    return data if isinstance(data, dict) else None
