"""Names that are in use, each found by one look into an index, however many rows have it."""

from annotator.store.area import Area
from annotator.store.codec import to_text

DISTINCT = """
    WITH RECURSIVE one (word) AS (
        SELECT min({column}) FROM {table}
        UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > one.word) FROM one WHERE one.word IS NOT NULL
    )
    SELECT word FROM one WHERE word <> '' LIMIT ?
"""


class Words(Area):
    """Over the whole store."""

    def annotation_names(self, limit: int = 1000) -> list[str]:
        return self._distinct("identity", "name", limit)

    def session_ids(self, limit: int = 1000) -> list[str]:
        return self._distinct("span", "session_id", limit)

    def gave(self, name: str, label: str) -> bool:
        start = f"{to_text([label])[:-1]},"  # of `row_text`
        rows = "SELECT 1 FROM identity JOIN annotation ON annotation.identity = identity.id WHERE name = ?"
        return self.db.one(f"{rows} AND substr(content, 1, ?) = ? LIMIT 1", (name, len(start), start)) is not None

    def _distinct(self, table: str, column: str, limit: int) -> list[str]:
        return [word for (word,) in self.db.all(DISTINCT.format(table=table, column=column), (limit,))]
