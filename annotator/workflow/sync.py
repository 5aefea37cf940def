"""Sync: make the server hold what the person decided. Rules: read before writing, whole rows, one batch at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from annotator.domain.annotation import ADJUDICATED, NOTE, Annotation, Identity, TargetKind
from annotator.domain.outbox import Account, OutboxEntry
from annotator.domain.redaction import Redactor
from annotator.domain.source import ServerRow, ServerUser, Sink
from annotator.domain.store import Store
from annotator.errors import (
    AnnotatorError,
    Forbidden,
    IdentityError,
    MissingTargets,
    ProjectNotFound,
    RejectedRow,
    ServerError,
    Unauthorized,
    Unreachable,
)
from annotator.workflow.expected import NAME as EXPECTED
from annotator.workflow.outage import pause

BATCH = 100
"""735 rows/s at 100 a request, 547 at 10, no gain above (Phoenix 20.26, sync=true)."""
SETTLE_SECONDS = 1.0
"""A change is sent when it is this old, so that ten changes of mind are one row."""
LATE_WRITE_SECONDS = 20.0
"""An unanswered request may land this much later: behind another client's 10,000 rows a server kept a write waiting for 16.6 s."""
OTHERS_SECONDS = 15.0
"""How long another person's rows are left alone before the key is looked at again."""
TOGETHER = 25
"""Rows a transaction: each costs a write to the disk, and a key press waits for it about 2 ms at most."""
NEVER_APPLIED = (Unreachable, Unauthorized, Forbidden)
"""After any other failure of a write it may have been applied: a proxy can lose or replace an answer."""
T = TypeVar("T")


@dataclass
class Drained:
    """What one drain did."""

    sent: int = 0
    parked: int = 0
    conflicts: int = 0
    error: AnnotatorError | None = None
    """Why it stopped before the end; the rows wait."""
    unowned: str = ""
    """See Capabilities."""


