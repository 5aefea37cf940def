"""Everybody's annotations of an item: read from the store, and what of others' may be seen before I have judged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from typing import NamedTuple

from annotator.domain.annotation import (
    HUMAN,
    NOTE,
    Annotation,
    ItemState,
    KnownAnnotation,
    Target,
    is_mine,
    is_recheck,
    recheck_identifier,
)
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.redaction import Redactor
from annotator.domain.span import SpanHeader
from annotator.domain.store import Store

MODEL, PROGRAM = "LLM", "CODE"
UNNAMED = {MODEL: "judge", PROGRAM: "code", HUMAN: "somebody"}
"""Whom nothing names, by kind."""
LAST = "\uffff"


@record
class Opinion:
    """An annotation of somebody's."""

    known: KnownAnnotation
    """What is redacted of its words is hidden, unless it is mine."""
    mine: bool
    who: str
    """Who or what judged, for people."""
    elsewhere: bool = False
    """Another item of the queue is about its target, and I have not judged that."""

    @property
    def row(self) -> Annotation:
        return self.known.row


@record
class Opinions:
    """All of one item, as they were in the store."""

    item_id: int
    rows: tuple[Opinion, ...] = ()
    """By target: the item's own first, then the trace, the session, each span with its documents; within it by name, mine first."""
    places: Mapping[Target, str] = field(default_factory=dict)
    """What each target is called."""
    read_at: float = 0.0
    """When they came from the server, in seconds since 1970; 0 for never."""


class Sight(NamedTuple):
    """What of others' annotations of an item may be seen."""

    everything: bool = False
    """They are shown from the start."""
    done: bool = False
    """My verdict on the item is whole."""
    answered: frozenset[tuple[Target, str]] = frozenset()
    """What I have judged: targets and names."""
    suggested: frozenset[str] = frozenset()
    """Names of which models' answers are shown before mine."""

    def shows(self, one: Opinion) -> bool:
        """Mine; what I have judged under the same name; after a whole verdict all but what other items are about."""
        row = one.row
        return (
            one.mine
            or self.everything
            or (row.target, row.name) in self.answered
            or (self.done and not one.elsewhere)
            or (row.annotator_kind == MODEL and row.name in self.suggested)
        )

    def of(self, opinions: Opinions) -> list[Opinion]:
        """What may be seen of them."""
        return [one for one in opinions.rows if self.shows(one)]


def sight_of(
    given: Mapping[Target, Mapping[str, Annotation]], done: bool, everything: bool = False, suggested: Iterable[str] = ()
) -> Sight:
    """`given`: my answers now, by target and name; `done`: my verdict is whole."""
    answered = frozenset((target, name) for target, answers in given.items() for name in answers)
    return Sight(everything, done, answered, frozenset(suggested))


def read_opinions(store: Store, queue: Queue, item: Item, annotator: str, identifier: str, redactor: Redactor | None = None) -> Opinions:
    """Everything here on the item's trace, its spans, their documents and its session; a few ms where there are hundreds."""
    headers = {span.span_id: (place, span) for place, span in enumerate(store.headers(queue.source_id, item.trace_id))}
    others: dict[Target, bool] = {}
    rows = []
    everybody = store.known_in(queue.source.server, queue.source_id, item.trace_id)
    if item.target.kind == "session" and all(known.row.target != item.target for known in everybody):
        everybody += store.known_on(queue.source.server, [item.target])  # of a trace that does not name its session
    again = item.queue_id != queue.id
    everybody = [known for known in everybody if not _is_other_verdict(known, annotator, identifier, again)]
    identifier = recheck_identifier(annotator) if again else identifier
    judged = {known.row.target for known in everybody if is_mine(known.row, annotator, identifier)}
    for known in everybody:
        mine, target = is_mine(known.row, annotator, identifier), known.row.target
        if redactor is not None and not mine and known.row.explanation:
            known = replace(known, row=replace(known.row, explanation=redactor.text(known.row.explanation)))
        if target not in others:
            others[target] = _is_elsewhere(store, queue, item, target, judged)
        rows.append(Opinion(known, mine, who(known), others[target]))

    def order(one: Opinion) -> tuple[int, bool, str, int, str, bool, str, str]:
        row, target = one.row, one.row.target
        wide = {"trace": -2, "session": -1}.get(target.kind)
        place = (
            -3 if target == item.target else wide if wide is not None else headers[target.id][0] if target.id in headers else len(headers)
        )
        name = LAST if row.name == NOTE else row.name
        return place, target.kind == "document", target.id, target.position or 0, name, not one.mine, one.who, row.identity.identifier

    places = {target: _place(target, headers[target.id][1] if target.id in headers else None, redactor) for target in others}
    return Opinions(item.id, tuple(sorted(rows, key=order)), places, store.rows_read_at(queue.source_id, item.trace_id))


def _is_other_verdict(known: KnownAnnotation, annotator: str, identifier: str, again: bool) -> bool:
    """Mine, and of the first verdict where the item is shown again, or of the second where it is not: neither may lead the other."""
    second = is_recheck(known.row.identity, annotator)
    return second != again and (second or known.annotator == annotator or is_mine(known.row, annotator, identifier))


def who(known: KnownAnnotation) -> str:
    """A person by name; a model or a program by its identifier, since whoever ran it is not who judged."""
    row = known.row
    kind, identifier = row.annotator_kind, row.identity.identifier
    own = identifier if not identifier.startswith("px-app:") else ""
    named = (known.annotator, known.author, own) if kind == HUMAN else (own,)
    return next((name for name in named if name), UNNAMED.get(kind, kind))


def _is_elsewhere(store: Store, queue: Queue, item: Item, target: Target, judged: Collection[Target]) -> bool:
    """Another item is about the target, or about the span whose document it is, and is not done, or not by me."""
    whole = Target("span", target.id) if target.kind == "document" else target
    found = [store.item_of(queue.id, one) for one in {target, whole}]
    return any(one is not None and one.id != item.id and (one.state != ItemState.DONE or one.target not in judged) for one in found)


def _place(target: Target, span: SpanHeader | None, redactor: Redactor | None) -> str:
    """As the screen calls a target: 'tool get_order', 'document 2 of search', 'trace'."""
    name = "" if span is None else redactor.text(span.name) if redactor else span.name
    if target.kind == "span":
        return f"{span.kind.lower() if span and span.kind else 'span'} {name or target.id}"
    return f"document {(target.position or 0) + 1} of {name or target.id}" if target.kind == "document" else target.kind
