"""Several people judge the same traces without a coordinator: whose verdicts an item has, and what a reviewer leaves to others."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from annotator.domain.annotation import Annotation, KnownAnnotation, Target, is_mine
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.rubric import Rubric
from annotator.domain.store import Store
from annotator.workflow.answers import is_answer
from annotator.workflow.batched import BATCH
from annotator.workflow.report.rated import rater_of
from annotator.workflow.targets import ItemTargets, own_target, targets_in_store
from annotator.workflow.walk import Walk

Share = Literal["open", "held", "judged"]
"""open: still mine to judge. held: with the people who have it on their screens it will have its verdicts. judged: it has them."""

AHEAD = 5
"""Items that are looked at before they are asked for: with one verdict a second, as many as an answer of the server may take."""
FRESH_SECONDS = 5.0
"""What the server says of them is asked again when it is older."""


@record
class Me:
    """The reviewer, and under which identifier the server has their rows."""

    name: str
    identifier: str


def share(judged: Collection[str], holders: Collection[str], overlap: int) -> Share:
    """What is left of an item for me. `judged`: others whose verdict on it is whole; `holders`: others who lease it."""
    if len(set(judged)) >= overlap:
        return "judged"
    return "held" if len({*judged, *holders}) >= overlap else "open"


def before(leases: Mapping[str, float], name: str) -> frozenset[str]:
    """Whose leases of an item come before mine, by when each began; of those that began together, the first name's. All, without mine."""
    mine = (leases[name], name) if name in leases else None
    return frozenset(who for who, begun in leases.items() if who != name and (mine is None or (begun, who) < mine))


def judges(rubric: Rubric, targets: ItemTargets, rows: Iterable[KnownAnnotation], me: Me | None = None) -> frozenset[str]:
    """Who has given a whole first verdict, me left out. One person is one, through whichever program.

    Without a required config any answer is a verdict. Adjudicated and repeated verdicts are nobody's first.
    """
    given: dict[str, dict[Target, dict[str, Annotation]]] = {}
    for known in rows:
        rater, row = rater_of(known), known.row
        criterion = rubric.criterion(row.name)
        mine = me is not None and (rater.who == me.name or is_mine(row, me.name, me.identifier))
        if criterion is not None and rater.is_person and not mine and is_answer(criterion, row):
            given.setdefault(rater.who, {}).setdefault(row.target, {})[row.name] = row
    walk = Walk(rubric, targets)
    return frozenset(who for who, answers in given.items() if _is_whole(walk, answers))


def _is_whole(walk: Walk, given: Mapping[Target, Mapping[str, Annotation]]) -> bool:
    if not any(criterion.required for criterion in walk.rubric.criteria):
        return True
    return walk.is_whole(given)


def judges_here(store: Store, queue: Queue, item: Item, me: Me | None = None) -> frozenset[str]:
    """`judges` of an item, by the rows that are in the store. Reads the trace where the rubric binds configs to targets."""
    server = queue.source.server
    if not queue.rubric.binds:
        return judges(queue.rubric, ItemTargets(own_target(item)), store.known_on(server, [item.target]), me)
    rows = store.known_in(server, queue.source_id, item.trace_id)
    people = {rater.who for rater in map(rater_of, rows) if rater.is_person}
    if not people - ({me.name} if me is not None else set()):
        return frozenset()
    return judges(queue.rubric, targets_in_store(store, queue, item), rows, me)


def lacking(store: Store, queue: Queue) -> int:
    """How many of a queue's items have fewer verdicts than they are to have, mine among them, as far as is known here."""
    count = after = 0
    while items := store.items(queue.id, after, BATCH):
        after = items[-1].position
        count += sum(len(judges_here(store, queue, item)) < queue.selection.overlap for item in items)
    return count


def is_begun(store: Store, queue: Queue, item: Item, me: Me) -> bool:
    """I have said something about it already."""
    server = queue.source.server
    if not queue.rubric.binds:
        return any(is_mine(row, me.name, me.identifier) for row in store.on_target(server, item.target, me.identifier))
    return any(is_mine(known.row, me.name, me.identifier) for known in store.known_in(server, queue.source_id, item.trace_id))


def pass_over(store: Store, queue: Queue, me: Me, judged: Mapping[int, Collection[str]]) -> list[int]:
    """Leave items to those who judged them, in one transaction; which. What I have begun, or moved to a state, stays with me."""
    with store.together():
        begun = {item_id for item_id in judged if is_begun(store, queue, store.item(item_id), me)}
        return store.pass_over(queue.id, {item_id: left_to(people) for item_id, people in judged.items() if item_id not in begun})


def left_to(judged: Collection[str]) -> str:
    """Why an item was passed over, for people."""
    return f"{len(judged)} {'other' if len(judged) == 1 else 'others'} judged it"
