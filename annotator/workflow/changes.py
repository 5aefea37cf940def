"""What a listing changed of traces that were here before it."""

from collections.abc import Collection

from annotator.domain.source import Page
from annotator.domain.trace_store import TraceStore
from annotator.workflow.batched import batched


def trace_ids_of(page: Page) -> set[str]:
    """The traces that a page brings something of."""
    found = {span.trace_id for span in (*page.headers, *page.spans)} | {record.trace_id for record in page.logs}
    return found | {span.trace_id for span in page.packed}


class Changes:
    """Made before the listing begins."""

    def __init__(self, store: TraceStore) -> None:
        self._store = store
        self._last = store.last_trace()
        self._before: dict[tuple[int, str], bytes] = {}
        self._asked: set[str] = set()

    def before(self, trace_ids: Collection[str]) -> None:
        """A page is about to bring something of these; what was made by this listing itself does not count."""
        fresh = [trace_id for trace_id in trace_ids if trace_id not in self._asked] if self._last else []
        if fresh:
            found = self._store.fingerprints(fresh, self._last)
            self._before |= found
            self._asked.update(trace_id for _, trace_id in found)

    def after(self, source_id: int, resumed: bool) -> tuple[dict[int, int], dict[int, int]]:
        """By source: how many traces have changed, and how many have other content there than in the source that was listed.

        What a listing brought that was resumed is no change of its own source.
        """
        last = self._store.last_trace()
        changed: dict[int, int] = {}
        differing: dict[int, int] = {}
        for trace_ids in batched(self._asked):
            now = self._store.fingerprints(trace_ids, last)
            for (source, trace_id), fingerprint in now.items():
                before = self._before.get((source, trace_id), fingerprint)
                if before != fingerprint and not (resumed and source == source_id):
                    changed[source] = changed.get(source, 0) + 1
                if now.get((source_id, trace_id), fingerprint) != fingerprint and self._differ(source, source_id, trace_id):
                    differing[source] = differing.get(source, 0) + 1
        return changed, differing

    def _differ(self, source: int, other: int, trace_id: str) -> bool:
        """A fingerprint may differ by the writer of its JSON alone."""
        one, two = (self._store.trace(one_of, trace_id, as_received=True) for one_of in (source, other))
        return bool(one and two and one.spans and two.spans and one != two)
