"""A step: what a person did at once, as changes that undo and redo take back whole."""

from collections.abc import Mapping
from dataclasses import field

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.record import record
from annotator.domain.rubric import Rubric


@record
class SetAnnotation:
    """Make a row what it should be; None takes it away."""

    identity: Identity
    row: Annotation | None


@record
class SetItem:
    """Move an item to a state."""

    item_id: int
    state: ItemState
    reason: str = ""


@record
class SetRubric:
    """Judge a queue by another rubric from here on. Taking it back leaves every digit where it is."""

    queue_id: int
    rubric: Rubric
    renames: Mapping[str, str] = field(default_factory=dict)
    """Old name of a config to its new one, whose labels have the digits that they had."""


@record
class SetMember:
    """Put a target into a data set, as an item of the step's queue, or take it out."""

    server: str
    """Where the data set is; '' for a queue from files."""
    dataset: str
    target: Target
    within: bool


Change = SetAnnotation | SetItem | SetRubric | SetMember


@record
class Step:
    """One thing a person did: undone and redone as a whole."""

    annotator: str
    queue_id: int
    command: str
    """The command's id, `answer` for instance."""
    title: str
    """What it did, for people: 'correctness fail'."""
    item_id: int
    """Where undo returns to."""
    criterion: str
    """The config that undo makes current; '' for none."""
    changes: tuple[Change, ...]
    target: Target | None = None
    """What undo turns to; None for the item's own target."""

    @property
    def sets_rubric(self) -> bool:
        """It moved a queue to another rubric."""
        return any(isinstance(change, SetRubric) for change in self.changes)


@record
class Reversal:
    """What undo or redo did."""

    step: Step
    done: bool
    """False when the step could not be reversed because the row was changed since; the step is dropped from the stack."""


@record
class Verdict:
    """An entry of the strip of last verdicts and of the pace."""

    item_id: int
    position: int
    state: ItemState
    title: str
    """'pass', 'fail wrong amount', 'skip'."""
    at: float
    """Seconds since 1970."""
