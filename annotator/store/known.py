"""Sources and traces by what they are known as: found, or made."""

from collections.abc import Collection
from typing import NamedTuple

from annotator.domain.queue import SourceRef
from annotator.store.area import among
from annotator.store.database import Database


def keep_source(db: Database, source: SourceRef) -> int:
    """Its id, made where it is new."""
    values = (source.location, source.project, source.server)
    db.execute("INSERT OR IGNORE INTO source (location, project, server) VALUES (?, ?, ?)", values)
    return int(db.one("SELECT id FROM source WHERE location = ? AND project = ? AND server = ?", values)[0])


class Kept(NamedTuple):
    """A trace as it was when it was asked for, or made just now."""

    id: int
    loaded: bool
    """Its payload is here."""
    new: bool


def keep_traces(db: Database, source_id: int, trace_ids: Collection[str], here: Collection[str] = ()) -> dict[str, Kept]:
    """Each of them, made where it is new, and then loaded where it is among `here`. Within a transaction."""
    rows = among(db, "SELECT trace_id, id, loaded FROM trace WHERE source = ? AND trace_id IN", (source_id,), trace_ids)
    found = {trace_id: Kept(id_, bool(loaded), False) for trace_id, id_, loaded in rows}
    fresh = [trace_id for trace_id in dict.fromkeys(trace_ids) if trace_id not in found]
    if fresh:
        first = 1 + int(db.one("SELECT coalesce(max(id), 0) FROM trace")[0])
        made = {trace_id: Kept(id_, trace_id in here, True) for id_, trace_id in enumerate(fresh, first)}
        values = [(kept.id, source_id, trace_id, kept.loaded) for trace_id, kept in made.items()]
        db.many("INSERT INTO trace (id, source, trace_id, loaded) VALUES (?, ?, ?, ?)", values)
        found |= made
    return found
