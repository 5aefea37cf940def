"""Two people judge, undo, redo and sync while the server fails and the program dies: in the end the server holds what they decided."""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from annotator.domain.annotation import Annotation, Identity
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.rubric import Criterion, Rubric
from annotator.errors import AnnotatorError, Forbidden, OutcomeUnknown, ServerFailure, Unauthorized, Unreachable
from annotator.workflow.sync import LATE_WRITE_SECONDS, SETTLE_SECONDS
from tests.fake_server import FakeServer
from tests.workflow.scene import Clock, Desk, traces

RUBRIC = Rubric((
    Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0)))),
    Criterion(ContinuousConfig("score"), required=False),
    Criterion(FreeformConfig("comment"), required=False),
))  # fmt: skip
ACTS = st.sampled_from([
    ("correctness", "pass"), ("correctness", "fail"), ("score", "0.5"), ("comment", "a"), ("explain",), ("note",),
    ("undo", "1"), ("undo", "1"), ("undo", "22"), ("undo", "333"), ("redo",),
])  # fmt: skip
PEOPLE = st.sampled_from(["ann", "ann", "bob"])
ITEMS = st.sampled_from([1, 1, 2])
SECONDS = st.sampled_from(["1", "1", "2", "5", "70"])
READS = st.sampled_from(["fine", "fine", "fine", "away", "refused"])
WRITES = st.sampled_from([
    "fine", "fine", "lost answer", "refused", "late", "late", "away", "unauthorized", "forbidden", "dies before", "dies after",
])  # fmt: skip
SYNCS = st.just(()) | st.tuples(SECONDS, READS, WRITES, WRITES)


class Died(BaseException):
    """The program was killed."""


class FailingServer(FakeServer):
    """`fates` are those of the coming calls; writes whose fate is `late` land when they are told to."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(traces(2))
        self.clock = clock
        self.fates: deque[str] = deque()
        self.late: deque[tuple[float, Callable[[], object]]] = deque()

    def land(self, until: float) -> None:
        """Late writes whose time is over land, in order."""
        while self.late and self.late[0][0] < until:
            self.late.popleft()[1]()

    def _begin(self, call: str, write: bool = False) -> AnnotatorError | None:
        fate = self.fates[0] if self.fates else "fine"
        if not write and self.fates:
            self.fates.popleft()
        if fate == "away":
            raise Unreachable("no")
        if fate == "unauthorized":
            raise Unauthorized("401")
        if fate == "forbidden":
            raise Forbidden("403")
        if fate == "refused" or (fate != "fine" and not write):
            raise ServerFailure("500")
        return None

    def _write(self, apply: Callable[[], object]) -> None:
        fate = self.fates.popleft() if self.fates else "fine"
        if fate == "dies before":
            raise Died
        if fate == "late":
            self.late.append((self.clock.now + LATE_WRITE_SECONDS, apply))
            raise OutcomeUnknown("no answer")
        apply()
        if fate == "dies after":
            raise Died
        if fate == "lost answer":
            raise OutcomeUnknown("no answer")

    def put(self, rows: Sequence[Annotation]) -> None:
        # A request that fails at once has used up its fate.
        try:
            self._begin("put", write=True)
        except AnnotatorError:
            self.fates.popleft()
            raise
        self._write(lambda: self.write(*rows))

    def delete(self, row: Annotation) -> bool:
        try:
            self._begin("delete", write=True)
        except AnnotatorError:
            self.fates.popleft()
            raise
        self._write(lambda: self._rows.pop((row.target, row.name, row.identity.identifier), None))
        return True


class Machine(RuleBasedStateMachine):
    @initialize(before=st.sets(st.tuples(st.sampled_from([1, 2]), PEOPLE, st.sampled_from(["correctness", "comment"]))))
    def start(self, before: set[tuple[int, str, str]]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        clock = Clock()
        self.server = FailingServer(clock)
        self.desk = Desk(self.folder, self.server, clock, RUBRIC, items=2)
        rows = [Annotation(self.identity(p, name, who), "pass", 0.25, "before us", metadata={"n": p}) for p, who, name in sorted(before)]
        self.server.write(*rows)
        self.base = {row.identity: row for row in rows}
        self.others = [
            Annotation(self.identity(1, "correctness", "eve"), "fail"),
            Annotation(self.identity(1, "theirs", "ann"), "x"),
            Annotation(self.identity(2, "note", "ann:1"), explanation="somebody's note"),
        ]
        self.server.write(*self.others)

    def identity(self, position: int, name: str, who: str) -> Identity:
        return self.desk.identity(position, name, f"annotator:{who}")

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.the_server_holds_what_was_decided()
            self.desk.store.close()
            shutil.rmtree(self.folder)

    @rule(who=PEOPLE, position=ITEMS, act=ACTS, sync=SYNCS)
    def step(self, who: str, position: int, act: tuple[str, ...], sync: tuple[str, ...]) -> None:
        """Somebody does something, and a moment later a drain runs."""
        judge = self.desk.judge = self.desk.sit_down(who)
        match act:
            case ("undo", times):
                for _ in times:
                    judge.undo()
            case ("redo",):
                judge.redo()
            case ("note",):
                judge.note(self.desk.item(position), "a note")
            case ("explain",) if "correctness" in judge.view(self.desk.item(position)).answers:
                judge.explain(self.desk.item(position), RUBRIC.criteria[0], "why")
            case ("correctness" | "score" | "comment" as name, value):
                self.desk.answer(position, float(value) if name == "score" else value, name)
        if sync:
            self.sync(*sync)

    def sync(self, seconds: str, *fates: str) -> None:
        self.desk.clock.now += float(seconds)
        self.server.land(self.desk.clock.now)
        self.server.fates = deque(["fine", *fates])
        try:
            self.desk.drain(SETTLE_SECONDS)
        except Died:
            self.desk.reopen()
        self.server.fates.clear()

    @rule()
    def a_late_write_lands(self) -> None:
        if self.server.late:
            self.server.late.popleft()[1]()

    @rule()
    def restart(self) -> None:
        self.desk.reopen()

    def the_server_holds_what_was_decided(self) -> None:
        while self.server.late:
            self.desk.clock.now += 1
            self.server.land(self.desk.clock.now)
        done = self.desk.settled()
        assert (done.parked, done.conflicts) == (0, 0)
        wanted = {row.identity: row for row in (*self.others, *self.base.values())}
        for position in (1, 2):
            target = self.desk.item(position).target
            wanted |= {row.identity: row for row in self.desk.store.on_target(self.server.url, target)}
        assert {row.identity: row for row in self.server.annotations} == wanted


Machine.TestCase.settings = settings(
    max_examples=120, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
TestMachine = Machine.TestCase
