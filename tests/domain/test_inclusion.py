"""What chance says: probabilities of caps and of several rules, and draws that are as likely as they say."""

import math
from collections import Counter
from itertools import product

import pytest

from annotator.domain.annotation import Target
from annotator.domain.draw import draw
from annotator.domain.inclusion import capped, inclusion
from annotator.domain.queue import Met


@pytest.mark.parametrize(("count", "rate", "cap"), [(5, 0.3, 2), (8, 0.5, 1), (9, 0.9, 4), (10, 0.05, 3), (7, 1.0, 3), (4, 0.2, 9)])
def test_a_caps_probability_is_that_of_all_ways_to_draw(count: int, rate: float, cap: int) -> None:
    expected = 0.0
    for drawn in product((0, 1), repeat=count):
        expected += math.prod(rate if one else 1 - rate for one in drawn) * min(cap, sum(drawn))
    assert capped(count, rate, cap) == pytest.approx(expected / count, rel=1e-12)


@pytest.mark.parametrize(("count", "rate", "cap"), [(1_000_000, 0.05, 200), (1_000_000, 0.05, 60_000), (50_000, 1e-4, 5)])
def test_of_many_targets_it_is_as_exact(count: int, rate: float, cap: int) -> None:
    """Against the sum of the probabilities of j or more, by the recurrence of the binomial distribution."""
    chance = math.exp(count * math.log1p(-rate))
    if chance:
        left, total = 1.0, 0.0
        for j in range(cap):
            left -= chance
            total += left
            chance *= (count - j) / (j + 1) * rate / (1 - rate)
        assert capped(count, rate, cap) == pytest.approx(total / count, rel=1e-9)
    else:
        assert capped(count, rate, cap) == pytest.approx(min(rate, cap / count), rel=1e-9), "so far from the mean that only it counts"


def test_several_rules_a_limit_and_what_is_not_known() -> None:
    assert inclusion([Met("one", 0.05)]) == 0.05
    assert inclusion([Met("one", 0.5), Met("two", 0.2, taken=False)]) == pytest.approx(0.6)
    assert inclusion([Met("one", 0.5), Met("two", 1.0), Met("", 0.25)]) == 0.25
    assert inclusion([Met("one", 0.5), Met("", None)]) is None
    assert (inclusion([Met("", 0.25)]), inclusion([Met("", None)]), inclusion([])) == (0.25, None, 1.0)


def test_draws_are_uniform_and_independent() -> None:
    """Chi-squared over ten by ten cells of two rules' draws: 99 degrees of freedom, at most 160 in 9,999 of 10,000."""
    targets = [Target("span", f"{n:016x}") for n in range(20_000)]
    cells = Counter((int(10 * draw(1, "one", target)), int(10 * draw(1, "two", target))) for target in targets)
    assert sum((cells[one, two] - 200) ** 2 / 200 for one in range(10) for two in range(10)) < 160


def test_a_draw_is_of_the_seed_the_rule_and_the_whole_target() -> None:
    one = draw(1, "rule", Target("span", "a"))
    others = [draw(2, "rule", Target("span", "a")), draw(1, "other", Target("span", "a")), draw(1, "rule", Target("trace", "a"))]
    others += [draw(1, "rule", Target("document", "a", place)) for place in range(3)]
    assert one == draw(1, "rule", Target("span", "a")) and len({one, *others}) == 7
    assert all(0 <= each < 1 for each in (one, *others))
    assert draw(1, "r\ud800", Target("span", "\udfff")) >= 0, "ids of other clients may be no Unicode"
