"""The figures of a report: for each config who agrees, who is right, and how often items fail."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from annotator.domain.annotation import ADJUDICATED, HUMAN, RECHECK, Annotation
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.rubric import Criterion
from annotator.workflow.report.calibration import Calibration, Outcome, calibration, failure_rate, more_verdicts
from annotator.workflow.report.failing import Failing, failing
from annotator.workflow.report.intervals import Figure, more_for_resampled, more_for_share, share
from annotator.workflow.report.rated import Judged, Rated, Rater, inclusion_of
from annotator.workflow.report.reliability import Level, Reliability, kappa, reliability

Value = str | float


@record
class Asked:
    """What a report is to look at."""

    criteria: Mapping[str, Criterion]
    """Of the rubrics, by name, in their order."""
    names: tuple[str, ...] = ()
    """Only these configs; none for all."""
    people: str = ""
    """Only this person's verdicts are held against judges; '' for what most people say."""
    judge: str = ""
    """Only this judge; '' for all."""
    fails: tuple[str, ...] = ()
    """The labels that fail, where the rubric does not tell."""
    width: float | None = None
    """How many more verdicts make the intervals that narrow."""
    seed: int = 0
    inclusion: Callable[[Item], float | None] = inclusion_of
    """The probability with which an item came into its queue; None where that is not known."""


@record
class PairFigures:
    """Two people, or one person's first and second verdicts."""

    one: str
    other: str
    agreement: Figure
    kappa: Figure
    """NaN for scores."""
    table: Mapping[tuple[Value, Value], int]
    """How often the one said this and the other that."""


@record
class JudgeFigures:
    who: str
    kind: str
    found: Calibration
    table: Mapping[tuple[Value, Value], int]
    """How often people said this and the judge that."""
    more: Mapping[str, int | None]
    """How many more verdicts of people, by figure; None for more than can be made, and where that cannot be told."""


@record
class ConfigFigures:
    name: str
    level: Level
    people: tuple[str, ...]
    reliability: Reliability
    pairs: tuple[PairFigures, ...]
    repeated: tuple[PairFigures, ...]
    """Each person's first verdicts and those on the same items shown again."""
    fails: str
    """What counts as failing, for people; '' where that is not known."""
    failure: Figure
    weighted: bool
    """Not all items were equally likely to come into their queue: shares are those of the traffic that they came from."""
    tied: int
    """Targets on which as many people say one thing as another, and nobody settled it: they count for nothing."""
    alone: bool
    """Of none of the items it is known how likely they were to come: shares are theirs, and of nothing else."""
    unknown: int
    """Items that somebody judged and that count for nothing in shares, as it is known of others and not of them."""
    judges: tuple[JudgeFigures, ...]
    more: Mapping[str, int | None]


def figures(found: Sequence[Judged], asked: Asked) -> list[ConfigFigures]:
    """Of every config that somebody answered, those of the rubrics first."""
    said: dict[str, None] = dict.fromkeys(asked.criteria)
    said |= dict.fromkeys(sorted({one.name for item in found for one in item.rated} - set(said)))
    there = {one.name for item in found for one in item.rated}
    return [_of_config(name, found, asked) for name in said if name in there and (not asked.names or name in asked.names)]


def level_of(name: str, rated: Sequence[Rated], criterion: Criterion | None) -> Level:
    """Labels where the config has them, or somebody gave one."""
    if criterion is not None and isinstance(criterion.config, CategoricalConfig | ContinuousConfig):
        return "nominal" if isinstance(criterion.config, CategoricalConfig) else "interval"
    return "nominal" if any(row.label is not None for one in rated for row in one.rows.values()) else "interval"


def value_of(row: Annotation, level: Level) -> Value | None:
    return row.label if level == "nominal" else row.score


