"""Two people judge the same spans, documents, traces and sessions of a real server, each with a store: it ends with what each decided.

The model is a list of steps for each person, undone and redone. Rows are read back over REST and GraphQL, not by the program.
"""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from annotator.domain.annotation import NOTE, TARGET_KINDS, TargetKind, is_mine
from annotator.errors import Unreachable
from annotator.workflow import notes
from annotator.workflow.bulk import answer_all
from annotator.workflow.editing import delete
from annotator.workflow.everyone import pull
from annotator.workflow.expected import NAME as EXPECTED
from annotator.workflow.expected import expect
from annotator.workflow.filling import Filling
from annotator.workflow.loading import load
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, content, program

ITEMS = 2
STEPS = 25
Key = tuple[Any, ...]
Content = dict[str, Any] | None
PEOPLE = st.integers(0, 1)
PLACES = st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(TARGET_KINDS), st.integers(0, 1))
"""An item, which of its targets, and of documents the position."""
ACTS = st.sampled_from([
    *[("correctness", label) for label in ("pass", "fail", "pass", "fail")],
    ("score", 0.5), ("score", 0.25), ("comment", "a text ä 😀\nline"),
    ("explain", "why"), ("explain", ""), ("note", "a note"), ("change a note", "changed"), ("delete", 0), ("delete", 1), ("delete", 2),
    ("undo", 1), ("undo", 1), ("undo", 2), ("undo", 4), ("redo", 1), ("redo", 2), ("redo", 4),
    ("all", "pass"), ("all", "fail"), ("repeat", None), ("expect", "better"), ("expect", "as it is"),
])  # fmt: skip
AFTER = st.sampled_from(["", "", "sync", "sync", "sync, restart", "restart", "read", "sync, read", "dies"])


def key_of(row: dict[str, Any]) -> Key:
    return tuple(row[field] for field in ("kind", "id", "position", "name", "identifier"))


