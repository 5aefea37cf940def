"""Data sets of the real server: what a person puts in is there once, and what is taken back is gone, whatever happens on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from annotator.domain.annotation import Target
from annotator.domain.dataset import Example, target_id
from annotator.domain.outbox import OutboxCounts
from annotator.errors import Forbidden, OutcomeUnknown
from annotator.sources.phoenix import examples as listing
from annotator.workflow.datasets import upload
from annotator.workflow.exporting import Exporting, Wanted
from annotator.workflow.filling import Filling
from annotator.workflow.loading import load
from annotator.workflow.members import CHANGED, TAKEN_OUT
from annotator.workflow.membership import put_in, take_out
from annotator.workflow.sync import LATE_WRITE_SECONDS
from tests.faults.proxy import ANSWERS, Answer, Request, fault_proxy
from tests.phoenix_server import PhoenixServer
from tests.workflow.on_phoenix import Program, program

Examples = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> Iterator[Program]:
    """A queue of four items whose traces are here; each test has a data set of its own, and undoes nothing of another's."""
    with program(tmp_path_factory.mktemp("members"), phoenix, 4) as made:
        bring(made)
        yield made


@pytest.fixture
def golden(person: Program) -> Iterator[str]:
    yield f"golden {token_hex(4)}"
    person.settled()


def bring(who: Program) -> None:
    queue = who.store.queue(who.judge.queue.id)
    assert list(load(Filling(who.store, who.sink, queue, who.identifier, who.sink), lambda: 0))


@contextmanager
def beside(folder: Path, person: Program, name: str) -> Iterator[Program]:
    """Somebody else, on another machine."""
    with fault_proxy(person.phoenix.port) as proxy:
        other = Program(folder, person.phoenix, proxy, 0, name=name, beside=person)
        bring(other)
        yield other
        other.close()


def add(who: Program, n: int, name: str) -> bool:
    return put_in(who.judge, who.item(n), name)


def examples(phoenix: PhoenixServer, name: str) -> Examples:
    """What the server says that it has, asked for by another route; without two of one id."""
    found = [one for one in phoenix.done("GET", "/v1/datasets?limit=1000")["data"] if one["name"] == name]
    listed = phoenix.done("GET", f"/v1/datasets/{found[0]['id']}/examples")["data"]["examples"] if found else []
    assert len({one["id"] for one in listed}) == len(listed)
    return {one["id"]: one for one in listed}


def versions(phoenix: PhoenixServer, name: str) -> int:
    [found] = [one for one in phoenix.done("GET", "/v1/datasets?limit=1000")["data"] if one["name"] == name]
    return len(phoenix.done("GET", f"/v1/datasets/{found['id']}/versions?limit=100")["data"])


def key(person: Program, n: int) -> str:
    return f"span:{person.span_ids[n]}"


def write(request: Request) -> bool:
    return request.path == "/v1/datasets/upload" or (request.path == "/graphql" and b"mutation" in request.body)


def edit(phoenix: PhoenixServer, name: str, example_id: str, output: str) -> None:
    """Somebody changes the example in the web page."""
    body: dict[str, Any] = {"action": "append", "name": name, "example_ids": [example_id]}
    body |= {"inputs": [{}], "outputs": [{"output": output}], "metadata": [{}]}
    phoenix.done("POST", "/v1/datasets/upload?sync=true", body)


