"""Ids in pieces that fit into one request."""

from collections.abc import Collection, Iterator

QUERY_BYTES = 5000
"""nginx refuses request lines above 8 kB."""


def batches(ids: Collection[str], count: int, extra: int) -> Iterator[list[str]]:
    """Distinct ids in order, `count` at most and short enough for a query in which each costs `extra` bytes more."""
    batch: list[str] = []
    size = 0
    for wanted in dict.fromkeys(ids):
        cost = len(wanted.encode("utf-8", "replace")) * (1 if wanted.isalnum() and wanted.isascii() else 3) + extra
        if batch and (len(batch) == count or size + cost > QUERY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(wanted)
        size += cost
    if batch:
        yield batch
