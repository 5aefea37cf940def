"""A hand-over: what was done in a shift, and what whoever comes next should look at first."""

from typing import Literal

from annotator.domain.annotation import Target
from annotator.domain.queue import Counts, SourceRef
from annotator.domain.record import record

Because = Literal["asked", "handover", "again", "shift", "nothing"]
"""Why a period begins when it does: somebody said so; the last hand-over was then; that one began so too, and this takes its place, or
nothing was done since; nobody had judged for a while; nobody ever judged."""


@record
class HandedOver:
    """That a shift was handed over, as the journal keeps it."""

    at: float
    """Seconds since 1970, as all times here."""
    annotator: str
    """'' where nobody said who it was."""
    since: float
    queues: tuple[int, ...]
    where: str
    """The file's absolute path."""


@record
class Period:
    """What a hand-over covers."""

    since: float
    until: float
    because: Because
    handed: float = 0.0
    """When a shift was handed over last, where that was before; 0 for never."""
    missed: int = 0
    """Steps since then that came before the period."""


@record
class Place:
    """What an entry is about."""

    queue: str
    """'' for a target that is in none of the queues."""
    position: int | None
    target: Target
    trace_id: str
    question: str
    """The first words of what was asked, else the name of the span; '' where neither is known."""
    url: str
    """The trace's page on its server; '' where there is none."""

    @property
    def show_id(self) -> str:
        """What `annotator show` takes."""
        return self.target.id if self.target.kind in ("span", "document") else self.trace_id or self.target.id


@record
class Entry:
    """An item, and why it is named."""

    place: Place
    who: str
    words: str
    """A person's reason or note, what the server said, or what was answered so far."""
    at: float
    """0 where that is not known."""
    earlier: bool = False
    """From before the period."""


@record
class Answer:
    """What somebody said."""

    who: str
    kind: str
    """HUMAN, LLM or CODE."""
    value: str
    """A label, else a score."""


@record
class Difference:
    """Of a target, what does not agree and nobody settled."""

    place: Place
    name: str
    mine: Answer
    """Of who judged it in the period, else of the first person."""
    others: tuple[Answer, ...]
    """Other things than that."""
    earlier: bool = False
    """Nobody judged it in the period."""


@record
class Given:
    """What one person answered to one config: labels by how often, scores, texts."""

    name: str
    who: str
    labels: tuple[tuple[str, int], ...]
    scores: tuple[float, ...]
    """Where there is no label; in order."""
    texts: int


@record
class Person:
    """What one person did."""

    name: str
    done: int
    skipped: int
    deferred: int
    flagged: int
    again: int
    """Items that were shown again and judged a second time; they are none of the others."""
    answers: int
    notes: int
    pace: float | None
    """Items an hour, pauses left out."""
    first: float
    """When the first step was made, and the last."""
    last: float


@record
class QueueState:
    """A queue as it stands at the end."""

    name: str
    source: SourceRef
    counts: Counts


@record
class Unsent:
    """What a server does not have yet."""

    server: str
    waiting: int
    parked: int
    reasons: tuple[tuple[str, int], ...]
    """Why, and of how many rows."""


@record
class Handover:
    """Lists are in the order of queues and positions.

    Flagged, parked, differences, deferred and partial are all that is open, from whatever period, with that of this one first.
    """

    period: Period
    queues: tuple[QueueState, ...]
    people: tuple[Person, ...]
    given: tuple[Given, ...]
    flagged: tuple[Entry, ...]
    parked: tuple[Entry, ...]
    """Rows that wait for a person's decision."""
    differences: tuple[Difference, ...]
    deferred: tuple[Entry, ...]
    partial: tuple[Entry, ...]
    """Items with answers that no verdict is whole of."""
    skipped: tuple[Entry, ...]
    notes: tuple[Entry, ...]
    unsent: tuple[Unsent, ...]
    only: str = ""
    """The person whose doings alone are told, and of whose verdicts alone it is said what is disputed and half judged; '' for everybody."""
