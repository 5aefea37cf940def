"""One's own items shown again, unmarked: whether one is due before the next item, and which.

A repeat is an item of its own, in a queue that no list shows, at the position of the item that it comes before; its verdict is rows of its
own, under an identifier that ends in RECHECK. Its steps stand on the stack of the queue that is reviewed.
"""

import time
from collections.abc import Callable
from datetime import date
from hashlib import blake2b

from annotator.domain.annotation import ItemState, Target
from annotator.domain.queue import Item, Queue
from annotator.domain.store import Store

APART = 20
"""Verdicts that lie between the first one and the repeat, unless the first was on an earlier day."""
TRIES = 16
"""Earlier positions that are looked at for one repeat."""
MOST = 0.5
"""The largest rate: beyond it, most of what is shown would be old."""


def is_drawn(annotator: str, target: Target, rate: float) -> bool:
    """Whether an item is one that a repeat comes before: the same for the same person and target, today and tomorrow."""
    return _number(annotator, target, "drawn") < rate * (1 << 64)


def due(store: Store, queue: Queue, annotator: str, following: Item, rate: float, now: Callable[[], float] = time.time) -> Item | None:
    """The repeat to show before an item that is to do; None where none is. One that is chosen is kept: it is the same after a restart."""
    if not is_drawn(annotator, following.target, rate):
        return None
    kept = store.repeat_at(queue.id, annotator, following.position)
    if kept is not None:
        return kept if kept.state == ItemState.TODO else None
    first = _chosen(store, queue, annotator, following, date.fromtimestamp(now()))
    return None if first is None else store.add_repeat(queue.id, annotator, following.position, first.id)


def _chosen(store: Store, queue: Queue, annotator: str, following: Item, today: date) -> Item | None:
    """An earlier item with a whole verdict of mine that was not shown again yet; one of an earlier day where there is one."""
    newest = {verdict.item_id for verdict in store.last_verdicts(queue.id, annotator, APART)}
    lately: Item | None = None
    for number in range(TRIES if following.position > 1 else 0):
        position = 1 + _number(annotator, following.target, str(number)) % (following.position - 1)
        item = store.at(queue.id, position)
        if item is None or item.state != ItemState.DONE or store.was_repeated(queue.id, annotator, item.target):
            continue
        verdict = store.verdict_on(item.id)
        if verdict is None or verdict[0] != annotator or not store.has_payload(queue.source_id, item.trace_id):
            continue
        if date.fromtimestamp(verdict[1]) < today:
            return item
        if item.id not in newest and lately is None:
            lately = item
    return lately


def _number(annotator: str, target: Target, purpose: str) -> int:
    """64 bits that follow from these alone."""
    text = "\0".join((purpose, annotator, target.kind, target.id, str(target.position)))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
