"""Which verdicts say that an item fails."""

from collections.abc import Collection

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig
from annotator.domain.record import record
from annotator.workflow.outcome import BAD

MIDDLE = 0.5


@record
class Failing:
    """Of one config."""

    labels: frozenset[str] | None
    """None where none of them is known to say so."""
    known: frozenset[str] = frozenset()
    """The labels of the config; of another one its score decides."""
    middle: float = MIDDLE
    """A score on the worse side of it fails."""
    lower_is_worse: bool = True

    def __call__(self, row: Annotation) -> bool | None:
        """None where it cannot be told."""
        if row.label is not None and self.labels and (row.label in self.known or row.label in self.labels):
            return row.label in self.labels
        if row.score is not None:
            return row.score < self.middle if self.lower_is_worse else row.score > self.middle
        if row.label is None or self.labels is None:
            return None
        return True if row.label.casefold() in BAD else None

    @property
    def said(self) -> str:
        """For people: 'fail', or 'score < 0.5'."""
        return ", ".join(sorted(self.labels)) if self.labels else f"score {'<' if self.lower_is_worse else '>'} {self.middle:g}"


def failing(config: AnnotationConfig | None, labels: Collection[str], named: Collection[str] = ()) -> Failing:
    """`labels`: what people said under the name; `named`: the labels that fail, as a person says, where they are among them.

    Else the worst label by score and direction, or by what it is called; of scores the worse half of the bounds.
    """
    lower = config is None or config.optimization_direction != "MINIMIZE"
    if isinstance(config, ContinuousConfig):
        return Failing(None, middle=sum(config.bounds) / 2, lower_is_worse=lower)
    scores: dict[str, float] = {}
    if isinstance(config, CategoricalConfig):
        labels = [value.label for value in config.values]
        scores = {value.label: value.score for value in config.values if value.score is not None}
    middle = (min(scores.values()) + max(scores.values())) / 2 if scores else MIDDLE
    chosen = frozenset(label for label in labels if label in named)
    if not chosen and len(set(scores.values())) > 1:
        worst = min(scores.values()) if lower else max(scores.values())
        chosen = frozenset(label for label, score in scores.items() if score == worst)
    chosen = chosen or frozenset(label for label in labels if label.casefold() in BAD)
    return Failing(chosen or None, frozenset(labels), middle, lower)