def _of_config(name: str, found: Sequence[Judged], asked: Asked) -> ConfigFigures:
    criterion = asked.criteria.get(name)
    rated = [one for item in found for one in item.rated if one.name == name]
    level = level_of(name, rated, criterion)
    values = [{rater: value for rater, row in one.rows.items() if (value := value_of(row, level)) is not None} for one in rated]
    people = sorted({rater for one in values for rater in one if rater.is_person}, key=lambda rater: rater.who)
    units = [[value for rater, value in one.items() if rater.is_person] for one in values]
    agreed = reliability(units, level, asked.seed)
    pairs = [_pair(one, other, values, level, asked.seed) for one, other in combinations(people, 2)]
    again = [_pair(Rater(HUMAN, one.who), one, values, level, asked.seed) for one in _with_role(values, RECHECK)]
    labels = {value for unit in units for value in unit if isinstance(value, str)}
    fails = failing(criterion.config if criterion else None, sorted(labels), asked.fails)
    judges = sorted({rater for one in values for rater in one if rater.kind != HUMAN}, key=lambda rater: (rater.kind, rater.who))
    alone = bool(found) and all(asked.inclusion(item.item) is None for item in found)
    weighed = found if alone else [item for item in found if asked.inclusion(item.item) is not None]
    left = [] if alone else [item for item in found if asked.inclusion(item.item) is None]
    unknown = sum(any(one.name == name for one in item.rated) for item in left)
    outcomes, tied = _people_say(name, weighed, asked, level, fails)
    failure = failure_rate([outcome for _, outcome in outcomes])
    known = level == "interval" or fails.labels is not None
    figured = [_judge(judge, outcomes, asked, fails, level) for judge in judges if asked.judge in ("", judge.who)] if known else []
    weighted = len({one.inclusion for _, one in outcomes}) > 1
    more: dict[str, int | None] = {}
    if asked.width is not None:
        more = {"alpha": more_for_resampled(agreed.alpha, asked.width), "failure_rate": more_for_share(failure, asked.width)}
    return ConfigFigures(
        name, level, tuple(rater.who for rater in people), agreed,
        tuple(pair for pair in pairs if pair.agreement.n), tuple(pair for pair in again if pair.agreement.n),
        fails.said if known else "", failure if known else Figure(), weighted, tied, alone, unknown,
        tuple(one for one in figured if sum(one.found.counts)), more,
    )  # fmt: skip


def _with_role(values: Sequence[Mapping[Rater, Value]], role: str) -> list[Rater]:
    return sorted({rater for one in values for rater in one if rater.role == role}, key=lambda rater: rater.who)


def _pair(one: Rater, other: Rater, values: Sequence[Mapping[Rater, Value]], level: Level, seed: int) -> PairFigures:
    both = [(said[one], said[other]) for said in values if one in said and other in said]
    same = np.array([first == second for first, second in both], dtype=bool)
    agreement = share(same, np.ones(len(both)))
    return PairFigures(one.who, other.who, agreement, kappa(both, seed) if level == "nominal" else Figure(), Counter(both))


def _people_say(
    name: str, found: Sequence[Judged], asked: Asked, level: Level, fails: Failing
) -> tuple[list[tuple[Mapping[Rater, Annotation], Outcome]], int]:
    """Of every target what people say; one that nobody spoke of is there too, unless the config is bound to others than items' own."""
    criterion = asked.criteria.get(name)
    outcomes: list[tuple[Mapping[Rater, Annotation], Outcome]] = []
    tied = 0
    for item in found:
        inclusion = asked.inclusion(item.item) or 1.0
        rated = [one for one in item.rated if one.name == name]
        if not rated and not (criterion and criterion.is_bound):
            outcomes.append(({}, Outcome(None, None, inclusion)))
        for one in rated:
            said = [fails(row) for row in _people(one.rows, asked.people)]
            failed, passed = said.count(True), said.count(False)
            tied += failed == passed > 0
            outcomes.append((one.rows, Outcome(None if failed == passed else failed > passed, None, inclusion)))
    return outcomes, tied


def _people(rows: Mapping[Rater, Annotation], who: str) -> list[Annotation]:
    """What was settled, where somebody did; else everybody's."""
    if who:
        return [row for rater, row in rows.items() if rater.is_person and rater.who == who]
    settled = [row for rater, row in rows.items() if rater.role == ADJUDICATED]
    return settled or [row for rater, row in rows.items() if rater.is_person]


def _judge(
    judge: Rater, outcomes: Sequence[tuple[Mapping[Rater, Annotation], Outcome]], asked: Asked, fails: Failing, level: Level
) -> JudgeFigures:
    pairs = [Outcome(outcome.people, fails(rows[judge]) if judge in rows else None, outcome.inclusion) for rows, outcome in outcomes]
    found = calibration(pairs, asked.seed)
    table: Counter[tuple[Value, Value]] = Counter()
    for rows, _ in outcomes:
        if judge in rows and (theirs := value_of(rows[judge], level)) is not None:
            table.update((value, theirs) for row in _people(rows, asked.people) if (value := value_of(row, level)) is not None)
    more = more_verdicts(found, asked.width) if asked.width is not None else {}
    return JudgeFigures(judge.who, judge.kind, found, table, more)
