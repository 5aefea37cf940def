"""What a queue for many costs, by simulation: verdicts that nobody needed, against items that lack some when somebody leaves."""

import math

import pytest

from tests.workflow.many_reviewers import Plan, simulate, table

REVIEWERS = (2, 5, 10, 25, 50)


def most_beyond(plan: Plan) -> float:
    """Verdicts beyond K to be expected at most.

    With R items left, each of N-1 others has mine on the screen with a chance of 1/R: summed over all R that is (N-1)(ln M + 1). Who is
    offline for a quarter of the time sees nobody's verdicts: a quarter of a share.
    """
    return (plan.reviewers - 1) * (math.log(plan.items) + 1) + plan.items * plan.overlap / plan.reviewers / 4


@pytest.mark.parametrize("overlap", [pytest.param(1, marks=pytest.mark.soak), 2, pytest.param(3, marks=pytest.mark.soak)])
def test_nothing_lacks_verdicts_and_few_are_beyond(overlap: int) -> None:
    found = []
    for reviewers in REVIEWERS:
        if overlap > reviewers:
            continue
        plain, leased = Plan(reviewers, overlap), Plan(reviewers, overlap, lease=600.0)
        shards = Plan(reviewers, overlap, static=True)
        rows = [(plan, simulate(plan)) for plan in (shards, plain, leased)]
        found += rows
        static, one, other = (outcome for _, outcome in rows)
        assert (one.lacking, other.lacking) == (0, 0)
        assert static.beyond == 0
        assert (static.lacking > 0) == (min(reviewers // 5, reviewers - overlap) > 0)
        assert other.beyond <= one.beyond <= most_beyond(plain)
        assert reviewers < 5 or 2 * other.beyond <= one.beyond
    print(f"\n{table(found)}")


def test_nobody_is_told_anything_twice_where_all_judge_everything() -> None:
    for lease in (0.0, 60.0):
        outcome = simulate(Plan(3, 3, items=60, lease=lease))
        assert (outcome.verdicts, outcome.beyond, outcome.lacking) == (180, 0, 0)


@pytest.mark.parametrize("seed", range(1, 6))
def test_leases_of_the_dead_expire(seed: int) -> None:
    """A fifth leaves without a word, and holds two items each."""
    plan = Plan(10, 2, items=60, seed=seed, lease=120.0)
    outcome = simulate(plan)
    assert outcome.lacking == 0
    assert outcome.beyond <= most_beyond(plan)
