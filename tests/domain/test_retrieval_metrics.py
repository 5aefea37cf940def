"""Phoenix's figures for ranked documents: its published example, its rules for what is not scored, and its own code for any scores."""

import math
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.retrieval_metrics import FIGURES, RetrievalMetrics, mean, metrics, ndcg, precision, scores_of
from tests.phoenix_modules import phoenix_module

NAN = math.nan


def figures(found: RetrievalMetrics) -> list[float | None]:
    return [None if math.isnan(value) else value for value in (found.ndcg, found.precision, found.reciprocal_rank, found.hit)]


def test_the_published_example() -> None:
    assert figures(metrics((0, 1))) == [0.6309297535714575, 0.5, 0.5, 1.0]


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ((1, 1, 1), None, [1.0, 1.0, 1.0, 1.0]),
        ((0, 0, 0), None, [0.0, 0.0, 0.0, 0.0]),
        ((1,), None, [1.0, 1.0, 1.0, 1.0]),
        ((0,), None, [0.0, 0.0, 0.0, 0.0]),
        ((), None, [0.0, 0.0, 0.0, 0.0]),
        ((1, NAN, 0), None, [None, None, 1.0, 1.0]),
        ((NAN, 1), None, [None, None, None, 1.0]),
        ((0, NAN), None, [None, None, None, None]),
        ((NAN, 0), None, [None, None, None, None]),
        ((0, 1), 1, [0.0, 0.0, 0.5, 1.0]),
        ((0, 1), 5, [0.6309297535714575, 0.2, 0.5, 1.0]),
        ((1, 0), 0, [0.0, 0.0, 1.0, 1.0]),
        ((-1, 1), None, [None, 1.0, 1.0, 1.0]),
    ],
)
def test_edges(scores: tuple[float, ...], k: int | None, expected: list[float | None]) -> None:
    assert figures(metrics(scores, k)) == expected


def test_a_score_of_half_is_worth_half() -> None:
    assert ndcg((0.5, 1)) == pytest.approx((0.5 + 1 / math.log2(3)) / (1 + 0.5 / math.log2(3)))
    assert precision((0.5, 0, 1, 0)) == 0.5


def test_scores_by_position() -> None:
    found = scores_of({2: 1, 0: 0.5, 1: None, 9: 1}, 4)
    assert [found[0], found[2]] == [0.5, 1.0] and math.isnan(found[1]) and math.isnan(found[3]) and len(found) == 4


def test_a_mean_leaves_out_what_cannot_be_told() -> None:
    found, spans = mean([metrics((0, 1)), metrics((1, NAN)), metrics((1, 1))])
    assert spans == 3
    assert found.ndcg == pytest.approx((0.6309297535714575 + 1) / 2) and found.reciprocal_rank == pytest.approx((0.5 + 1 + 1) / 3)
    assert all(math.isnan(value) for value in figures_of_none())


def figures_of_none() -> list[float]:
    found, spans = mean([])
    assert spans == 0
    return [getattr(found, figure) for figure in FIGURES]


@pytest.fixture(scope="module")
def server_metrics() -> Any:
    """The server's own class."""
    return phoenix_module("metrics.retrieval_metrics").RetrievalMetrics


@given(
    scores=st.lists(st.sampled_from((NAN, 0.0, 0.25, 0.5, 1.0, 3.0)) | st.floats(0, 10), max_size=12),
    k=st.none() | st.integers(-1, 15),
)
def test_as_the_servers_own_code(server_metrics: Any, scores: list[float], k: int | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = server_metrics(scores)
        expected = [float(value) for value in (theirs.ndcg(k), theirs.precision(k), theirs.reciprocal_rank(), theirs.hit())]
    found = metrics(scores, k)
    assert [found.ndcg, found.precision, found.reciprocal_rank, found.hit] == pytest.approx(expected, rel=1e-9, nan_ok=True)
