"""Ctrl+Q leaves from everywhere at once and gives the terminal back; Ctrl+C does not leave."""

import json
import signal
from pathlib import Path

import pytest

from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.screen.scene import CTRL_C, CTRL_Q, ESC, Scene, place, press, shows
from tests.terminal import Terminal

PLACES = {"review": "", "field": "n", "palette": ":", "help": "?", "items": "i", "draft": "nsome text", "search": "/", "end": "jjj"}


def restored(terminal: Terminal) -> bool:
    """The other screen is left, the cursor shown, mouse and bracketed paste are off, each after the last time it was switched."""
    raw = bytes(terminal.raw)
    switched_off = (raw.rfind(b"\x1b[?%dl" % mode) > raw.rfind(b"\x1b[?%dh" % mode) for mode in (1049, 1000, 2004))
    return all(switched_off) and raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("place_", PLACES)
def test_ctrl_q_leaves_at_once(tmp_path: Path, place_: str) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, *PLACES[place_])
        terminal.leave()
        assert restored(terminal)
        assert terminal.text().strip() == "", "nothing is unsent: nothing is said"
    assert all(item["annotations"] == [] for item in scene.listed())


def test_escape_and_ctrl_q_in_one_read_are_both_keys(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "?")
        terminal.send(ESC + CTRL_Q)
        assert terminal.exit_code() == 0


def test_a_terminal_that_is_gone_ends_the_program(tmp_path: Path) -> None:
    """Also where no signal says so: under `nohup`, or without a controlling terminal."""
    scene = Scene(tmp_path)
    deaf = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *scene.review]
    with Terminal(deaf, env=scene.environment, cwd=scene.folder) as terminal:
        terminal.wait_for(shows(1))
        press(terminal, "1")
        terminal.hang_up()
        terminal.process.wait(timeout=30)
    assert scene.answers() == ["pass", None, None]


def test_ctrl_c_does_not_leave(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert shows(1)(press(terminal, CTRL_C))
        for opened_by in ("n", ":", "?", "i"):
            press(terminal, opened_by, CTRL_C)
            assert shows(1)(press(terminal, ESC))
        assert shows(2)(press(terminal, "1"))
        assert terminal.process.poll() is None
    assert scene.answers() == ["pass", None, None]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_loses_no_judgement(tmp_path: Path, number: int) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "1", "n", "half a no")
        terminal.kill(number)
        terminal.exit_code()
    assert scene.answers() == ["pass", None, None]


def test_what_is_unsent_is_said_on_the_way_out(tmp_path: Path, phoenix: PhoenixServer) -> None:
    project = "leaving"
    phoenix.seed(project, [phoenix_span("reply", attributes={"input.value": f"question {number:03}"}) for number in range(1, 4)])
    scene = Scene(tmp_path)
    scene.run("pull", phoenix.url, "--project", project)
    with Terminal(scene.command("review", phoenix.url, "--project", project, "--offline"), env=scene.environment) as terminal:
        terminal.wait_for(lambda lines: place(lines) == 1 and "question" in "\n".join(lines))
        assert place(press(terminal, "1")) == 2
        press(terminal, "n", "draft")
        terminal.leave()
        assert f"annotator: 1 row is not on {phoenix.url} yet; annotator push sends it." in terminal.flowing()
        assert restored(terminal)
    assert json.loads(scene.run("status", "--json", "--offline"))["outbox"] == {"waiting": 1, "parked": 0}
    scene.run("push")
    assert json.loads(scene.run("status", "--json", "--offline"))["outbox"] == {"waiting": 0, "parked": 0}
