"""What a person has answered on an item, read from annotation rows."""

from collections.abc import Iterable, Mapping

from annotator.domain.annotation import NOTE, Annotation
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric


def note_prefix(annotator: str) -> str:
    """Identifiers of a person's notes: this and a UUID, so that a note sent twice is one note."""
    return f"annotator:{annotator}:"


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


def labels_of(rubric: Rubric, answers: Mapping[str, Annotation]) -> dict[str, str | None]:
    """The label of each answered config, as conditions and completeness need it; answers that are not asked for are left out."""
    labels = {name: row.label for name, row in answers.items()}
    asked = {criterion.name for criterion in rubric.asked(labels)}
    return {name: label for name, label in labels.items() if name in asked}


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
    answers: Mapping[str, Annotation]
    notes: tuple[Annotation, ...]

    @property
    def labels(self) -> dict[str, str | None]:
        return labels_of(self.rubric, self.answers)

    @property
    def asked(self) -> tuple[Criterion, ...]:
        return self.rubric.asked(self.labels)

    @property
    def complete(self) -> bool:
        return self.rubric.is_complete(self.labels)

    @property
    def first_open(self) -> Criterion | None:
        return self.rubric.first_open(self.labels)

    @property
    def progress(self) -> tuple[int, int]:
        """Answered and all required configs."""
        required = self.rubric.required(self.labels)
        return sum(criterion.name in self.labels for criterion in required), len(required)

    @property
    def title(self) -> str:
        """The verdict in a few words: 'fail wrong amount'."""
        parts = [spoken(criterion, self.answers[criterion.name]) for criterion in self.asked if criterion.name in self.answers]
        return " ".join(parts)


def view(item: Item, rubric: Rubric, rows: Iterable[Annotation], annotator: str, identifier: str) -> ItemView:
    """The item as its reviewer left it."""
    rows = list(rows)
    prefix = note_prefix(annotator)
    notes = tuple(row for row in rows if row.name == NOTE and row.identity.identifier.startswith(prefix))
    return ItemView(item, rubric, answers_of(rubric, rows, identifier), notes)
