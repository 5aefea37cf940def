"""What of a rubric is another than it was: what keeps every answer as it is, and what does not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric


@record
class RubricChange:
    """One difference of one config."""

    name: str
    """The config's; '' for the rubric itself."""
    what: str
    """For people."""
    breaking: bool = False
    """Answers that were given before may not fit any more, or mean something else."""

    def __str__(self) -> str:
        return f"{'breaking  ' if self.breaking else 'compatible'}  {f'{self.name}: ' if self.name else ''}{self.what}"


DONE = "what is done stays done"


def changes(old: Rubric, new: Rubric) -> list[RubricChange]:
    """Config by config, in the order of the new rubric; those that are gone come last."""
    found = [
        RubricChange("", f"{key} {_told(before)} is {_told(after)}")
        for key in ("name", "version", "owner", "instructions")
        if (before := getattr(old, key)) != (after := getattr(new, key))
    ]
    names = [criterion.name for criterion in new.criteria]
    for criterion in new.criteria:
        before_it = old.criterion(criterion.name)
        added = [RubricChange(criterion.name, f"is added and required; {DONE}" if criterion.required else "is added")]
        found += added if before_it is None else criterion_changes(before_it, criterion)
    found += [RubricChange(gone.name, "is removed", True) for gone in old.criteria if gone.name not in names]
    kept = [criterion.name for criterion in old.criteria if criterion.name in names]
    if kept != [name for name in names if old.criterion(name) is not None]:
        found.append(RubricChange("", "the configs are in another order"))
    return found


def renames(old: Rubric, new: Rubric) -> dict[str, str]:
    """Configs that may be the same under another name: one that is gone, and the added one of its type that is most like it."""
    gone = [one.config for one in old.criteria if new.criterion(one.name) is None]
    added = [one.config for one in new.criteria if old.criterion(one.name) is None]
    found: dict[str, str] = {}
    for config in gone:
        alike = [other for other in added if other.name not in found.values() and _like(config, other)]
        if alike:
            found[config.name] = min(alike, key=lambda other: len(config_changes(replace(config, name=other.name), other))).name
    return found


def _like(one: AnnotationConfig, other: AnnotationConfig) -> bool:
    """Of one type, and with a label in common where they have labels."""
    if isinstance(one, CategoricalConfig) and isinstance(other, CategoricalConfig):
        return bool({value.label for value in one.values} & {value.label for value in other.values})
    return one.type == other.type


def rename_move(old: str, new: str) -> str:
    """What a file of moves says of it under [rename]."""
    key = old if old.isascii() and old.replace("_", "a").replace("-", "a").isalnum() else json.dumps(old, ensure_ascii=False)
    return f"{key} = {json.dumps(new, ensure_ascii=False)}"


def changes_against(old: Rubric, new: Rubric, from_server: bool) -> list[RubricChange]:
    """Where one side is a server (`from_server`: the old one): what that holds, of the configs of the other side."""
    found: list[RubricChange] = []
    for criterion in (new if from_server else old).criteria:
        before, after = old.criterion(criterion.name), new.criterion(criterion.name)
        if before is None or after is None:
            found.append(RubricChange(criterion.name, "is not on the server"))
        else:
            found += config_changes(held(before.config), held(after.config))
    return found


def criterion_changes(old: Criterion, new: Criterion) -> list[RubricChange]:
    """Of one config with what a rubric adds to it."""
    found = config_changes(old.config, new.config)
    say = _Say(new.name, found)
    if new.required and not old.required:
        found.append(RubricChange(new.name, f"is required; {DONE}"))
    else:
        say("required", old.required, new.required)
    say("when", old.when and str(old.when), new.when and str(new.when), new.when is not None)
    say("target", old.target, new.target, True)
    say("kinds", ", ".join(old.kinds), ", ".join(new.kinds), True)
    say("key", old.key, new.key)
    say("instructions", old.instructions, new.instructions)
    return found


