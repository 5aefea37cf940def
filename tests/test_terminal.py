"""The pty driver, tried on a tiny Textual app, which is this file run as a program, and on plain processes."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]


class Echo(App[int]):
    """Shows its size and the keys it gets; `w` works for a while without saying anything; `q` leaves with 3."""

    keys: tuple[str, ...] = ()
    area = Size(0, 0)

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self.area = event.size
        self.show()

    def on_paste(self, event: events.Paste) -> None:
        self.keys = (*self.keys, f"pasted {len(event.text)}")
        self.show()

    def on_key(self, event: events.Key) -> None:
        self.keys = (*self.keys, event.key)
        if event.key == "q":
            self.exit(return_code=3)
        elif event.key == "w":
            sum(range(30_000_000))
        self.show()

    def show(self) -> None:
        synchronized = "synchronized" if self._sync_available else ""
        self.query_one(Static).update(f"{self.area.width}x{self.area.height} {synchronized} [{' '.join(self.keys)}] é日本|")


@pytest.fixture
def echo() -> Iterator[Terminal]:
    with Terminal([sys.executable, "-m", "tests.test_terminal"], size=(60, 12), cwd=ROOT) as terminal:
        terminal.wait_for("60x12")
        yield terminal


def test_keys_go_in_and_the_screen_comes_out(echo: Terminal) -> None:
    echo.send("a")
    echo.send(b"\x1b[5~\x1b[1;2D")
    lines = echo.wait_for("[a pageup shift+left]")
    assert len(lines) == 12
    assert "synchronized" in lines[0]
    assert lines[0].endswith("é日本|")


def test_what_is_asked_and_switched_leaves_nothing_on_the_screen(echo: Terminal) -> None:
    assert b"\x1b[?2026$p" in echo.raw
    assert b"\x1b[>" in echo.raw
    echo.send("a")
    echo.wait_for("[a]")
    assert echo.read_until_quiet() == ["60x12 synchronized [a] é日本|", *[""] * 11]


def test_a_resize_reaches_the_program(echo: Terminal) -> None:
    echo.resize(90, 20)
    assert len(echo.wait_for("90x20")) == 20


def test_bytes_are_counted_from_the_mark(echo: Terminal) -> None:
    echo.read_until_quiet()
    echo.mark()
    assert echo.bytes_since_mark == b""
    echo.send("b")
    echo.wait_for("[b]")
    assert 0 < len(echo.bytes_since_mark) < 1000


def test_quiet_waits_for_a_program_that_works_in_silence(echo: Terminal) -> None:
    echo.read_until_quiet()
    echo.send("w")
    echo.read_until_quiet(gap=0.05)
    assert "[w]" in echo.text()


def test_a_large_paste_blocks_neither_side(echo: Terminal) -> None:
    echo.send("\x1b[200~" + "x\n" * 40_000 + "\x1b[201~")
    echo.wait_for("pasted 80000")


def test_the_end_and_its_code(echo: Terminal) -> None:
    echo.send("q")
    assert echo.exit_code() == 3
    assert echo.text().strip() == "", "the alternate screen is gone"


def test_a_killed_program(echo: Terminal) -> None:
    echo.kill()
    assert echo.exit_code() == -signal.SIGKILL


def test_a_missed_condition_shows_the_screen(echo: Terminal) -> None:
    with pytest.raises(AssertionError, match=r"not 'nowhere'(.|\n)*60x12"):
        echo.wait_for("nowhere", timeout=0.3)


def test_what_is_printed_last_is_read() -> None:
    with Terminal([sys.executable, "-c", "print('first'); print('last' * 3)"]) as terminal:
        assert terminal.exit_code() == 0
        assert terminal.lines()[:2] == ["first", "lastlastlast"]
        with pytest.raises(AssertionError, match="ended before 'second'"):
            terminal.wait_for("second")


def test_split_sequences_are_put_together() -> None:
    program = "import os\nfor c in b'\\x1b[?20' b'26$p\\x1b[>1uok\\xe2\\x9c\\x93': os.write(1, bytes([c]))\nprint(ascii(os.read(0, 99)))"
    with Terminal(["sh", "-c", 'stty -icanon -echo; exec "$0" -c "$1"', sys.executable, program]) as terminal:
        assert terminal.wait_for(lambda lines: "$y" in lines[0])[0] == "ok✓b'\\x1b[?2026;2$y'"


if __name__ == "__main__":
    application = Echo()
    application.run()
    sys.exit(application.return_code)
