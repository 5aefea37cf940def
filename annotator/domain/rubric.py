"""A rubric: an ordered set of annotation configs, which of them must be answered, and when."""

from collections.abc import Collection

from annotator.domain.annotation import TargetKind
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, FreeformConfig, Value
from annotator.domain.record import record
from annotator.domain.target import ItemTarget


@record
class Condition:
    """Ask only after this answer to an earlier config: `when = "correctness = fail"`."""

    name: str
    label: str

    def __str__(self) -> str:
        return f"{self.name} = {self.label}"


@record
class Criterion:
    """One config of a rubric."""

    config: AnnotationConfig
    required: bool = True
    when: Condition | None = None
    key: str | None = None
    """A key that makes this config the current one; from a rubric."""
    target: TargetKind | None = None
    """Asked only of such targets; None for the item's own target, and for any other span, trace or session that a person turns to."""
    kinds: tuple[str, ...] = ()
    """Asked only of spans of these kinds, or of their documents."""
    instructions: str = ""
    """How to answer it, shown on demand."""

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def is_bound(self) -> bool:
        """It says itself what it is asked of."""
        return self.target is not None or bool(self.kinds)

    def fits(self, on: ItemTarget) -> bool:
        """It can be asked of that target."""
        if self.kinds and on.span_kind not in self.kinds:
            return False
        if self.target is not None:
            return on.target.kind == self.target
        return on.target.kind == "span" if self.kinds else on.own or on.target.kind != "document"


@record
class Rubric:
    """What is asked of each item, in this order. Names are unique."""

    criteria: tuple[Criterion, ...]
    name: str = ""
    version: str = ""
    owner: str = ""
    """Who decides about it: a person or a team."""
    instructions: str = ""
    """How to judge, shown on demand."""

    @property
    def tag(self) -> str:
        """What annotations say that they were made by: NAME@VERSION, what there is of it."""
        return "@".join(part for part in (self.name, self.version) if part)

    @property
    def binds(self) -> bool:
        """It asks something of more than the item's own target."""
        return any(criterion.is_bound for criterion in self.criteria)

    @property
    def keys(self) -> dict[str, tuple[str, str]]:
        """Its own keys: key to (config name, label), label '' for a key that only makes the config current."""
        found: dict[str, tuple[str, str]] = {}
        for criterion in self.criteria:
            if criterion.key:
                found[criterion.key] = (criterion.name, "")
            for value in criterion.config.values if isinstance(criterion.config, CategoricalConfig) else ():
                if value.key:
                    found[value.key] = (criterion.name, value.label)
        return found

    def criterion(self, name: str) -> Criterion | None:
        return next((criterion for criterion in self.criteria if criterion.name == name), None)


BUILT_IN = Rubric(
    (Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0)), None, "MAXIMIZE")),),
    name="built-in",
    version="1",
)
"""Used where neither a file nor a server says how to judge."""


def from_server(configs: Collection[AnnotationConfig]) -> Rubric:
    """A rubric of a server's configs, which come oldest first: freeform ones are optional, the others required."""
    return Rubric(tuple(Criterion(config, required=not isinstance(config, FreeformConfig)) for config in configs))
