"""Retrieval metrics by author, over items, and as rows to publish."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.domain.annotation import Annotation, Identity, KnownAnnotation, Target
from annotator.domain.imported import Import
from annotator.domain.queue import Item, NewItem, Queue, Selection, SourceRef
from annotator.domain.retrieval_metrics import Author, Ranked, metrics
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.domain.step import SetAnnotation, Step
from annotator.store.store import SqliteStore, open_store
from annotator.text.trace.ranking import figures, ranking, ranking_block, whose
from annotator.workflow.publishing import publication
from annotator.workflow.retrieval import DocumentCounts, means, ranked, ranked_span

SERVER = "http://127.0.0.1:6006"
DOCUMENTS = {"retrieval.documents": [{"document.content": f"text {n}"} for n in range(3)]}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path / "a.db")
    yield store
    store.close()


def filled(store: SqliteStore, selection: Selection) -> tuple[Queue, Item]:
    queue = store.create("queue", SourceRef(SERVER, "default", SERVER), selection, BUILT_IN)
    spans = tuple(
        Span("t1", name, None if name == "root" else "root", name, "RETRIEVER", "OK", 1, 2, None, "", attributes, (), {})
        for name, attributes in (("root", {}), ("one", DOCUMENTS), ("two", DOCUMENTS))
    )
    store.add_page(queue.source_id, Page(spans=spans))
    store.set_loaded(queue.source_id, ["t1"])
    store.add_items(queue.id, [NewItem(Target("span", "root"), "t1", "root")])
    item = store.at(queue.id, 1)
    assert item is not None
    return queue, item


def row(span: str, position: int, score: float | None, identifier: str = "", name: str = "relevance", kind: str = "LLM") -> Annotation:
    identity = Identity(SERVER, Target("document", span, position), name, identifier)
    return Annotation(identity, "a label", score, annotator_kind=kind)


def others(store: SqliteStore, *rows: Annotation) -> None:
    _, kept = store.keep_imported(Import("x", ""), [SetAnnotation(one.identity, one) for one in rows])
    assert {one.how for one in kept} == {"new"}


def test_by_author_mine_first(store: SqliteStore) -> None:
    queue, item = filled(store, Selection())
    others(store, row("one", 0, 0, "judge"), row("one", 1, 1, "judge"), row("one", 2, 1, "judge"), row("two", 0, 1, "judge"))
    others(store, row("two", 1, None, "silent"), row("one", 7, 1, "outside"))
    mine = [row("one", place, 1 - place / 2, "annotator:ann", kind="HUMAN") for place in range(3)]
    store.commit(Step("ann", queue.id, "answer", "", item.id, "", tuple(SetAnnotation(one.identity, one) for one in mine)))
    counts = DocumentCounts(store)
    found = ranked(store, counts, queue, item, "ann")
    assert [(one.span_id, whose(one.author), one.scored) for one in found] == [
        ("one", "relevance  mine", 3), ("one", "relevance  LLM judge", 3), ("two", "relevance  LLM judge", 1),
    ]  # fmt: skip
    assert found[0].metrics == metrics((1, 0.5, 0)) and found[1].metrics == metrics((0, 1, 1))
    assert [whose(one.author) for one in ranked(store, counts, queue, item, "bob")][:2] == ["relevance  HUMAN ann", "relevance  LLM judge"]
    assert (counts.of("one"), counts.of("root"), counts.of("elsewhere")) == (3, 0, None)
    [(me, mean, spans), (_, others_mean, others_spans)] = means(found)
    assert me.mine and mean == metrics((1, 0.5, 0)) and (spans, others_spans) == (1, 2)
    assert others_mean.ndcg == metrics((0, 1, 1)).ndcg and others_mean.reciprocal_rank == (0.5 + 1) / 2


def test_of_a_queue_of_spans_only_the_items_own(store: SqliteStore) -> None:
    queue, item = filled(store, Selection("span"))
    others(store, row("one", 0, 1), row("two", 0, 1))
    assert ranked(store, DocumentCounts(store), queue, item) == []


def test_lines() -> None:
    known = [KnownAnnotation(row("one", place, score)) for place, score in ((1, 1.0), (0, 0.0))]
    [whole] = ranked_span("one", 2, known, "ann", 5)
    assert ranking(whole) == "relevance  LLM  ndcg@5 0.63  precision@5 0.20  rr 0.50  hit 1"
    [part] = ranked_span("one", 3, known, "ann")
    assert ranking(part) == "relevance  LLM  ndcg@3 ?  precision@3 ?  rr 0.50  hit 1  2 of 3 scored"
    assert figures(whole.metrics, None) == "ndcg 0.63  precision 0.20  rr 0.50  hit 1"
    assert ranking(Ranked("s", Author("a\x1b", "HUMAN", "x", "eve\n"), whole.metrics, 1, 1)).startswith("a\\x1b  HUMAN eve  ndcg@1")
    assert ranking_block([], {}) == [] and ranking_block([whole], {"one": "search"})[0].body.endswith("hit 1  search")


def published(store: SqliteStore, spans: dict[str, list[Ranked]], k: int | None) -> dict[str, tuple[str, float | None]]:
    """By name: what became of each row, and its score."""
    changes = list(publication(store, SERVER, spans, k))
    _, kept = store.keep_imported(Import("metrics", "ann", command="publish", send=True), changes)
    return {
        change.identity.name: (one.how, None if change.row is None else change.row.score) for change, one in zip(changes, kept, strict=True)
    }


def test_published_changed_and_withdrawn(store: SqliteStore) -> None:
    whole = ranked_span("one", 2, [KnownAnnotation(row("one", place, float(place))) for place in (0, 1)], k=2)
    part = ranked_span("one", 2, [KnownAnnotation(row("one", 0, 1.0))], k=2)
    assert published(store, {"one": whole}, 2) == {
        "ndcg@2 relevance": ("new", 0.6309297535714575), "precision@2 relevance": ("new", 0.5),
        "reciprocal_rank relevance": ("new", 0.5), "hit relevance": ("new", 1.0),
    }  # fmt: skip
    assert {how for how, _ in published(store, {"one": whole}, 2).values()} == {"unchanged"}
    assert published(store, {"one": part}, 2) == {
        "ndcg@2 relevance": ("withdrawn", None), "precision@2 relevance": ("withdrawn", None),
        "reciprocal_rank relevance": ("changed", 1.0), "hit relevance": ("unchanged", 1.0),
    }  # fmt: skip
    again = ranked_span("one", 2, [KnownAnnotation(row("one", place, float(place))) for place in (0, 1)])
    assert {how for how, _ in published(store, {"one": again}, None).values()} == {"new", "changed", "unchanged"}
    assert set(published(store, {"one": []}, None).values()) == {("withdrawn", None)}
    assert not store.known_on(SERVER, [Target("span", "one")])
