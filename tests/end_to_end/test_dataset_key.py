"""One key on the review screen puts the item into a data set of the real server; it is taken back there, and outlives a kill."""

import json
import secrets
from pathlib import Path

import pytest

from tests.end_to_end.test_dataset import examples
from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer
from tests.terminal import Terminal
from tests.workflow.test_members import edit


class Scene:
    """Three items on a server, in a project of their own, and what their examples are called."""

    def __init__(self, phoenix: PhoenixServer) -> None:
        self.spans = small(3)
        self.project = seed(phoenix, self.spans, "collected")
        self.first, self.second, _ = (f"span:{one}" for one in span_ids(self.spans))


@pytest.fixture
def scene(phoenix: PhoenixServer) -> Scene:
    return Scene(phoenix)


def settled(terminal: Terminal) -> None:
    """What was done is on the server."""
    terminal.wait_for(lambda lines: "↑" in lines[0] or synced(lines))
    terminal.wait_for(synced)


def test_pressed_it_is_there_and_undone_it_is_gone(phoenix: PhoenixServer, scene: Scene, work: Workplace) -> None:
    name = f"golden {secrets.token_hex(3)}"
    here = ("--project", scene.project, "--rubric", work.rubric())
    with work.review(phoenix.url, *here, "--dataset", name, size=(80, 24)) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.send("k")
        terminal.wait_for(at(1, 3))
        terminal.send("X")
        terminal.wait_for(at(2, 3))
        terminal.wait_for(f"1: added to {name}, 1 in it")
        terminal.read_for(0.2)  # a key held down adds no unseen item
        terminal.send("X")
        terminal.wait_for(at(3, 3))
        terminal.wait_for("2 in it")
        settled(terminal)
        there = examples(phoenix, name)
        assert {one: f"span:{there[one]['source']['span_id']}" for one in there} == {one: one for one in (scene.first, scene.second)}
        [said] = there[scene.first]["metadata"]["annotations"]["correctness"]
        assert (said["label"], said["username"]) == ("pass", "rita")

        terminal.send("kk")
        terminal.wait_for(at(1, 3))
        terminal.wait_for(f"done · in {name}")
        terminal.send("X")
        terminal.wait_for(f"is in {name} already")
        terminal.send("u")
        terminal.wait_for(f"undid: 2 add to {name}")
        terminal.wait_for(at(2, 3))
        settled(terminal)
        assert set(examples(phoenix, name)) == {scene.first}
        terminal.send("r")
        terminal.wait_for("did again")
        settled(terminal)
        assert examples(phoenix, name) == there | {scene.second: examples(phoenix, name)[scene.second]}
        terminal.send("k")
        terminal.wait_for(at(1, 3))
        terminal.send("\x0b")
        terminal.wait_for(f"1: taken out of {name}, 1 in it; u puts it back")
        settled(terminal)
        assert set(examples(phoenix, name)) == {scene.second}
        terminal.leave()
    [second] = [item for item in work.items() if item["datasets"]]
    assert (second["id"], second["datasets"], second["state"]) == (scene.second.removeprefix("span:"), [name], "todo")
    assert work.outbox() == (0, 0)


def test_asked_once_and_sent_at_the_next_start(phoenix: PhoenixServer, scene: Scene, work: Workplace) -> None:
    """Killed between the key and the sending."""
    name = f"kept {secrets.token_hex(3)}"
    with work.review(phoenix.url, "--project", scene.project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("X")
        terminal.wait_for("Add to which data set?")
        terminal.send("\x1b")
        terminal.wait_for("no data set was chosen")
        terminal.send("X")
        terminal.wait_for("Add to which data set?")
        terminal.send(f"{name}\r")
        terminal.wait_for(f"1: added to {name}, 1 in it")
        terminal.kill()
    assert work.outbox() == (1, 0)
    with work.review(phoenix.url, "--project", scene.project) as terminal:
        terminal.wait_for(at(1, 3))
        settled(terminal)
        assert set(examples(phoenix, name)) == {scene.first}
        terminal.send("X")
        terminal.wait_for(f"1: is in {name} already")
        terminal.send("ja")
        terminal.wait_for("waits for Enter")
        terminal.send("X")
        terminal.wait_for(f"2: added to {name}, 2 in it")
        terminal.wait_for(at(2, 3))
        terminal.leave()
    work.run("push")
    assert set(examples(phoenix, name)) == {scene.first, scene.second}


def test_a_queue_from_files(phoenix: PhoenixServer, scene: Scene, work: Workplace, tmp_path: Path) -> None:
    traces = tmp_path / "traces.jsonl"
    traces.write_text("".join(json.dumps(span) + "\n" for span in scene.spans))
    name = f"from files {secrets.token_hex(3)}"
    with work.review(str(traces), "--rubric", work.rubric(), "--dataset", name) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("j")
        terminal.wait_for(at(2, 3))
        terminal.send("X")
        terminal.wait_for(f"2: added to {name}, 1 in it")
        terminal.leave()
    assert work.outbox() == (0, 0)
    [line] = work.run("export", "--members", name, "--format", "jsonl", "--out", "-").splitlines()[:1]
    [put_in] = [item["id"] for item in work.items() if item["datasets"] == [name]]
    assert json.loads(line)["id"] == put_in
    assert f"data set {name}: span {put_in}" in work.run("show", put_in)
    assert "Nothing was put into 'other' here" in work.run("export", "--members", "other", "--format", "jsonl", code=2)
    said = work.run("push", "--to", phoenix.url, "--project", scene.project)
    assert "1 row waits" in said and "1 row sent; waiting 0, parked 0" in said
    assert set(examples(phoenix, name)) == {f"span:{put_in}"}


def test_what_somebody_changed_there_waits_for_a_person(phoenix: PhoenixServer, scene: Scene, work: Workplace) -> None:
    name = f"edited {secrets.token_hex(3)}"
    with work.review(phoenix.url, "--project", scene.project, "--rubric", work.rubric(), "--dataset", name) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("X")
        terminal.wait_for(f"1: added to {name}")
        settled(terminal)
        terminal.leave()
    edit(phoenix, name, scene.first, "by hand")
    work.run("annotate", scene.first.removeprefix("span:"), "correctness=fail")
    said = work.run("push", code=1)
    assert f"in {name}: somebody changed the example" in said and "waiting 0, parked 1" in said
    assert examples(phoenix, name)[scene.first]["output"] == {"output": "by hand"}
    with work.review(phoenix.url, "--project", scene.project, size=(80, 24)) as terminal:
        terminal.wait_for(at(2, 3))
        terminal.send("b")
        terminal.wait_for(f"into the data set {name}")
        terminal.wait_for("somebody changed the example")
        terminal.send("r")
        terminal.wait_for("it is sent again")
        terminal.send("\x1b")
        terminal.wait_for(at(2, 3))
        settled(terminal)
        terminal.leave()
    [said_now] = examples(phoenix, name)[scene.first]["metadata"]["annotations"]["correctness"]
    assert said_now["label"] == "fail" and work.outbox() == (0, 0)
