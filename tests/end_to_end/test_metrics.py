"""Retrieval metrics: the figures of models' scores are the server's own; those of people and programs come by the same formulas."""

import json
import random
from typing import Any

import pytest

from tests.end_to_end.workplace import Row, Workplace, seed
from tests.phoenix_server import PhoenixServer, phoenix_span

FIGURES = {"ndcg": "averageNdcg", "precision": "averagePrecision", "reciprocal_rank": "meanReciprocalRank", "hit": "hitRate"}


def retriever(documents: int) -> Row:
    texts = {f"retrieval.documents.{place}.document.content": f"text {place}" for place in range(documents)}
    return phoenix_span("search", kind="RETRIEVER", attributes={"input.value": "why?"} | texts)


def score(phoenix: PhoenixServer, span: Row, scores: list[float | None], name: str = "relevance", kind: str = "LLM") -> None:
    """What an evaluator writes over REST; None leaves a document without a score."""
    rows = [
        {
            "span_id": span["context"]["span_id"],
            "document_position": place,
            "name": name,
            "annotator_kind": kind,
            "result": {"score": value},
        }
        for place, value in enumerate(scores)
        if value is not None
    ]
    phoenix.done("POST", "/v1/document_annotations?sync=true", {"data": rows})


def of_server(phoenix: PhoenixServer, span_id: str, k: int | None) -> dict[str, Any]:
    """By name: the figures of a span as the server has them."""
    at = "" if k is None else f"(k: {k})"
    fields = f"evaluationName ndcg{at} precision{at} reciprocalRank hit"
    query = f'{{ getSpanByOtelId(spanId: "{span_id}") {{ documentRetrievalMetrics {{ {fields} }} }} }}'
    rows = phoenix.done("POST", "/graphql", {"query": query})["data"]["getSpanByOtelId"]["documentRetrievalMetrics"]
    return {row["evaluationName"]: {"reciprocal_rank" if key == "reciprocalRank" else key: row[key] for key in row} for row in rows}


def means_of_server(phoenix: PhoenixServer, project: str, name: str, k: int | None) -> dict[str, Any]:
    at = "" if k is None else f"(k: {k})"
    fields = f"averageNdcg{at} averagePrecision{at} meanReciprocalRank hitRate"
    query = (
        f'query($id: ID!) {{ node(id: $id) {{ ... on Project {{ documentEvaluationSummary(evaluationName: "{name}") {{ {fields} }} }} }} }}'
    )
    answer = phoenix.done("POST", "/graphql", {"query": query, "variables": {"id": phoenix.projects()[project]}})
    found = answer["data"]["node"]["documentEvaluationSummary"]
    return {figure: found[theirs] for figure, theirs in FIGURES.items()}


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-9)


def test_figures_of_models_are_the_servers_own(phoenix: PhoenixServer, work: Workplace) -> None:
    chance = random.Random(7)
    lists: list[list[float | None]] = [[0, 1], [1], [0], [0, 0, 0], [1, None, 0], [None, 1], [0, None], [1, 1, 1, 1]]
    for _ in range(8):
        lists.append([chance.choice((None, 0, 0, 1, 0.25, 0.5, 3)) for _ in range(chance.randint(1, 8))])
    lists = [scores if any(one is not None for one in scores) else [0.5] for scores in lists]
    spans = [retriever(len(scores)) for scores in lists]
    project = seed(phoenix, spans)
    for span, scores in zip(spans, lists, strict=True):
        score(phoenix, span, scores)
        score(phoenix, span, [1] * len(scores), kind="CODE", name="all")
    work.run("pull", phoenix.url, "--project", project)
    for k in (None, 3):
        at = [] if k is None else ["--k", str(k)]
        *items, last = (json.loads(row) for row in work.run("list", "--json", "--metrics", *at).splitlines())
        assert len(items) == len(spans)
        for item in items:
            ours = {row["name"]: row for row in item["retrieval"] if row["annotator_kind"] == "LLM"}
            theirs = of_server(phoenix, item["span_id"], k)
            assert set(ours) == set(theirs) == {"relevance"}
            assert {figure: ours["relevance"][figure] for figure in FIGURES} == {
                figure: near(theirs["relevance"][figure]) for figure in FIGURES
            }
        [mean] = [row for row in last["means"] if row["annotator_kind"] == "LLM"]
        assert mean["spans"] == len(spans) and mean["k"] == k
        summary = means_of_server(phoenix, project, "relevance", k)
        assert {figure: mean[figure] for figure in FIGURES} == {figure: near(summary[figure]) for figure in FIGURES}
    assert "relevance  LLM  ndcg@2 0.63  precision@2 0.50  rr 0.50  hit 1" in work.run("list", "--metrics")


def test_published_once_and_taken_back(phoenix: PhoenixServer, work: Workplace) -> None:
    first, second = retriever(2), retriever(3)
    project = seed(phoenix, [first, second])
    ids = [span["context"]["span_id"] for span in (first, second)]
    score(phoenix, second, [1, 1, 0])
    work.run("pull", phoenix.url, "--project", project)
    rows = [{"span_id": ids[0], "document_position": place, "name": "relevance", "score": place} for place in (0, 1)]
    (work.folder / "mine.jsonl").write_text("".join(json.dumps(row | {"annotator_kind": "HUMAN"}) + "\n" for row in rows))
    work.run("import", "mine.jsonl")
    assert "--yes" in work.run("list", "--metrics", "--publish", code=2)
    assert not phoenix.annotations(project, ids)
    out = work.run("list", "--metrics", "--k", "2", "--publish", "--yes")
    assert "8 rows sent; waiting 0, parked 0" in out
    held = {(row["span_id"], row["name"]): row for row in phoenix.annotations(project, ids)}
    assert {key: row["result"]["score"] for key, row in held.items()} == {
        (ids[0], "ndcg@2 relevance"): pytest.approx(0.6309297535714575), (ids[0], "precision@2 relevance"): 0.5,
        (ids[0], "reciprocal_rank relevance"): 0.5, (ids[0], "hit relevance"): 1.0,
        (ids[1], "ndcg@2 relevance"): 1.0, (ids[1], "precision@2 relevance"): 1.0,
        (ids[1], "reciprocal_rank relevance"): 1.0, (ids[1], "hit relevance"): 1.0,
    }  # fmt: skip
    one = held[ids[0], "ndcg@2 relevance"]
    assert (one["annotator_kind"], one["identifier"]) == ("CODE", "metrics:HUMAN:import:mine")
    assert one["metadata"] == {"of": "relevance", "from": "HUMAN:import:mine", "k": 2, "documents": 2}
    assert "0 rows sent" in work.run("list", "--metrics", "--k", "2", "--publish", "--yes")
    work.run("import", "--undo")
    work.run("import", "--undo")
    work.run("push")
    assert not phoenix.annotations(project, ids)
