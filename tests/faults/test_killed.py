"""kill -9 at any moment: every verdict that was on the screen is in the store, and reaches the server, once."""

import random
import re
import time
from collections import Counter
from contextlib import closing, suppress

import pytest

from annotator.domain.annotation import Target
from annotator.store.store import open_store
from tests.end_to_end.workplace import Workplace, seed, small, span_ids
from tests.phoenix_server import PhoenixServer
from tests.terminal import Terminal

VERDICT = re.compile(r"([\d,]+) (pass|fail)\b")
POSITION = re.compile(r" ([\d,]+) / [\d,]+ ")
ITEMS = 500
DOCUMENTS = 3
RETRIEVED = {"input.value": "why?"} | {f"retrieval.documents.{n}.document.content": f"document {n}" for n in range(DOCUMENTS)}
OF_DOCUMENTS = """[[config]]
name = "relevance"
type = "categorical"
target = "document"
values = ["relevant", "irrelevant"]
"""


class Witness:
    """What every whole frame of a screen claimed: the last label of each position, and the position reached."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.verdicts: dict[int, str] = {}
        self.position = 0

    def look(self, lines: list[str]) -> bool:
        if self.terminal.between_frames:
            strip = next((line for line in lines if line.startswith(" last ")), "")
            self.verdicts |= {int(position): label for position, label in reversed(VERDICT.findall(strip))}
            if found := POSITION.search(lines[0]):
                self.position = int(found[1])
        return False

    def watch(self, seconds: float) -> None:
        """Look at every frame for a while, or until the program is gone."""
        with suppress(AssertionError):
            self.terminal.wait_for(self.look, timeout=seconds)


def kept(work: Workplace) -> dict[int, tuple[str, str]]:
    """State and label by position, read by another connection."""
    store = open_store(work.store)
    try:
        (queue,) = store.queues()
        found = {}
        for item in store.items(queue.id, 0, ITEMS):
            rows = store.on_target(queue.source.server, item.target)
            if rows:
                found[item.position] = (item.state.value, rows[0].label or "")
        return found
    finally:
        store.close()


@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.soak)])
def test_killed_while_reviewing(phoenix: PhoenixServer, work: Workplace, rounds: int) -> None:
    seed_ = random.randrange(1 << 32)
    print(f"seed {seed_}")
    chance = random.Random(seed_)
    project = seed(phoenix, small(ITEMS))
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric())
    claimed: dict[int, str] = {}
    for _ in range(rounds):
        with work.review(phoenix.url, "--project", project, size=(100, 24)) as terminal:
            witness = Witness(terminal)
            terminal.wait_for(lambda lines: bool(POSITION.search(lines[0])))
            for _ in range(chance.randrange(0, 25)):
                terminal.send(chance.choice("12"))
                witness.watch(chance.choice((0, 0.002, 0.01, 0.03)))
            time.sleep(chance.random() * chance.choice((0, 0.004, 0.02)))
            terminal.kill()
            witness.watch(30)
        now = kept(work)
        assert {position: now.get(position, ("", ""))[1] for position in witness.verdicts} == witness.verdicts
        assert all(now.get(position, ("", ""))[0] == "done" for position in range(1, witness.position)), "the screen had moved past these"
        claimed |= witness.verdicts
    assert len(claimed) > rounds, "too little was judged to say anything"
    work.run("push")
    rows = phoenix.annotations(project)
    assert max(Counter((row["span_id"], row["name"], row["identifier"]) for row in rows).values()) == 1
    arrived = {row["span_id"]: row["result"]["label"] for row in rows}
    assert arrived == work.judged()
    assert len(arrived) == len(kept(work)) >= len(claimed)
    assert work.outbox() == (0, 0)


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_while_judging_documents(phoenix: PhoenixServer, work: Workplace, rounds: int) -> None:
    """One key a document: what the screen has moved past is in the store, document by document, and arrives on its document."""
    seed_ = random.randrange(1 << 32)
    print(f"seed {seed_}")
    chance = random.Random(seed_)
    spans = [span | {"span_kind": "RETRIEVER", "attributes": RETRIEVED} for span in small(60)]
    project = seed(phoenix, spans)
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric(OF_DOCUMENTS))
    reached = 0
    for _ in range(rounds):
        with work.review(phoenix.url, "--project", project, size=(100, 24)) as terminal:
            witness = Witness(terminal)
            terminal.wait_for(lambda lines: bool(POSITION.search(lines[0])))
            for _ in range(chance.randrange(3, 20)):
                terminal.send(chance.choice("12"))
                witness.watch(chance.choice((0.002, 0.01, 0.03)))
            terminal.kill()
            witness.watch(30)
        reached = max(reached, witness.position)
        judged = documents_judged(work)
        assert all(len(judged.get(position, {})) == DOCUMENTS for position in range(1, witness.position)), "the screen had moved past these"
        assert all(list(found) == list(range(len(found))) for found in judged.values()), "in their order, none left out"
    assert reached > 1, "too little was judged to say anything"
    work.run("push")
    held = {(row["span_id"], row["document_position"]): row["result"]["label"] for row in phoenix.document_annotations(span_ids(spans))}
    of = {position: span_ids(spans)[position - 1] for position in judged}
    assert held == {(of[position], place): label for position, found in judged.items() for place, label in found.items()}
    assert work.outbox() == (0, 0)


def documents_judged(work: Workplace) -> dict[int, dict[int, str]]:
    """Labels by document position, by the position of the item; read by another connection."""
    with closing(open_store(work.store)) as store:
        (queue,) = store.queues()
        found = {}
        for item in store.items(queue.id, 0, ITEMS):
            rows = store.known_on(queue.source.server, [Target("document", item.span_id, place) for place in range(DOCUMENTS)])
            if rows:
                found[item.position] = {one.row.target.position or 0: one.row.label or "" for one in rows}
        return found
