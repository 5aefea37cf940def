"""The port to the local store. One instance per thread; every method is its own transaction."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Literal, Protocol

from annotator.domain.annotation import Annotation, Identity, ItemState, KnownAnnotation, Target, TargetKind
from annotator.domain.handover import HandedOver
from annotator.domain.imported import Import, Kept, Written
from annotator.domain.member_store import MemberStore
from annotator.domain.outbox import Account, OutboxCounts, OutboxEntry
from annotator.domain.queue import Counts, Item, Listed, Met, NewItem, Queue, Selection, SourceRef, Taken
from annotator.domain.rubric import Rubric
from annotator.domain.source import ServerRow
from annotator.domain.step import Reversal, SetAnnotation, Step, Verdict
from annotator.domain.trace_store import TraceStore


class QueueStore(Protocol):
    def create(self, name: str, source: SourceRef, selection: Selection, rubric: Rubric) -> Queue: ...

    def queues(self) -> list[Queue]:
        """Most recently used first."""

    def queue(self, queue_id: int) -> Queue: ...

    def touch(self, queue_id: int) -> None:
        """Make it the last used one."""

    def set_listing(self, queue_id: int, cursor: str | None, complete: bool) -> None: ...

    def set_stamp(self, queue_id: int, stamp: str) -> None: ...

    def set_rubric(self, queue_id: int, rubric: Rubric) -> Queue:
        """Keep the rubric; labels that are new get digits that no label had, labels that are gone retire theirs."""

    def rename(self, queue_id: int, name: str) -> None: ...

    def remove(self, queue_id: int) -> None: ...

    def unsent(self, queue_id: int) -> int:
        """Rows on the targets of its items that wait, or are parked."""

    def add_items(self, queue_id: int, items: Sequence[NewItem]) -> int:
        """Append those whose target is new to the queue; how many there were."""

    def counts(self, queue_id: int) -> Counts: ...

    def item(self, item_id: int) -> Item: ...

    def at(self, queue_id: int, position: int) -> Item | None:
        """The item at a position, else the next after it, else None."""

    def step(self, queue_id: int, position: int, direction: Literal[1, -1], states: Collection[ItemState] | None = None) -> Item | None:
        """The nearest item after or before a position in one of the states; None at the end."""

    def items(self, queue_id: int, after: int = 0, limit: int = 200) -> list[Item]: ...

    def listed(self, queue_id: int, after: int = 0, limit: int = 200, state: ItemState | None = None) -> list[Listed]:
        """`items`, all or those in a state, as a list shows them."""

    def unread(self, queue_id: int, after: int, limit: int) -> list[Item]:
        """Items after that position whose payload is here and whose question is not known yet."""

    def item_of(self, queue_id: int, target: Target) -> Item | None: ...

    def among_items(self, queue_id: int, kind: TargetKind, ids: Collection[str]) -> Collection[Target]:
        """The targets of the queue's items that have one of the ids."""

    def show_at(self, queue_id: int, items: Sequence[NewItem]) -> None:
        """Items that are here already show these traces and spans: their sessions went on."""


class RuleStore(Protocol):
    """Which rules the items of a queue met while those were open."""

    def taken(self, queue_id: int) -> Mapping[str, Taken]:
        """By the rule's name; one that came to nothing is missing."""

    def met(self, queue_id: int, targets: Collection[Target]) -> Mapping[Target, Mapping[str, Met]]:
        """Of those that are items of the queue, by the rule's name."""

    def keep_met(self, queue_id: int, items: Sequence[NewItem]) -> None:
        """Items that are in the queue already met these rules too, and are the likelier for it."""

    def settle_limit(self, queue_id: int) -> None:
        """The limit has cut nothing: the probabilities that it kept open are those of the rules."""


