"""What a person has answered on an item, read from annotation rows."""

from collections import Counter
from collections.abc import Iterable, Mapping

from annotator.domain.annotation import NOTE, Annotation, Target, note_prefix
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.target import ItemTarget
from annotator.workflow.walk import Given, Slot, following, open_slots


def is_answer(criterion: Criterion, row: Annotation) -> bool:
    """The row says what the config asks for; a label that the config does not have is no answer."""
    config = criterion.config
    if isinstance(config, CategoricalConfig):
        return any(value.label == row.label for value in config.values)
    if isinstance(config, ContinuousConfig):
        return row.score is not None
    return bool(row.explanation)


def answers_of(rubric: Rubric, rows: Iterable[Annotation], identifier: str) -> dict[str, Annotation]:
    """My answers by config name."""
    mine = {row.name: row for row in rows if row.identity.identifier == identifier}
    return {
        criterion.name: row
        for criterion in rubric.criteria
        if (row := mine.get(criterion.name)) is not None and is_answer(criterion, row)
    }


def spoken(criterion: Criterion, row: Annotation) -> str:
    """An answer in a word: a label, a number, or the start of a text."""
    if row.label is not None:
        return row.label
    if isinstance(criterion.config, ContinuousConfig) and row.score is not None:
        return f"{row.score:g}"
    text = " ".join((row.explanation or "").split())
    return text if len(text) <= 24 else text[:23] + "…"


@record
class ItemView:
    """An item and what its reviewer has said about it."""

    item: Item
    rubric: Rubric
    on: ItemTarget
    """Which of its targets the answers, notes and asked configs belong to."""
    answers: Mapping[str, Annotation]
    notes: tuple[Annotation, ...]
    asked: tuple[Criterion, ...]
    slots: tuple[Slot, ...]
    """Every answer that a verdict on the item needs, on whichever target."""
    given: Given
    """The answers on every target that was read."""
    read: bool = True
    """False while it is not known what is asked of the item."""

    @property
    def complete(self) -> bool:
        return self.read and bool(self.slots) and not open_slots(self.slots, self.given)

    @property
    def first_open(self) -> Slot | None:
        """What is to be answered next."""
        return following(self.slots, self.given)

    @property
    def progress(self) -> tuple[int, int]:
        """Answered and all required answers."""
        return len(self.slots) - len(open_slots(self.slots, self.given)), len(self.slots)

    @property
    def title(self) -> str:
        """The verdict in a few words: 'fail wrong amount'; of the item, whichever target is looked at."""
        return title_of(self.rubric, self.given, self.item.target)


def title_of(rubric: Rubric, given: Given, target: Target) -> str:
    """What was said about a target; where nothing was, how often each label was given to the others: '3 relevant 2 irrelevant'."""
    own = given.get(target, {})
    if own:
        return " ".join(spoken(criterion, own[criterion.name]) for criterion in rubric.criteria if criterion.name in own)
    counts = Counter(row.label for answers in given.values() for row in answers.values() if row.label is not None)
    return " ".join(f"{count} {label}" for label, count in counts.items())


def notes_of(rows: Iterable[Annotation], annotator: str) -> tuple[Annotation, ...]:
    """My notes among the rows of a target."""
    prefix = note_prefix(annotator)
    return tuple(row for row in rows if row.name == NOTE and row.identity.identifier.startswith(prefix))
