"""A judge against people: how often it is right, and what its verdicts say about all items once that is known."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from annotator.domain.record import record
from annotator.workflow.report.intervals import Figure, array, more_for, more_for_share, quantile, share
from annotator.workflow.report.reliability import kappa


@record
class Outcome:
    """Whether an item fails, as people and as the judge say; None for who said nothing."""

    people: bool | None
    judge: bool | None
    inclusion: float = 1.0
    """The probability with which it came into the queue."""


@record
class Calibration:
    """Failing is what the judge is to find: positive."""

    counts: tuple[int, int, int, int]
    """Items that both fail, only the judge fails, only people fail, neither fails: TP, FP, FN, TN."""
    tpr: Figure
    """Of what people fail, how much the judge fails."""
    tnr: Figure
    """Of what people pass, how much the judge passes."""
    precision: Figure
    """Of what the judge fails, how much people fail."""
    accuracy: Figure
    kappa: Figure
    judge_rate: Figure
    """The share of all items that it judged which the judge fails."""
    corrected: Figure
    """The failure rate that follows from `judge_rate`, `tpr` and `tnr`. NaN where `uncorrected` says why."""
    weighted: bool
    """Not all items that it judged were equally likely to come into their queue: every figure but `counts` is that of the traffic."""

    @property
    def uncorrected(self) -> str:
        """Why there is no corrected rate, for people; '' where there is one."""
        if not self.tpr.n:
            return "people fail none of what it judged"
        if not self.tnr.n:
            return "people pass none of what it judged"
        return "no better than chance: TPR + TNR is 1 or less" if math.isnan(self.corrected.value) else ""


def failure_rate(outcomes: Sequence[Outcome]) -> Figure:
    """The failure rate of the traffic that the items came from, by people's verdicts alone.

    Items of one inclusion probability that nobody judged yet are stood for by those of the same probability that somebody did.
    """
    offered = Counter(one.inclusion for one in outcomes)
    known = [one for one in outcomes if one.people is not None]
    judged = Counter(one.inclusion for one in known)
    inclusion = [one.inclusion * judged[one.inclusion] / offered[one.inclusion] for one in known]
    return share(np.array([bool(one.people) for one in known]), array(inclusion))


def calibration(outcomes: Sequence[Outcome], seed: int) -> Calibration:
    """From items that both judged; the judge's own rate from all that it judged."""
    both = [one for one in outcomes if one.people is not None and one.judge is not None]
    weights = array([one.inclusion for one in both])
    people, judge = (np.array([bool(getattr(one, whose)) for one in both], dtype=bool) for whose in ("people", "judge"))
    cells = [int(np.sum(cell)) for cell in (people & judge, ~people & judge, people & ~judge, ~people & ~judge)]
    tpr = share(judge[people], weights[people])
    tnr = share(~judge[~people], weights[~people])
    told = [one for one in outcomes if one.judge is not None]
    rate = share(np.array([bool(one.judge) for one in told], dtype=bool), array([one.inclusion for one in told]))
    pairs = list(zip(people.tolist(), judge.tolist(), strict=True))
    return Calibration(
        (cells[0], cells[1], cells[2], cells[3]),
        tpr,
        tnr,
        share(people[judge], weights[judge]),
        share(people == judge, weights),
        kappa(pairs, seed, (1.0 / weights).tolist()),
        rate,
        corrected(rate, tpr, tnr),
        len({one.inclusion for one in told}) > 1,
    )


def corrected(rate: Figure, tpr: Figure, tnr: Figure, times: float = 1.0) -> Figure:
    """The true share behind a share that an imperfect test found.

    W. J. Rogan and B. Gladen, Estimating prevalence from the results of a screening test, American Journal of Epidemiology 107 (1978)
    71-76. The interval, which counts what is unsure of all three, is that of Z. Lang and J. Reiczigel, Confidence limits for prevalence of
    disease adjusted for estimated sensitivity and specificity, Preventive Veterinary Medicine 113 (2014) 13-22. `times`: as if so many
    times the verdicts that `tpr` and `tnr` rest on had been made.
    """
    n = tpr.n + tnr.n
    if not (rate.n and tpr.n and tnr.n) or tpr.value + tnr.value <= 1:
        return Figure(n=n)
    value = _clip((rate.value + tnr.value - 1) / (tpr.value + tnr.value - 1))
    z2, positives, negatives = quantile() ** 2, tpr.effective * times, tnr.effective * times
    size = rate.effective + z2
    found = (rate.value * rate.effective + z2 / 2) / size
    right, left = (tpr.value * positives + 1) / (positives + 2), (tnr.value * negatives + 1) / (negatives + 2)
    gain = right + left - 1
    if gain <= 0:
        return Figure(value, 0.0, 1.0, n, float(n))
    middle = (found + left - 1) / gain
    of_positives, of_negatives = right * (1 - right) / (positives + 2), left * (1 - left) / (negatives + 2)
    shift = 2 * z2 * (middle * of_positives - (1 - middle) * of_negatives)
    spread = found * (1 - found) / size + middle**2 * of_positives + (1 - middle) ** 2 * of_negatives
    half = math.sqrt(z2 * spread) / gain
    return Figure(value, _clip(middle + shift - half), _clip(middle + shift + half), n, float(n))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def more_verdicts(found: Calibration, width: float) -> dict[str, int | None]:
    """For each figure, how many more items people have to judge, failing and passing as those so far, until its interval is that narrow."""
    both = sum(found.counts)
    needed: dict[str, int | None] = {}
    for name in ("tpr", "tnr", "precision", "accuracy"):
        figure: Figure = getattr(found, name)
        more = more_for_share(figure, width)
        needed[name] = None if more is None else math.ceil(more * both / figure.n)
    needed["corrected"] = more_for(
        width, found.corrected.width, lambda times: corrected(found.judge_rate, found.tpr, found.tnr, times).width, both
    )
    return needed
