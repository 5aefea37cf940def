"""Against the real server through a proxy that fails: afterwards it holds exactly what was decided."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from annotator.errors import OutcomeUnknown
from annotator.workflow.sync import SETTLE_SECONDS
from tests.fault_proxy import FATES, Request, chance
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import RUBRIC, Program, program

ITEMS = 16


def judge_something(person: Program, random: Random) -> None:
    n = random.randrange(ITEMS)
    match random.randrange(9):
        case 0 | 1 | 2:
            person.answer(n, random.choice(("pass", "fail")))
        case 3:
            person.answer(n, random.randrange(101) / 100, "score")
        case 4:
            person.answer(n, f"text {random.randrange(99)} ä 😀\nline", "comment")
        case 5 if "correctness" in person.judge.view(person.item(n)).answers:
            person.judge.explain(person.item(n), RUBRIC.criteria[0], f"why {random.randrange(99)}")
        case 6:
            person.judge.note(person.item(n), f"note {random.randrange(99)}")
        case 7:
            for _ in range(random.randrange(1, 4)):
                person.judge.undo()
        case _:
            person.judge.redo()


def schedule(folder: Path, phoenix: PhoenixServer, seed: int, steps: int = 60) -> None:
    """A person judges, about 40 rows in all, while a third of all requests fails."""
    random = Random(seed)
    with program(folder, phoenix, ITEMS) as person:
        mine = [person.write(n, "correctness", person.identifier, label="pass", explanation=f"before us {n}") for n in (0, 1)]
        others = [person.write(n, "correctness", "annotator:bob", label="fail", score=0.0) for n in (0, 5)]
        others += [person.write(2, "theirs", person.identifier, label="x")]
        person.proxy.decide = chance(seed, 0.35)
        errors = 0
        for _ in range(steps):
            judge_something(person, random)
            person.clock.now += random.choice((0.5, 1.5, 4.0))
            if random.random() < 0.5:
                errors += person.drain(SETTLE_SECONDS).error is not None
            if random.random() < 0.3:
                person.proxy.land()
        done = person.settled()
        assert (done.parked, done.conflicts) == (0, 0)
        local = person.local()
        known = {(row["span_id"], row["name"], row["identifier"]) for row in local}
        before = [row for row in (*mine, *others) if (row["span_id"], row["name"], row["identifier"]) not in known]
        assert person.held() == sorted([*local, *before], key=lambda row: (row["span_id"], row["name"], row["identifier"]))
        assert errors and len({fate for _, fate in person.proxy.seen}) > 5, "it failed in many ways"


@pytest.mark.parametrize("seed", range(10))
def test_a_schedule_of_failures(tmp_path: Path, phoenix: PhoenixServer, seed: int) -> None:
    schedule(tmp_path, phoenix, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_many_schedules_of_failures(tmp_path: Path, phoenix: PhoenixServer, seed: int) -> None:
    schedule(tmp_path, phoenix, seed, steps=120)


@pytest.fixture
def person(tmp_path: Path, phoenix: PhoenixServer) -> Iterator[Program]:
    with program(tmp_path, phoenix, 4) as made:
        yield made


def is_write(request: Request) -> bool:
    return request.method == "POST" and ("annotations" in request.path or "notes" in request.path or request.path == "/graphql")


@pytest.mark.parametrize("fate", FATES)
def test_every_failure_of_a_write(person: Program, fate: str) -> None:
    """The first write of each of three kinds fails: an upsert, a note, a deletion."""
    theirs = person.write(1, "correctness", person.identifier, label="pass", explanation="before us")
    failed: set[str] = set()

    def once(what: str) -> None:
        def decide(request: Request) -> str:
            if what in failed or not is_write(request):
                return ""
            failed.add(what)
            return fate

        person.proxy.decide = decide

    once("put")
    for n in range(4):
        person.answer(n, "fail")
    person.drain()
    person.settled()
    assert person.held() == person.local()
    once("note")
    person.judge.note(person.item(0), "there once")
    person.drain()
    person.settled()
    assert person.held() == person.local() and len(person.held()) == 5
    once("delete")
    for _ in range(4):
        person.judge.undo()
    person.drain()
    person.settled()
    assert failed == {"put", "note", "delete"}
    assert [row["span_id"] for row in person.local()] == person.span_ids[:2] and person.held() == person.local() and theirs in person.held()


def test_a_time_out_after_the_commit(person: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.sources.phoenix.client.WRITE_SECONDS", 1.0)
    person.answer(0, "pass")
    person.judge.note(person.item(0), "once")
    person.proxy.decide = lambda request: "hang" if is_write(request) else ""
    assert isinstance(person.drain().error, OutcomeUnknown)
    person.answer(0, "fail")
    assert person.settled().conflicts == 0
    assert person.held() == person.local() and [row["label"] for row in person.held()] == ["fail", None]


def test_ten_changes_of_mind_within_a_second_post_one_row(person: Program) -> None:
    for n in range(10):
        person.answer(0, ("pass", "fail")[n % 2])
        person.clock.now += 0.1
        person.drain(SETTLE_SECONDS)
    person.clock.now += SETTLE_SECONDS
    person.drain(SETTLE_SECONDS)
    assert [row["result"]["label"] for row in person.proxy.posted] == ["fail"]
    assert person.held() == person.local()


def test_more_notes_than_one_request_line_can_name(person: Program) -> None:
    for n in range(90):
        person.judge.note(person.item(n % 4), f"note {n}")
    assert person.drain().sent == 90 and person.held() == person.local()
    assert max(len(request.target) for request, _ in person.proxy.seen) < 8000


def test_changes_spaced_out_leave_one_row(person: Program) -> None:
    for n in range(5):
        person.answer(0, ("pass", "fail")[n % 2])
        person.clock.now += 2
        person.drain(SETTLE_SECONDS)
    assert len(person.proxy.posted) == 5 and person.held() == person.local() and len(person.held()) == 1


def test_undo_after_sync_leaves_the_server_as_it_was(person: Program) -> None:
    person.write(0, "correctness", person.identifier, label="pass", score=0.25, explanation="before us\n😀")
    person.write(1, "correctness", "annotator:bob", label="fail")
    before = person.held()
    for n in (0, 1):
        person.answer(n, "fail")
        person.judge.explain(person.item(n), RUBRIC.criteria[0], "mine")
        person.judge.note(person.item(n), "a note")
    person.drain()
    assert len(person.held()) == 5
    while person.judge.undo():
        person.clock.now += 2
        person.drain(SETTLE_SECONDS)
    assert person.held() == before


def test_deleted_spans_are_parked_and_the_rest_is_sent(person: Program) -> None:
    for n in range(4):
        person.answer(n, "pass")
    for n in (1, 3):
        assert person.phoenix.call("DELETE", f"/v1/spans/{person.span_ids[n]}")[0] == 204
    done = person.drain()
    assert (done.sent, done.parked, done.error) == (2, 2, None)
    assert {entry.identity.target.id for entry in person.store.outbox_entries(None, "parked")} == {person.span_ids[1], person.span_ids[3]}
    assert [row["span_id"] for row in person.held()] == [person.span_ids[0], person.span_ids[2]]
