"""Sizes, redrawing, stopping and going on: what is on the screen stays what the program means."""

import os
import signal
from pathlib import Path

import pytest

from tests.screen.scene import COMMENT, CTRL_L, ENTER, GRADE, PASS_FAIL, QUALITY, Scene, current, field_text, press, rubric_row, shows, span
from tests.terminal import Terminal

FIVE = PASS_FAIL + GRADE + QUALITY + COMMENT + '[[config]]\nname = "tone"\ntype = "categorical"\nvalues = ["kind", "plain", "rude"]\n'
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)


def long(number: int) -> dict[str, object]:
    one = span(number)
    one["attributes"]["llm.output_messages"][0]["message"]["content"] = "".join(f"line {line}\n\n" for line in range(90))
    return one


def clipped(lines: list[str], width: int) -> bool:
    return all(len(line) <= width for line in lines)


def test_a_resize_keeps_the_item_the_answers_and_what_is_typed(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [long(1), span(2)], rubric=PASS_FAIL + QUALITY)
    with scene.open() as terminal:
        press(terminal, "2", "8", "5")
        for size in (SMALL, LARGE, MIDDLE):
            terminal.resize(*size)
            lines = terminal.read_until_quiet()
            assert len(lines) == size[1] and shows(1)(lines)
            assert "[2 fail]" in rubric_row(lines, "correctness")
            assert current(lines) == "quality" and "85▏" in rubric_row(lines, "quality")
        press(terminal, "n", "half a no")
        terminal.resize(*SMALL)
        assert field_text(terminal.read_until_quiet()) == "half a no"
        press(terminal, "te", ENTER, ENTER)
        assert shows(2)(terminal.lines())
    assert (scene.answers()[0], scene.answers("quality")[0]) == ("fail", 85)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
def test_the_options_and_their_digits_are_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    scene = Scene(tmp_path, [long(1), span(2)], rubric=FIVE)
    with scene.open(size) as terminal:
        for keys in ("", "n", "\x1b", "2"):
            lines = press(terminal, *keys)
            assert shows(1)(lines)
            for name, labels in (("correctness", "pass fail"), ("grade", "awful poor fair good great"), ("tone", "kind plain rude")):
                row = rubric_row(lines, name)
                assert all(f"{digit} {label}" in row for digit, label in enumerate(labels.split(), 1)), f"{name}\n{terminal.text()}"
            assert rubric_row(lines, "quality") and rubric_row(lines, "comment")
        assert clipped(lines, size[0])


def test_where_the_size_changes_the_picture_is_the_same_as_where_it_began(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [long(1), span(2)], rubric=FIVE)
    pictures = []
    for size in (SMALL, LARGE):
        with scene.open(size) as terminal:
            pictures.append(terminal.lines())
    with scene.open() as terminal:
        for size, picture in zip((SMALL, LARGE), pictures, strict=True):
            terminal.resize(*size)
            assert terminal.read_until_quiet() == picture


def smear(terminal: Terminal) -> None:
    """What a message of another program does to the terminal."""
    terminal.feed(b"\x1b[2J\x1b[H" + b"Broadcast message from root\r\n" * 30)


@pytest.mark.parametrize("opened_by", ["", "n", ":", "?"])
def test_ctrl_l_draws_the_screen_anew(tmp_path: Path, opened_by: str) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        before = press(terminal, *opened_by)
        smear(terminal)
        assert terminal.lines() != before
        assert press(terminal, CTRL_L) == before


def test_stopped_and_continued_it_draws_itself_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        before = press(terminal, "1")
        terminal.kill(signal.SIGTSTP)
        terminal.wait_for(lambda lines: stopped(terminal))
        smear(terminal)
        terminal.kill(signal.SIGCONT)
        terminal.wait_for(lambda lines: lines == before)
        assert shows(3)(press(terminal, "2"))
    assert scene.answers() == ["pass", "fail", None]


def stopped(terminal: Terminal) -> bool:
    return os.WIFSTOPPED(os.waitpid(terminal.process.pid, os.WUNTRACED | os.WNOHANG)[1])


def test_too_small_a_terminal_does_not_break_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=FIVE)
    with scene.open() as terminal:
        for size in ((20, 5), (1, 1), (40, 10)):
            terminal.resize(*size)
            terminal.read_until_quiet()
            press(terminal, "]", "?", "\x1b", "n", "\x1b")
        terminal.resize(*MIDDLE)
        assert shows(1)(terminal.read_until_quiet())


def test_nothing_is_judged_where_what_is_asked_does_not_fit(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL.replace("score = 0", 'score = 0, key = "x"') + GRADE)
    with scene.open() as terminal:
        terminal.resize(80, 3)
        terminal.read_until_quiet()
        press(terminal, "1", "x", "3")
        terminal.resize(80, 12)
        assert shows(1)(terminal.read_until_quiet())
        press(terminal, "x")
    assert scene.answers() == ["fail", None, None]
    assert scene.answers("grade") == [None, None, None]
