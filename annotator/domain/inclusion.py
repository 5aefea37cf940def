"""What chance says of what was left out.

An item's probability is that of the draws of all rules that it met, since each draws for itself. Sums over items weighted by
1 / probability estimate those over everything that the rules could take: D. G. Horvitz and D. J. Thompson, A generalization of sampling
without replacement from a finite universe, Journal of the American Statistical Association 47 (1952) 663-685.
"""

import math
from collections.abc import Collection

from annotator.domain.queue import Met


def capped(count: int, rate: float, cap: int) -> float:
    """The probability with which each of `count` targets is among the `cap` smallest draws of those below `rate`.

    All have the same one, so it is the expected number that is taken, E[min(cap, Binomial(count, rate))], for each of them.
    """
    if count <= cap:
        return rate
    if rate >= 1:
        return cap / count
    odds = math.log(rate), math.log1p(-rate)
    ways = math.lgamma(count + 1)
    chances = [
        math.exp(ways - math.lgamma(few + 1) - math.lgamma(count - few + 1) + few * odds[0] + (count - few) * odds[1]) for few in range(cap)
    ]
    fewer = math.fsum(few * chance for few, chance in enumerate(chances))
    return (fewer + cap * max(0.0, 1 - math.fsum(chances))) / count


def inclusion(met: Collection[Met]) -> float | None:
    """The probability that at least one of the rules takes an item which met these; None where a limit cut without chance.

    Where there are no rules everything is taken, and the limit alone decides.

    What a limit took by chance of all that the rules took is a second phase, whose probability multiplies the first's: C.-E. Särndal,
    B. Swensson and J. Wretman, Model Assisted Survey Sampling (1992), chapter 9.
    """
    limit = next((one.chance for one in met if not one.rule), 1.0)
    chances = [one.chance for one in met if one.rule and one.chance is not None]
    if limit is None:
        return None
    return limit * (chances[0] if len(chances) == 1 else 1 - math.prod(1 - chance for chance in chances) if chances else 1.0)