def config_changes(old: AnnotationConfig, new: AnnotationConfig) -> list[RubricChange]:
    """Of one config itself. A missing direction is none, except of a text; an empty description is none."""
    if old.type != new.type:
        return [RubricChange(new.name, f"type {old.type.lower()} is {new.type.lower()}", True)]
    found: list[RubricChange] = []
    say = _Say(new.name, found)
    if isinstance(old, CategoricalConfig) and isinstance(new, CategoricalConfig):
        found += _label_changes(old, new)
    elif isinstance(old, ContinuousConfig) and isinstance(new, ContinuousConfig):
        lower, upper = old.bounds
        say("lower_bound", old.lower_bound, new.lower_bound, new.bounds[0] > lower)
        say("upper_bound", old.upper_bound, new.upper_bound, new.bounds[1] < upper)
        say("step", old.step, new.step)
    elif isinstance(old, FreeformConfig) and isinstance(new, FreeformConfig):
        for key in ("lower_bound", "upper_bound", "threshold"):
            say(key, getattr(old, key), getattr(new, key))
    one, other = held(old), held(new)
    turned = {one.optimization_direction, other.optimization_direction} == {"MAXIMIZE", "MINIMIZE"}
    say("optimization_direction", one.optimization_direction, other.optimization_direction, turned)
    say("description", one.description, other.description)
    return found


def _label_changes(old: CategoricalConfig, new: CategoricalConfig) -> Iterator[RubricChange]:
    before, after = ({value.label: value for value in config.values} for config in (old, new))
    for label in before.keys() - after.keys():
        yield RubricChange(new.name, f"label {label!r} is removed", True)
    for label, value in after.items():
        known = before.get(label)
        if known is None:
            yield RubricChange(new.name, f"label {label!r} is added")
            continue
        if known.score != value.score:
            yield RubricChange(new.name, f"score of {label!r} {_told(known.score)} is {_told(value.score)}", True)
        for key in ("key", "description", "example", "counterexample"):
            if getattr(known, key) != getattr(value, key):
                yield RubricChange(new.name, f"{key} of {label!r} {_told(getattr(known, key))} is {_told(getattr(value, key))}")
    kept = [label for label in before if label in after]
    if kept != [label for label in after if label in before]:
        yield RubricChange(new.name, "the labels are in another order")


@record
class _Say:
    """Add a change where there is one."""

    name: str
    found: list[RubricChange]

    def __call__(self, key: str, old: object, new: object, breaking: bool = False) -> None:
        if old != new:
            self.found.append(RubricChange(self.name, f"{key} {_told(old)} is {_told(new)}", breaking))


def _told(value: object) -> str:
    if value in (None, ""):
        return "(none)"
    if isinstance(value, float):
        return f"{value:g}"
    words = " ".join(str(value).split())
    return repr(words if len(words) <= 40 else words[:39] + "…")


def held(config: AnnotationConfig) -> AnnotationConfig:
    """What a server keeps of it, as a server gives it back, without its id: keys, steps and the wording of labels stay in the file."""
    plain = replace(config, config_id=None, description=config.description or None)
    if isinstance(plain, FreeformConfig):
        return plain
    direction = plain.optimization_direction or "NONE"
    if isinstance(plain, ContinuousConfig):
        return replace(plain, optimization_direction=direction, step=None)
    values = tuple(replace(value, key=None, description=None, example=None, counterexample=None) for value in plain.values)
    return replace(plain, optimization_direction=direction, values=values)


def fits(row: Annotation, config: AnnotationConfig) -> bool:
    """The row is an answer that the config allows."""
    if isinstance(config, CategoricalConfig):
        return any(value.label == row.label for value in config.values)
    if isinstance(config, ContinuousConfig):
        lower, upper = config.bounds
        return row.label is None and row.score is not None and lower <= row.score <= upper
    return row.label is None and row.score is None


def orphans(old: AnnotationConfig | None, new: AnnotationConfig | None, rows: Sequence[Annotation]) -> list[Annotation]:
    """The rows that are answers to the old config and not to the new one, or whose label has another score there."""
    if old is None:
        return []
    return [row for row in rows if fits(row, old) and (new is None or not fits(row, new) or _score(old, row) != _score(new, row))]


def _score(config: AnnotationConfig, row: Annotation) -> float | None:
    """Of the row's label, as the config has it."""
    values = config.values if isinstance(config, CategoricalConfig) else ()
    return next((value.score for value in values if value.label == row.label), None)
