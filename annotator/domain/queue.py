"""Queues: which targets wait for a verdict, in which order, and how far they are."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from annotator.domain.annotation import ItemState, Target
from annotator.domain.record import record
from annotator.domain.rubric import Rubric

TargetRule = Literal["root", "span", "document", "trace", "session"]
Order = Literal["listed", "newest", "oldest", "random", "stratified", "uncertain"]
"""listed: as the source gives them; stratified: in turn from each value of `Selection.by`; uncertain: nearest to `Selection.near` first."""


@record
class Rule:
    """Why targets come into a queue, and how many of those that could."""

    name: str
    when: str = ""
    """A condition in the filter language; '' for every target."""
    rate: float = 1.0
    """The probability with which one that meets it is taken, above 0 and at most 1; drawn from the seed, the rule's name and the target."""
    cap: int | None = None
    """At most so many of the queue's items by this rule; None for any number."""
    priority: int = 0
    """Higher ones come first, whatever the order."""
    reviewers: tuple[str, ...] = ()
    """Only these people get what it takes; nobody named: everybody."""


def share_of_all(rate: float) -> str:
    """For people: '5 % of all'."""
    return f"{100 * rate:.4g} % of all"


@record
class Met:
    """A rule that an item met while the rule was open."""

    rule: str
    """Its name; '' stands for the queue's limit."""
    chance: float | None
    """The probability with which the rule takes it, or the limit leaves it; None where the limit cuts by something else than chance."""
    taken: bool = True
    """The rule's draw took it."""


@record
class Taken:
    """What a rule has come to in a queue."""

    items: int = 0
    """The items that are there by it."""
    draws: int = 0
    """The items that its draws took, whichever rule took them first."""


@record
class Selection:
    """Which spans become items. Times are nanoseconds, `since` included, `until` excluded."""

    target: TargetRule = "root"
    """root: one item a trace, judging its root span; span, document, trace, session: one item for each of them."""
    kinds: tuple[str, ...] = ()
    status: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    session: str | None = None
    limit: int | None = None
    order: Order = "listed"
    seed: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    """Of tables in files: (role, column) as a person named them; the other roles are guessed."""
    filter: str = ""
    """A condition that items meet, in the filter language; '' for none."""
    rules: tuple[Rule, ...] = ()
    """An item is what at least one of them takes; without any, everything is. Drawn with `seed`."""
    by: str = ""
    """What a stratified or an uncertain order looks at, a field or annotation of the filter language; '' in other orders."""
    near: float = 0.5
    """The score about which a judge is least certain, in an uncertain order."""
    reviewers: int = 1
    """How many people judge the same traces, each from a queue of their own."""
    overlap: int = 1
    """How many verdicts of different people an item is to have."""
    reviewer: str = ""
    """Whose queue it is, where it is personal: the permutation is their own, and the rules are those that give them something."""

    @property
    def is_personal(self) -> bool:
        """Each reviewer has a queue of their own."""
        return self.reviewers > 1 or any(rule.reviewers for rule in self.rules)


@record
class SourceRef:
    """Where traces come from."""

    location: str
    """Base URL of a server without a trailing slash, an absolute path, several of them on lines of their own, or '-'."""
    project: str = ""
    """The server's project; '' for files."""
    server: str = ""
    """Where annotations go: the location of a server; '' for files."""

    @property
    def named(self) -> str:
        """The location for people."""
        return self.location.replace("\n", ", ")

    @property
    def is_server(self) -> bool:
        """The traces come from where the annotations go."""
        return bool(self.server) and self.location == self.server


@record
class Queue:
    """A named queue as it is kept."""

    id: int
    name: str
    source_id: int
    source: SourceRef
    selection: Selection
    rubric: Rubric
    digits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Config name to label to digit index (0-based); fixed for the queue's life, also for labels that are gone."""
    cursor: str | None = None
    """Where the listing goes on; None at its start."""
    complete: bool = False
    """The source was listed to its end."""
    stamp: str = ""
    """The source's stamp when it was."""
    purged_at: float = 0.0
    """When its payloads were removed, in seconds since 1970; 0 for never."""
    dataset: str = ""
    """The data set that the review screen adds items to; '' until somebody named it."""


@record
class Item:
    """One target waiting in a queue. Positions count from 1 and never change."""

    id: int
    queue_id: int
    position: int
    target: Target
    trace_id: str
    span_id: str
    """The span that is shown first: the target, that of a document, the root of a trace; of a session the root of its newest trace."""
    state: ItemState = ItemState.TODO
    reason: str = ""
    """Why it was skipped, deferred or flagged."""
    why: str = ""
    """Why it is in the queue."""
    rule: str = ""
    """The name of the first rule that took it; '' without rules."""
    inclusion: float | None = 1.0
    """The probability with which it came into the queue; None where no chance decided, so that nothing can be said of what was left out."""


@record
class NewItem:
    """An item on its way into a queue."""

    target: Target
    trace_id: str
    span_id: str
    why: str = ""
    rule: str = ""
    inclusion: float | None = 1.0
    met: tuple[Met, ...] = ()
    """By which rules `inclusion` is; of one that is in the queue already, those that it did not meet before."""


@record
class Listed:
    """An item as a list shows it."""

    item: Item
    name: str
    """Of the span that is shown first; '' where it is not here."""
    failed: bool
    """That span failed, or, where the item stands for its trace, one of its spans did."""
    duration_ns: int | None
    question: str | None
    """The first words of what was asked; None until the trace was read."""


@record
class Counts:
    """How many items of a queue are in each state."""

    todo: int = 0
    done: int = 0
    skipped: int = 0
    deferred: int = 0
    flagged: int = 0

    @property
    def items(self) -> int:
        return self.todo + self.done + self.skipped + self.deferred + self.flagged
