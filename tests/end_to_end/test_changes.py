"""Changing one's mind, and undo after a sync: the server ends up with what was meant, row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.end_to_end.workplace import Row, Workplace, at, content, seed, small, span_ids, synced
from tests.faults.proxy import fault_proxy
from tests.phoenix_server import PhoenixServer
from tests.screen.scene import press
from tests.terminal import Terminal

RITA = "annotator:rita"


@contextmanager
def reviewing(work: Workplace, url: str, project: str, position: int, total: int) -> Iterator[Terminal]:
    """A review of a project, open at an item; left with Ctrl+Q when everything is sent."""
    with work.review(url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(position, total))
        yield terminal
        terminal.wait_for(synced)
        terminal.leave()


def put(server: PhoenixServer, span_id: str, identifier: str, label: str | None, score: float | None, **more: Any) -> None:
    """Another client's write."""
    row = {"span_id": span_id, "name": "correctness", "annotator_kind": "HUMAN", "identifier": identifier, "metadata": {}}
    row["result"] = {"label": label, "score": score, "explanation": more.pop("explanation", None)}
    server.done("POST", "/v1/span_annotations?sync=true", {"data": [row | more]})


def labels(server: PhoenixServer, project: str) -> list[tuple[str, str]]:
    return [(row["identifier"], row["result"]["label"]) for row in server.annotations(project)]


def test_ten_changes_in_a_row_are_one_post(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(2))
    with fault_proxy(phoenix.port) as proxy:
        with reviewing(work, proxy.url, project, 1, 2) as terminal:
            terminal.send("a")
            terminal.wait_for("waits for Enter")
            terminal.send("1212121212")
            terminal.wait_for("last  1 fail")
        assert [row["result"]["label"] for row in proxy.posted] == ["fail"]
    assert labels(phoenix, project) == [(RITA, "fail")]


def test_changes_far_apart_leave_one_row(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(2))
    with fault_proxy(phoenix.port) as proxy:
        with reviewing(work, proxy.url, project, 1, 2) as terminal:
            terminal.send("a")
            terminal.wait_for("waits for Enter")
            for key, label in (("1", "pass"), ("2", "fail"), ("1", "pass")):
                terminal.send(key)
                terminal.wait_for(f"last  1 {label}")
                terminal.wait_for(synced)
                assert labels(phoenix, project) == [(RITA, label)]
        assert [row["result"]["label"] for row in proxy.posted] == ["pass", "fail", "pass"]


def test_undo_after_sync_deletes_what_was_new_and_redo_brings_it_back(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(3)
    first, second, _ = span_ids(spans)
    project = seed(phoenix, spans)
    put(phoenix, first, "annotator:bob", "fail", 0.0, explanation="bob's")
    put(phoenix, second, "", "pass", 1.0, annotator_kind="LLM")
    others = phoenix.annotations(project)
    with reviewing(work, phoenix.url, project, 1, 3) as terminal:
        terminal.send("nlook here\r")
        terminal.wait_for("note added")
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.send("2")
        terminal.wait_for(at(3, 3))
        terminal.send("etoo short\r")
        terminal.wait_for("explained")
        terminal.wait_for(synced)
        after = phoenix.annotations(project)
        assert sorted((row["span_id"], row["name"]) for row in after if row not in others) == sorted(
            [(first, "correctness"), (first, "note"), (second, "correctness")]
        )
        terminal.send("u")
        terminal.wait_for("undid: 2 explain correctness")
        terminal.wait_for(synced)
        (changed,) = [row for row in phoenix.annotations(project) if row["span_id"] == second and row["identifier"] == RITA]
        assert (changed["result"]["label"], changed["result"]["explanation"]) == ("fail", None)
        for said in ("undid: 2 fail", "undid: 1 pass", "undid: 1 note"):
            press(terminal, "u")
            terminal.wait_for(said)
        terminal.wait_for(at(1, 3))
        terminal.wait_for(synced)
        assert phoenix.annotations(project) == others
        for said in ("did again: 1 note", "did again: 1 pass", "did again: 2 fail", "did again: 2 explain"):
            press(terminal, "r")
            terminal.wait_for(said)
        terminal.wait_for(synced)
        again = phoenix.annotations(project)
        assert sorted(map(content, again), key=str) == sorted(map(content, after), key=str)
        assert [row for row in again if row in others] == others


EARLIER = [
    pytest.param({"label": "fail", "score": 0.0, "explanation": "last week"}, id="a verdict of mine"),
    pytest.param({"label": "unsure", "score": 0.4}, id="a label that the rubric does not have"),
    pytest.param({"label": None, "score": None, "annotator_kind": "CODE"}, id="an empty row of another kind"),
]


@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("known", [True, False], ids=["before the queue was filled", "after it"])
def test_undo_gives_the_server_its_own_row_back(phoenix: PhoenixServer, work: Workplace, earlier: Row, known: bool) -> None:
    """One program pulls the row with the queue, the other finds it when it sends."""
    spans = small(2)
    first, second = span_ids(spans)
    project = seed(phoenix, spans)

    def write() -> None:
        put(phoenix, first, RITA, metadata={"batch": 7, "by": ["eval", None]}, **earlier)
        put(phoenix, first, "annotator:bob", "pass", 1.0, explanation="not mine")

    if known:
        write()
    done = known and earlier["label"] == "fail"
    with reviewing(work, phoenix.url, project, 2 if done else 1, 2) as terminal:
        if not known:
            terminal.read_until_quiet()
            write()
        before_us = phoenix.annotations(project)
        if done:
            terminal.send("k")
            terminal.wait_for(at(1, 2))
        terminal.send("1")
        terminal.wait_for("correctness pass")
        terminal.wait_for(synced)
        (now,) = [row for row in phoenix.annotations(project) if row["identifier"] == RITA]
        assert (now["result"]["label"], now["result"]["score"], now["annotator_kind"]) == ("pass", 1.0, "HUMAN")
        terminal.send("u")
        terminal.wait_for("undid: 1 pass")
        terminal.wait_for(at(1, 2))
        terminal.wait_for(synced)
        assert sorted(map(content, phoenix.annotations(project)), key=str) == sorted(map(content, before_us), key=str)
        bob = [row for row in before_us if row["identifier"] == "annotator:bob"]
        assert [row for row in phoenix.annotations(project) if row["identifier"] == "annotator:bob"] == bob
    assert all(row["span_id"] == first for row in phoenix.annotations(project)), second


def test_undo_works_across_a_restart(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(3))
    with reviewing(work, phoenix.url, project, 1, 3) as terminal:
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.send("2")
        terminal.wait_for(at(3, 3))
    assert sorted(label for _, label in labels(phoenix, project)) == ["fail", "pass"]
    with reviewing(work, phoenix.url, project, 3, 3) as terminal:
        press(terminal, "u")
        terminal.wait_for("undid: 2 fail")
        terminal.wait_for(at(2, 3))
        press(terminal, "u")
        terminal.wait_for("undid: 1 pass")
        terminal.wait_for(at(1, 3))
        press(terminal, "u")
        terminal.wait_for("nothing to undo")
    assert phoenix.annotations(project) == []