class AnnotationStore(Protocol):
    def commit(self, step: Step) -> None:
        """Journal, annotations, outbox, item states and counters in one transaction; on disk when it returns.

        Raises StoreBusy, with nothing changed, where another program holds the lock.
        """

    def undo(self, annotator: str, queue_id: int) -> Reversal | None: ...

    def redo(self, annotator: str, queue_id: int) -> Reversal | None: ...

    def on_target(self, server: str, target: Target, identifier: str | None = None) -> list[Annotation]:
        """Every row on a target, ours and what was pulled of others'; with an identifier only the rows under it, and all notes."""

    def known_on(self, server: str, targets: Collection[Target]) -> list[KnownAnnotation]:
        """Every row on these targets, and what is known of how it came to be; in the order of the targets."""

    def among_judged(self, server: str, kind: TargetKind, ids: Collection[str]) -> Collection[str]:
        """Those of the ids that `on_target` may have rows for."""

    def keep_read(self, rows: Sequence[ServerRow], read_at: float) -> None:
        """Keep rows as a server said them, with source, author and time; one with a change of ours in the outbox is left alone.

        `read_at`: when the reading began, in seconds since 1970; what was changed or sent since then is left alone too.
        A row that was decided here, and is another now that its user did not write, becomes a conflict: both are kept.
        """

    def forget_gone(self, server: str, kind: TargetKind, ids: Collection[str], rows: Sequence[ServerRow]) -> None:
        """Others' rows on these targets that a server once gave go where they are not among `rows`, which are all that it has there.

        For documents the ids are their spans'. Rows of people here stay, and rows that never came from a server.
        """

    def gone_of_ours(
        self, server: str, kind: TargetKind, ids: Collection[str], rows: Sequence[ServerRow], read_at: float
    ) -> list[Identity]:
        """Rows decided here that a server held before `read_at` and are not among `rows`, which are all that it has on these targets.

        Only on targets that others' rows show to be there: with a span, retention takes its rows away, and nobody decided that.
        """

    def dispute_gone(self, identities: Sequence[Identity], read_at: float) -> None:
        """Those of them that were not changed here meanwhile become conflicts: mine is kept until a person decides."""

    def known_in(self, server: str, source_id: int, trace_id: str, identifier: str | None = None) -> list[KnownAnnotation]:
        """Every row on a trace, its spans, their documents and its sessions; of one identifier where it is given."""

    def known_named(self, server: str, name: str) -> list[KnownAnnotation]:
        """Every row of that name that is here of a server, whatever its project."""

    def rows_read_at(self, source_id: int, trace_id: str) -> float:
        """When everybody's rows of the trace were read last, in seconds since 1970; 0 for never."""

    def set_rows_read(self, source_id: int, trace_ids: Collection[str], at: float) -> None:
        """They were read then."""

    def rows_unread(self, queue_id: int, after: int, limit: int) -> list[tuple[int, str]]:
        """Positions and traces of items after a position whose rows were never read."""

    def complete(self, queue_id: int, item_ids: Collection[int]) -> None:
        """Mark items done that the server already had my verdict for; journalled, not undoable."""

    def pass_over(self, queue_id: int, reasons: Mapping[int, str]) -> list[int]:
        """Skip items that are left to others, for a reason each; journalled, not undoable. Which of them were still to do."""

    def keep_reveal(self, annotator: str, queue_id: int | None, item_id: int | None, trace_id: str, parts: Sequence[str]) -> None:
        """Journal that somebody is about to see what is redacted: keys of blocks, none for the whole trace. On disk when it returns."""

    def last_verdicts(self, queue_id: int, annotator: str, limit: int) -> list[Verdict]:
        """Newest first; undone ones are left out."""

    def steps_since(self, queue_ids: Collection[int], at: float) -> list[tuple[float, Step]]:
        """What everybody did on these queues from that time on and did not take back, with its time; without what was so already."""

    def shift_began(self, queue_ids: Collection[int], pause: float) -> float | None:
        """The first step after nobody had judged for that many seconds; None where nobody ever did."""

    def last_handover(self, queue_ids: Collection[int]) -> HandedOver | None:
        """The newest that covers all these queues."""

    def keep_handover(self, handed: HandedOver) -> None:
        """Journal that a shift was handed over; nothing that could be undone."""

    def repeat_at(self, queue_id: int, annotator: str, position: int) -> Item | None:
        """What a person is shown again before the item at a position, whatever its state; see workflow/recheck.py."""

    def was_repeated(self, queue_id: int, annotator: str, target: Target) -> bool:
        """The person is shown it again before some item."""

    def verdict_on(self, item_id: int, state: ItemState = ItemState.DONE) -> tuple[str, float] | None:
        """Who put an item into a state last, and when; None where the last step about it did not do that."""

    def add_repeat(self, queue_id: int, annotator: str, position: int, item_id: int) -> Item:
        """Show a person an item of the queue again before the one at the position; one that is there already stays."""

    def verdict_times(self, queue_id: int, annotator: str, limit: int) -> list[float]:
        """When the newest verdicts were made, newest first, in seconds since 1970."""

    def changed_since(self, queue_id: int, seq: int | None) -> tuple[int, set[int]]:
        """The end of the journal, and the positions of the items whose state, or rows on whose own target, changed behind `seq`."""

    def last_answers(self, annotator: str, queue_id: int) -> tuple[int, list[Annotation]] | None:
        """The item whose verdict was made last and its answers now, for repeating and explaining."""


