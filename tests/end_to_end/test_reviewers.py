"""Several people on one Phoenix, each with a program and a store of their own, and nothing between them but the server."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from annotator.domain.annotation import LEASE
from tests.end_to_end.test_two_programs import moved
from tests.end_to_end.workplace import Workplace, content, seed, small, span_ids, synced
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
