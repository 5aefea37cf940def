"""Failure rates of biased queues and corrected ones: intervals hold the truth as often as they say."""

import math

import numpy as np
import pytest

from annotator.workflow.report.calibration import Outcome, calibration, corrected, failure_rate, more_verdicts
from annotator.workflow.report.intervals import Figure, array, more_for_share, share, wilson


def test_what_nobody_judged_yet_is_stood_for_by_its_like() -> None:
    """Errors were judged first: without the items that wait they would be most of the queue."""
    error, rest = Outcome(True, None, 1.0), Outcome(False, None, 0.1)
    queue = [error] * 50 + [Outcome(None, None, 1.0)] * 50 + [rest] * 10 + [Outcome(None, None, 0.1)] * 80
    assert failure_rate(queue).value == pytest.approx(100 / (100 + 90 / 0.1))
    assert failure_rate(queue).n == 60


@pytest.mark.parametrize(
    ("hits", "n", "published"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_is_that_of_published_examples(hits: int, n: int, published: tuple[float, float]) -> None:
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3."""
    assert wilson(hits / n, n) == pytest.approx(published, abs=5e-5)
    outcomes = np.arange(n) < hits
    found = share(outcomes, np.ones(n))
    assert (found.low, found.high) == pytest.approx(published, abs=5e-5)
    assert share(outcomes, np.full(n, 0.05)) == found  # all of one weight are as without


def test_the_corrected_rate_is_that_of_a_published_example() -> None:
    """The manual of epiR, epi.prev: 23 of 150 cows are positive, sensitivity 96 %, specificity 89 %: 5.1 in 100 have the disease."""
    sure = 10_000_000
    tested = Figure(23 / 150, *wilson(23 / 150, 150), 150, 150.0)
    found = corrected(tested, Figure(0.96, n=sure, effective=sure), Figure(0.89, n=sure, effective=sure))
    assert round(found.value, 3) == 0.051
    assert found.low == 0.0 and 0.11 < found.high < 0.13


def judged(seed: int, people: int = 150, alone: int = 1500) -> list[Outcome]:
    """A judge that finds 85 % of failures and calls 10 % of the rest failures; 20 % fail. People judged some."""
    random = np.random.default_rng(seed)
    fails = random.random(people + alone) < 0.2
    says = np.where(fails, random.random(people + alone) < 0.85, random.random(people + alone) < 0.1)
    return [Outcome(bool(fail) if place < people else None, bool(said)) for place, (fail, said) in enumerate(zip(fails, says, strict=True))]


def test_the_corrected_interval_holds_the_truth() -> None:
    held = uncorrected = 0
    for seed in range(100):
        found = calibration(judged(seed), seed)
        held += found.corrected.low <= 0.2 <= found.corrected.high
        uncorrected += found.judge_rate.low <= 0.2 <= found.judge_rate.high
    assert held >= 93
    assert uncorrected < 20


def test_the_figures_of_a_table() -> None:
    both = [Outcome(True, True)] * 40 + [Outcome(False, True)] * 10 + [Outcome(True, False)] * 5 + [Outcome(False, False)] * 45
    found = calibration([*both, Outcome(None, True), Outcome(True, None)], 0)
    assert found.counts == (40, 10, 5, 45)
    assert found.tpr.value == 40 / 45 and found.tnr.value == 45 / 55
    assert found.precision.value == 40 / 50 and found.accuracy.value == 0.85
    assert found.kappa.value == pytest.approx(0.7)
    assert found.judge_rate.value == pytest.approx(51 / 101)
    assert found.corrected.value == pytest.approx((51 / 101 + 45 / 55 - 1) / (40 / 45 + 45 / 55 - 1))


def test_weights_undo_how_items_were_chosen() -> None:
    """A queue of all that the judge fails and a tenth of the rest: TPR is that of all traces."""
    whole = judged(1, people=20_000, alone=0)
    some = [one for place, one in enumerate(whole) if one.judge or place % 10 == 0]
    queue = [Outcome(one.people, one.judge, 1.0 if one.judge else 0.1) for one in some]
    found, plain, truth = calibration(queue, 0), calibration(some, 0), calibration(whole, 0)
    assert found.tpr.low <= truth.tpr.value <= found.tpr.high
    assert not plain.tpr.low <= truth.tpr.value <= plain.tpr.high
    assert found.kappa.value == pytest.approx(truth.kappa.value, abs=0.03)


def test_a_judge_no_better_than_chance_corrects_nothing() -> None:
    found = calibration([Outcome(True, False)] * 10 + [Outcome(False, True)] * 10, 0)
    assert math.isnan(found.corrected.value)
    assert more_verdicts(found, 0.1)["corrected"] is None


def test_so_many_more_verdicts_make_an_interval_that_narrow() -> None:
    found = share(np.arange(40) < 10, np.ones(40))
    more = more_for_share(found, 0.1)
    assert more is not None

    def width(n: int) -> float:
        low, high = wilson(0.25, n)
        return high - low

    assert width(40 + more) <= 0.1 < width(40 + more - 1)
    assert more_for_share(found, 0.9) == 0
    assert more_for_share(found, 1e-9) is None
    assert more_for_share(Figure(), 0.1) is None


def test_weights_make_a_share_less_sure() -> None:
    outcomes = np.arange(60) % 3 == 0
    even, uneven = share(outcomes, np.ones(60)), share(outcomes, array([1.0, 0.05] * 30))
    assert uneven.effective < even.effective == 60
    assert uneven.width > even.width
