"""Several people on one Phoenix, each with a program and a store of their own, and nothing between them but the server."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from annotator.domain.annotation import LEASE
from tests.end_to_end.test_two_programs import moved
from tests.end_to_end.workplace import Workplace, content, seed, small, span_ids, synced
from tests.faults.test_killed import POSITION
from tests.phoenix_server import PhoenixServer
from tests.terminal import Terminal

PEOPLE = ("rita", "sam", "tess")
ITEMS = 30
READING = 1.2
"""Seconds that each looks at an item at least: fifteen times as fast as people are."""
END = "End of the queue"


@contextmanager
def screens(server: PhoenixServer, folder: Path, project: str, *args: str) -> Iterator[dict[str, tuple[Workplace, Terminal]]]:
    """Everybody's program, at the first item."""
    with ExitStack() as stack:
        found = {}
        for name in PEOPLE:
            work = Workplace(folder / name, name)
            shared = ("--reviewers", str(len(PEOPLE)), "--overlap", "2", "--rubric", work.rubric())
            terminal = stack.enter_context(work.review(server.url, "--project", project, *shared, *args))
            found[name] = (work, terminal)
        for _, terminal in found.values():
            terminal.wait_for(lambda lines: f"/ {ITEMS} " in lines[0])
            terminal.wait_for(synced)
        yield found


def walk(people: Mapping[str, tuple[Workplace, Terminal]]) -> None:
    """Everybody judges what comes, in turn, until nobody has anything left."""
    for turn in range(4 * ITEMS):
        for number, (_, terminal) in enumerate(people.values()):
            terminal.read_for(READING / len(people))
            if END in terminal.text():
                continue
            shown = terminal.lines()[0]
            terminal.send("12"[(turn + number) % 2])
            terminal.wait_for(partial(moved, shown))
        if all(END in terminal.text() for _, terminal in people.values()):
            return
    raise AssertionError("somebody never came to the end")


def verdicts(rows: list[dict[str, Any]]) -> Counter[str]:
    """How many each span has."""
    return Counter(row["span_id"] for row in rows if row["name"] == "correctness")


def test_every_item_gets_its_verdicts_and_hardly_more(phoenix: PhoenixServer, tmp_path: Path) -> None:
    spans = small(ITEMS)
    project = seed(phoenix, spans)
    with screens(phoenix, tmp_path, project, "--lease", "10m") as people:
        orders = {name: [item["id"] for item in work.items()] for name, (work, _) in people.items()}
        walk(people)
        for _, terminal in people.values():
            terminal.wait_for(lambda lines: synced(lines) and any(" 0 to do" in line for line in lines))
            terminal.leave()
    rows = phoenix.annotations(project)
    assert sorted(orders["rita"]) == sorted(orders["sam"]) == sorted(orders["tess"]) == sorted(span_ids(spans))
    assert len({tuple(order) for order in orders.values()}) == len(PEOPLE)
    assert [row for row in rows if row["name"] == LEASE] == []
    counts = verdicts(rows)
    assert set(counts) == set(span_ids(spans))
    assert min(counts.values()) == 2
    assert sum(count - 2 for count in counts.values()) <= ITEMS // 3, counts
    for name, (work, _) in people.items():
        mine = {row["span_id"]: row["result"]["label"] for row in rows if row["identifier"] == f"annotator:{name}"}
        items = work.items()
        assert mine == work.judged_by(name)
        states = Counter(item["state"] for item in items)
        assert states == {"done": len(mine), "skipped": ITEMS - len(mine)}
        assert {item["reason"] for item in items if item["state"] == "skipped"} <= {"2 others judged it"}
    assert all(content(row)["metadata"]["annotator"] == row["identifier"].removeprefix("annotator:") for row in rows)


def write(server: PhoenixServer, *rows: dict[str, Any]) -> None:
    """Rows of other programs."""
    assert server.call("POST", "/v1/span_annotations?sync=true", {"data": list(rows)})[0] == 200


def verdict(who: str, span_id: str) -> dict[str, Any]:
    result = {"label": "fail", "score": 0.0, "explanation": None}
    return {
        "span_id": span_id, "name": "correctness", "annotator_kind": "HUMAN", "identifier": f"annotator:{who}", "result": result,
        "metadata": {"annotator": who},
    }  # fmt: skip


def kept_for(who: str, span_id: str, seconds: int = 600) -> dict[str, Any]:
    """Another program's lease."""
    metadata = {"annotator": who, "seconds": seconds, "expires": "2026-01-01T00:00:00+00:00"}
    named = {"name": LEASE, "annotator_kind": "CODE", "identifier": f"{LEASE}:{who}"}
    return {"span_id": span_id, "result": {"label": "held"}, "metadata": metadata} | named


def position(lines: list[str]) -> int:
    found = POSITION.search(lines[0])
    return int(found[1]) if found else 0


def is_at(place: int, lines: list[str]) -> bool:
    """That item is on the screen; 0 for the end."""
    return position(lines) == place if place else any(END in line for line in lines)


def test_what_others_judge_and_hold_is_passed_over_but_never_what_is_on_the_screen(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(7))
    review = (phoenix.url, "--project", project, "--reviewers", "3", "--overlap", "2", "--lease", "10m", "--rubric", work.rubric())
    work.run("pull", *review[:-4], *review[-2:])
    ids = {place: item["id"] for place, item in enumerate(work.items(), 1)}
    write(phoenix, *(verdict(who, ids[place]) for who in ("bob", "eve") for place in (2, 3)))
    write(phoenix, verdict("bob", ids[4]), kept_for("eve", ids[4]), verdict("bob", ids[5]), kept_for("eve", ids[5], 0))
    with work.review(*review) as terminal:
        terminal.wait_for(lambda lines: "2 left to others" in lines[0] and position(lines) == 1)
        write(phoenix, *(verdict(who, ids[1]) for who in ("bob", "eve")))
        terminal.wait_for("2 others judged it already")
        assert position(terminal.lines()) == 1
        terminal.send("1")
        terminal.wait_for(lambda lines: position(lines) == 5)  # eve has 4, and had 5 until a moment ago
        terminal.send("j")
        terminal.wait_for(lambda lines: position(lines) == 6)
        terminal.send("1")
        terminal.wait_for(lambda lines: position(lines) == 7)
        terminal.wait_for(synced)
        terminal.kill()
    left = [row for row in phoenix.annotations(project) if row["identifier"] == f"{LEASE}:rita"]
    assert ids[7] in {row["span_id"] for row in left}
    phoenix.call("DELETE", f"/v1/projects/{project}/span_annotations?name={LEASE}&identifier={LEASE}:eve&delete_all=true")
    with work.review(*review) as terminal:
        terminal.wait_for(lambda lines: position(lines) == 4)
        for place in (5, 7, 0):
            terminal.read_for(0.2)  # sooner, it is a held key
            terminal.send("1")
            terminal.wait_for(partial(is_at, place))
        terminal.wait_for(synced)
        terminal.leave()
    rows = phoenix.annotations(project)
    assert {row["identifier"] for row in rows if row["name"] == LEASE} == set()
    assert verdicts(rows) == {ids[place]: 3 if place == 1 else 2 if place in (2, 3, 4, 5) else 1 for place in ids}
    assert [item["state"] for item in work.items()] == ["done", "skipped", "skipped", "done", "done", "done", "done"]
    assert {row["name"] for item in work.items() for row in item["annotations"]} == {"correctness"}
    assert LEASE not in work.run("export", "--format", "jsonl") and LEASE not in work.run("report")
    assert json.loads(work.run("status", "--json", "--offline"))["queues"][0]["shared"]["lacking"] == 2
