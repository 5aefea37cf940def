"""The names of the users whose keys rows were written with. REST tells their ids alone, and only an administrator may look up a user;
but anybody who may read a row may ask GraphQL for its user. Rows of documents come from there with their names.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from annotator.domain.annotation import Target, TargetKind
from annotator.domain.source import ServerRow
from annotator.errors import ServerError
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import MOST_ALIASES, ask
from annotator.sources.phoenix.wire import GraphUser

TARGETS: dict[TargetKind, str] = {
    "span": "getSpanByOtelId(spanId: {id}) {{ rows: spanAnnotations",
    "trace": "getTraceByOtelId(traceId: {id}) {{ rows: traceAnnotations",
    "session": "getProjectSessionById(sessionId: {id}) {{ rows: sessionAnnotations",
}


class Usernames:
    """What was learned of a server, by user id."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def know(self, user_id: str, name: str) -> None:
        self._known[user_id] = name

    def fill(self, client: Client, rows: Sequence[ServerRow]) -> list[ServerRow]:
        """The rows with their users' names: one request for up to 25 users that were not met before."""
        unnamed = [row for row in rows if row.user_id and row.user_id not in self._known and row.annotation.target.kind in TARGETS]
        some = list({row.user_id: row.annotation.target for row in unnamed}.values())[: MOST_ALIASES // 2]
        if some:
            self._learn(client, some)
        return [row if row.user else replace(row, user=self._known.get(row.user_id, "")) for row in rows]

    def _learn(self, client: Client, targets: Sequence[Target]) -> None:
        """A name is a courtesy: a server that does not tell, or a target that is gone meanwhile, leaves it unknown."""
        fields = [f"t{n}: {TARGETS[target.kind].format(id=f'$t{n}')} {{ user {{ id username }} }} }}" for n, target in enumerate(targets)]
        query = f"query({', '.join(f'$t{n}: String!' for n in range(len(targets)))}) {{ {' '.join(fields)} }}"
        try:
            found = ask(client, query, {f"t{n}": target.id for n, target in enumerate(targets)})
            for row in (row for target in found.values() if target for row in target["rows"]):
                user = GraphUser.model_validate(row["user"] or {})
                if user.id:
                    self._known[user.id] = user.name
        except (ServerError, ValidationError, KeyError, TypeError):
            return
