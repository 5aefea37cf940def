"""The same facts on a real terminal: one goes to the trace and finds each with the search."""

import json
from pathlib import Path

import pytest

from tests.facts.pages import FACTS, files, missing, pages, run, unpacked
from tests.screen.scene import ENTER, Scene, place, press
from tests.terminal import Terminal


def found(lines: list[str], text: str) -> bool:
    """The notice counts the matches; or a title, which the search passes over, stands on the screen."""
    return any(" of " in line and text.split()[0] in line for line in lines[-4:]) or any(text in line for line in lines[3:-4])


@pytest.mark.parametrize("name", FACTS)
def test_found_on_the_screen(name: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    store = str(tmp_path / "annotator.db")
    shown = pages(tmp_path / "annotator.db", str(unpacked(name, files(name)[-1], tmp_path)))
    listed = run("list", "--json", "--store", store).splitlines()
    places = {json.loads(line)["trace_id"]: number for number, line in enumerate(listed, 1)}
    lost: list[str] = []
    with Terminal(scene.command("review"), env=scene.environment, cwd=tmp_path) as terminal:
        terminal.wait_for(lambda lines: place(lines) > 0)
        terminal.read_until_quiet()
        for fact in FACTS[name]:
            trace_id = next(trace_id for trace_id, page in shown.items() if not missing(fact, [page]))
            press(terminal, "i", str(places[trace_id]), ENTER)
            terminal.wait_for(lambda lines, wanted=places[trace_id]: place(lines) == wanted)  # type: ignore[misc]
            for text in fact.page:
                lines = press(terminal, "/", text, ENTER)
                if not found(lines, text):
                    lost.append(f"{fact.see}: {text}")
    assert not lost
