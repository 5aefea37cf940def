"""Data sets: make each hold what people put into it here. Rules as of sync: read before writing, one batch at a time, and what was
sent and never answered is looked for before anything is sent again.

What a data set had before us, or somebody changed since, is left as it is.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from annotator.domain.dataset import Example, HeldExample, Member
from annotator.domain.source import DatasetSink, ServerUser
from annotator.errors import IdentityError, ProjectNotFound, RejectedRow, ServerError, StoreError
from annotator.filter.facts import Reviewer
from annotator.workflow.datasets import example_of
from annotator.workflow.exporting import Exporting, Wanted
from annotator.workflow.outage import pause
from annotator.workflow.sync import LATE_WRITE_SECONDS, NEVER_APPLIED, OTHERS_SECONDS

if TYPE_CHECKING:
    from annotator.workflow.sync import Drain

TOGETHER = 20
"""Examples of one request: a trace may have a megabyte."""
UNABLE = "This server cannot keep data sets apart by example: update it"
TAKEN_OUT = "somebody took the example out of the data set since"
CHANGED = "somebody changed the example in the data set since"
NOT_HERE = "the trace is not here any more: annotator pull brings it"


class MemberDrain:
    """One pass over what is due; part of a drain, whose lock and connections it uses."""

    def __init__(self, drain: "Drain", user: ServerUser | None) -> None:
        self.drain = drain
        self.store, self.done = drain.store, drain.done
        self.user = user

    def run(self) -> None:
        """Until nothing is due. Raises ServerError where the server says stop; what was not sent waits."""
        drain = self.drain
        while not drain.stopped() and (due := self.store.members_due(drain.server, drain.now(), TOGETHER, drain.settle)):
            first = due[0]
            self._take([member for member in due if (member.annotator, member.dataset) == (first.annotator, first.dataset)])
            drain.report(self.done)

    def _take(self, members: Sequence[Member]) -> None:
        """Those of one person and data set."""
        try:
            sink = self.drain.sink_of(self._project(members[0]))
            self.user = self.user or self.drain.greet(sink)
            self.drain.check_account(members[0].annotator, self.user)
            if sink.capabilities.datasets:
                self._settle(cast(DatasetSink, sink), members)
            else:
                self._park(members, UNABLE)
        except IdentityError as error:
            self.store.member_failed(members, self.drain.now() + OTHERS_SECONDS, error.title, self._late(members))
            self.done.error = error
        except (RejectedRow, ProjectNotFound) as error:
            self._park(members, error.title)

    def _project(self, member: Member) -> str:
        """Of the queue, so that its connection serves: data sets are in no project."""
        try:
            return self.store.queue(member.queue_id).source.project
        except StoreError:
            return ""

    def _settle(self, sink: DatasetSink, members: Sequence[Member]) -> None:
        dataset = members[0].dataset
        try:
            held = sink.examples(dataset, [member.example_id for member in members])
        except RejectedRow:
            raise
        except ServerError as error:
            self._put_off(members, error, sent=False)
            raise
        puts: list[tuple[Member, Example]] = []
        for member in members:
            self._compare(sink, member, held, puts)
        self._put(sink, puts)

    def _compare(self, sink: DatasetSink, member: Member, held: Mapping[str, HeldExample], puts: list[tuple[Member, Example]]) -> None:
        """What the data set has with what it should have: arrived, somebody else's doing, or to be written."""
        there = held.get(member.example_id)
        ours = there is None or member.ours is True
        changed = there is not None and bool(member.known) and there.digest not in member.known
        if not ours or (there is None and not member.within):
            self._sent(member, None, ours)
        elif not member.within:
            self._remove(sink, member)
        elif there is None and member.held is not None and not member.attempts:
            self._park([member], TAKEN_OUT)
        elif (example := self._example(member)) is None:
            self._park([member], NOT_HERE)
        elif there is not None and there.digest == example.digest:
            self._sent(member, example.digest, True)
        elif changed:
            self._park([member], CHANGED)
        else:
            puts.append((member, example))

    def _example(self, member: Member) -> Example | None:
        """As an export makes it, so that both mean the same one; None where it cannot be made."""
        account = self.store.account(self.drain.server, member.annotator)
        me = Reviewer(member.annotator, account.identifier if account else "")
        try:
            queue = self.store.queue(member.queue_id)
            item = self.store.item_of(queue.id, member.target)
        except StoreError:
            return None
        wanted = Wanted(everything=True, me=me, expected=self.drain.expected)
        exported = Exporting(self.store, queue, wanted, self.drain.redactor).one(item) if item else None
        return example_of(exported) if exported else None

    def _put(self, sink: DatasetSink, puts: Sequence[tuple[Member, Example]]) -> None:
        if not puts:
            return
        members = [member for member, _ in puts]
        self.store.member_attempt([(member, example.digest) for member, example in puts])
        try:
            sink.put_examples(members[0].dataset, [example for _, example in puts])
        except RejectedRow as error:
            self._refused(sink, puts, error)
        except ServerError as error:
            self._put_off(members, error, sent=True)
            raise
        else:
            for member, example in puts:
                self._sent(member, example.digest, True)

    def _refused(self, sink: DatasetSink, puts: Sequence[tuple[Member, Example]], error: RejectedRow) -> None:
        """Nothing was written: each is sent alone, to find out which one it is."""
        if len(puts) == 1:
            self._park([puts[0][0]], error.title)
            return
        for one in puts:
            self._put(sink, [one])

    def _remove(self, sink: DatasetSink, member: Member) -> None:
        self.store.member_attempt([(member, "")])
        try:
            sink.remove_example(member.dataset, member.example_id, member.known)
        except RejectedRow as error:
            self._park([member], error.title)
        except ServerError as error:
            self._put_off([member], error, sent=True)
            raise
        else:
            self._sent(member, None, True)

    def _sent(self, member: Member, held: str | None, ours: bool) -> None:
        """Arrived. While an earlier request that went unanswered may still land, the data set is to be looked at once more."""
        late = member.late_until > self.drain.now()
        self.store.member_sent(member, held, ours, member.late_until if late else None)
        if not late:
            self.done.sent += 1

    def _park(self, members: Sequence[Member], reason: str) -> None:
        for member in members:
            self.store.park_member(member, reason)
            self.done.parked += 1

    def _put_off(self, members: Sequence[Member], error: ServerError, sent: bool) -> None:
        tries = max(member.tries for member in members)
        may_land = sent and not isinstance(error, NEVER_APPLIED)
        late = self.drain.now() + LATE_WRITE_SECONDS if may_land else self._late(members)
        self.store.member_failed(members, self.drain.now() + pause(tries, error), error.title, late)

    def _late(self, members: Sequence[Member]) -> float:
        """Until when what was sent of them earlier may land."""
        return max(member.late_until for member in members)
