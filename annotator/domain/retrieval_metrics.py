"""How well documents were ranked, from the scores that somebody gave them: Phoenix's formulas.

https://github.com/Arize-ai/phoenix/blob/main/src/phoenix/metrics/retrieval_metrics.py
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from annotator.domain.record import record

NOT_KNOWN = math.nan
Scores = Sequence[float]
"""One for each document of the span, in their order; NaN for one that was not scored."""


@record
class RetrievalMetrics:
    """Of one span, or the means over several spans. NaN where a figure cannot be told."""

    ndcg: float
    precision: float
    reciprocal_rank: float
    hit: float


@record
class Author:
    """Whose scores: one name of an annotation, one kind, one identifier."""

    name: str
    kind: str
    """HUMAN, LLM or CODE."""
    identifier: str
    who: str = field(default="", compare=False)
    """For people: the person; '' where nobody is named."""
    mine: bool = field(default=False, compare=False)

    @property
    def order(self) -> tuple[str, bool, str, str]:
        """By name, mine first."""
        return self.name, not self.mine, self.kind, self.identifier


@record
class Ranked:
    """How well the documents of one span were ranked, as one author sees it."""

    span_id: str
    author: Author
    metrics: RetrievalMetrics
    scored: int
    documents: int
    k: int | None = None
    """What NDCG and precision were cut at; None for all documents."""

    @property
    def tells(self) -> bool:
        """Some figure is known."""
        return not all(math.isnan(getattr(self.metrics, figure)) for figure in FIGURES)


FIGURES = ("ndcg", "precision", "reciprocal_rank", "hit")


def scores_of(given: Mapping[int, float | None], documents: int) -> list[float]:
    """The scores by position of a span with so many documents; what is said of a position that it does not have is left out."""
    return [NOT_KNOWN if (score := given.get(position)) is None else float(score) for position in range(documents)]


def metrics(scores: Scores, k: int | None = None) -> RetrievalMetrics:
    """All four; `k` cuts NDCG and precision, as Phoenix does, and is the number of documents where it is None."""
    return RetrievalMetrics(ndcg(scores, k), precision(scores, k), reciprocal_rank(scores), hit(scores))


def ndcg(scores: Scores, k: int | None = None) -> float:
    """Normalised discounted cumulative gain at k, discounted by log2. 0 without a document of worth or for k below 1; NaN where any
    document is not scored, or has a negative score, which the gain has no meaning for.
    """
    if not _all_known(scores) or any(score < 0 for score in scores):
        return NOT_KNOWN
    k = len(scores) if k is None else k
    if k < 1:
        return 0.0
    ideal = _gain(sorted(scores, reverse=True)[:k])
    return _gain(scores[:k]) / ideal if ideal else 0.0


def precision(scores: Scores, k: int | None = None) -> float:
    """The share of the first k that have a score other than 0; NaN where any document is not scored, 0 for k below 1."""
    if not _all_known(scores):
        return NOT_KNOWN
    k = len(scores) if k is None else k
    return sum(score != 0 for score in scores[:k]) / k if k >= 1 else 0.0


def reciprocal_rank(scores: Scores) -> float:
    """1 / the rank of the first score other than 0, 0 where there is none; NaN where one before it is not scored."""
    for rank, score in enumerate(scores, 1):
        if not math.isfinite(score):
            return NOT_KNOWN
        if score:
            return 1 / rank
    return 0.0


def hit(scores: Scores) -> float:
    """1 with any score other than 0; else NaN where one is not scored, and 0 where all are 0."""
    if any(score and not math.isnan(score) for score in scores):
        return 1.0
    return 0.0 if _all_known(scores) else NOT_KNOWN


def mean(found: Iterable[RetrievalMetrics]) -> tuple[RetrievalMetrics, int]:
    """The mean of each figure over the spans for which it can be told (NaN where there is none), and how many spans there were."""
    spans = list(found)
    return RetrievalMetrics(*(_mean([getattr(one, figure) for one in spans]) for figure in FIGURES)), len(spans)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else NOT_KNOWN


def _gain(scores: Scores) -> float:
    return sum(score / math.log2(place + 2) for place, score in enumerate(scores))


def _all_known(scores: Scores) -> bool:
    return all(math.isfinite(score) for score in scores)
