"""How far several people agree on what they judged: percent agreement, Cohen's kappa, Krippendorff's alpha."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

from annotator.domain.record import record
from annotator.workflow.report.intervals import Figure, Numbers, array, resampled, share

Level = Literal["nominal", "interval"]
"""nominal: labels, the same or not; interval: scores, by how far they are apart."""
Unit = Sequence[Hashable]
"""What those who judged one target said of it: labels, or numbers."""
Pair = tuple[Hashable, Hashable]


@record
class Reliability:
    """Of one config."""

    units: int
    """Targets that two or more judged."""
    agreement: Figure
    """The share of pairs of verdicts on one target that are the same, each target counting once."""
    alpha: Figure


def reliability(units: Sequence[Unit], level: Level, seed: int) -> Reliability:
    """Targets that fewer than two judged say nothing and are left out."""
    several = [unit for unit in units if len(unit) > 1]
    return Reliability(len(several), _percent(array([_agreement(unit) for unit in several]), seed), alpha(several, level, seed))


def _percent(same: Numbers, seed: int) -> Figure:
    """Wilson's interval where each target is agreed on or not, as those are that two judged; shares of pairs are resampled."""
    if np.all((same == 0) | (same == 1)):
        return share(same == 1, np.ones(len(same)))
    return resampled(np.stack([same, np.ones(len(same))], axis=1), _ratio, seed)


def _agreement(unit: Unit) -> float:
    pairs = len(unit) * (len(unit) - 1)
    return sum(count * (count - 1) for count in Counter(unit).values()) / pairs


def _ratio(sums: Numbers) -> Numbers:
    return array(sums[..., 0] / sums[..., 1])


def alpha(units: Sequence[Unit], level: Level, seed: int = 0) -> Figure:
    """Krippendorff's alpha, for any number of people and any that are missing; NaN where nobody ever said anything else.

    K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), https://repository.upenn.edu/asc_papers/43. Both the observed and
    the expected disagreement come from sums over units: of a unit's own disagreement, its number of values, and the values' counts
    (nominal) or their sum and sum of squares (interval).
    """
    several = [unit for unit in units if len(unit) > 1]
    if not several:
        return Figure()
    return resampled(*((_counted(several), _nominal) if level == "nominal" else (_squared(several), _interval)), seed)


def _counted(units: Sequence[Unit]) -> Numbers:
    """Columns: disagreement, number of values, count of each value."""
    columns = {value: place for place, value in enumerate(dict.fromkeys(value for unit in units for value in unit))}
    rows = np.zeros((len(units), len(columns)))
    for row, unit in zip(rows, units, strict=True):
        for value in unit:
            row[columns[value]] += 1
    sizes = rows.sum(axis=1)
    observed = (sizes**2 - (rows**2).sum(axis=1)) / (sizes - 1)
    return np.column_stack([observed, sizes, rows])


def _nominal(sums: Numbers) -> Numbers:
    observed, n, counts = sums[..., 0], sums[..., 1], sums[..., 2:]
    return _alpha(observed, n, n**2 - (counts**2).sum(axis=-1))


def _squared(units: Sequence[Unit]) -> Numbers:
    """Columns: disagreement, number of values, their sum, the sum of their squares."""
    sizes = np.array([len(unit) for unit in units])
    values = np.fromiter((value for unit in units for value in unit), np.float64, int(sizes.sum()))
    values -= values.mean()  # differences alone count, and squares of large numbers lose them
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    sums, squares = np.add.reduceat(values, starts), np.add.reduceat(values**2, starts)
    observed = np.maximum(0.0, 2 * (sizes * squares - sums**2)) / (sizes - 1)
    observed[np.abs(observed) < 1e-12 * max(1.0, float(squares.max()))] = 0.0
    return np.column_stack([observed, sizes, sums, squares])


def _interval(sums: Numbers) -> Numbers:
    observed, n, total, squares = (sums[..., place] for place in range(4))
    return _alpha(observed, n, 2 * (n * squares - total**2))


def _alpha(observed: Numbers, n: Numbers, expected: Numbers) -> Numbers:
    varied = expected > 1e-9
    return array(np.where(varied, 1 - (n - 1) * observed / np.where(varied, expected, 1.0), np.nan))


def kappa(pairs: Sequence[Pair], seed: int = 0, weights: Sequence[float] | None = None) -> Figure:
    """Cohen's kappa of two people's labels; NaN where both said one and the same of everything.

    J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960) 37-46.
    """
    if not pairs:
        return Figure()
    cells = {cell: place for place, cell in enumerate(dict.fromkeys(pairs))}
    labels = {label: place for place, label in enumerate(dict.fromkeys(label for cell in cells for label in cell))}
    rows = np.zeros((len(pairs), len(cells)))
    rows[np.arange(len(pairs)), [cells[pair] for pair in pairs]] = 1.0 if weights is None else weights
    ones, others = np.zeros((len(cells), len(labels))), np.zeros((len(cells), len(labels)))
    for (one, other), place in cells.items():
        ones[place, labels[one]] = others[place, labels[other]] = 1.0
    same = array([one == other for one, other in cells])

    def statistic(sums: Numbers) -> Numbers:
        n = sums.sum(axis=-1)
        agreed = sums @ same / n
        chance = ((sums @ ones) * (sums @ others)).sum(axis=-1) / n**2
        varied = chance < 1 - 1e-12
        return array(np.where(varied, (agreed - chance) / np.where(varied, 1 - chance, 1.0), np.nan))

    return resampled(rows, statistic, seed)
