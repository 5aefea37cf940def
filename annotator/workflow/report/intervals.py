"""A figure and how sure it is: 95 % intervals of shares and of whatever is resampled."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri  # scipy.stats takes seven times as long to import

from annotator.domain.record import record

CONFIDENCE = 0.95
UNTOLD = 1 - CONFIDENCE
"""The share of draws of which a statistic may be unknown: more of them, and what is left out is as much as the interval leaves out."""
ALIKE = 1e-9
"""Limits no further apart than rounding puts them are one."""
RESAMPLES = 1000
"""Of 10,000 items with different scores a second and a half."""
BATCH = 20_000_000
"""Numbers that are drawn at once: 160 MB."""
MOST = 10_000_000
"""More verdicts than anybody makes."""
Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers], Numbers]


@record
class Figure:
    """An estimate with its interval. NaN where it cannot be told; the limits may be so where the value is known."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    """Verdicts, or pairs of them, that it rests on."""
    effective: float = 0.0
    """As many verdicts of equal weight would tell as much."""

    @property
    def width(self) -> float:
        return self.high - self.low


def share(outcomes: NDArray[np.bool_], inclusion: Numbers) -> Figure:
    """How often something holds where some items were likelier to be looked at than others; `inclusion`: those probabilities.

    Hájek's estimator, the mean weighted by 1 / inclusion (J. Hájek, discussion of D. Basu, in: Foundations of Statistical Inference,
    1971), with the linearised variance of a ratio: the interval is about the traffic that the items came from, so that items which were
    all taken are uncertain too. Wilson's interval where all weigh the same, else that of E. L. Korn and B. I. Graubard (Survey
    Methodology 24, 1998): Clopper and Pearson's for the effective number of items.
    """
    n = len(outcomes)
    if not n:
        return Figure()
    weights = 1.0 / inclusion
    value = float(weights @ outcomes / weights.sum())
    kish = float(weights.sum() ** 2 / (weights @ weights))
    variance = float((weights**2) @ (outcomes - value) ** 2 / weights.sum() ** 2)
    effective = min(float(n), value * (1 - value) / variance) if variance > 0 else kish
    if np.all(weights == weights[0]):
        effective = float(n)
    return Figure(value, *_limits(value, effective, effective == n), n, effective)


def _limits(value: float, effective: float, even: bool) -> tuple[float, float]:
    if even:
        return wilson(value, effective)
    tail, hits = (1 - CONFIDENCE) / 2, value * effective
    low = 0.0 if hits <= 0 else float(betaincinv(hits, effective - hits + 1, tail))
    high = 1.0 if hits >= effective else float(betaincinv(hits + 1, effective - hits, 1 - tail))
    return low, high


def wilson(value: float, n: float) -> tuple[float, float]:
    """Limits of a share of n, which need not be whole (E. B. Wilson, Journal of the American Statistical Association 22, 1927)."""
    z2 = quantile() ** 2
    middle = (value + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2) / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def quantile() -> float:
    """Of the normal distribution: 1.96."""
    return float(ndtri((1 + CONFIDENCE) / 2))


def resampled(rows: Numbers, statistic: Statistic, seed: int, times: int = RESAMPLES) -> Figure:
    """A statistic of the sums over units, and its percentile bootstrap interval: units are drawn anew as often as there are units.

    B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. `rows`: (units, columns), what each unit adds to
    the sums. `statistic`: (…, columns) to (…), NaN where it cannot be told; draws of which it cannot be told are left out. Units alike are
    counted together, so that a draw is one of a multinomial distribution. No limits where too few units differ for draws to tell
    anything: all come to one value, or of more than `UNTOLD` of them the statistic cannot be told.
    """
    n = len(rows)
    if not n:
        return Figure()
    alike, counts = np.unique(rows, axis=0, return_counts=True)
    value = float(statistic(counts @ alike))
    random = np.random.default_rng(seed)
    drawn: list[Numbers] = []
    while times:
        some = min(times, max(1, BATCH // len(alike)))
        drawn.append(statistic(random.multinomial(n, counts / n, size=some) @ alike))
        times -= some
    values = np.concatenate(drawn)
    told = values[np.isfinite(values)]
    if math.isnan(value) or len(told) < (1 - UNTOLD) * len(values):
        return Figure(value, n=n, effective=float(n))
    low, high = np.percentile(told, [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)])
    if high - low < ALIKE:
        return Figure(value, n=n, effective=float(n))
    return Figure(value, float(low), float(high), n, float(n))


def more_for(width: float, now: float, widths: Callable[[float], float], n: int) -> int | None:
    """How many more verdicts like the n there are make an interval no wider.

    None where no number that can be made does, or it cannot be told.

    `widths`: how wide it is with so many times the verdicts; `now`: how wide it is.
    """
    if not n or math.isnan(now):
        return None
    if now <= width:
        return 0
    low, high = n, n
    while widths(high / n) > width:
        low, high = high, high * 2
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if widths(middle / n) <= width else (middle, high)
    return high - n


def more_for_share(figure: Figure, width: float) -> int | None:
    """Of a share: its interval as it narrows at the same value and the same weights."""

    def widths(times: float) -> float:
        low, high = _limits(figure.value, figure.effective * times, figure.effective == figure.n)
        return high - low

    return more_for(width, figure.width, widths, figure.n)


def more_for_resampled(figure: Figure, width: float) -> int | None:
    """Of a resampled figure: its interval narrows with the root of the number of units."""
    return more_for(width, figure.width, lambda times: figure.width / math.sqrt(times), figure.n)


def array(values: Any) -> Numbers:
    return np.asarray(values, dtype=np.float64)
