"""Retrieval metrics of spans, from what was said of their documents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from annotator.domain.annotation import KnownAnnotation, Target
from annotator.domain.record import record
from annotator.domain.retrieval_metrics import RetrievalMetrics, mean, metrics, scores_of
from annotator.domain.span import Trace
from annotator.domain.store import Store
from annotator.reading import read

REMEMBERED = 16
"""Traces whose numbers of documents are kept: rows of one trace come one after another."""


@record
class Author:
    """Whose scores: one annotation name, one kind, one identifier."""

    name: str
    kind: str
    identifier: str
    who: str = ""
    """For people: the person; '' where nobody is named."""
    mine: bool = False

    @property
    def order(self) -> tuple[str, bool, str, str]:
        """By name, mine first."""
        return self.name, not self.mine, self.kind, self.identifier


@record
class Retrieval:
    """How one author finds the documents of one span ranked."""

    span_id: str
    documents: int
    author: Author
    metrics: RetrievalMetrics


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


def retrievals(store: Store, server: str, counts: Mapping[str, int], annotator: str = "", k: int | None = None) -> Iterator[Retrieval]:
    """Of these spans (id to number of documents), for each author of scores on their documents; `annotator`: whose are mine.

    `k` cuts NDCG and precision; None means all documents.
    """
    judged = store.among_judged(server, "document", [span_id for span_id, count in counts.items() if count])
    for span_id, count in counts.items():
        if span_id in judged:
            targets = [Target("document", span_id, position) for position in range(count)]
            yield from of_span(span_id, count, store.known_on(server, targets), annotator, k)


def of_span(span_id: str, documents: int, rows: Iterable[KnownAnnotation], annotator: str = "", k: int | None = None) -> list[Retrieval]:
    """From the rows on the documents of one span; authors without a score have none."""
    given: dict[Author, dict[int, float | None]] = {}
    for known in rows:
        row = known.row
        if row.score is not None and row.target.position is not None:
            mine = bool(annotator) and known.annotator == annotator
            author = Author(row.name, row.annotator_kind, row.identity.identifier, known.annotator or known.author, mine)
            given.setdefault(author, {})[row.target.position] = row.score
    found = [Retrieval(span_id, documents, author, metrics(scores_of(scores, documents), k)) for author, scores in given.items()]
    return sorted(found, key=lambda one: one.author.order)


def means(found: Iterable[Retrieval]) -> Sequence[tuple[Author, RetrievalMetrics, int]]:
    """Over spans, for each author: the mean of each figure, and how many spans there are."""
    by_author: dict[Author, list[RetrievalMetrics]] = {}
    for one in found:
        by_author.setdefault(one.author, []).append(one.metrics)
    return [(author, *mean(of_spans)) for author, of_spans in sorted(by_author.items(), key=lambda pair: pair[0].order)]
