"""Queues of several reviewers on the command line: whose they are, what is in them, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program, Result
from tests.screen.scene import traces
from tests.terminal import Terminal

COUNT = 20


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "traces.jsonl").write_text("".join(json.dumps(one) + "\n" for one in traces(COUNT)))
    return Program(tmp_path)


def pull(program: Program, *args: str) -> Result:
    return program.run("pull", "traces.jsonl", *args)


def order(program: Program, queue: str) -> list[str]:
    """The ids of a queue's items."""
    return [item["id"] for item in program.run("list", "--json", "--queue", queue).done().records]


def test_two_people_on_one_store_have_two_queues(program: Program) -> None:
    three = ("--reviewers", "3", "--overlap", "2")
    for name in ("rita", "sam", "rita"):
        assert pull(program, *three, "--as", name).code == 0
    queues = program.run("status", "--json", "--offline").done().json["queues"]
    assert sorted(queue["name"] for queue in queues) == ["traces rita", "traces sam"]
    shared = {queue["shared"]["reviewer"]: queue["shared"] for queue in queues}
    assert shared["rita"] == {"reviewers": 3, "overlap": 2, "reviewer": "rita", "lacking": COUNT}
    assert f"3 reviewers, 2 verdicts an item; this is sam's; {COUNT} items still lack some" in program.run("status", "--offline").out
    rita, sam = order(program, "traces rita"), order(program, "traces sam")
    assert sorted(rita) == sorted(sam) != rita != sam
    assert pull(program, "--reviewers", "3", "--overlap", "1", "--as", "rita").code == 0
    assert order(program, "traces rita 2") == rita, "another overlap is another queue, in the same order"


def test_a_limit_takes_the_same_items_for_everybody(program: Program) -> None:
    for name in ("rita", "sam"):
        pull(program, "--reviewers", "2", "--limit", "5", "--as", name)
    rita, sam = order(program, "traces rita"), order(program, "traces sam")
    assert len(rita) == 5 and sorted(rita) == sorted(sam)


def test_a_queue_is_its_reviewers(program: Program) -> None:
    pull(program, "--reviewers", "2", "--as", "rita")
    said = program.run("pull", "--queue", "traces rita", "--as", "sam").error(2, "The queue traces rita is rita's.")
    assert "--reviewers 2" in said
    assert program.run("pull", "--queue", "traces rita").code == 0


def test_a_name_is_needed(program: Program) -> None:
    pull(program, "--reviewers", "2").error(2, "Nobody said who is judging.")
    assert pull(program, "--reviewers", "1").code == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--reviewers", "2", "--overlap", "3"), "2 reviewers cannot judge each item 3 times."),
        (("--overlap", "2"), "One reviewer cannot judge each item 2 times."),
        (("--reviewers", "0"), "--reviewers 0 leaves nobody to judge."),
        (("--reviewers", "2", "--overlap", "-1"), "--overlap -1 leaves nobody to judge."),
    ],
)
def test_numbers_that_cannot_be(program: Program, args: tuple[str, ...], said: str) -> None:
    pull(program, *args, "--as", "rita").error(2, said)


HERS = '[[rule]]\nname = "hers"\nwhen = \'text ~ "question 001"\'\nreviewers = ["mira"]\n'


def test_rules_route_items_to_people(program: Program) -> None:
    (program.folder / "queue.toml").write_text(HERS + '[[rule]]\nname = "all"\nreviewers = ["mira", "sam"]\n')
    rules = ("--rules", "queue.toml")
    for name in ("mira", "sam"):
        assert pull(program, *rules, "--as", name).code == 0
    queues = {queue["name"]: queue for queue in program.run("status", "--json", "--offline").done().json["queues"]}
    assert {name: queue["items"] for name, queue in queues.items()} == {"traces hers, all mira": COUNT, "traces all sam": COUNT}
    pull(program, *rules, "--as", "Sam").error(2, "No rule gives Sam anything", "mira, sam")
    pull(program, *rules).error(2, "Nobody said who is judging.")


def test_only_those_whom_a_rule_names_get_its_items(program: Program) -> None:
    some = '[[rule]]\nname = "some"\nwhen = \'not text ~ "question 001"\'\nrate = 0.5\n'
    (program.folder / "queue.toml").write_text(HERS + some)
    for name in ("mira", "sam"):
        assert pull(program, "--rules", "queue.toml", "--reviewers", "2", "--as", name).code == 0
    mira, sam = order(program, "traces hers, some mira"), order(program, "traces some sam")
    first = f"{101:016x}"
    assert first in mira and first not in sam
    assert sorted(set(mira) - {first}) == sorted(sam) and 0 < len(sam) < COUNT - 1, "what chance took is the same for both"


def test_a_lease_has_a_time_and_keeps_items_from_somebody(program: Program) -> None:
    for lease, said in (("soon", "--lease soon is no time"), ("0m", "--lease 0m is no time"), ("10m", "this queue has one")):
        argv = program.argv("review", "traces.jsonl", "--as", "rita", "--lease", lease)
        with Terminal(argv, (80, 24), program.environment, program.folder) as terminal:
            terminal.wait_for(said)
            assert terminal.exit_code() == 2
    assert program.run("status", "--json", "--offline").done().json["queues"] == []
