"""Moves: which old answers become which new ones when a rubric changes."""

from collections.abc import Mapping
from dataclasses import field

from annotator.domain.record import record


@record
class Stretch:
    """A stretch of scores, both ends included; of a single one they are the same."""

    lower: float
    upper: float

    def holds(self, score: float) -> bool:
        return self.lower <= score <= self.upper

    def onto(self, score: float, other: "Stretch") -> float:
        """The score at the same place of another stretch; 1e-12 around its ends are its ends."""
        width = self.upper - self.lower
        share = (score - self.lower) / width if width else 0.0
        return round(other.lower + share * (other.upper - other.lower), 12)


@record
class Move:
    """An old answer, and what becomes of it."""

    label: str
    stretch: Stretch | None
    """What the label says where it is a score, or a stretch of them: answers without a label that have such a score are meant too."""
    new: str | Stretch
    """A label, or a score; of a stretch each score goes to its place there."""


@record
class Moves:
    """What becomes of old answers, by config name."""

    by_config: Mapping[str, tuple[Move, ...]]
    keep: tuple[str, ...] = ()
    """Configs whose answers stay as they are where they do not fit."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Old name of a config to its new one; `by_config` speaks of the new one."""

    def of(self, name: str, label: str | None, score: float | None) -> Move | None:
        """The move of an answer: by its label, or of one without a label by its score."""
        for move in self.by_config.get(name, ()):
            if move.label == label if label is not None else score is not None and move.stretch is not None and move.stretch.holds(score):
                return move
        return None


NO_MOVES = Moves({})
