"""Seeded schedules: a person judges, changes, takes back, leaves and comes back while a third of all requests to the real server fails.

Afterwards the server holds exactly what was decided: nothing lost, nothing twice, nothing changed, nobody else's row touched.
"""

import re
from collections import Counter
from collections.abc import Callable
from math import inf
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from annotator.cli import push
from annotator.cli.main import main
from annotator.domain.annotation import TARGET_KINDS, TargetKind
from annotator.store.store import open_store
from annotator.workflow.sync import LATE_WRITE_SECONDS, SETTLE_SECONDS
from tests.faults.proxy import chance
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import DOCUMENTS, Program, in_order, program

ITEMS = 8
STEPS = 40
SHARE = 0.35
"""Of the requests that fail."""
RESTARTS = 20
"""The server ends, and comes back, in one schedule of so many: 5 %."""
SUMMARY = re.compile(r"\d+ rows? sent; waiting (\d+), parked (\d+)")
ADVICE = "The rows are kept and wait."

Push = Callable[[Program], int]


@pytest.fixture
def pushed(clean_environment: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Push:
    """`annotator push` in this process, by the person's clock; it must say what is so. Its exit code."""

    def run(person: Program) -> int:
        clock = person.clock

        def sleep(seconds: float) -> None:
            clock.now += seconds

        monkeypatch.setattr(push, "time", SimpleNamespace(time=clock, monotonic=clock, sleep=sleep))
        monkeypatch.setattr("annotator.cli.place.open_store", lambda path: open_store(path, clock=clock))
        capsys.readouterr()
        code = main(["push", "--store", str(person.path)])
        out, err = capsys.readouterr()
        left = SUMMARY.match(out)
        counts = person.store.outbox_counts()
        assert left is not None and (int(left[1]), int(left[2])) == (counts.waiting, counts.parked), out
        assert "Traceback" not in err and "unexpected" not in err, err
        said = err.startswith("annotator: ") and person.proxy.url in err and err.endswith(f"{ADVICE}\n")
        assert code == 0 or (code in (2, 3) and said), (code, err)
        assert (code == 0) == (not counts.waiting and not counts.parked), (code, out, err)
        return code

    return run


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[field] for field in ("kind", "id", "position", "name", "identifier"))


def judge_something(person: Program, random: Random) -> None:
    n = random.randrange(ITEMS)
    kind: TargetKind = random.choice(("span", "span", "trace", "session", "document", "document"))
    on = person.on(n, kind, random.randrange(DOCUMENTS))
    match random.randrange(9):
        case 0 | 1 | 2:
            person.answer(n, random.choice(("pass", "fail")), on=on)
        case 3:
            person.answer(n, random.randrange(101) / 100, "score", on)
        case 4:
            person.answer(n, f"text {random.randrange(99)} ä 😀\nline", "comment", on)
        case 5 if (asked := person.criterion("correctness", on)).name in person.judge.view(person.item(n), on).answers:
            person.judge.explain(person.item(n), asked, f"why {random.randrange(99)}", on)
        case 6 if kind != "document":
            person.judge.note(person.item(n), f"note {random.randrange(99)}", on)
        case 7:
            for _ in range(random.randrange(1, 4)):
                person.judge.undo()
        case _:
            person.judge.redo()


def schedule(
    folder: Path, phoenix: PhoenixServer, push: Push, seed: int, steps: int = STEPS, end: Callable[[], None] | None = None
) -> None:
    """`end`: how the server ends, once, in the middle; it comes back some steps later."""
    print(f"seed {seed}")
    random = Random(seed)
    with program(folder, phoenix, ITEMS) as person:
        mine = [
            person.write(n, "correctness", person.identifier, kind, label="pass", explanation=f"before us {n}")
            for n in (0, 1) for kind in TARGET_KINDS
        ]  # fmt: skip
        others = [person.write(n, "correctness", "annotator:bob", label="fail", score=0.0) for n in (0, 5)]
        others += [person.write(2, "theirs", person.identifier, label="x")]
        others += [person.write(0, "correctness", "annotator:bob", kind, label="fail") for kind in ("trace", "session", "document")]
        person.proxy.decide = chance(seed, SHARE)
        ends, comes_back = (steps // 3, steps // 3 + random.randrange(2, 9)) if end else (-1, -1)
        failed: Counter[str] = Counter()
        earliest = inf
        """On the person's clock since a request is on its way: none lands later than the program looks back."""
        try:
            for number in range(steps):
                if end and number == ends:
                    person.proxy.land()
                    end()
                if end and number == comes_back:
                    phoenix.start()
                judge_something(person, random)
                then = person.clock.now
                person.clock.now += random.choice((0.5, 1.5, 4.0, -30.0))
                earliest = min(earliest, then, person.clock.now) if person.proxy.delays else inf
                if person.clock.now >= earliest + LATE_WRITE_SECONDS:
                    person.proxy.land()
                match random.randrange(6):
                    case 0:
                        failed[str(push(person))] += 1
                    case 1 | 2:
                        failed[type(person.drain(SETTLE_SECONDS).error).__name__] += 1
                    case 3:
                        decided = person.local()
                        person.restart()
                        assert person.local() == decided
                if not ends <= number < comes_back and random.random() < 0.3:
                    person.proxy.land()
        finally:
            phoenix.start()
        done = person.settled()
        assert (done.parked, done.conflicts) == (0, 0)
        assert push(person) == 0, "nothing is left to do"
        local = person.local()
        known = {identity(row) for row in local}
        assert person.held() == in_order([*local, *(row for row in (*mine, *others) if identity(row) not in known)])
        assert len({fate for _, fate in person.proxy.seen}) > 5 and len(failed) > 2, "it failed in many ways"


@pytest.mark.parametrize("seed", range(12))
def test_a_schedule_of_failures(tmp_path: Path, phoenix: PhoenixServer, pushed: Push, seed: int) -> None:
    schedule(tmp_path, phoenix, pushed, seed, end=phoenix.stop if seed == 7 else None)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_many_schedules_of_failures(tmp_path: Path, phoenix: PhoenixServer, pushed: Push, seed: int) -> None:
    end = (phoenix.kill, phoenix.stop)[seed // RESTARTS % 2] if seed % RESTARTS == 0 else None
    schedule(tmp_path, phoenix, pushed, seed, steps=120, end=end)
