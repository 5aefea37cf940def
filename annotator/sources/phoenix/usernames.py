"""The names of the users whose keys rows were written with. REST tells their ids alone, and only an administrator may look up a user;
but anybody who may read a row may ask GraphQL for its user.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from annotator.domain.source import ServerRow
from annotator.errors import ServerError
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import MOST_ALIASES, ask
from annotator.sources.phoenix.wire import GraphUser

OF_ROW = """ ... on SpanAnnotation { user { id username } } ... on TraceAnnotation { user { id username } }
    ... on ProjectSessionAnnotation { user { id username } } """


class Usernames:
    """What was learned of a server, by user id."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def know(self, user_id: str, name: str) -> None:
        self._known[user_id] = name

    def fill(self, client: Client, rows: Sequence[ServerRow]) -> list[ServerRow]:
        """The rows with their users' names: one request for up to 50 users that were not met before."""
        new = {row.user_id: row.row_id for row in rows if row.user_id and not row.user and row.user_id not in self._known}
        some = list(new.items())[:MOST_ALIASES]
        if some:
            self._learn(client, [row_id for _, row_id in some])
        return [row if row.user else replace(row, user=self._known.get(row.user_id, "")) for row in rows]

    def _learn(self, client: Client, row_ids: Sequence[str]) -> None:
        """A name is a courtesy: a server that does not tell, or a row that is gone meanwhile, leaves it unknown."""
        places = range(len(row_ids))
        asked = " ".join(f"u{n}: node(id: $u{n}) {{{OF_ROW}}}" for n in places)
        try:
            data = ask(
                client,
                f"query({', '.join(f'$u{n}: ID!' for n in places)}) {{ {asked} }}",
                {f"u{n}": row_id for n, row_id in enumerate(row_ids)},
            )
            for node in data.values():
                user = GraphUser.model_validate((node or {}).get("user") or {})
                if user.id:
                    self._known[user.id] = user.name
        except (ServerError, ValidationError, AttributeError):
            return
