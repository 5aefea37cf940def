"""What a person wrote down of a queue: its order, its limit, its rules."""

from annotator.domain.ordering import Ordering
from annotator.domain.queue import Rule
from annotator.domain.record import record


@record
class QueueFile:
    """None for what is left out."""

    ordering: Ordering | None = None
    seed: int | None = None
    limit: int | None = None
    reviewers: int | None = None
    overlap: int | None = None
    rules: tuple[Rule, ...] = ()
