"""Kappa and alpha equal published worked examples, and another program's alpha for any data."""

import math
from collections.abc import Sequence
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.workflow.report.intervals import more_for_resampled, wilson
from annotator.workflow.report.reliability import Level, alpha, kappa, reliability

Rows = Sequence[Sequence[Any]]
"""One for each person: what they said of each unit, None where nothing."""


def units(*rows: Sequence[Any]) -> list[list[Any]]:
    return [[value for value in unit if value is not None] for unit in zip(*rows, strict=True)]


def pairs(table: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    return [(one, other) for one, row in enumerate(table) for other, count in enumerate(row) for _ in range(count)]


BINARY = units((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
NOMINAL = units("aabbdcccedda", "babbbccceddd")
_N = None
MISSING = units(
    (1, 2, 3, 3, 2, 1, 4, 1, 2, _N, _N, _N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _N, 3),
    (_N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _N),
)


@pytest.mark.parametrize(
    ("example", "level", "published"),
    [(BINARY, "nominal", 0.095), (NOMINAL, "nominal", 0.692), (MISSING, "nominal", 0.743), (MISSING, "interval", 0.849)],
)
def test_alpha_is_that_of_krippendorffs_examples(example: list[list[Any]], level: Level, published: float) -> None:
    """K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), sections A to D: https://repository.upenn.edu/asc_papers/43"""
    found = alpha(example, level)
    assert round(found.value, 3) == published
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    ("table", "published", "places"),
    [
        # J. Cohen, A Coefficient of Agreement for Nominal Scales (1960), table 1, of 200 cases
        (((88, 14, 18), (10, 40, 10), (2, 6, 12)), 0.492, 3),
        # J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions (3rd edition, 2003), table 18.1
        (((75, 1, 4), (5, 4, 1), (0, 0, 10)), 0.68, 2),
    ],
)
def test_kappa_is_that_of_published_examples(table: Sequence[Sequence[int]], published: float, places: int) -> None:
    found = kappa(pairs(table))
    assert round(found.value, places) == published
    assert found.low < found.value < found.high


def test_kappas_interval_is_near_that_of_its_standard_error() -> None:
    """Fleiss, Levin and Paik (2003), section 18.1: the standard error of the second example is .087."""
    found = kappa(pairs(((75, 1, 4), (5, 4, 1), (0, 0, 10))), seed=1)
    assert found.width / (2 * 1.96) == pytest.approx(0.087, abs=0.012)


@st.composite
def rating(draw: st.DrawFn) -> list[list[int | None]]:
    people, things = draw(st.integers(2, 5)), draw(st.integers(1, 12))
    value = st.one_of(st.none(), st.integers(0, 4))
    return draw(st.lists(st.lists(value, min_size=things, max_size=things), min_size=people, max_size=people))


@settings(max_examples=150, deadline=None)
@given(rating(), st.sampled_from(["nominal", "interval"]))
def test_alpha_is_that_of_another_program(rows: Rows, level: Level) -> None:
    several = [unit for unit in units(*rows) if len(unit) > 1]
    found = alpha(units(*rows), level)
    if len({value for unit in several for value in unit}) < 2:
        assert math.isnan(found.value)
        return
    data = np.array([[math.nan if value is None else value for value in row] for row in rows], dtype=float)
    assert found.value == pytest.approx(krippendorff.alpha(data, level_of_measurement=level), abs=1e-9)


def test_large_scores_that_differ_little_are_told_apart() -> None:
    small = [[0.0, 1.0], [2.0, 2.0], [3.0, 1.0]]
    large = [[value + 1e6 for value in unit] for unit in small]
    assert alpha(large, "interval").value == pytest.approx(alpha(small, "interval").value, abs=1e-6)


def test_what_cannot_be_told_is_not_a_number() -> None:
    assert math.isnan(alpha([["a", "a"], ["a", "a"]], "nominal").value)
    assert math.isnan(kappa([("a", "a")]).value)
    assert math.isnan(alpha([["a"], []], "nominal").value)
    assert reliability([["a"], []], "nominal", 0).units == 0


def test_percent_agreement_counts_each_target_once() -> None:
    found = reliability([["a", "a"], ["a", "b", "b"], ["a"]], "nominal", 0)
    assert found.units == 2
    assert found.agreement.value == pytest.approx((1 + 1 / 3) / 2)


@pytest.mark.parametrize(
    "said",
    [
        [["a", "a"]] * 3 + [["b", "b"]] * 2,  # every draw comes to 1
        [["a", "b"]],  # one unit is every draw
        [["a", "a"]] * 6 + [["a", "b"]],  # a third of the draws have one value alone
    ],
)
def test_draws_that_cannot_tell_make_no_interval(said: list[list[str]]) -> None:
    for found in (alpha(said, "nominal"), kappa([(one, other) for one, other in said])):
        assert math.isfinite(found.value) and math.isnan(found.low) and math.isnan(found.high)
        assert more_for_resampled(found, 0.1) is None


def test_percent_agreement_is_a_share_where_two_judged() -> None:
    found = reliability([["a", "a"]] * 5, "nominal", 0).agreement
    assert (found.value, found.low, found.high) == (1.0, *wilson(1.0, 5)) and round(found.low, 2) == 0.57
    assert reliability([["a", "b"]] * 5, "nominal", 0).agreement.high == wilson(0.0, 5)[1]
    three = reliability([["a", "a", "b"], ["a", "a", "a"]] * 9, "nominal", 0).agreement
    assert 1 / 3 <= three.low < three.value < three.high < 1


def test_intervals_are_those_of_their_seed() -> None:
    assert alpha(MISSING, "nominal", 5) == alpha(MISSING, "nominal", 5)
    assert alpha(MISSING, "interval", 5) != alpha(MISSING, "interval", 6)


def test_alphas_interval_holds_the_truth() -> None:
    """Two people who say the truth of half of what they judge and toss a coin else: alpha is 1/4."""
    random, held = np.random.default_rng(3), 0
    for seed in range(100):
        truth = random.random(150) < 0.5
        said = [np.where(random.random(150) < 0.5, truth, random.random(150) < 0.5).tolist() for _ in range(2)]
        found = alpha(units(*said), "nominal", seed)
        held += found.low <= 0.25 <= found.high
    assert held >= 90
