"""A filter on the screen: typed, completed, corrected, stepped through, changed by judging, cleared."""

import json
import re
from pathlib import Path

from tests.screen.scene import BACKSPACE, ENTER, ESC, TAB, ItemShown, Scene, place, press, shows, span, traces
from tests.terminal import Terminal

CTRL_U = "\x15"
FAILED = (2, 5, 9)


def scene_of(folder: Path, count: int = 12) -> Scene:
    """Traces of which some failed, one kind of them in its tool."""
    spans = [one for number in range(1, count + 1) for one in (span(number), span(number, 1))]
    for one in spans:
        number = int(one["context"]["trace_id"], 16)
        if one["parent_id"] is None and number in FAILED:
            one["status_code"] = "ERROR"
    return Scene(folder, spans)


def typed(lines: list[str]) -> str | None:
    """What stands in the filter's field; None while it is closed."""
    at = next((at for at, line in enumerate(lines) if line.startswith("─ filter ─")), None)
    return None if at is None else lines[at + 1].strip()


def filtered(terminal: Terminal, text: str, found: int) -> list[str]:
    """Type a filter; the screen when all that match are known."""
    press(terminal, "&", CTRL_U, text, ENTER)
    return terminal.wait_for(lambda lines: re.search(rf"filter {found}(?!…|\d)", lines[0]) is not None)


def steps(terminal: Terminal, key: str, count: int) -> list[int]:
    return [place(press(terminal, key)) for _ in range(count)]


def test_items_that_match_come_until_it_is_cleared(tmp_path: Path) -> None:
    with scene_of(tmp_path).open() as terminal:
        filtered(terminal, "status = error", 3)
        assert shows(2)(terminal.wait_for(shows(2))), "the first that matches"
        assert steps(terminal, "j", 2) == [5, 9]
        assert steps(terminal, "k", 3) == [5, 2, 2]
        assert "first item that matches" in terminal.text()
        listed = "\n".join(press(terminal, "i"))
        assert [number for number in range(1, 13) if f"question {number:03}" in listed] == list(FAILED)
        press(terminal, ESC)
        assert "End of what matches status = error" in "\n".join(press(terminal, "j", "j", "j"))
        assert steps(terminal, "k", 1) == [9]
        assert "filter" not in press(terminal, "&", CTRL_U, ENTER)[0]
        assert steps(terminal, "j", 1) == [10]


def test_judging_goes_on_to_the_next_match_and_undo_returns(tmp_path: Path) -> None:
    scene = scene_of(tmp_path)
    with scene.open() as terminal:
        filtered(terminal, "status = error and unannotated", 3)
        terminal.wait_for(shows(2))
        press(terminal, "1")
        terminal.wait_for(shows(5))
        assert "filter 2" in terminal.wait_for(lambda lines: "filter 2" in lines[0])[0], "what was judged does not match any more"
        press(terminal, "u")
        terminal.wait_for(shows(2))
        terminal.wait_for(lambda lines: "filter 3" in lines[0])
        press(terminal, "2")
        terminal.wait_for(shows(5))
        assert steps(terminal, "k", 1) == [5], "item 2 is judged"
    assert [answer for answer in scene.answers() if answer] == ["fail"]
    assert scene.answers()[1] == "fail"


def test_it_is_completed_and_a_mistake_is_pointed_at(tmp_path: Path) -> None:
    with scene_of(tmp_path).open() as terminal:
        lines = press(terminal, "&", "sta")
        assert "state" in lines[-2] and "status" in lines[-2]
        assert typed(press(terminal, TAB, TAB)) == "status"
        assert typed(press(terminal, " = e", TAB)) == "status = error"
        lines = press(terminal, " and latensy > 1s")
        caret = next(line for line in lines if "^ " in line)
        assert caret.index("^") == next(line for line in lines if "latensy >" in line).index("latensy")
        assert "no field or annotation 'latensy'" in caret and "Nearest: latency" in lines[-2]
        assert typed(press(terminal, ENTER)) is not None, "it stays open"
        press(terminal, *[BACKSPACE] * 12, ENTER)
        assert typed(press(terminal, ENTER)) is not None, "and where its end is missing too"
        press(terminal, CTRL_U, 'text ~ "QUESTION 007"', ENTER)
        terminal.wait_for(shows(7))
        lines = press(terminal, "&")
        assert typed(lines) == 'text ~ "QUESTION 007"', "it can be changed"
        lines = press(terminal, CTRL_U, "done", ESC)
        assert "filter 1" in lines[0] and typed(lines) is None


def test_nothing_matches(tmp_path: Path) -> None:
    with scene_of(tmp_path).open() as terminal:
        lines = filtered(terminal, "name = nothing", 0)
        assert "no item for name = nothing" in terminal.wait_for(lambda lines: "no item" in lines[-2])[-2]
        assert shows(1)(lines), "what is on the screen stays"
        assert "End of what matches" in "\n".join(press(terminal, "1")), "a verdict goes on to nothing else"
        press(terminal, "u")
        assert ItemShown(1)(terminal.wait_for(shows(1)))


def test_a_long_queue_is_looked_through_while_keys_work(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(900))
    with scene.open() as terminal:
        press(terminal, "&", 'text ~ "question 899"')
        terminal.send(ENTER + "j")
        terminal.wait_for(lambda lines: "no further match yet" in lines[-2])
        terminal.wait_for(shows(899))
        assert "filter 1" in terminal.wait_for(lambda lines: re.search(r"filter 1(?!…)", lines[0]) is not None)[0]
    assert json.loads(scene.run("list", "--json", "text ~ 'question 899'"))["position"] == 899