def test_an_example_is_linked_says_what_was_judged_and_goes_with_undo(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    person.answer(0, "pass")
    assert add(person, 0, golden) and add(person, 1, golden) and not add(person, 0, golden)
    assert person.drain().error is None
    made = examples(phoenix, golden)
    assert set(made) == {key(person, 0), key(person, 1)}
    assert made[key(person, 0)]["source"]["span_id"] == person.span_ids[0]
    [said] = made[key(person, 0)]["metadata"]["annotations"]["correctness"]
    assert (said["label"], said["username"], said["annotator_kind"]) == ("pass", "ann", "HUMAN")
    assert made[key(person, 1)]["metadata"]["annotations"] == {}

    # Judged anew, it says so; the other one is not sent again.
    person.answer(1, "fail")
    assert person.drain().error is None
    after = examples(phoenix, golden)
    assert after[key(person, 1)]["metadata"]["annotations"]["correctness"][0]["label"] == "fail"
    assert after[key(person, 0)] == made[key(person, 0)]

    for left in ((0, 1), (0,), ()):  # the answer, then both memberships
        person.judge.undo()
        assert person.drain().error is None
        assert set(examples(phoenix, golden)) == {key(person, n) for n in left}
    for _ in range(2):
        assert (done := person.judge.redo()) is not None and done.done
        assert person.drain().error is None
    again = examples(phoenix, golden)
    assert set(again) == {key(person, 0), key(person, 1)} and again[key(person, 0)]["source"]["span_id"] == person.span_ids[0]
    person.judge.undo()
    person.drain()
    assert set(examples(phoenix, golden)) == {key(person, 0)}, "an example that was deleted before can be deleted again"


def test_the_key_and_an_export_mean_the_same_example(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    add(person, 2, golden)
    person.drain()
    there, count = examples(phoenix, golden), versions(phoenix, golden)
    exporting = Exporting(person.store, person.store.queue(person.judge.queue.id), Wanted(members=golden))
    done = upload(person.sink, golden, exporting.items())
    assert (done.count, done.put.created, done.put.updated) == (1, 0, 0)
    assert examples(phoenix, golden) == there and versions(phoenix, golden) == count


def test_in_a_large_data_set_examples_are_searched_by_what_they_say(
    person: Program, golden: str, phoenix: PhoenixServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LISTED_WHOLE", 0)
    targets = (Target("document", "d_1", 2), Target("session", "é"))
    put = [Example(target_id(one), None, {}, {}, {"annotator": {"id": one.id}}) for one in targets]
    person.sink.put_examples(golden, put)
    found = person.sink.examples(golden, [*(one.id for one in put), "document:d_1:1", "document:dx1:2"])
    assert {one: held.digest for one, held in found.items()} == {one.id: one.digest for one in put}
    add(person, 0, golden)
    add(person, 1, golden)
    assert person.drain().error is None
    person.judge.undo()
    assert person.drain().error is None
    assert set(examples(phoenix, golden)) == {one.id for one in put} | {key(person, 0)}


FATES = ["cut before", "cut after", "late", "half an answer", "500 after", "html after", "503", "429", "502"]


@pytest.mark.parametrize("fate", FATES)
def test_whatever_becomes_of_an_answer_there_is_one_example(person: Program, golden: str, phoenix: PhoenixServer, fate: str) -> None:
    add(person, 0, golden)
    person.proxy.decide = lambda request: fate if write(request) else ""
    assert person.drain().error is not None and person.store.outbox_counts().waiting == 1
    person.settled()
    assert set(examples(phoenix, golden)) == {key(person, 0)}
    person.judge.undo()
    person.proxy.decide = lambda request: fate if write(request) else ""
    assert person.drain().error is not None and person.store.outbox_counts().waiting == 1
    person.settled()
    assert examples(phoenix, golden) == {}


def test_undone_while_the_request_is_still_on_its_way(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    """It lands after the data set was looked at, and is taken out when no request can land any longer."""
    add(person, 0, golden)
    person.proxy.decide = lambda request: "late" if write(request) else ""
    assert isinstance(person.drain().error, OutcomeUnknown)
    person.judge.undo()
    person.proxy.decide = lambda request: ""
    person.clock.now += 3
    assert person.drain().error is None and person.store.outbox_counts().waiting == 1
    person.proxy.land()
    assert set(examples(phoenix, golden)) == {key(person, 0)}
    person.clock.now += LATE_WRITE_SECONDS
    assert person.drain().error is None and person.store.outbox_counts().waiting == 0
    assert examples(phoenix, golden) == {}


def test_what_is_not_sent_yet_is_sent_at_the_next_start(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    add(person, 3, golden)
    person.restart()
    person.drain()
    assert set(examples(phoenix, golden)) == {key(person, 3)}


def test_two_people_one_example_and_undo_leaves_the_others(
    person: Program, golden: str, phoenix: PhoenixServer, tmp_path: Path
) -> None:
    add(person, 0, golden)
    person.drain()
    made = examples(phoenix, golden)
    with beside(tmp_path, person, "bob") as bob:
        assert add(bob, 0, golden) and add(bob, 1, golden)
        assert bob.drain().error is None and bob.store.outbox_counts() == OutboxCounts()
        both = examples(phoenix, golden)
        assert both.keys() == {key(person, 0), key(person, 1)} and both[key(person, 0)] == made[key(person, 0)]
        for _ in range(2):
            bob.judge.undo()
        assert bob.drain().error is None
    assert examples(phoenix, golden) == made, "hers is no business of his"


def test_what_somebody_changed_or_took_out_there_is_left(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    add(person, 0, golden)
    add(person, 1, golden)
    add(person, 2, golden)
    person.drain()
    edit(phoenix, golden, key(person, 0), "by hand")
    edit(phoenix, golden, key(person, 1), "by hand, too")
    assert person.sink.remove_example(golden, key(person, 2), ())
    person.answer(1, "pass")
    person.answer(2, "pass")
    take_out(person.judge, person.item(0), golden)
    done = person.drain()
    assert (done.error, done.parked) == (None, 3)
    there = examples(phoenix, golden)
    assert {one: example["output"] for one, example in there.items()} == {
        key(person, 0): {"output": "by hand"}, key(person, 1): {"output": "by hand, too"},
    }  # fmt: skip
    parked = {member.target.id: member for member in person.store.members_open(None, "parked")}
    assert "Somebody changed the example" in parked[person.span_ids[0]].error
    assert [parked[person.span_ids[n]].error for n in (1, 2)] == [CHANGED, TAKEN_OUT]
    for member in parked.values():
        person.store.retry_member(member)
    person.drain()
    there = examples(phoenix, golden)
    assert there.keys() == {key(person, 1), key(person, 2)} and there[key(person, 1)]["metadata"]["annotations"]["correctness"]
    for _ in range(3):
        person.judge.undo()


def test_a_row_that_is_refused_does_not_hold_up_the_others(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    bad = key(person, 1).encode()
    refusal = Answer(422, "application/json", b'{"detail": [{"loc": ["body"], "msg": "no"}]}')
    person.proxy.decide = lambda request: refusal if request.path.endswith("/upload") and bad in request.body else ""
    add(person, 0, golden)
    add(person, 1, golden)
    done = person.drain()
    assert (done.error, done.parked) == (None, 1) and set(examples(phoenix, golden)) == {key(person, 0)}
    [parked] = person.store.members_open(None, "parked")
    assert parked.target == Target("span", person.span_ids[1]) and parked.attempts == ()
    person.proxy.decide = lambda request: ""
    person.store.retry_member(parked)
    person.drain()
    assert set(examples(phoenix, golden)) == {key(person, 0), key(person, 1)}


def test_a_server_that_cannot_has_it_parked(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    """One whose GraphQL does not know what it is asked."""
    unknown = Answer(200, "application/json", b'{"errors": [{"message": "Cannot query field \'externalId\' on type \'DatasetExample\'."}]}')
    add(person, 0, golden)
    person.drain()
    person.proxy.decide = lambda request: unknown if request.path == "/graphql" else ""
    person.judge.undo()
    done = person.drain()
    assert (done.error, done.parked) == (None, 1) and set(examples(phoenix, golden)) == {key(person, 0)}
    [parked] = person.store.members_open(None, "parked")
    assert "cannot tell examples" in parked.error
    person.proxy.decide = lambda request: ""
    person.store.retry_member(parked)
    person.drain()
    assert examples(phoenix, golden) == {}


def test_a_refused_key_keeps_it_waiting(person: Program, golden: str, phoenix: PhoenixServer) -> None:
    add(person, 0, golden)
    person.proxy.decide = lambda request: ANSWERS["403"] if write(request) else ""
    done = person.drain()
    assert isinstance(done.error, Forbidden) and person.store.outbox_counts() == OutboxCounts(waiting=1)
    assert examples(phoenix, golden) == {}
