"""What the workflow's tests share: traces, a clock that is told the time, a queue on a server, and a drain of its outbox."""

from dataclasses import dataclass, field
from pathlib import Path

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.outbox import OutboxEntry
from annotator.domain.queue import Item, NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN, Condition, Criterion, Rubric
from annotator.domain.span import Span
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.judge import Judge, Judged
from annotator.workflow.sync import Drain, Drained, contact
from tests.fake_server import FakeServer

SECOND = 1_000_000_000
CORRECTNESS = Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0))))
SEVERITY = Criterion(CategoricalConfig("severity", (Value("low"), Value("high"))), when=Condition("correctness", "fail"))
SCORE = Criterion(ContinuousConfig("score", 0.0, 100.0))
COMMENT = Criterion(FreeformConfig("comment"), required=False)
RUBRIC = Rubric((CORRECTNESS, SEVERITY, SCORE, COMMENT), "refunds", "3")


class Clock:
    """Seconds since 1970, as told."""

    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


def span(
    span_id: str,
    trace_id: str = "",
    parent_id: str | None = None,
    start: int = 0,
    kind: str = "LLM",
    status: str = "OK",
    session: str | None = None,
) -> Span:
    """A span that starts `start` seconds after 1970 and lasts one; a trace of its own unless one is named."""
    return Span(
        trace_id or f"t{span_id}", span_id, parent_id, f"name {span_id}", kind, status, start * SECOND, (start + 1) * SECOND, session
    )


def traces(count: int) -> list[Span]:
    """Traces t1, t2, … of one span each, s1, s2, …, the newest last."""
    return [span(f"s{n}", f"t{n}", start=n) for n in range(1, count + 1)]


@dataclass
class Desk:
    """One person's program: a store, a clock, a server, and a queue with the items s1, s2, …"""

    folder: Path
    server: FakeServer
    clock: Clock = field(default_factory=Clock)
    rubric: Rubric = BUILT_IN
    name: str = "ann"
    items: int = 3

    def __post_init__(self) -> None:
        self.store = self.open()
        self.queue = self.store.create("queue", SourceRef(self.server.url, "default", self.server.url), Selection(), self.rubric)
        self.store.add_items(self.queue.id, [NewItem(Target("span", f"s{n}"), f"t{n}", f"s{n}") for n in range(1, self.items + 1)])
        self.judge = self.sit_down(self.name)

    def open(self) -> SqliteStore:
        return open_store(self.folder / "annotator.db", clock=self.clock)

    def reopen(self) -> None:
        """End and start again."""
        self.store.close()
        self.store = self.open()
        self.judge = self.sit_down(self.judge.annotator)

    def sit_down(self, name: str) -> Judge:
        """Somebody judges this queue."""
        account = contact(self.store, self.server.url, name, self.server.server_user)
        return Judge(self.store, self.store.queue(self.queue.id), account.annotator, account.identifier)

    def item(self, position: int) -> Item:
        item = self.store.at(self.queue.id, position)
        assert item is not None and item.position == position
        return item

    def answer(self, position: int, value: str | float, name: str = "correctness") -> Judged:
        criterion = self.judge.queue.rubric.criterion(name)
        assert criterion is not None
        return self.judge.answer(self.item(position), criterion, value)

    def identity(self, position: int, name: str = "correctness", identifier: str = "") -> Identity:
        return Identity(self.server.url, self.item(position).target, name, identifier or self.judge.identifier)

    def local(self, position: int, name: str = "correctness") -> Annotation | None:
        of = self.identity(position, name)
        return next((row for row in self.store.on_target(self.server.url, of.target) if row.identity == of), None)

    def held(self, position: int, name: str = "correctness", identifier: str = "") -> Annotation | None:
        """What the server has."""
        of = self.identity(position, name, identifier)
        return next((row for row in self.server.annotations if row.identity == of), None)

    def drain(self, settle: float = 0.0) -> Drained:
        """One drain, now."""
        return Drain(self.store, lambda project: self.server, self.server.url, self.clock, settle).run()

    def settled(self) -> Drained:
        """Drains without a fault until nothing is due; the sum of what they did."""
        total = Drained()
        for _ in range(50):
            self.clock.now += 120
            done = self.drain()
            assert done.error is None, done.error
            total.sent, total.parked, total.conflicts = total.sent + done.sent, total.parked + done.parked, total.conflicts + done.conflicts
            if not self.store.outbox_counts().waiting:
                return total
        raise AssertionError("something waits for ever")

    def entries(self) -> list[OutboxEntry]:
        return self.store.outbox_entries(None)

    def puts(self) -> list[list[str | None]]:
        """The labels of every put that the server applied."""
        return [[row.label for row in rows] for rows in self.server.puts]


def filling(store: SqliteStore, server: FakeServer, selection: Selection = Selection(), rubric: Rubric = BUILT_IN) -> Filling:  # noqa: B008
    """A new queue on the server, to be filled by ann."""
    name = f"queue {len(store.queues()) + 1}"
    queue = store.create(name, SourceRef(server.url, "default", server.url), selection, rubric)
    return Filling(store, server, queue, "annotator:ann", server)


def again(work: Filling) -> Progress:
    """Fill the queue as a new start of the program would."""
    return fill(Filling(work.store, work.source, work.store.queue(work.queue.id), work.identifier, work.sink))


def targets(store: SqliteStore, queue: Queue) -> list[str]:
    """The ids of a queue's items, in order."""
    return [item.target.id for item in store.items(queue.id, limit=10_000)]
