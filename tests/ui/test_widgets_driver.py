"""The terminal driver on a real pty: pastes, Escape and a key in one read, reports."""

import sys
import time
from collections.abc import Iterator

import pytest

from tests.terminal import Terminal

LONG = "a pasted line that is quite long indeed\r2\r"


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    with Terminal([sys.executable, "-m", "tests.ui.driver_app"], (80, 60)) as running:
        running.wait_for("ready")
        running.read_until_quiet()
        yield running


def seen(terminal: Terminal, typed: str | bytes, last: str) -> list[str]:
    """What the program saw of what was typed, up to `last`."""
    before = len([row for row in terminal.lines() if row])
    terminal.send(typed)
    terminal.wait_for(lambda lines: last in lines[before:])
    return [row for row in terminal.read_until_quiet() if row][before:]


@pytest.mark.parametrize("character", "1f?n ")
def test_escape_and_a_key_in_one_read_are_alt_and_the_key(terminal: Terminal, character: str) -> None:
    name = {"?": "question_mark", " ": "space"}.get(character, character)
    assert seen(terminal, "\x1b" + character, f"key alt+{name}") == [f"key alt+{name}"]


def test_keys_after_escape_and_a_key_stay_keys(terminal: Terminal) -> None:
    assert seen(terminal, "\x1b12x", "key x") == ["key alt+1", "key 2", "key x"]


def test_a_bracket_after_escape_in_one_read_is_marked(terminal: Terminal) -> None:
    assert seen(terminal, "\x1b[", "key alt+left_square_bracket") == ["key alt+left_square_bracket"]


def test_escape_alone_and_arrows_are_themselves(terminal: Terminal) -> None:
    assert seen(terminal, "\x1b", "key escape") == ["key escape"]
    assert seen(terminal, "\x1b[A\x1bOB\x1b[5~", "key pageup") == ["key up", "key down", "key pageup"]


def test_a_paste_without_brackets_is_a_paste(terminal: Terminal) -> None:
    expected = f"paste {LONG.replace(chr(13), chr(10))!r}"
    assert seen(terminal, LONG, expected) == [expected]
    time.sleep(0.15)  # what comes within 100 ms is still the paste


def test_a_bracketed_paste_is_a_paste_and_typing_is_typing(terminal: Terminal) -> None:
    expected = f"paste {LONG!r}"
    assert seen(terminal, "\x1b[200~" + LONG + "\x1b[201~1", "key 1") == [expected, "key 1"]
    assert seen(terminal, "12\r3", "key 3") == ["key 1", "key 2", "key enter", "key 3"]


def test_a_long_paste_comes_in_reads_that_are_all_pastes(terminal: Terminal) -> None:
    before = len([row for row in terminal.lines() if row])
    terminal.send("some words of a line\r" * 400)
    rows = [row for row in terminal.read_until_quiet(0.3) if row][before:]
    assert rows and all(row.startswith("paste ") for row in rows)


def test_the_program_ends_cleanly() -> None:
    with Terminal([sys.executable, "-m", "tests.ui.driver_app"], (80, 24)) as running:
        running.wait_for("ready")
        running.send("q")
        assert running.exit_code() == 0
