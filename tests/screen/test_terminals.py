"""Terminals that cannot draw, or draw differently: none at all, TERM=dumb, NO_COLOR, screen, tmux."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.screen.scene import GRADE, PASS_FAIL, QUALITY, Scene, place, press, shows, traces
from tests.terminal import Terminal

COLOUR = re.compile(rb"\x1b\[([0-9;:]*)m")


def coloured(raw: bytes) -> list[bytes]:
    """The SGR sequences that set a colour."""
    found = []
    for match in COLOUR.finditer(raw):
        codes = [int(code or 0) for code in re.split(rb"[;:]", match[1])]
        if any(30 <= code <= 38 or 40 <= code <= 48 or 90 <= code <= 97 or 100 <= code <= 107 for code in codes):
            found.append(match[0])
    return found


@pytest.mark.parametrize("verb", ["review", "demo"])
@pytest.mark.parametrize("missing", ["stdin", "stdout"])
def test_without_a_terminal_it_says_so(tmp_path: Path, verb: str, missing: str) -> None:
    scene = Scene(tmp_path)
    command = scene.review if verb == "review" else scene.command("demo")
    shell = '"$@" < /dev/null' if missing == "stdin" else '"$@" > out.txt'
    with Terminal(["sh", "-c", shell, "sh", *command], env=scene.environment, cwd=tmp_path) as terminal:
        assert terminal.exit_code() == 2
        said = terminal.flowing()
        assert f"{missing} is not a terminal" in said and "Traceback" not in said
        assert b"\x1b" not in terminal.raw, "nothing is switched"
    assert not (tmp_path / "out.txt").exists() or (tmp_path / "out.txt").read_text() == ""


@pytest.mark.parametrize("verb", ["review", "demo"])
def test_diagnostics_sent_to_a_file_leave_the_screen_on_the_terminal(tmp_path: Path, verb: str) -> None:
    scene = Scene(tmp_path)
    command = scene.review if verb == "review" else scene.command("demo")
    with Terminal(["sh", "-c", '"$@" 2> diagnostics.txt', "sh", *command], env=scene.environment, cwd=tmp_path) as terminal:
        terminal.wait_for(lambda lines: place(lines) == 1)
        terminal.read_until_quiet()
        press(terminal, "1")
        terminal.wait_for(lambda lines: place(lines) == 2)
        terminal.leave()
    assert (tmp_path / "diagnostics.txt").read_text() == ""


def test_a_locale_without_the_lines_of_boxes_has_them_escaped(tmp_path: Path) -> None:
    scene = Scene(tmp_path, env={"PYTHONIOENCODING": "latin-1"})
    with scene.open() as terminal:
        assert shows(2)(press(terminal, "1"))
        assert r"\u2500" in terminal.text()


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_told(tmp_path: Path, term: str) -> None:
    scene = Scene(tmp_path, env={"TERM": term})
    with Terminal(scene.review, env=scene.environment, cwd=tmp_path) as terminal:
        assert terminal.exit_code() == 2
        assert "cannot draw a screen" in terminal.flowing()
        assert b"\x1b" not in terminal.raw
    assert not (tmp_path / "annotator.db").exists()


@pytest.mark.parametrize("extra", [{}, {"NO_COLOR": "1"}])
def test_no_color_means_no_colour(tmp_path: Path, extra: dict[str, str]) -> None:
    scene = Scene(tmp_path, traces(4, 3), rubric=PASS_FAIL + QUALITY, env=extra)
    with scene.open() as terminal:
        press(terminal, "1", "8", "n", "text", "\x1b", "x", "?", "\x1b", ":", "note", "\x1b", "i", "\x1b", "/", "quest", "\r", "]", "s")
        assert bool(coloured(bytes(terminal.raw))) is (not extra)
        assert b"\x1b[1m" in terminal.raw, "bold is no colour"


@pytest.mark.parametrize("term", ["screen-256color", "linux", "unknown-terminal"])
def test_other_terminals_are_drawn_on(tmp_path: Path, term: str) -> None:
    scene = Scene(tmp_path, rubric=GRADE, env={"TERM": term, "COLORTERM": ""})
    with scene.open((80, 24)) as terminal:
        assert shows(2)(press(terminal, "n", "note", "\r", "3"))
        assert "1 awful   2 poor   3 fair   4 good   5 great" in terminal.text()
    assert scene.answers("grade") == ["fair", None, None]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_inside_tmux(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    socket = str(tmp_path / "tmux.socket")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TMUX", "PHOENIX_", "ANNOTATOR_"))}
    environment = inherited | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | scene.environment
    tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
    with Terminal([*tmux, "new-session", *scene.review], (80, 25), environment, tmp_path) as terminal:
        try:
            terminal.wait_for(shows(1))
            terminal.send("1")
            terminal.wait_for(shows(2))
            terminal.send("n")
            terminal.wait_for("─ note on item 2 ─")
            terminal.send("half a note\x1b")
            terminal.wait_for("the draft is kept")
            subprocess.run([*tmux, "set-buffer", "1\n2\n"], env=environment, check=True, timeout=10)
            subprocess.run([*tmux, "paste-buffer", "-p"], env=environment, check=True, timeout=10)
            terminal.wait_for("outside a text field was ignored")
            terminal.send("\x1b[B\x1bu")
            terminal.wait_for(shows(1))
            terminal.send("2")
            terminal.wait_for(shows(2))
            terminal.leave()
        finally:
            subprocess.run([*tmux, "kill-server"], env=environment, capture_output=True, timeout=10, check=False)
    assert scene.answers() == ["fail", None, None]
