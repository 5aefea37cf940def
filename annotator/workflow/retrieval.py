"""Retrieval metrics of spans, from what was said of their documents."""

from collections.abc import Iterable, Mapping

from annotator.domain.annotation import KnownAnnotation, Target
from annotator.domain.queue import Item, Queue
from annotator.domain.retrieval_metrics import Author, Ranked, RetrievalMetrics, mean, metrics, scores_of
from annotator.domain.span import Trace
from annotator.domain.store import Store
from annotator.reading import read

MOST_TRACES = 1000
"""Of a session; of one with more only the trace that the item shows."""
REMEMBERED = 16
"""Traces whose numbers of documents are kept: rows of one trace come one after another."""


class DocumentCounts:
    """How many documents spans have, by the stored payloads; a few traces are remembered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._traces: dict[tuple[int, str], Mapping[str, int]] = {}

    def of(self, span_id: str) -> int | None:
        """Of a span of any source; None while its payload is not here."""
        for source_id, trace_id, found in self._store.find(span_id):
            if found == span_id and (counts := self.in_trace(source_id, trace_id)):
                return counts.get(span_id)
        return None

    def in_trace(self, source_id: int, trace_id: str) -> Mapping[str, int]:
        """By span id; nothing while the payload is not here."""
        key = source_id, trace_id
        if key not in self._traces:
            trace = self._store.trace(source_id, trace_id, as_received=True)
            if len(self._traces) >= REMEMBERED:
                del self._traces[next(iter(self._traces))]
            self._traces[key] = {} if trace is None else counts_of(trace)
        return self._traces[key]


def counts_of(trace: Trace) -> dict[str, int]:
    """The number of documents of each span."""
    return {span.span_id: len(read(span).documents) for span in trace.spans}


def ranked(store: Store, counts: DocumentCounts, queue: Queue, item: Item, annotator: str = "", k: int | None = None) -> list[Ranked]:
    """For each span of the item (of its trace, of its session's traces), and each author of scores on the span's documents.

    `annotator`: whose are mine; '' for everybody who judges here.
    """
    traces = store.session_traces(queue.source_id, item.target.id, MOST_TRACES) if item.target.kind == "session" else []
    found: list[Ranked] = []
    for trace_id in traces or [item.trace_id]:
        ids = [span.span_id for span in store.headers(queue.source_id, trace_id)]
        if queue.selection.target in ("span", "document"):
            ids = [item.span_id]
        judged = store.among_judged(queue.source.server, "document", ids)
        for span_id in (one for one in ids if one in judged):
            count = counts.in_trace(queue.source_id, trace_id).get(span_id, 0)
            targets = [Target("document", span_id, position) for position in range(count)]
            found += ranked_span(span_id, count, store.known_on(queue.source.server, targets), annotator, k)
    return found


def ranked_span(span_id: str, documents: int, rows: Iterable[KnownAnnotation], annotator: str = "", k: int | None = None) -> list[Ranked]:
    """From the rows on the documents of one span, mine first; who scored none of them is left out."""
    given: dict[Author, dict[int, float | None]] = {}
    for known in rows:
        row = known.row
        if row.score is not None and row.target.position is not None and row.target.position < documents:
            mine = bool(known.annotator) and annotator in ("", known.annotator)
            author = Author(row.name, row.annotator_kind, row.identity.identifier, known.annotator or known.author, mine)
            given.setdefault(author, {})[row.target.position] = row.score
    found = [
        Ranked(span_id, author, metrics(scores_of(scores, documents), k), len(scores), documents, k) for author, scores in given.items()
    ]
    return sorted(found, key=lambda one: one.author.order)


def means(found: Iterable[Ranked]) -> list[tuple[Author, RetrievalMetrics, int]]:
    """Over spans, for each author: the mean of each figure, and how many spans there are."""
    by_author: dict[Author, list[RetrievalMetrics]] = {}
    for one in found:
        by_author.setdefault(one.author, []).append(one.metrics)
    return [(author, *mean(spans)) for author, spans in sorted(by_author.items(), key=lambda pair: pair[0].order)]
