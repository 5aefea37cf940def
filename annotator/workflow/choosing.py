"""Which items the traces of a source give to a queue: from headers where they settle it, else when payloads and annotations are here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from annotator.domain.annotation import Target
from annotator.domain.filter import And, Condition, Need, needs
from annotator.domain.message import Reading
from annotator.domain.queue import Item, NewItem
from annotator.domain.record import record
from annotator.domain.source import Wanted
from annotator.domain.span import Span, SpanHeader, root
from annotator.filter.facts import ItemFacts, Reviewer
from annotator.filter.matching import matcher
from annotator.filter.parsing import parse
from annotator.workflow.adding import Headers
from annotator.workflow.ahead import Ahead
from annotator.workflow.batched import batched
from annotator.workflow.everyone import pull
from annotator.workflow.filling import Filling
from annotator.workflow.item_facts import Looked, Together
from annotator.workflow.loading import SPANS_A_REQUEST, keep
from annotator.workflow.rules import Rules, condition_of_rules
from annotator.workflow.selection import all_of, candidates, condition_of, gathers, lasts, mixes
from annotator.workflow.turns import ALL, session_id

Test = Callable[[ItemFacts], bool | None]
Asked = tuple[list[str], Iterator[Sequence[Span]]]
"""Traces, and their spans on their way."""


class Unread(Looked):
    """By its headers alone."""

    def span(self, header: SpanHeader) -> Span | None:
        return None

    def reading(self, header: SpanHeader) -> Reading | None:
        return None


@record
class Chosen:
    """What some candidates have come to."""

    items: Sequence[NewItem]
    headers: Headers
    looked: int
    """How many candidates those were."""


class Choosing:
    """For one queue and one listing of its source."""

    def __init__(self, work: Filling) -> None:
        """Raises FilterError."""
        self.work = work
        selection = work.queue.selection
        self.rules = Rules(work.store, work.queue) if selection.rules else None
        """None where a queue takes all that it may."""
        parsed = parse(selection.filter) if selection.filter else None
        self.condition = condition_of(selection, parsed)
        self._unsaid = condition_of(replace(selection, session=None), parsed)
        """Without what the source is told by the selection itself."""
        parts = _parts(self.condition)
        said = [part for part in parts if "annotations" in needs(part)]
        self.by_rows = _test(said)
        """What everybody's annotations decide, which are asked for only of what fits otherwise."""
        self.by_span = _test([part for part in parts if part not in said])
        self.of_documents = selection.target == "document"
        self.reads_payload = self.of_documents or any("payload" in needs(part) for part in said)
        self.reviewer = Reviewer(work.annotator, work.identifier)
        taken = condition_of_rules(selection)
        every = [one for one in (self.condition, taken) if one is not None]
        self._unsaid = all_of([one for one in (self._unsaid, taken) if one is not None]) if every else None
        known = self.rules.needs if self.rules else frozenset()
        self.waits = self.reads_payload or bool(said) or bool(known) or any("payload" in needs(one) for one in every)
        """Candidates may have to be looked at more closely than their headers allow."""
        self.lasts = not every or (selection.target != "session" and all(map(lasts, every)))
        self.sessionless: set[str] = set()
        """Traces without a session, where sessions are judged."""

    @property
    def everything_again(self) -> bool:
        """What was listed before may give something new: annotations were made, or a session went on."""
        asked = self.by_rows is not None or (self.rules is not None and "annotations" in self.rules.needs)
        return asked or self.work.queue.selection.target == "session"

    @property
    def gathers(self) -> bool:
        """Nothing gets its place before everything is chosen."""
        selection = self.work.queue.selection
        if self.rules:
            return self.rules.gathers
        # A limit is a chance of known size where all are counted; they are not fetched for that.
        return gathers(selection) or (selection.limit is not None and mixes(selection) and not self.waits)

    def wanted(self) -> Wanted | None:
        """What a source may narrow its listing by; None where it cannot, or there is nothing.

        By annotations only while the server has them as they are here.
        """
        work = self.work
        parts = _parts(self._unsaid) if work.source.capabilities.narrows else []
        said = [part for part in parts if "annotations" in needs(part)]
        if said and work.store.differs(work.queue.source.server):
            parts = [part for part in parts if part not in said]
        return Wanted(all_of(parts), work.identifier) if parts else None

    def candidates(self, headers: Headers, whole: bool) -> list[NewItem]:
        """What these traces may give; nothing where it has to be known whole first, and is not."""
        if not (whole or self.lasts):
            return []
        if self.work.queue.selection.target == "session":
            return self._sessions(headers)
        return [item for spans in headers.values() for item in candidates(spans, self.work.queue.selection, whole)]

    def _sessions(self, headers: Headers) -> list[NewItem]:
        """One of each session that these traces belong to, with the newest trace that is here of it."""
        store, source_id = self.work.store, self.work.queue.source_id
        named = {trace_id: session_id(spans) for trace_id, spans in headers.items()}
        self.sessionless.update(trace_id for trace_id, session in named.items() if session is None)
        self.sessionless.difference_update(trace_id for trace_id, session in named.items() if session is not None)
        newest = {session: store.session_traces(source_id, session, ALL)[-1] for session in dict.fromkeys(named.values()) if session}
        spans = {**store.headers_of(source_id, [trace for trace in newest.values() if trace not in headers]), **headers}
        tops = {session: root(tuple(spans[trace])) for session, trace in newest.items()}
        return [NewItem(Target("session", session), top.trace_id, top.span_id) for session, top in tops.items() if top is not None]

    def choose(self, found: Sequence[NewItem], headers: Headers | None = None) -> Iterator[Chosen]:
        """The candidates that the queue wants, in their order, a few at a time; fetches what is missing to know that."""
        for some in batched(found):
            known = headers or self._headers(some)
            if self.condition is None and self.rules is None and not self.waits:
                yield Chosen(some, known, len(some))
            else:
                yield from self._closely(some, known)

    def _headers(self, found: Sequence[NewItem]) -> Headers:
        return self.work.store.headers_of(self.work.queue.source_id, {item.trace_id for item in found})

    def _closely(self, some: Sequence[NewItem], headers: Headers) -> Iterator[Chosen]:
        together = self._together(some, headers)
        verdicts = {item.target: self._try(self.by_span, item, together, Unread) for item in some}
        left = [item for item in some if verdicts[item.target] is not False]
        lacks = self._lacks(left, together)
        left = [item for item in left if item.target in lacks]
        if not self.waits:
            yield Chosen(self._taken(left, together), headers, len(some))
            return
        sure = set() if self.of_documents else {target for target, verdict in verdicts.items() if verdict}
        groups = list(self._grouped(left, {target for target in sure if "payload" not in lacks.get(target, ())}, together))
        looked = len(some) - len(left)
        coming = self._ask(groups, 0)
        for place, (group, _) in enumerate(groups):
            asked, coming = coming, self._ask(groups, place + 1)
            if asked is not None:
                keep(self.work, *asked)
            yield Chosen(self._passed(group, sure, lacks, headers), headers, looked + len(group))
            looked = 0
        if looked:
            yield Chosen([], headers, looked)

    def _lacks(self, left: Sequence[NewItem], together: Together) -> dict[Target, Collection[Need]]:
        """What the rules have to know yet of each candidate that they may take."""
        if self.rules is None:
            return dict.fromkeys((item.target for item in left), ())
        if self.of_documents:
            return dict.fromkeys((item.target for item in left), self.rules.needs)
        self.rules.look_up(left)
        tried = {item.target: self.rules.lacks(item, self._facts(item, together, Unread)) for item in left}
        return {target: lacking for target, lacking in tried.items() if lacking is not None}

    def _grouped(self, left: Sequence[NewItem], sure: Collection[Target], together: Together) -> Iterator[tuple[list[NewItem], list[str]]]:
        """Candidates that are decided together, and the traces that are to be fetched for them: about 100 spans."""
        store, source_id = self.work.store, self.work.queue.source_id
        group: list[NewItem] = []
        missing: dict[str, int] = {}
        for item in left:
            spans = together.spans(_item(item)) if self.reads_payload or item.target not in sure else ()
            new = [trace for trace in dict.fromkeys(span.trace_id for span in spans) if trace not in missing]
            lacking = {trace: len(together.headers[trace]) for trace in new if not store.has_payload(source_id, trace)}
            if missing and lacking and sum(missing.values()) + sum(lacking.values()) > SPANS_A_REQUEST:
                yield group, list(missing)
                group, missing = [], {}
            group.append(item)
            missing |= lacking
        if group:
            yield group, list(missing)

    def _ask(self, groups: Sequence[tuple[list[NewItem], list[str]]], place: int) -> Asked | None:
        """The spans of a group's traces on their way; None where none is missing."""
        if place >= len(groups) or not groups[place][1]:
            return None
        return groups[place][1], Ahead(self.work.source.spans(groups[place][1]))

    def _passed(
        self, group: Sequence[NewItem], sure: Collection[Target], lacks: Mapping[Target, Collection[Need]], headers: Headers
    ) -> list[NewItem]:
        """Those of a group that fit, now that their payloads are here."""
        together = self._together(group, headers)
        found = [one for item in group for one in _documents(item, together)] if self.of_documents else list(group)
        found = [item for item in found if item.target in sure or self._try(self.by_span, item, together)]
        asking = [item for item in found if self.by_rows or "annotations" in lacks[_span_of(item)]]
        work = self.work
        if work.sink is not None and asking:
            trace_ids = {span.trace_id for item in asking for span in together.spans(_item(item))}
            pull(work.store, work.sink, work.queue.source.server, work.queue.source_id, trace_ids)
        if self.rules is not None and self.of_documents:
            self.rules.look_up(found)
        together = self._together(found, headers)
        return self._taken([item for item in found if self._try(self.by_rows, item, together)], together)

    def _taken(self, fitting: Sequence[NewItem], together: Together) -> list[NewItem]:
        """Those that the rules take."""
        if self.rules is None:
            return list(fitting)
        tried = (self.rules.judge(item, self._facts(item, together)) for item in fitting)
        return [item for item in tried if item is not None]

    def _together(self, some: Sequence[NewItem], headers: Headers) -> Together:
        together = Together(self.work.store, self.work.queue, [_item(one) for one in some])
        together.headers = {trace_id: tuple(spans) for trace_id, spans in headers.items()}
        return together

    def _try(self, test: Test | None, item: NewItem, together: Together, how: type[Looked] = Looked) -> bool | None:
        return True if test is None else test(self._facts(item, together, how))

    def _facts(self, item: NewItem, together: Together, how: type[Looked] = Looked) -> Looked:
        return how(_item(item), self.reviewer, together)


def _parts(condition: Condition | None) -> Sequence[Condition]:
    """What has to hold all together."""
    return () if condition is None else condition.conditions if isinstance(condition, And) else (condition,)


def _test(parts: Sequence[Condition]) -> Test | None:
    return matcher(all_of(parts)) if parts else None


def _item(new: NewItem) -> Item:
    """As it will be in the queue."""
    return Item(0, 0, 0, new.target, new.trace_id, new.span_id)


def _span_of(item: NewItem) -> Target:
    """The candidate that a document came of; any other is its own."""
    return Target("span", item.span_id) if item.target.kind == "document" else item.target


def _documents(item: NewItem, together: Together) -> list[NewItem]:
    """One for each document that the span retrieved."""
    found = together.trace(item.trace_id)
    count = len(found[1][item.span_id].documents) if found and item.span_id in found[1] else 0
    return [replace(item, target=Target("document", item.span_id, position)) for position in range(count)]
