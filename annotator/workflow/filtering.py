"""The items of a queue that a filter lets through."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from annotator.domain.annotation import ItemState
from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.filter import And, Comparison, Condition, Field
from annotator.domain.queue import Item, Queue
from annotator.domain.store import Store
from annotator.filter.facts import Reviewer
from annotator.filter.matching import matcher
from annotator.filter.vocabulary import Vocabulary
from annotator.workflow.batched import BATCH
from annotator.workflow.item_facts import Looked, Together

SAMPLE, SAMPLE_SIZE = 40, 100_000
"""Items that completion learns words from, and bytes of a trace in the store beyond which its payload is not read for that."""
INDEX = re.compile(r"\.\d+(?:\.|$)")
"""A place in a list: keys of messages and documents, of which there are hundreds."""


class Sieve:
    """A filter over the items of one queue. Only for the thread whose store it is given."""

    def __init__(self, store: Store, queue: Queue, condition: Condition, reviewer: Reviewer) -> None:
        self.store = store
        self.queue = queue
        self.reviewer = reviewer
        self._test = matcher(condition)
        self.state = state_of(condition)
        """The only state in which an item can match; None for any."""
        self.unknown = 0
        """Items that were looked at and could not be decided."""

    def look(self, items: Sequence[Item]) -> list[bool | None]:
        """Whether each matches; None where it cannot be known until its payload is here. At most a few hundred together."""
        together = Together(self.store, self.queue, items)
        found = [self._test(Looked(item, self.reviewer, together)) for item in items]
        self.unknown += found.count(None)
        return found

    def through(self, after: int = 0) -> Iterator[list[tuple[Item, bool | None]]]:
        """Every item behind that position, a batch at a time."""
        while items := self.store.items(self.queue.id, after, BATCH):
            yield list(zip(items, self.look(items), strict=True))
            after = items[-1].position


def state_of(condition: Condition) -> ItemState | None:
    """The state that an item has to be in, where a part of the filter says so."""
    for part in condition.conditions if isinstance(condition, And) else (condition,):
        if isinstance(part, Comparison) and part.subject == Field("state") and part.op == "=":
            return ItemState(str(part.value))
    return None


def vocabulary_of(store: Store, queues: Iterable[Queue]) -> Vocabulary:
    """What a filter over these queues may name without quotes: the annotations of their rubrics, and those in the store."""
    labels: dict[str, tuple[str, ...]] = {}
    names: dict[str, None] = {}
    for queue in queues:
        for criterion in queue.rubric.criteria:
            names[criterion.name] = None
            if isinstance(criterion.config, CategoricalConfig):
                found = (*labels.get(criterion.name, ()), *(value.label for value in criterion.config.values))
                labels[criterion.name] = tuple(dict.fromkeys(found))
    names |= dict.fromkeys(store.annotation_names())
    return Vocabulary(tuple(names), labels)


def sampled(vocabulary: Vocabulary, store: Store, queue: Queue) -> Vocabulary:
    """With what some of the queue's traces name, for completion; takes up to a second."""
    attributes: dict[str, None] = {}
    users: dict[str, None] = {}
    models: dict[str, None] = {}
    kinds: dict[str, None] = {}
    spans: dict[str, None] = {}
    for item in _spread(store, queue):
        together = Together(store, queue, [item])
        for header in together.spans(item):
            kinds[header.kind], spans[header.name] = None, None
        found = together.trace(item.trace_id) if store.payload_size(queue.source_id, item.trace_id) <= SAMPLE_SIZE else None
        for span in found[0].spans if found else ():
            attributes |= dict.fromkeys(key for key in span.attributes if not INDEX.search(key))
            reading = found[1][span.span_id] if found else None
            users |= dict.fromkeys([reading.user_id] if reading and reading.user_id else [])
            models |= dict.fromkeys([reading.model] if reading and reading.model else [])
    return replace(
        vocabulary, kinds=tuple(kinds), attributes=tuple(sorted(attributes)), users=tuple(users), models=tuple(models),
        spans=tuple(spans), sessions=tuple(store.session_ids()),
    )  # fmt: skip


def _spread(store: Store, queue: Queue) -> Iterator[Item]:
    """Some items from the start to the end of the queue."""
    count = store.counts(queue.id).items
    for position in range(1, count + 1, max(1, count // SAMPLE)):
        item = store.at(queue.id, position)
        if item is not None:
            yield item
