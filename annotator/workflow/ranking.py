"""What decides an item's place in an order by strata or scores, and the payloads and rows that have to be here to know it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from annotator.domain.annotation import Target
from annotator.domain.filter import Answer, Field
from annotator.domain.ordering import looked_at
from annotator.domain.queue import Item, NewItem
from annotator.filter.facts import Focus, Reviewer
from annotator.filter.matching import rows_of
from annotator.filter.span_facts import values_of
from annotator.workflow.adding import Headers
from annotator.workflow.everyone import TRACES, is_due, pull
from annotator.workflow.filling import Filling
from annotator.workflow.item_facts import Looked, Together
from annotator.workflow.loading import bring
from annotator.workflow.selection import Ranked

FRESH_SECONDS = 600.0
"""Rows that were read so short a time ago are not asked for again: filling goes on after a stop where it was."""


class Ranking:
    """For one queue, on the thread whose store the work has."""

    def __init__(self, work: Filling) -> None:
        selection = work.queue.selection
        self.work = work
        self.on = looked_at(selection.by, selection.order) if selection.order in ("stratified", "uncertain") else None
        self.reviewer = Reviewer(work.annotator, work.identifier)
        self.waits = isinstance(self.on, Answer) or self.on == Field("model")
        """Payloads or annotations have to be known."""

    def look(self, items: Sequence[NewItem], headers: Headers, report: Callable[[], None] = lambda: None) -> list[Ranked]:
        """Some items, at most a few hundred, with what decides their places; nothing where the work was stopped on the way."""
        work = self.work
        if self.on == Field("model"):
            whole = self._together(items, headers)
            spans = {span.span_id: span.trace_id for item in items for span in whole.spans(_item(item))}
            for _ in bring(work, Counter(spans.values())):
                report()
        elif isinstance(self.on, Answer) and work.sink is not None:
            source_id, server = work.queue.source_id, work.queue.source.server
            traces = dict.fromkeys(item.trace_id for item in items)
            due = [one for one in traces if is_due(work.store, source_id, one, time.time(), FRESH_SECONDS)]
            for start in range(0, len(due), TRACES):
                if not work.stopped():
                    pull(work.store, work.sink, server, source_id, due[start : start + TRACES])
                    report()
        if self.waits and work.stopped():
            return []
        together = self._together(items, headers)
        return [self._ranked(item, Looked(_item(item), self.reviewer, together)) for item in items]

    def _together(self, items: Sequence[NewItem], headers: Headers) -> Together:
        together = Together(self.work.store, self.work.queue, [_item(one) for one in items])
        together.headers = {item.trace_id: tuple(headers[item.trace_id]) for item in items}
        return together

    def _ranked(self, item: NewItem, facts: Looked) -> Ranked:
        own, on = facts.own(), self.on
        start = own.start_ns if own else None
        if isinstance(on, Field):
            return Ranked(start, item, _values(on, item.target, facts))
        if on is None:
            return Ranked(start, item)
        rows = rows_of(facts, item.target, on)
        scores = [row.score for row in rows if row.score is not None]
        labels = {row.label for row in rows if row.label is not None}
        return Ranked(start, item, tuple(sorted(labels)), sum(scores) / len(scores) if scores else None)


def _values(on: Field, target: Target, facts: Looked) -> tuple[str, ...]:
    """Of the item's span; of what stands for a trace, and names no model itself, those of all its spans."""
    found = values_of(on.name, facts, Focus(target)) or ()
    if not found and on.name == "model" and target.kind != "document":
        readings = [facts.reading(span) for span in facts.spans()]
        found = [reading.model for reading in readings if reading and reading.model]
    return tuple(sorted({str(value) for value in found}))


def _item(new: NewItem) -> Item:
    """As it will be in the queue."""
    return Item(0, 0, 0, new.target, new.trace_id, new.span_id)
