"""Who said what of the items of queues, and by what they can be told apart."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime

from annotator.domain.annotation import ADJUDICATED, HUMAN, NOTE, RECHECK, Annotation, KnownAnnotation, Target
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.store import Store
from annotator.filter.facts import Focus, Reviewer
from annotator.filter.span_facts import values_of
from annotator.workflow.batched import BATCH
from annotator.workflow.filtering import Sieve
from annotator.workflow.item_facts import Looked, Together
from annotator.workflow.opinions import who
from annotator.workflow.report import By

NONE, AWAY = "(none)", "(not here yet)"
"""Groups of items that do not have it, and of those whose payload is not here."""


@record
class Rater:
    """Somebody: a person, a model, a program. One person is one, through whichever program."""

    kind: str
    """HUMAN, LLM or CODE."""
    who: str
    role: str = ""
    """ADJUDICATED, RECHECK, or '' for a first, independent verdict."""
    mine: bool = field(default=False, compare=False)

    @property
    def is_person(self) -> bool:
        """Whose verdict is their own and the first."""
        return self.kind == HUMAN and not self.role


@record
class Rated:
    """What everybody said of one target under one name."""

    target: Target
    name: str
    rows: Mapping[Rater, Annotation]


@record
class Judged:
    """An item, and what was said of its target; where the rubric binds others, also of the rest of its trace."""

    queue: str
    item: Item
    groups: tuple[str, ...]
    rated: tuple[Rated, ...]


def rater_of(known: KnownAnnotation, mine: bool = False) -> Rater:
    """Adjudicated and repeated verdicts have identifiers of their own, which end so."""
    role = next((one for one in (ADJUDICATED, RECHECK) if known.row.identity.identifier.endswith(one)), "")
    return Rater(known.row.annotator_kind, who(known).removesuffix(role).removeprefix("annotator:"), role, mine)


def inclusion_of(item: Item) -> float | None:
    """The probability with which it came into its queue; None where that is not known."""
    return item.inclusion


def judged(
    store: Store,
    queues: Sequence[Queue],
    sieves: Mapping[int, Sieve],
    reviewers: Mapping[int, Reviewer],
    by: By | None = None,
    report: Callable[[int], None] = lambda looked: None,
) -> Iterator[Judged]:
    """The items of the queues that the sieves let through; a target that several queues have once.

    `sieves`, `reviewers`: by queue id; a queue without a sieve is taken whole. `report` is told how many items were looked at.
    """
    seen: set[tuple[str, Target]] = set()
    looked = 0
    for queue in queues:
        after = 0
        while items := store.items(queue.id, after, BATCH):
            after = items[-1].position
            sieve = sieves.get(queue.id)
            chosen = [item for item, fits in zip(items, sieve.look(items), strict=True) if fits] if sieve else items
            together = Together(store, queue, chosen)
            for item in chosen:
                if (queue.source.server, item.target) not in seen:
                    reviewer = reviewers[queue.id]
                    groups = groups_of(Looked(item, reviewer, together), by) if by else ()
                    yield Judged(queue.name, item, groups, tuple(_of_item(queue, item, together, reviewer, seen)))
            looked += len(items)
            report(looked)


def _of_item(queue: Queue, item: Item, together: Together, reviewer: Reviewer, seen: set[tuple[str, Target]]) -> Iterator[Rated]:
    server = queue.source.server
    everybody = list(together.rows(item.target))
    if queue.rubric.binds:
        everybody += [known for known in together.store.known_in(server, queue.source_id, item.trace_id) if known.row.target != item.target]
    rows: dict[tuple[Target, str], dict[Rater, KnownAnnotation]] = {}
    for known in everybody:
        row = known.row
        if row.name == NOTE or (row.label is None and row.score is None) or (server, row.target) in seen:
            continue
        raters, rater = rows.setdefault((row.target, row.name), {}), rater_of(known, reviewer.wrote(known))
        if rater not in raters or known.at > raters[rater].at:
            raters[rater] = known
    seen.add((server, item.target))
    seen.update((server, target) for target, _ in rows)
    for (target, name), raters in rows.items():
        yield Rated(target, name, {rater: known.row for rater, known in raters.items()})


def groups_of(facts: Looked, by: By) -> tuple[str, ...]:
    """Of the item's span, else of the first span of its trace that has it."""
    own = facts.own()
    if by == "kind":
        return (own.kind if own and own.kind else NONE,)
    if by == "day":
        start = None if own is None else own.start_ns
        return (NONE if start is None else datetime.fromtimestamp(start / 1e9, UTC).date().isoformat(),)
    if by == "session":
        sessions = values_of("session", facts, Focus(facts.item.target))
        return (AWAY,) if sessions is None else (str(sessions[0]),) if sessions else (NONE,)
    for header in ([own] if own else []) + [span for span in facts.spans() if span != own]:
        reading = facts.reading(header)
        if reading is None:
            return (AWAY,)
        found: Collection[str | None] = reading.tags if by == "tag" else (reading.model if by == "model" else reading.prompt_version,)
        if values := tuple(dict.fromkeys(value for value in found if value)):
            return values
    return (NONE,)
