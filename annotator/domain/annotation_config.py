"""Annotation configs: how to judge. Field names and limits are Phoenix's (`/v1/annotation_configs`)."""

from typing import Literal

from annotator.domain.record import record

Direction = Literal["MAXIMIZE", "MINIMIZE", "NONE"]
DIRECTIONS: tuple[Direction, ...] = ("MAXIMIZE", "MINIMIZE", "NONE")
RESERVED_NAME = "note"
"""Phoenix keeps this annotation name for notes."""


@record
class Value:
    """One label of a categorical config."""

    label: str
    score: float | None = None
    key: str | None = None
    """A key of its own beside its digit; from a rubric, as is what follows."""
    description: str | None = None
    example: str | None = None
    """What gets this label."""
    counterexample: str | None = None
    """What looks as if it did, and gets another."""


@record
class CategoricalConfig:
    """Choose one label; the label's score goes with it."""

    name: str
    values: tuple[Value, ...]
    description: str | None = None
    optimization_direction: Direction | None = None
    config_id: str | None = None
    """The server's id; None for a config from a file."""

    type = "CATEGORICAL"


@record
class ContinuousConfig:
    """Give a score between bounds, both included."""

    name: str
    lower_bound: float | None = None
    upper_bound: float | None = None
    description: str | None = None
    optimization_direction: Direction | None = None
    config_id: str | None = None
    step: float | None = None
    """What one press of an arrow key adds; from a rubric."""

    type = "CONTINUOUS"

    @property
    def bounds(self) -> tuple[float, float]:
        """Phoenix's web UI reads null bounds as 0 and 1; a single null bound lies one unit from the other or at 0 / 1."""
        lower = self.lower_bound if self.lower_bound is not None else min(0.0, (self.upper_bound or 1.0) - 1.0)
        upper = self.upper_bound if self.upper_bound is not None else max(1.0, lower + 1.0)
        return lower, upper

    @property
    def arrow_step(self) -> float:
        """1 where the range is 10 or more, else a hundredth of it, unless the rubric says otherwise."""
        if self.step is not None:
            return self.step
        lower, upper = self.bounds
        return 1.0 if upper - lower >= 10 else (upper - lower) / 100


@record
class FreeformConfig:
    """Write text; Phoenix keeps it as the explanation, without label or score."""

    name: str
    description: str | None = None
    optimization_direction: Direction | None = None
    threshold: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None
    config_id: str | None = None

    type = "FREEFORM"


AnnotationConfig = CategoricalConfig | ContinuousConfig | FreeformConfig
