"""Export: the judged items of a queue, one after the other, with what was recorded and what everybody said about them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import HUMAN, NOTE, Annotation, ItemState, KnownAnnotation, Target
from annotator.domain.exported import Exported, Outcome, Recorded
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.redaction import Redactor
from annotator.domain.splits import Splits
from annotator.domain.store import Store
from annotator.errors import StoreError
from annotator.filter.facts import Reviewer
from annotator.workflow.batched import BATCH
from annotator.workflow.expected import NAME
from annotator.workflow.filtering import Sieve
from annotator.workflow.outcome import Judging, judging_of, standing
from annotator.workflow.recorded import Recordings
from annotator.workflow.targets import targets_in_store
from annotator.workflow.turns import ALL
from annotator.workflow.verdict import Voices
from annotator.workflow.walk import Walk

Rows = Sequence[KnownAnnotation]
MISSING, DAMAGED, UNKNOWN = "not here yet", "damaged", "undecided"
"""Why an item is left out: its payload is not here; it cannot be read; the filter cannot tell without it."""


@record
class Wanted:
    """Which items, and how they are told apart."""

    sieve: Sieve | None = None
    """Only items that match."""
    passing: Sieve | None = None
    """Items that match are a pass, the other judged ones a fail; without it the rubric says which label is what."""
    everything: bool = False
    """Items that nobody judged, too."""
    members: str = ""
    """Only items that were put into this data set, judged or not."""
    mine: Reviewer | None = None
    """Only this person's annotations."""
    me: Reviewer = Reviewer()
    """Whose answer counts where there are several."""
    splits: Splits | None = None
    expected: str = NAME
    """The annotation that holds the expected output."""