class ImportStore(Protocol):
    def among_here(self, kind: TargetKind, ids: Collection[str]) -> Collection[str]:
        """Those of the ids that a trace in the store has; for documents the ids are their spans'."""

    def keep_imported(
        self, work: Import, changes: Sequence[SetAnnotation], written: Mapping[Identity, Written] = MappingProxyType({})
    ) -> tuple[Import, list[Kept]]:
        """Keep somebody else's rows, or take them away, in one transaction: what became of each, and the import as it goes on.

        A row that a person here wrote, or that a server has with other content, is never changed. `written`: whose rows are and since
        when, where the file says so.
        """

    def foresee_imported(self, work: Import, changes: Sequence[SetAnnotation]) -> list[Kept]:
        """What `keep_imported` would do; nothing is changed."""

    def last_import(self) -> Import | None:
        """The newest that was not taken back."""

    def undo_import(self, work: Import) -> tuple[int, int]:
        """Take its rows back, also from the server: how many, and how many were left because they were changed since."""


class OutboxStore(Protocol):
    def due(self, server: str, now: float, limit: int, settle: float) -> list[OutboxEntry]:
        """Waiting entries whose last change is `settle` seconds old and whose delay is over, oldest first."""

    def next_due(self, server: str, settle: float) -> float | None:
        """When the next entry falls due, in seconds since 1970."""

    def set_base(self, identity: Identity, base: Annotation | None) -> None:
        """The server's row before our first write; kept for good."""

    def attempt(self, entries: Sequence[tuple[OutboxEntry, Annotation | None]]) -> None:
        """Add to `attempts` what each write is about to leave on the server, before it is sent."""

    def sent(self, entry: OutboxEntry, now_holds: Annotation | None, check_at: float | None = None) -> None:
        """The server holds this; the entry stays waiting where a newer generation came meanwhile.

        `attempts` is cleared. With `check_at` (seconds since 1970) it is kept, and the entry stays waiting until then:
        an earlier unanswered write may still land, so the server is to be read once more.
        """

    def failed(self, entries: Sequence[OutboxEntry], until: float, reason: str, unknown: bool) -> None:
        """Try again after `until` (seconds since 1970); unless `unknown`, the last of `attempts` was never applied and is forgotten."""

    def hurry(self, server: str) -> None:
        """Delays after failures are over; what is to be read once more is not any earlier."""

    def park(self, entry: OutboxEntry, reason: str, conflict: bool = False, theirs: Annotation | None = None) -> None:
        """Set aside until a person decides; a conflict's other row is journalled too."""

    def outbox_entries(
        self, server: str | None, state: Literal["waiting", "parked"] | None = None, limit: int = 200
    ) -> list[OutboxEntry]: ...

    def outbox_counts(self, server: str | None = None) -> OutboxCounts: ...

    def awaited(self) -> list[str]:
        """The servers that something waits for, in order."""

    def retry(self, identity: Identity) -> None:
        """Parked to waiting. On a conflict: mine replaces theirs."""

    def drop(self, identity: Identity) -> None:
        """Give up sending. On a conflict: theirs becomes the local row. Journalled."""

    def account(self, server: str, annotator: str) -> Account | None: ...

    def accounts(self, server: str | None) -> list[Account]:
        """Everybody who judged on a server, or on any."""

    def is_unsent(self, identity: Identity) -> bool:
        """A row of ours that the server does not have as it is here."""

    def differs(self, server: str) -> bool:
        """Some annotation here is not on the server as it is here, or is there and not here: unsent, given up, brought from a file."""

    def fix_account(self, account: Account) -> Account:
        """Keep it, or return the one that was fixed before."""

    def send_queue_to(self, queue_id: int, server: str, project: str, identifier: str, annotator: str) -> int:
        """Make the verdicts of a queue from files wait for a server; how many rows."""


class WordStore(Protocol):
    """Names that are in use, in order, for completion; and labels."""

    def annotation_names(self, limit: int = 1000) -> list[str]: ...

    def session_ids(self, limit: int = 1000) -> list[str]: ...

    def gave(self, name: str, label: str) -> bool:
        """Somebody gave an annotation of that name this label."""


class Store(TraceStore, QueueStore, RuleStore, AnnotationStore, ImportStore, OutboxStore, MemberStore, WordStore, Protocol):
    """All of it, over one connection."""

    def together(self) -> AbstractContextManager[None]:
        """What is changed inside is one transaction, at most a few ms of work and nothing that waits."""

    def checkpoint(self) -> None:
        """In an idle moment, do what would otherwise hold up a commit."""

    def close(self) -> None: ...
