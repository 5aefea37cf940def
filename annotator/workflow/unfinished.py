"""What is open in queues, whoever left it so and whenever: items in a state, verdicts that are not whole, disagreements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from annotator.domain.annotation import ADJUDICATED, RECHECK, ItemState
from annotator.domain.filter import Comparison, Field, Not
from annotator.domain.queue import Item, Queue
from annotator.domain.store import Store
from annotator.filter.facts import Reviewer
from annotator.workflow.answers import spoken
from annotator.workflow.batched import BATCH
from annotator.workflow.filtering import Sieve
from annotator.workflow.item_facts import Together
from annotator.workflow.report.disagreements import Disputed, disputed
from annotator.workflow.report.rated import judged

BEGUN = Not(Comparison(Field("state"), "=", ItemState.TODO))


class Found(NamedTuple):
    """An item, and why it is named."""

    item: int
    who: str
    """'' where that is not known."""
    words: str
    at: float
    """0 where that is not known."""


def _in_state(store: Store, queue: Queue, state: ItemState) -> Iterator[list[Item]]:
    after = 0
    while rows := store.listed(queue.id, after, BATCH, state):
        yield [row.item for row in rows]
        after = rows[-1].item.position


def put(store: Store, queues: Sequence[Queue], state: ItemState, known: Mapping[int, Found]) -> list[Found]:
    """Every item in that state; `known`: by whom and when, where that was found already."""
    found = []
    for queue in queues:
        for item in (item for some in _in_state(store, queue, state) for item in some):
            if item.id not in known:
                who, at = store.verdict_on(item.id, state) or ("", 0.0)
            found.append(known[item.id] if item.id in known else Found(item.id, who, item.reason, at))
    return found


def half_judged(store: Store, queues: Sequence[Queue], only: str = "") -> list[Found]:
    """What was answered on this machine of items that are still to do, by person; `only`: what this one answered."""
    found: list[Found] = []
    for queue in queues:
        for items in _in_state(store, queue, ItemState.TODO):
            together = Together(store, queue, items)
            for item in items:
                said: dict[str, Found] = {}
                for known in together.rows(item.target):
                    criterion, who = queue.rubric.criterion(known.row.name), known.annotator
                    if criterion is not None and who and not who.endswith(RECHECK) and only in ("", who):
                        words = f"{known.row.name} {spoken(criterion, known.row)}"
                        before = said.get(who)
                        joined = f"{before.words}, {words}" if before else words
                        said[who] = Found(item.id, who, joined, max(known.at, before.at if before else 0.0))
                found += said.values()
    return found


def unsettled(store: Store, queues: Sequence[Queue], only: str = "") -> list[Disputed]:
    """What the filter `disagreement` has of items that are not to do.

    `only`: of what this person judged, so that nobody reads others' verdicts before their own; whoever adjudicates settles all of it.
    """
    sieves = {queue.id: Sieve(store, queue, BEGUN, Reviewer()) for queue in queues}
    found = list(judged(store, queues, sieves, {queue.id: Reviewer() for queue in queues}))
    everybody = not only or only.endswith(ADJUDICATED)
    return [
        one for one in disputed(found)
        if not one.settled and (everybody or any(rater.is_person and rater.who == only for rater, _ in one.said))
    ]  # fmt: skip