@dataclass
class Drain:
    """One pass over what is due for a server. The caller holds the drain lock of the store."""

    store: Store
    sink_of: Callable[[str], Sink]
    """The server seen from one of its projects."""
    server: str
    now: Callable[[], float]
    settle: float = SETTLE_SECONDS
    report: Callable[[Drained], None] = lambda done: None
    stopped: Callable[[], bool] = lambda: False
    redactor: Redactor | None = None
    """What is hidden of what goes into data sets."""
    expected: str = EXPECTED
    """The annotation that holds the expected output."""
    done: Drained = field(default_factory=Drained)

    def run(self) -> Drained:
        """Until nothing is due, or the server says stop. Never raises for what the server did."""
        user: ServerUser | None = None
        try:
            while not self.stopped() and (entries := self.store.due(self.server, self.now(), BATCH, self.settle)):
                for group in _groups(entries):
                    sink = self.sink_of(group[0].project)
                    user = user or self.greet(sink)
                    self._take(sink, group, user)
                    self.report(self.done)
            self._send_members(user)
        except ServerError as error:
            self.done.error = error
        return self.done

    def greet(self, sink: Sink) -> ServerUser:
        """Whose key it is. Raises Forbidden where it may only read."""
        user = sink.user()
        if reason := sink.capabilities.read_only:
            raise Forbidden(reason, "Your verdicts are kept here; ask for a key that may write.")
        self.done.unowned = sink.capabilities.unowned
        return user

    def _send_members(self, user: ServerUser | None) -> None:
        """Examples of data sets, when the annotations that they carry are there."""
        if self.stopped() or not self.store.members_due(self.server, self.now(), 1, self.settle):
            return
        from annotator.workflow.members import MemberDrain

        MemberDrain(self, user).run()

    def _take(self, sink: Sink, group: Sequence[OutboxEntry], user: ServerUser) -> None:
        """Another person's rows, or those of a project that is gone, do not hold up the rest."""
        try:
            self.check_account(group[0].annotator, user)
            self._settle(sink, group)
        except IdentityError as error:
            self.store.failed(group, self.now() + OTHERS_SECONDS, error.title, unknown=True)
            self.done.error = error
        except ProjectNotFound as error:
            for entry in group:
                self._park(entry, error.title)

    def check_account(self, annotator: str, user: ServerUser) -> None:
        """Raises IdentityError where the key is not that of whose rows began under another one."""
        account = self.store.account(self.server, annotator)
        if account is not None and account.user_id != user.user_id:
            whose = f"{user.name}'s" if user.name else "nobody's"
            raise IdentityError(
                f"The key is {whose}, but the verdicts of {account.annotator} began under another user's key.",
                f"Nothing was sent. Use the key of {account.annotator}, or judge as somebody else with --as NAME.",
            )

    def _settle(self, sink: Sink, group: Sequence[OutboxEntry]) -> None:
        """Read what the server holds, compare, and write what differs."""
        held = self._read(sink, group)
        if group[0].identity.target.kind == "document" and (reason := sink.capabilities.no_documents):
            for entry in group:
                self._park(entry, reason)
            return
        puts: list[tuple[OutboxEntry, Annotation]] = []
        deletions: list[tuple[OutboxEntry, Annotation]] = []
        for some in _pieces(group):
            with self.store.together():
                for entry in some:
                    self._compare(entry, held[entry.identity].annotation if entry.identity in held else None, puts, deletions)
        # Notes go one by one, so that what a broken connection leaves is known of each.
        for together in [[one] for one in puts] if group[0].identity.name == NOTE else [puts]:
            self._put(sink, together)
        for entry, row in deletions:
            self._delete(sink, entry, row)

    def _compare(
        self,
        entry: OutboxEntry,
        current: Annotation | None,
        puts: list[tuple[OutboxEntry, Annotation]],
        deletions: list[tuple[OutboxEntry, Annotation]],
    ) -> None:
        """What the server holds with what it should: arrived, a conflict, or to be written."""
        base, expected = entry.base, entry.expected
        if not entry.base_known:
            self.store.set_base(entry.identity, current)
            # What is there already under an identifier that is not one's own is somebody else's.
            base, expected = current, current if self._own(entry) else None
        wanted = {"put": entry.row, "restore": base, "delete": None}[entry.action]
        if _same(current, wanted):
            self._sent(entry, wanted, seen=True)
        elif not (_same(current, expected) or any(_same(current, attempt) for attempt in entry.attempts)):
            self.store.park(entry, "another client changed this row on the server", conflict=True, theirs=current)
            self.done.conflicts += 1
        elif wanted is not None:
            puts.append((entry, wanted))
        elif current is not None:
            deletions.append((entry, current))

    def _own(self, entry: OutboxEntry) -> bool:
        """The row is the person's own, not one that was imported from a file; a note says so by its name."""
        account = self.store.account(self.server, entry.annotator)
        return account is None or entry.identity.name == NOTE or entry.identity.identifier == account.identifier

    def _read(self, sink: Sink, group: Sequence[OutboxEntry]) -> dict[Identity, ServerRow]:
        kind: TargetKind = group[0].identity.target.kind
        ids = sorted({entry.identity.target.id for entry in group})
        names = sorted({entry.identity.name for entry in group})
        identifiers = sorted({entry.identity.identifier for entry in group})
        rows = sink.read(kind, ids, names=names, identifiers=identifiers)
        return {row.annotation.identity: row for row in rows}

    def _sent(self, entry: OutboxEntry, row: Annotation | None, seen: bool = False) -> None:
        """Arrived. While an earlier request that went unanswered may still land, the server is to be looked at once more."""
        late = bool(entry.attempts) and not (seen and entry.checking)
        self.store.sent(entry, row, self.now() + LATE_WRITE_SECONDS if late else None)
        if not late:
            self.done.sent += 1

    def _put(self, sink: Sink, rows: Sequence[tuple[OutboxEntry, Annotation]]) -> None:
        """Upsert; rows that the server refuses by name are parked, and the rest goes on."""
        pending = list(rows)
        while pending:
            self.store.attempt(pending)
            entries = [entry for entry, _ in pending]
            try:
                sink.put([row for _, row in pending])
            except MissingTargets as error:
                refused = [index for index, entry in enumerate(entries) if entry.identity.target.id in error.ids]
                pending = self._without(sink, pending, refused, error)
            except RejectedRow as error:
                pending = self._without(sink, pending, [] if error.index is None else [error.index], error)
            except ServerError as error:
                self._put_off(entries, error)
                raise
            else:
                for some in _pieces(pending):
                    with self.store.together():
                        for entry, row in some:
                            self._sent(entry, row)
                return

    def _without(
        self, sink: Sink, pending: list[tuple[OutboxEntry, Annotation]], refused: Sequence[int], error: MissingTargets | RejectedRow
    ) -> list[tuple[OutboxEntry, Annotation]]:
        """What is left to send; where the server did not say which row it refused, each is sent alone."""
        if not refused and len(pending) > 1:
            for one in pending:
                self._put(sink, [one])
            return []
        parked = set(refused) or {0}
        for index in parked:
            self._park(pending[index][0], error.title)
        return [one for index, one in enumerate(pending) if index not in parked]

    def _delete(self, sink: Sink, entry: OutboxEntry, row: Annotation) -> None:
        self.store.attempt([(entry, None)])
        try:
            sink.delete(row)
        except (MissingTargets, RejectedRow) as error:
            self._park(entry, error.title)
        except ServerError as error:
            self._put_off([entry], error)
            raise
        else:
            self._sent(entry, None)

    def _park(self, entry: OutboxEntry, reason: str) -> None:
        self.store.park(entry, reason)
        self.done.parked += 1

    def _put_off(self, entries: Sequence[OutboxEntry], error: ServerError) -> None:
        tries = max(entry.tries for entry in entries)
        self.store.failed(entries, self.now() + pause(tries, error), error.title, unknown=not isinstance(error, NEVER_APPLIED))


def _same(one: Annotation | None, other: Annotation | None) -> bool:
    return other is None if one is None else one.same_as(other)


def _pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """What is done in one transaction."""
    return (rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER))


def _groups(entries: Sequence[OutboxEntry]) -> list[list[OutboxEntry]]:
    """One person, project and kind of target a request; notes apart, which go one by one."""
    groups: dict[tuple[str, str, TargetKind, bool], list[OutboxEntry]] = {}
    for entry in entries:
        groups.setdefault((entry.project, entry.annotator, entry.identity.target.kind, entry.identity.name == NOTE), []).append(entry)
    return list(groups.values())


def contact(store: Store, server: str, annotator: str, user: ServerUser) -> Account:
    """Fix under which identifier a person's rows go to a server: the web UI's own where the key is a person's.

    What somebody adjudicates is beside their own verdicts, of which the web UI has one.
    """
    own = user.user_id and not annotator.endswith(ADJUDICATED)
    identifier = f"px-app:{user.user_id}" if own else f"annotator:{annotator}"
    return store.fix_account(Account(server, annotator, identifier, user.user_id))