class Exporting:
    """An export of one queue; `looked` counts items, `left` those that should be there and cannot, by reason."""

    def __init__(self, store: Store, queue: Queue, wanted: Wanted, redactor: Redactor | None = None) -> None:
        self.store = store
        self.queue = queue
        self.wanted = wanted
        self.looked = 0
        self.left: Counter[str] = Counter()
        self._hide = (lambda text: text) if redactor is None else redactor.text
        self._recordings = Recordings(store, queue.source_id)
        self._judging: Judging | None = judging_of(queue.rubric)

    @property
    def tells(self) -> bool:
        """Passes can be told from fails."""
        return self.wanted.passing is not None or self._judging is not None

    def items(self) -> Iterator[Exported]:
        """In the order of the queue; of at most BATCH items anything is in memory at once."""
        after = 0
        while items := self.store.items(self.queue.id, after, BATCH):
            after = items[-1].position
            fits = self._fitting(items)
            passing = dict(zip((item.id for item in fits), self.wanted.passing.look(fits), strict=True)) if self.wanted.passing else {}
            for item in fits:
                self.looked += 1
                found = self._item(item, passing)
                if found is not None:
                    yield found
            self.looked += len(items) - len(fits)

    def one(self, item: Item) -> Exported | None:
        """An item of the queue, judged or not; None where it cannot be read, and `left` says why."""
        return self._item(item, {})

    def _fitting(self, items: Sequence[Item]) -> list[Item]:
        wanted = self.wanted
        kept = self._members(items) if wanted.members else list(items) if wanted.everything else self._judged(items)
        if wanted.sieve is None or not kept:
            return kept
        looks = wanted.sieve.look(kept)
        self.left[UNKNOWN] += looks.count(None)
        return [item for item, look in zip(kept, looks, strict=True) if look]

    def _members(self, items: Sequence[Item]) -> list[Item]:
        held = self.store.datasets_of(self.queue.source.server, [item.target for item in items])
        return [item for item in items if self.wanted.members in held.get(item.target, ())]

    def _judged(self, items: Sequence[Item]) -> list[Item]:
        """Done, or with an answer of a person on its own target; of mine alone where only mine are wanted."""
        server = self.queue.source.server
        kinds = {item.target.kind for item in items}
        with_rows = {
            kind: self.store.among_judged(server, kind, {one.target.id for one in items if one.target.kind == kind}) for kind in kinds
        }
        return [
            item
            for item in items
            if (item.state == ItemState.DONE and self.wanted.mine is None)
            or (item.target.id in with_rows[item.target.kind] and any(map(self._is_verdict, self.store.known_on(server, [item.target]))))
        ]

    def _is_verdict(self, known: KnownAnnotation) -> bool:
        return known.row.annotator_kind == HUMAN and known.row.name not in (NOTE, self.wanted.expected) and self._counts(known)

    def _counts(self, known: KnownAnnotation) -> bool:
        return self.wanted.mine is None or self.wanted.mine.wrote(known)

    def _item(self, item: Item, passing: Mapping[int, bool | None]) -> Exported | None:
        try:
            recorded = self._recordings.of(item)
        except StoreError:
            self.left[DAMAGED] += 1
            return None
        if recorded is None:
            self.left[MISSING] += 1
            return None
        rows = [known for known in self._rows(item, recorded) if self._counts(known)]
        own = [known for known in rows if known.row.target == item.target]
        judged = item.state == ItemState.DONE or any(map(self._is_verdict, own))
        voices = Voices(Walk(self.queue.rubric, targets_in_store(self.store, self.queue, item)), rows, self.wanted.me)
        return Exported(
            self.queue.name,
            replace(item, reason=self._hide(item.reason), why=self._hide(item.why)),
            recorded,
            tuple(rows),
            voices.answers,
            self._outcome(item, own, passing, judged),
            self._expected(own, voices),
            self.queue.rubric.name,
            self.queue.rubric.version,
            1 / item.inclusion if item.inclusion else None,
            self.wanted.splits.of(item.target) if self.wanted.splits else None,
        )

    def _outcome(self, item: Item, own: Rows, passing: Mapping[int, bool | None], judged: bool) -> Outcome:
        if self.wanted.passing is not None:
            return "" if passing.get(item.id) is None or not judged else "pass" if passing[item.id] else "fail"
        return self._judging.outcome(own) if self._judging else ""

    def _rows(self, item: Item, recorded: Recorded) -> list[KnownAnnotation]:
        """On the item's target and what belongs to it: a whole trace, a session's traces, the documents of a span."""
        server, source_id, target = self.queue.source.server, self.queue.source_id, item.target
        rows = self.store.known_on(server, [target])
        if target.kind in ("trace", "session") or (target.kind == "span" and self.queue.selection.target == "root"):
            traces = self.store.session_traces(source_id, target.id, ALL) if target.kind == "session" else []
            for trace_id in traces or [item.trace_id]:
                rows += self.store.known_in(server, source_id, trace_id)
        elif target.kind == "span":
            count = sum(1 for one in recorded.documents if one.span_id == target.id)
            rows += self.store.known_on(server, [Target("document", target.id, place) for place in range(count)])
        found = {known.row.identity: known for known in rows}
        return [self._hidden(known) for _, known in sorted(found.items(), key=lambda one: _order(one[1].row))]

    def _hidden(self, known: KnownAnnotation) -> KnownAnnotation:
        row = known.row
        words = self._hide(row.explanation) if row.explanation else row.explanation
        return replace(known, row=replace(row, explanation=words, metadata=self._hidden_value(row.metadata)))

    def _hidden_value(self, value: Any) -> Any:
        """Evidence quotes the trace."""
        if isinstance(value, str):
            return self._hide(value)
        if isinstance(value, Mapping):
            return {key: self._hidden_value(inner) for key, inner in value.items()}
        return [self._hidden_value(inner) for inner in value] if isinstance(value, list | tuple) else value

    def _expected(self, own: Rows, voices: Voices) -> str | None:
        """My text, else the newest of other people's, but none of a verdict that does not stand."""
        written = [known for known in standing(own, self.wanted.expected) if voices.lets(known)]
        mine = [known for known in written if self.wanted.me.wrote(known)]
        newest: Collection[KnownAnnotation] = sorted(mine or written, key=lambda known: known.at)[-1:]
        return next((known.row.explanation for known in newest if known.row.explanation), None)


def _order(row: Annotation) -> tuple[str, str, int, str, str]:
    target = row.target
    return target.kind, target.id, -1 if target.position is None else target.position, row.name, row.identity.identifier
