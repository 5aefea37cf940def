"""How well documents were ranked, in a line: `relevance  mine  ndcg@5 0.63  precision@5 0.40  rr 0.50  hit 1`."""

import math
from collections.abc import Iterable, Mapping

from annotator.domain.retrieval_metrics import Author, Ranked, RetrievalMetrics
from annotator.text.block import Block
from annotator.text.escape import one_line


def ranking(one: Ranked) -> str:
    """Of one span."""
    scored = "" if one.scored == one.documents else f"{one.scored} of {one.documents} scored"
    return "  ".join(part for part in (whose(one.author), figures(one.metrics, one.documents if one.k is None else one.k), scored) if part)


def whose(author: Author) -> str:
    """Which annotation, and who made it."""
    who = "mine" if author.mine else f"{author.kind} {author.who or author.identifier}".strip()
    return f"{one_line(author.name)}  {one_line(who)}"


def figures(found: RetrievalMetrics, k: int | None) -> str:
    """Each of them; `?` for one that cannot be told."""
    at = "" if k is None else f"@{k}"
    named = ((f"ndcg{at}", found.ndcg), (f"precision{at}", found.precision), ("rr", found.reciprocal_rank), ("hit", found.hit))
    return "  ".join(f"{name} {_figure(value)}" for name, value in named)


def ranking_block(found: Iterable[Ranked], names: Mapping[str, str]) -> list[Block]:
    """One line for each span and author; `names`: of the spans by id. None where nobody scored."""
    lines = [f"{ranking(one)}  {one_line(names.get(one.span_id, one.span_id))}" for one in found]
    return [Block("ranking", "", "ranking", "RANKING", "\n".join(lines), weight="background")] if lines else []


def _figure(value: float) -> str:
    return "?" if math.isnan(value) else f"{value:.2f}" if value != int(value) else f"{value:g}"
