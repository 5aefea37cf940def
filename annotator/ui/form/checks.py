"""What is to be said about a draft: what its file would be refused for, advice, and what it changes for the answers that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from annotator.config.rubric_advice import advised
from annotator.config.rubric_given import Misfit, check
from annotator.config.toml_places import Place
from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.queue import Queue
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric
from annotator.errors import RubricError
from annotator.keymap.check import check_label_keys
from annotator.keymap.keymap import Keymap
from annotator.ui.form.draft import Draft, file_of
from annotator.workflow.migration import Answered, Given, orphaned
from annotator.workflow.rubric_changes import RubricChange, changes


@record
class Checked:
    """A draft that was looked at."""

    draft: Draft
    rubric: Rubric | None
    """None where something is wrong."""
    faults: tuple[Misfit, ...] = ()
    advice: tuple[tuple[Place, str], ...] = ()
    changes: tuple[RubricChange, ...] = ()
    """Against the rubric of the queue."""
    orphans: Mapping[Answered, int] = field(default_factory=dict)
    """Answers of the queue that would not fit any more."""

    @property
    def breaking(self) -> bool:
        return any(change.breaking for change in self.changes)

    def at(self, place: Place) -> tuple[list[Misfit], list[str]]:
        """Faults and advice of a field, or of all that is at the place of a config or a label."""
        faults = [fault for fault in self.faults if fault.place[: len(place)] == place]
        return faults, [text for where, text in self.advice if where[: len(place)] == place]


def checked(draft: Draft, queue: Queue, keymap: Keymap, given: Given) -> Checked:
    """`given`: the answers of the queue, as far as they are known."""
    rubric, faults = check(file_of(draft))
    if rubric is None:
        return Checked(draft, None, tuple(faults))
    if (clash := _clash(keymap, rubric)) is not None:
        return Checked(draft, None, (clash,))
    rubric = with_ids(rubric, queue.rubric)
    found = tuple(changes(queue.rubric, rubric))
    gone = orphaned(queue.rubric, rubric, given) if any(change.breaking for change in found) else {}
    return Checked(draft, rubric, (), tuple(advised(rubric)), found, gone)


def with_ids(rubric: Rubric, known: Rubric) -> Rubric:
    """Configs that are known keep the server's id, which no file holds."""
    return replace(rubric, criteria=tuple(_with_id(criterion, known.criterion(criterion.name)) for criterion in rubric.criteria))


def _with_id(criterion: Criterion, known: Criterion | None) -> Criterion:
    if known is None or known.config.type != criterion.config.type:
        return criterion
    return replace(criterion, config=replace(criterion.config, config_id=known.config.config_id))


def _clash(keymap: Keymap, rubric: Rubric) -> Misfit | None:
    """The first key that is no key, or a command's, or stands twice: with the configs and labels before it alone, all would be well."""
    for place, part in _grown(rubric):
        try:
            check_label_keys(keymap, part)
        except RubricError as error:
            return Misfit(error.title, error.advice, place)
    return None


def _grown(rubric: Rubric) -> Sequence[tuple[Place, Rubric]]:
    """The rubric key by key: first the configs' own, then each label's; what comes later has none yet."""
    bare = tuple(_bare(criterion, 0) for criterion in rubric.criteria)
    found: list[tuple[Place, Rubric]] = []
    for at, criterion in enumerate(rubric.criteria):
        if criterion.key:
            keyless = tuple(replace(later, key=None) for later in bare[at + 1 :])
            found.append((("config", at, "key"), replace(rubric, criteria=(*bare[: at + 1], *keyless))))
    for at, criterion in enumerate(rubric.criteria):
        for label, value in enumerate(getattr(criterion.config, "values", ())):
            if value.key:
                grown = (*rubric.criteria[:at], _bare(criterion, label + 1), *bare[at + 1 :])
                found.append((("config", at, "values", label, "key"), replace(rubric, criteria=grown)))
    return found


def _bare(criterion: Criterion, keyed: int) -> Criterion:
    """With the keys of its first labels alone."""
    config = criterion.config
    if not isinstance(config, CategoricalConfig):
        return criterion
    values = tuple(value if at < keyed else replace(value, key=None) for at, value in enumerate(config.values))
    return replace(criterion, config=replace(config, values=values))
