"""Handing a shift over: what the journal says was done and stands, and what is open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from annotator.domain.annotation import NOTE, RECHECK, Annotation, Identity, ItemState, KnownAnnotation, Target, is_recheck
from annotator.domain.handover import Answer, Difference, Entry, Given, Handover, Period, Person, Place, QueueState, Unsent
from annotator.domain.outbox import OutboxEntry
from annotator.domain.queue import Item, Listed, Queue
from annotator.domain.redaction import Redactor
from annotator.domain.store import Store
from annotator.workflow.agreement import value_of
from annotator.workflow.answers import spoken
from annotator.workflow.progress import pace
from annotator.workflow.questions import HEAVY, with_questions
from annotator.workflow.report.disagreements import Disputed
from annotator.workflow.shift import Shift, Written
from annotator.workflow.unfinished import Found, half_judged, put, unsettled

PARKED, WAITING = 1000, 200
"""Unsent rows of a server that are looked at, at most."""


@dataclass
class Gathering:
    """One look through the store. `only`: what this person did; '' for everybody."""

    store: Store
    queues: Sequence[Queue]
    period: Period
    urls: Mapping[int, str]
    """By queue: the address of a trace's page, with `{trace_id}` in it."""
    redactor: Redactor | None = None
    only: str = ""
    most: int = 20
    """Entries of a list whose questions are read where they are not known yet."""
    hidden: Target | None = None
    """What is shown again just now: nothing is told of it."""

    def __post_init__(self) -> None:
        self._queues = {queue.id: queue for queue in self.queues}
        self._items: dict[int, Item] = {}
        self._rows: dict[tuple[str, Target], list[KnownAnnotation]] = {}
        self._listed: dict[int, tuple[Listed, str | None]] = {}

    def handover(self) -> Handover:
        shift = Shift()
        for at, step in self.store.steps_since(list(self._queues), self.period.since):
            if at <= self.period.until and self.only in ("", step.annotator.removesuffix(RECHECK)):
                shift.add(at, step, self._item_of)
        again = Counter(who for (who, item_id), put in shift.put.items() if self._is_repeat(item_id) and put.state == ItemState.DONE)
        shift.put = {key: put for key, put in shift.put.items() if not self._is_repeat(key[1])}
        # Second verdicts are counted, and not told: somebody may be shown the item again.
        first = {identity: written for identity, written in shift.written.items() if not is_recheck(identity, written.who)}
        standing = [(identity, written, row) for identity, written in first.items() if (row := self._now(identity))]
        standing = [one for one in standing if one[0].target != self.hidden]
        answers = [one for one in standing if one[0].name != NOTE]
        flagged, deferred = self._open(shift, ItemState.FLAGGED), self._open(shift, ItemState.DEFERRED)
        skipped = sorted(self._moved(shift, ItemState.SKIPPED).values(), key=self._place_of)
        partial = self._partial(answers)
        differing = self._differing(answers)
        notes = sorted((Found(written.item, written.who, row.row.explanation or "", written.at) for identity, written, row in standing
                        if identity.name == NOTE), key=self._place_of)  # fmt: skip
        parked = {server: self.store.outbox_entries(server, "parked", PARKED) for server in self._servers}
        lists = [[one.item for one in some] for some in (flagged, deferred, skipped, partial, notes)]
        lists.append([one.judged.item.id for one, _ in differing])
        self._read([item for some in lists for item in some], {item for some in lists for item in some[: self.most]})

        def entries(found: Iterable[Found]) -> tuple[Entry, ...]:
            return tuple(Entry(self._place(one.item), one.who, self._words(one.words), one.at, self._is_earlier(one)) for one in found)

        return Handover(
            self.period,
            tuple(QueueState(queue.name, queue.source, self.store.counts(queue.id)) for queue in self.queues),
            tuple(self._people(shift, standing, again)),
            tuple(self._given(answers)),
            entries(flagged),
            tuple(self._parked(entry) for some in parked.values() for entry in some),
            tuple(self._difference(one, who) for one, who in differing),
            entries(deferred),
            entries(partial),
            entries(skipped),
            entries(notes),
            tuple(self._unsent(server, some) for server, some in parked.items()),
            self.only,
        )

    @property
    def _servers(self) -> list[str]:
        return list(dict.fromkeys(queue.source.server for queue in self.queues if queue.source.server))

    def _item(self, item_id: int) -> Item:
        if item_id not in self._items:
            self._items[item_id] = self.store.item(item_id)
        return self._items[item_id]

    def _is_repeat(self, item_id: int) -> bool:
        """One of its person's own that is shown again, which is in no queue that is listed."""
        return self._item(item_id).queue_id not in self._queues

    def _item_of(self, queue_id: int, target: Target) -> int | None:
        found = self.store.item_of(queue_id, target)
        return found.id if found else None

    def _known(self, server: str, target: Target) -> list[KnownAnnotation]:
        if (server, target) not in self._rows:
            self._rows[server, target] = self.store.known_on(server, [target])
        return self._rows[server, target]

    def _now(self, identity: Identity) -> KnownAnnotation | None:
        """The row as it is: an earlier step may have been taken back since, or somebody else's row kept in its place."""
        return next((known for known in self._known(identity.server, identity.target) if known.row.identity == identity), None)

    def _place_of(self, found: Found) -> tuple[int, int, float]:
        """The order of queues and positions."""
        item = self._item(found.item)
        return list(self._queues).index(item.queue_id), item.position, found.at

    def _is_earlier(self, found: Found) -> bool:
        return found.at < self.period.since

    def _own_first(self, found: Iterable[Found]) -> list[Found]:
        """What is of the period, then what is older."""
        return sorted(found, key=lambda one: (self._is_earlier(one), self._place_of(one)))

    def _moved(self, shift: Shift, state: ItemState) -> dict[int, Found]:
        """Items that were put in a state in the period and still are in it: by whom last, and why."""
        found: dict[int, Found] = {}
        for (who, item_id), put_there in shift.put.items():
            item = self._item(item_id)
            if put_there.state == state == item.state and (item_id not in found or put_there.at > found[item_id].at):
                found[item_id] = Found(item_id, who, item.reason, put_there.at)
        return found

    def _open(self, shift: Shift, state: ItemState) -> list[Found]:
        """Every item in a state, whoever put it there and whenever: it belongs to the queue, and to whoever comes next."""
        return self._own_first(put(self.store, self.queues, state, self._moved(shift, state)))

    def _partial(self, answers: Sequence[tuple[Identity, Written, KnownAnnotation]]) -> list[Found]:
        """What was answered of items that are still to do, by person: on their own targets, and in the period on others."""
        found = {(one.item, one.who): one for one in half_judged(self.store, self.queues, self.only)}
        for identity, written, known in answers:
            item = self._item(written.item)
            criterion = self._queues[item.queue_id].rubric.criterion(identity.name)
            if item.state == ItemState.TODO and criterion is not None:
                before = found.get((item.id, written.who), Found(item.id, written.who, "", 0.0))
                bound = [] if identity.target == item.target else [f"{identity.name} {spoken(criterion, known.row)}"]
                words = ", ".join([*([before.words] if before.words else []), *bound])
                found[item.id, written.who] = Found(item.id, written.who, words, max(before.at, written.at))
        return self._own_first(found.values())

    def _differing(self, answers: Sequence[tuple[Identity, Written, KnownAnnotation]]) -> list[tuple[Disputed, str]]:
        """What nobody settled, and who judged it in the period; '' for nobody."""
        wrote = {(identity.server, identity.target, identity.name): written.who for identity, written, _ in answers}
        found = [
            (one, wrote.get((self._queues[one.judged.item.queue_id].source.server, one.rated.target, one.rated.name), ""))
            for one in unsettled(self.store, self.queues, self.only)
            if one.rated.target != self.hidden
        ]
        return sorted(found, key=lambda pair: not pair[1])

    def _difference(self, one: Disputed, who: str) -> Difference:
        mine = next((pair for pair in one.said if pair[0].is_person and pair[0].who == (who or self.only)), one.said[0])
        others = [pair for pair in one.said if _label(pair[1]) != _label(mine[1])]
        first, *rest = (Answer(rater.who, rater.kind, self._words(_label(row))) for rater, row in (mine, *others))
        return Difference(self._place(one.judged.item.id, one.rated.target), one.rated.name, first, tuple(rest), not who)

    def _people(
        self, shift: Shift, standing: Sequence[tuple[Identity, Written, KnownAnnotation]], again: Mapping[str, int]
    ) -> list[Person]:
        notes = Counter(written.who for identity, written, _ in standing if identity.name == NOTE)
        answers = Counter(written.who for identity, written, _ in standing if identity.name != NOTE)
        states = Counter((who, put.state) for (who, _), put in shift.put.items())
        return [
            Person(
                who, states[who, ItemState.DONE], states[who, ItemState.SKIPPED], states[who, ItemState.DEFERRED],
                states[who, ItemState.FLAGGED], again.get(who, 0), answers[who], notes[who],
                pace(shift.verdicts.get(who, [])[::-1]), min(times), max(times),
            )
            for who, times in sorted(shift.times.items())
        ]  # fmt: skip

    def _given(self, answers: Sequence[tuple[Identity, Written, KnownAnnotation]]) -> list[Given]:
        """In the order of the rubrics, then of the names."""
        order = {one.name: place for queue in reversed(self.queues) for place, one in enumerate(queue.rubric.criteria)}
        found: dict[tuple[str, str], list[KnownAnnotation]] = {}
        for identity, written, known in answers:
            found.setdefault((identity.name, written.who), []).append(known)
        given = []
        for (name, who), rows in sorted(found.items(), key=lambda pair: (order.get(pair[0][0], len(order)), pair[0])):
            labels = Counter(known.row.label for known in rows if known.row.label is not None)
            bare = [known.row for known in rows if known.row.label is None]
            scores = sorted(row.score for row in bare if row.score is not None)
            texts = sum(row.score is None for row in bare)
            given.append(Given(name, who, tuple(labels.most_common()), tuple(scores), texts))
        return given

    def _words(self, text: str) -> str:
        """Whoever typed it may have quoted the trace."""
        return self.redactor.text(text) if self.redactor and text else text

    def _read(self, items: Sequence[int], shown: Iterable[int]) -> None:
        """What was asked in these items; of those that are shown also where it was never read."""
        wanted = set(shown)
        rows: dict[tuple[int, bool], list[Listed]] = {}
        for item_id in dict.fromkeys(items):
            item = self._item(item_id)
            queue = self._queues[item.queue_id]
            [row] = self.store.listed(queue.id, item.position - 1, 1)
            light = item_id in wanted and self.store.payload_size(queue.source_id, item.trace_id) <= HEAVY
            rows.setdefault((queue.id, light), []).append(row)
        for (queue_id, light), some in rows.items():
            questions = with_questions(self.store, self._queues[queue_id].source_id, some, lambda light=light: light)  # type: ignore[misc]
            self._listed |= {row.item.id: (row, asked) for row, asked in zip(some, questions, strict=True)}

    def _place(self, item_id: int, target: Target | None = None) -> Place:
        item = self._item(item_id)
        row, question = self._listed[item_id]
        url = self.urls.get(item.queue_id, "").replace("{trace_id}", quote(item.trace_id, safe=""))
        return Place(self._queues[item.queue_id].name, item.position, target or item.target, item.trace_id, question or row.name, url)

    def _parked(self, entry: OutboxEntry) -> Entry:
        target = entry.identity.target
        whole = Target("span", target.id) if target.kind == "document" else target
        places = ((queue.id, one) for queue in self.queues if queue.source.server == entry.identity.server for one in (target, whole))
        item = next((found for queue_id, one in places if (found := self._item_of(queue_id, one))), None)
        if item is not None and item not in self._listed:
            self._read([item], [item])
        nowhere = Place("", None, target, target.id if target.kind == "trace" else "", "", "")
        place = nowhere if item is None else self._place(item, target)
        mine = value_of(entry.row) if entry.row else "taken back"
        theirs = value_of(entry.theirs) if entry.theirs else "taken away"
        what = f"{entry.identity.name}: {mine} here, {theirs} on the server" if entry.conflict else f"{entry.identity.name} {mine}"
        return Entry(place, entry.annotator, self._words(f"{what}; {entry.error}"), 0.0)

    def _unsent(self, server: str, parked: Sequence[OutboxEntry]) -> Unsent:
        counts = self.store.outbox_counts(server)
        waiting = self.store.outbox_entries(server, "waiting", WAITING)
        reasons = Counter(entry.error for entry in (*parked, *waiting) if entry.error)
        return Unsent(server, counts.waiting, counts.parked, tuple(reasons.most_common()))


def _label(row: Annotation) -> str:
    """What tells two answers apart."""
    return row.label if row.label is not None else f"{row.score:g}"
