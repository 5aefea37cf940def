"""Items shown again while one reviews: nothing tells them from new ones, and their verdicts are rows of their own."""

import json
import re
import time
from pathlib import Path

from annotator.domain.annotation import Target
from annotator.store.store import open_store
from annotator.workflow.judge import Judge
from annotator.workflow.recheck import is_drawn
from tests.screen.scene import ESC, PASS_FAIL, Scene, place, press, shows, traces
from tests.terminal import Terminal

ITEMS, EARLIER = 14, 8
RATE, ME = 0.5, "rita"


def scene_of(folder: Path) -> Scene:
    """The first items were judged two days ago, each with a note and an explanation."""
    scene = Scene(folder, traces(ITEMS), rubric=PASS_FAIL, env={"ANNOTATOR_NAME": ME})
    scene.run("pull", str(scene.file), "--rubric", str(folder / "rubric.toml"))
    store = open_store(folder / "annotator.db", clock=lambda: time.time() - 2 * 86_400)
    [queue] = store.queues()
    judge = Judge(store, queue, ME, f"annotator:{ME}")
    for item in store.items(queue.id)[:EARLIER]:
        judge.answer(item, queue.rubric.criteria[0], "pass")
        judge.explain(item, queue.rubric.criteria[0], "told before")
        judge.note(item, "noted before")
    store.close()
    return scene


def first_rows(folder: Path) -> list[object]:
    store = open_store(folder / "annotator.db")
    found = store.db.all(
        "SELECT name, target, content, annotator, seq FROM annotation JOIN identity ON identity.id = annotation.identity"
        " WHERE identifier NOT LIKE '%:recheck%' ORDER BY identity.id"
    )
    store.close()
    return list(found)


def asked(terminal: Terminal) -> int:
    """The number of the trace that is on the screen."""
    found = [match[1] for line in terminal.lines() if (match := re.search(r"question (\d{3})", line))]
    return int(found[0]) if found else 0


def test_earlier_items_come_again_unmarked_and_only_their_own_rows_are_written(tmp_path: Path) -> None:
    scene = scene_of(tmp_path)
    before = first_rows(tmp_path)
    scene_env = scene.environment
    repeats = [n for n in range(EARLIER + 1, ITEMS + 1) if is_drawn(ME, Target("span", f"{n * 100 + 1:016x}"), RATE)]
    assert len(repeats) > 2, "of the items that are to do, some are drawn"
    again: list[int] = []
    with Terminal([*scene.review, "--recheck", "50%"], (120, 40), scene_env, tmp_path) as terminal:
        for position in range(EARLIER + 1, ITEMS + 1):
            if position in repeats:
                terminal.wait_for(lambda lines, position=position: place(lines) == position and 0 < asked(terminal) <= EARLIER)  # type: ignore[misc]
                terminal.read_until_quiet()
                again.append(asked(terminal))
                text = "\n".join(terminal.lines())
                assert "told before" not in text and "noted before" not in text and "again" not in text and "recheck" not in text
                if len(again) == 1:
                    listed = "\n".join(press(terminal, "i"))
                    assert re.search(rf"{position}  .*question {again[0]:03}.*todo", listed), listed
                    assert not re.search(rf"│ +{again[0]}  ", listed), listed
                    press(terminal, ESC)
                    table = "\n".join(press(terminal, "A"))
                    assert "You have not annotated this item" in table, table
                    press(terminal, ESC)
                press(terminal, "2")
            terminal.wait_for(shows(position))
            terminal.read_until_quiet()
            if len(again) == 1 and position == repeats[0]:
                press(terminal, "u")
                terminal.wait_for(lambda lines: asked(terminal) == again[0])
                press(terminal, "2")
                terminal.wait_for(shows(position))
            press(terminal, "1")
        terminal.wait_for("End of the queue")
    assert len(set(again)) == len(again) == len(repeats)
    assert [row for row in first_rows(tmp_path) if row in before] == before
    assert scene.queue()["done"] == ITEMS and scene.queue()["items"] == ITEMS
    store = open_store(tmp_path / "annotator.db")
    second = store.db.all(
        "SELECT target, json_extract(content, '$[0]') FROM annotation JOIN identity ON identity.id = annotation.identity"
        " WHERE identifier = 'annotator:rita:recheck'"
    )
    store.close()
    assert sorted(second) == sorted((f"{n * 100 + 1:016x}", "fail") for n in again)
    [config] = json.loads(scene.run("report", "--recheck", "--json"))["groups"][0]["configs"]
    [own] = config["recheck"]
    assert own["agreement"]["n"] == len(again) and own["agreement"]["value"] == 0.0, own
    done = json.loads(scene.run("handover", "--json"))["people"]
    assert [(one["annotator"], one["done"], one["again"]) for one in done] == [(ME, ITEMS - EARLIER, len(again))]
