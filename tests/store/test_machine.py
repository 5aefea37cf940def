"""Judging, undoing, redoing, restarting, sending and pulling in any order, beside a model in memory."""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.domain.annotation import Annotation, Identity, ItemState
from annotator.domain.outbox import Account
from annotator.domain.queue import Item
from annotator.domain.step import SetAnnotation, SetItem, Step
from annotator.store.store import open_store
from tests.server_rows import server_rows
from tests.store.scene import SERVER, Clock, filled, identity, item_at, row

MEMORY = "/dev/shm"
LABELS = st.sampled_from([None, "a", "b"])
ANNOTATORS = st.sampled_from(["ann", "bob"])
ANSWERS = st.tuples(st.integers(0, 3), LABELS, st.sampled_from([None, 0, 1.0]))
STATES = st.sampled_from(list(ItemState))
Key = Identity | int
Value = Annotation | tuple[ItemState, str] | None


@dataclass
class Made:
    """A step of the model: what it changed, in order."""

    step: Step
    changes: list[tuple[Key, Value, Value]]
    number: int
    """Steps in the order in which they were made."""


@dataclass
class Stack:
    live: list[Made] = field(default_factory=list)
    undone: list[Made] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """Two people, two items; rows on a server, one of which both write, and one without a server."""

    @initialize(on_server=st.lists(LABELS, min_size=3, max_size=3))
    def start(self, on_server: list[str | None]) -> None:
        # In memory where there is such a folder: thousands of commits are no test of the disk.
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
        self.clock = Clock()
        self.store = open_store(self.folder / "annotator.db", clock=self.clock)
        self.queue = filled(self.store, 2)
        self.items: list[Item] = [item_at(self.store, self.queue, n) for n in (1, 2)]
        self.identities = [identity(self.items[0], "x", SERVER, who) for who in ("ann", "bob", "both")]
        self.identities.append(identity(self.items[1], "x", "", "ann"))
        for who in ("ann", "bob", "both"):
            self.store.fix_account(Account(SERVER, who, who, ""))
        self.server: dict[Key, Annotation] = {of: row(of, label) for of, label in zip(self.identities, on_server, strict=False) if label}
        self.base = dict(self.server)
        self.base_known: set[Key] = set()
        self.standing: dict[int, set[Key]] = {}
        """What the steps that are not undone have changed, by number; one that cannot be undone stands for good."""
        self.steps_made = 0
        self.deleted: set[Key] = set()
        """Withdrawn although the server had a row before us, and that was known: the server should have none."""
        self.now: dict[Key, Value] = {of: None for of in self.identities}
        self.now |= {item.id: (ItemState.TODO, "") for item in self.items}
        self.stacks = {"ann": Stack(), "bob": Stack()}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.deliver_everything()
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(
        who=ANNOTATORS,
        answers=st.lists(ANSWERS, min_size=1, max_size=3),
        moves=st.lists(st.tuples(st.integers(0, 1), STATES, st.sampled_from(["", "why"])), max_size=2),
    )
    def commit(self, who: str, answers: list[tuple[int, str | None, float | None]], moves: list[tuple[int, ItemState, str]]) -> None:
        self.clock.now += 1
        changes: list[SetAnnotation | SetItem] = []
        for index, label, score in answers:
            of = self.identities[index]
            changes.append(SetAnnotation(of, None if label is None else row(of, label, score=score)))
        changes += [SetItem(self.items[index].id, state, reason) for index, state, reason in moves]
        step = Step(who, self.queue.id, "answer", "title", self.items[0].id, "x", tuple(changes))
        self.store.commit(step)
        made: list[tuple[Key, Value, Value]] = []
        for change in changes:
            key: Key = change.item_id if isinstance(change, SetItem) else change.identity
            value: Value = (change.state, change.reason) if isinstance(change, SetItem) else change.row
            if value != self.now[key]:
                made.append((key, self.now[key], value))
                self.now[key] = value
                self.decided(key)
        if made:
            self.steps_made += 1
            self.stacks[who].live.append(Made(step, made, self.steps_made))
            self.standing[self.steps_made] = {key for key, _, _ in made}
            self.stacks[who].undone.clear()

    def decided(self, key: Key) -> None:
        known = self.now[key] is None and key in self.base_known and key in self.base
        (self.deleted.add if known else self.deleted.discard)(key)

    def reverse(self, changes: list[tuple[Key, Value, Value]]) -> bool:
        """Walk from each second value to its first, all or nothing."""
        trial = dict(self.now)
        for key, to, was in changes:
            if trial[key] != was:
                return False
            trial[key] = to
        for key, to, _ in changes:
            self.now[key] = to
            self.decided(key)
        return True

    @rule(who=ANNOTATORS)
    def undo(self, who: str) -> None:
        self.clock.now += 1
        reversal, stack = self.store.undo(who, self.queue.id), self.stacks[who]
        if not stack.live:
            assert reversal is None
            return
        made = stack.live.pop()
        assert reversal is not None and reversal.step == made.step
        own: list[tuple[Key, Value, Value]] = []
        for key, before, after in made.changes:
            first = not any(key in keys for number, keys in self.standing.items() if number < made.number)
            if before is None and key in self.base_known and first and all(key != other for other, _, _ in own):
                before = self.base.get(key)
            own.append((key, before, after))
        done = self.reverse(list(reversed(own)))
        assert reversal.done == done
        if done:
            stack.undone.append(Made(made.step, own, made.number))
            del self.standing[made.number]

    @rule(who=ANNOTATORS)
    def redo(self, who: str) -> None:
        self.clock.now += 1
        reversal, stack = self.store.redo(who, self.queue.id), self.stacks[who]
        if not stack.undone:
            assert reversal is None
            return
        made = stack.undone.pop()
        assert reversal is not None and reversal.step == made.step
        done = self.reverse([(key, after, before) for key, before, after in made.changes])
        assert reversal.done == done
        if done:
            stack.live.append(made)
            self.standing[made.number] = {key for key, _, _ in made.changes}

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.folder / "annotator.db", clock=self.clock)

    @rule(
        which=st.integers(0, 2),
        outcome=st.sampled_from(["answered", "lost before", "lost after", "refused", "dies"]),
        meanwhile=st.one_of(st.none(), st.just("undo"), ANSWERS),
        who=ANNOTATORS,
    )
    def send_one(self, which: int, outcome: str, meanwhile: str | tuple[int, str | None, float | None] | None, who: str) -> None:
        """One entry as a drain sends it; a person may do something between its reading and its sending."""
        self.clock.now += 10
        entries = self.store.due(SERVER, self.clock.now, 9, 1.0)
        if not entries:
            return
        entry = entries[which % len(entries)]
        of = entry.identity
        if not entry.base_known:
            assert of not in self.base_known
            self.store.set_base(of, self.server.get(of))
        self.base_known.add(of)
        held = self.server.get(of)
        base = entry.base if entry.base_known else held
        expected = entry.expected if entry.base_known else held
        assert base == self.base.get(of)
        assert held == expected or held in entry.attempts, "no conflict where nobody else writes"
        if meanwhile == "undo":
            self.undo(who)
        elif isinstance(meanwhile, tuple):
            self.commit(who, [meanwhile], [])
        wanted = {"put": entry.row, "restore": base, "delete": None}[entry.action]
        self.store.attempt([(entry, wanted)])
        if outcome in ("answered", "lost after"):
            self.server.pop(of, None)
            if wanted is not None:
                self.server[of] = wanted
        if outcome == "answered":
            self.store.sent(entry, wanted)
        elif outcome == "dies":
            self.restart()
        else:
            self.store.failed([entry], self.clock.now, outcome, unknown=outcome != "refused")

    @rule()
    def deliver_everything(self) -> None:
        for _ in range(100):
            if not self.store.outbox_counts(SERVER).waiting:
                break
            self.send_one(0, "answered", None, "ann")
        for of in self.identities:
            if of.server:
                local = self.now[of]
                untouched = None if of in self.deleted else self.base.get(of)
                assert self.server.get(of) == (untouched if local is None else local), "the server holds what was decided"

    @rule()
    def pull(self) -> None:
        """After everything was sent, the server's rows are the local ones; what was there before us comes, if it was left there."""
        self.deliver_everything()
        self.store.keep_read(server_rows(*self.server.values()), self.clock.now + 1)
        self.now.update(self.server)
        self.base_known |= set(self.server)

    @invariant()
    def the_store_is_the_model(self) -> None:
        if not hasattr(self, "store"):
            return
        for of in self.identities:
            found = [one for one in self.store.on_target(of.server, of.target) if one.identity == of]
            assert found == ([] if self.now[of] is None else [self.now[of]])
        counts = self.store.counts(self.queue.id)
        for state in ItemState:
            assert getattr(counts, state.value) == sum(self.now[item.id][0] == state for item in self.items)  # type: ignore[index]
        for item in self.items:
            found_item = self.store.item(item.id)
            assert (found_item.state, found_item.reason) == self.now[item.id]


Machine.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestMachine = Machine.TestCase
