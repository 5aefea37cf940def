"""Pass or fail: what people's answers to an item come to."""

from collections.abc import Collection, Iterable

from annotator.domain.annotation import ADJUDICATED, HUMAN, RECHECK, KnownAnnotation
from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.exported import Outcome
from annotator.domain.record import record
from annotator.domain.rubric import Rubric

GOOD, BAD = ("pass", "correct", "good", "yes", "true", "ok"), ("fail", "incorrect", "wrong", "bad", "no", "false")
"""Labels that say it themselves, where a config has no scores."""


@record
class Judging:
    """Which labels of which config are a pass and which a fail."""

    name: str
    good: frozenset[str]
    bad: frozenset[str]

    def outcome(self, rows: Iterable[KnownAnnotation]) -> Outcome:
        """Of everybody's rows on the item's target."""
        labels = {known.row.label for known in standing(rows, self.name) if known.row.label is not None}
        if not labels:
            return ""
        if labels <= self.good:
            return "pass"
        if labels <= self.bad:
            return "fail"
        return "disputed" if labels & self.good and labels & self.bad else "between"


def standing(rows: Iterable[KnownAnnotation], name: str) -> list[KnownAnnotation]:
    """What people say under a name: the adjudicated row where there is one, else everybody's first one."""
    people = [known for known in rows if known.row.name == name and known.row.annotator_kind == HUMAN]
    settled = [known for known in people if known.row.identity.identifier.endswith(ADJUDICATED)]
    return settled or [known for known in people if not known.row.identity.identifier.endswith(RECHECK)]


def judging_of(rubric: Rubric) -> Judging | None:
    """By the first required categorical config about the item itself whose labels have scores or say it themselves; None without one."""
    for criterion in rubric.criteria:
        if isinstance(criterion.config, CategoricalConfig) and criterion.required and not criterion.is_bound and criterion.when is None:
            good, bad = _ends(criterion.config)
            if good and bad:
                return Judging(criterion.name, frozenset(good), frozenset(bad))
    return None


def _ends(config: CategoricalConfig) -> tuple[Collection[str], Collection[str]]:
    """The labels with the best and with the worst score, by the direction in which the config is to go (MAXIMIZE unless it says)."""
    scored = {value.label: value.score for value in config.values if value.score is not None}
    if len(set(scored.values())) > 1:
        high, low = ([label for label, score in scored.items() if score == end] for end in (max(scored.values()), min(scored.values())))
        return (low, high) if config.optimization_direction == "MINIMIZE" else (high, low)
    labels = [value.label for value in config.values]
    return [label for label in labels if label.lower() in GOOD], [label for label in labels if label.lower() in BAD]
