"""At 9,600 baud a held key leaves no queue of stale frames, leaving takes one frame's time, and what is on its way is not judged."""

import sys
from pathlib import Path

from annotator.ui.outlet import QUESTION, WINDOW
from tests.screen.parts import saying
from tests.screen.scene import CTRL_L, CTRL_Q, DOWN, PASS_FAIL, Scene, place, press, shows
from tests.terminal import Terminal

BAUD_9600 = 960
UNFOLD = "Z"
HELD = 90
"""Three seconds of a key that repeats 30 times a second."""
LEAVING = 200
"""Bytes that give the terminal back as it was."""


def long(number: int) -> dict[str, object]:
    text = "".join(f"line {line} of item {number}, with {line * 7919} words in it that no other line has\n\n" for line in range(200))
    return saying(number, text)


def opened(folder: Path) -> Terminal:
    return Scene(folder, [long(1), long(2), long(3)], rubric=PASS_FAIL).open()


def hold(terminal: Terminal, key: str, count: int) -> None:
    for _ in range(count):
        terminal.send(key)
        terminal.read_for(1 / 30)


def largest_frame(sent: bytes) -> int:
    return max(len(frame) for frame in sent.split(b"\x1b[?2026h"))


def test_a_held_key_ends_where_it_would_and_leaves_no_queue(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        press(terminal, UNFOLD, *[DOWN] * 3)
        whole = len(terminal.raw)
        terminal.bytes_per_second = BAUD_9600
        terminal.mark()
        hold(terminal, DOWN, HELD)
        frames = terminal.bytes_since_mark.count(b"\x1b[?2026h")
        assert 1 < frames < HELD / 2, "frames are left out"
        largest = largest_frame(terminal.bytes_since_mark)
        terminal.mark()
        there = terminal.read_until_quiet(0.5)
        rest = len(terminal.bytes_since_mark)
        assert rest <= WINDOW + 2 * max(largest, largest_frame(terminal.bytes_since_mark)), "what was on its way, and one frame"
        assert rest < whole
        terminal.bytes_per_second = None
        slow = terminal.cells()
        press(terminal, CTRL_L)
        assert terminal.cells() == slow and terminal.lines() == there
    (tmp_path / "fast").mkdir()
    with opened(tmp_path / "fast") as terminal:
        press(terminal, UNFOLD)
        for _ in range(HELD + 3):
            terminal.send(DOWN)
        terminal.read_until_quiet()
        assert terminal.lines()[2:30] == there[2:30]


def test_leaving_takes_what_is_on_its_way(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        press(terminal, UNFOLD)
        terminal.bytes_per_second = BAUD_9600
        terminal.mark()
        hold(terminal, DOWN, HELD // 2)
        largest = largest_frame(terminal.bytes_since_mark)
        terminal.send(CTRL_Q)
        terminal.mark()
        assert terminal.exit_code() == 0
        assert len(terminal.bytes_since_mark) <= WINDOW + 2 * largest + LEAVING


def test_an_item_on_its_way_is_not_judged(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [long(1), long(2), long(3)], rubric=PASS_FAIL)
    with scene.open() as terminal:
        terminal.bytes_per_second = BAUD_9600
        terminal.mark()
        terminal.send("1")
        while len(terminal.bytes_since_mark) < 100:
            terminal.read_for(0.02)
        assert not terminal.between_frames, "the second item has begun to be drawn"
        terminal.send("2")
        terminal.read_until_quiet(0.5)
        assert shows(2)(terminal.lines()) and place(terminal.lines()) == 2
        assert "that key came before the item was on the screen" in terminal.text()
        terminal.send("2")
        terminal.wait_for(shows(3))
        terminal.bytes_per_second = None
        press(terminal, CTRL_Q)
    assert scene.answers() == ["pass", "fail", None]


def test_a_terminal_that_does_not_answer_is_written_to_all_the_same(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [long(1), long(2), long(3)], rubric=PASS_FAIL)
    with Terminal(scene.review, (120, 40), scene.environment, tmp_path) as terminal:
        terminal.tells_status = False
        terminal.wait_for(shows(1))
        terminal.read_until_quiet()
        press(terminal, "1", "2")
        assert place(terminal.lines()) == 3
        press(terminal, UNFOLD, *[DOWN] * 30)
        drawn = terminal.cells()
        press(terminal, CTRL_L)
        assert terminal.cells() == drawn
    assert scene.answers() == ["pass", "fail", None]


def test_on_a_textual_that_was_not_tested_its_own_frames_are_sent_and_the_log_says_so(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [long(1), long(2)], rubric=PASS_FAIL)
    other = "import annotator.ui.textual_version as v; v.TESTED = (); from annotator.cli.main import main; raise SystemExit(main())"
    log = tmp_path / "log.txt"
    command = [sys.executable, "-c", other, *scene.review[3:], "--log", str(log)]
    with Terminal(command, (120, 40), scene.environment, tmp_path) as terminal:
        terminal.wait_for(shows(1))
        terminal.read_until_quiet()
        press(terminal, UNFOLD, DOWN, "1")
        assert place(terminal.lines()) == 2
        press(terminal, CTRL_Q)
        assert terminal.exit_code() == 0
        assert QUESTION.encode() not in terminal.raw
    assert "was not tested" in log.read_text()
    assert scene.answers() == ["pass", None]
