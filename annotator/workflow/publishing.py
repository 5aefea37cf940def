"""Retrieval metrics as annotations of their spans, kind CODE: a server counts the scores of models alone."""

import math
from collections.abc import Collection, Iterator, Mapping

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.retrieval_metrics import FIGURES, Ranked
from annotator.domain.step import SetAnnotation
from annotator.domain.store import Store

PREFIX = "metrics:"
"""Of the identifiers: whose scores the figures come from follows."""
CUT = ("ndcg", "precision")
"""Figures that k cuts."""


def publication(store: Store, server: str, spans: Mapping[str, Collection[Ranked]], k: int | None) -> Iterator[SetAnnotation]:
    """The rows that these spans should have, by span id; what they have of earlier figures, and should not any more, is taken away."""
    titles = {_title(figure, k) for figure in FIGURES}
    for span_id, found in spans.items():
        rows: dict[Identity, Annotation | None] = {row.identity: row for one in found for row in _rows(server, one)}
        for known in store.known_on(server, [Target("span", span_id)]):
            old = known.row
            if old.identity.identifier.startswith(PREFIX) and old.annotator_kind == "CODE" and old.name.partition(" ")[0] in titles:
                rows.setdefault(old.identity, None)
        yield from (SetAnnotation(identity, row) for identity, row in rows.items())


def _rows(server: str, one: Ranked) -> Iterator[Annotation]:
    author = one.author
    source = f"{author.kind}:{author.identifier}" if author.identifier else author.kind
    for figure in FIGURES:
        value = getattr(one.metrics, figure)
        if not math.isnan(value):
            identity = Identity(server, Target("span", one.span_id), f"{_title(figure, one.k)} {author.name}", PREFIX + source)
            about: dict[str, object] = {"of": author.name, "from": source, "documents": one.documents}
            if figure in CUT:
                about["k"] = one.documents if one.k is None else one.k
            yield Annotation(identity, None, value, None, "CODE", about)


def _title(figure: str, k: int | None) -> str:
    return figure if k is None or figure not in CUT else f"{figure}@{k}"