class Person:
    """Somebody's program, and what it should have done."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.prefix = f"annotator:{program.judge.annotator}:"
        self.rows: dict[Key, Content] = {}
        """What the server should hold of this person's; None for a row that was taken away."""
        self.before: dict[Key, Content] = {}
        """What was there before this program."""
        self.done: list[dict[Key, tuple[Any, Any]]] = []
        self.undone: list[dict[Key, tuple[Any, Any]]] = []

    def owns(self, row: dict[str, Any]) -> bool:
        """By its identifier; a note's begins with the person's name."""
        identifier = str(row["identifier"])
        return identifier.startswith(self.prefix) if row["name"] == NOTE else identifier == self.program.identifier

    def local(self) -> dict[Key, Any]:
        """This person's rows as the program holds them, and the states of the items."""
        made = self.program
        rows: dict[Key, Any] = {key_of(row): row for row in made.local() if self.owns(row)}
        return rows | {("item", n): (made.item(n).state, made.item(n).reason) for n in range(ITEMS)}

    def act(self, action: Callable[[], object], *names: str) -> None:
        """Something that changes rows of these names only; one step, or none where all is as it was."""
        before = self.local()
        action()
        after = self.local()
        changed = {key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert {key[3] for key in changed if key[0] != "item"} <= set(names)
        if changed:
            self.done.append({key: (before.get(key) if key[0] == "item" else self.rows.get(key), now) for key, now in changed.items()})
            self.undone.clear()
            self._take(self.done[-1], 1)

    def undo(self) -> None:
        before, reversal = self.local(), self.program.judge.undo()
        if not self.done:
            assert reversal is None and self.local() == before
            return
        assert reversal is not None and reversal.done
        step = self.done.pop()
        self.undone.append(step)
        self._take(step, 0)
        self._shows(before, step, 0)

    def redo(self) -> None:
        before, reversal = self.local(), self.program.judge.redo()
        if not self.undone:
            assert reversal is None and self.local() == before
            return
        step = self.undone.pop()
        assert reversal is not None
        if not reversal.done:
            assert any(self.before.get(key) for key in step), "only a row that came from the server meanwhile is in the way"
            assert self.local() == before
            return
        self.done.append(step)
        self._take(step, 1)
        self._shows(before, step, 1)

    def _take(self, step: dict[Key, tuple[Any, Any]], side: int) -> None:
        self.rows |= {key: values[side] for key, values in step.items() if key[0] != "item"}

    def _shows(self, before: dict[Key, Any], step: dict[Key, tuple[Any, Any]], side: int) -> None:
        """The program holds what the step left or found, and nothing else has changed."""
        after = self.local()
        for key in before.keys() | after.keys() | step.keys():
            wanted = step[key][side] if key in step else before.get(key)
            unread = key in step and side == 0 and wanted == self.before.get(key) and key not in after
            assert after.get(key) == wanted or unread, "what was there before and was never read may be unknown here"

    def sync(self, may_fail: bool = False) -> None:
        self.program.clock.now += 120
        done = self.program.drain()
        if may_fail:
            assert done.error is None or isinstance(done.error, Unreachable)
            return
        assert (done.error, done.parked, done.conflicts) == (None, 0, 0)
        assert self.program.store.outbox_counts().waiting == 0
        assert self.on_server() == {key: row for key, row in self.rows.items() if row is not None}

    def restart(self) -> None:
        before = self.local()
        self.program.restart()
        assert self.local() == before

    def on_server(self) -> dict[Key, Content]:
        return {key_of(row): row for row in self.program.held() if self.owns(row)}

    def read(self) -> None:
        """Everybody's rows, as they are on the server."""
        made = self.program
        made.clock.now += 1
        pull(made.store, made.sink, made.proxy.url, made.judge.queue.source_id, [one * 2 for one in made.span_ids], made.clock)
        made.clock.now += 1
        assert [row for row in made.local() if not self.owns(row)] == [row for row in made.held() if not self.owns(row)]


class Machine(RuleBasedStateMachine):
    """`phoenix` and `keys` (of two people and of a third, '' for none) are set by a subclass; `ends` is how often the server may die."""

    phoenix: ClassVar[PhoenixServer]
    keys: ClassVar[tuple[str, str, str]]
    ends: ClassVar[int]

    @initialize(reads=st.sampled_from(["never", "first", "sometimes"]))
    def start(self, reads: str) -> None:
        """Everybody has judged the first item before, these two on another machine."""
        self.folder = Path(tempfile.mkdtemp())
        self.stack = ExitStack()
        self.reads = reads
        names = [key or name for key, name in zip(self.keys, ("ann", "bob", "eve"), strict=True)]
        third = self._open("elsewhere", names[2], self.keys[2], None)
        for made in (third, *(self._open("elsewhere", *one, third) for one in zip(names[:2], self.keys[:2], strict=True))):
            for kind in TARGET_KINDS:
                made.answer(0, "pass", on=made.on(0, kind))
            made.judge.note(made.item(0), "a note from elsewhere")
            assert made.drain().error is None
        self.people = [Person(self._open("here", *one, third)) for one in zip(names[:2], self.keys[:2], strict=True)]
        for person in self.people:
            person.before = person.on_server()
            person.rows = dict(person.before)
            if reads != "never":
                person.read()
        self.third = self._of_the_third()

    def _open(self, place: str, name: str, key: str, beside: Program | None) -> Program:
        folder = self.folder / f"{place} {secrets.token_hex(2)}"
        folder.mkdir()
        made = self.stack.enter_context(program(folder, self.phoenix, ITEMS, name=name, key=key, beside=beside))
        for _ in load(Filling(made.store, made.sink, made.judge.queue, made.identifier, made.sink), lambda: 0):
            pass
        return made

    @rule(who=PEOPLE, place=PLACES, act=ACTS, after=AFTER)
    def step(self, who: int, place: tuple[int, TargetKind, int], act: tuple[str, Any], after: str) -> None:
        """Somebody does something, and a moment later the program sends, is left and opened again, or reads."""
        person, (n, kind, position) = self.people[who], place
        made, on = person.program, person.program.on(n, kind, position)
        judge, item, asked = made.judge, made.item(n), made.criterion("correctness", on)
        match act:
            case "undo", times:
                for _ in range(times):
                    person.undo()
            case "redo", times:
                for _ in range(times):
                    person.redo()
            case "explain", text:
                if asked.name in judge.view(item, on).answers:
                    person.act(lambda: judge.explain(item, asked, text, on), asked.name)
            case "note", text:
                person.act(lambda: judge.note(item, text, notes.noted(on)), NOTE)
            case "change a note", text:
                if mine := notes.notes_on(judge, on):
                    person.act(lambda: notes.edit_note(judge, item, mine[0], text), NOTE)
            case "delete", which:
                rows = [row for row in made.store.on_target(made.proxy.url, on.target) if is_mine(row, judge.annotator, judge.identifier)]
                if rows:
                    row = rows[which % len(rows)]
                    person.act(lambda: delete(judge, item, on, row), row.name)
            case "all", label:
                person.act(lambda: answer_all(judge, [made.item(one) for one in range(ITEMS)], {"correctness": label}), "correctness")
            case "repeat", _:
                person.act(lambda: judge.repeat(item), "correctness", "score")
            case "expect", text:
                person.act(lambda: expect(judge, item, EXPECTED, text, "as it is"), EXPECTED)
            case name, value:
                person.act(lambda: made.answer(n, value, name, on), made.criterion(name, on).name)
                row = person.local()[kind, on.target.id, on.target.position, made.criterion(name, on).name, made.identifier]
                assert value in (row["label"], row["score"], row["explanation"])
        if "dies" in after and type(self).ends:
            self._server_dies(person)
        if "sync" in after:
            person.sync()
        if "restart" in after:
            person.restart()
        if "read" in after and self.reads == "sometimes":
            person.read()

    def _server_dies(self, person: Person) -> None:
        type(self).ends -= 1
        self.phoenix.kill()
        try:
            person.sync(may_fail=True)
        finally:
            self.phoenix.start()

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            if hasattr(self, "people"):
                self.the_server_holds_what_each_decided()
        shutil.rmtree(self.folder)

    def _of_the_third(self) -> list[dict[str, Any]]:
        """Whatever is not of the two, as the server says it."""
        return [row for row in self.people[0].program.rows() if not any(person.owns(content(row)) for person in self.people)]

    def the_server_holds_what_each_decided(self) -> None:
        for person in self.people:
            person.sync()
        assert self._of_the_third() == self.third, "byte for byte, with ids and times"
        for person in self.people:
            mine = [row for row in person.program.rows() if person.owns(content(row))]
            users = {row.get("user_id") or (row.get("user") or {}).get("id") or "" for row in mine}
            assert users <= {person.program.sink.user().user_id}, "a row belongs to the user who judged"
        for person in self.people:
            person.read()
            own = {key: row for key, row in person.local().items() if key[0] != "item"}
            assert own == {key: row for key, row in person.rows.items() if row is not None}
            while person.done:
                person.undo()
            person.sync()
            assert person.on_server() == person.before, "all of it can be taken back"


@pytest.fixture(params=["without authentication", "with authentication"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[PhoenixServer, tuple[str, str, str]]]:
    """A server, and the keys of three people on it."""
    if request.param == "with authentication":
        yield request.getfixturevalue("phoenix_with_auth"), ("alice", "admin", "system")
    else:
        yield request.getfixturevalue("phoenix"), ("", "", "")


@pytest.mark.parametrize("examples", [4, pytest.param(300, marks=pytest.mark.soak)])
def test_the_server_holds_what_two_people_decided(served: tuple[PhoenixServer, tuple[str, str, str]], examples: int) -> None:
    server, names = served

    class Two(Machine):
        phoenix, keys, ends = server, names, examples // (40 if names[0] else 4)  # a start takes 10 s

    checks = settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=examples < 100, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(Two, settings=checks)
