"""A real terminal for tests: runs a program on a pty, draws what it sends with pyte, answers what it asks, types keys.

Linux and macOS. Every wait is for a condition; a timeout is a failure that shows the screen.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyte

Condition = str | Callable[[list[str]], object]
"""Text that must stand on the screen, or a predicate on its lines."""

LOOK = 0.03
"""Seconds that nobody types within after seeing something: the program asks behind a frame whether the terminal has shown it."""

_TOKEN = re.compile(
    rb"\x1b\[(?P<mode>\?\d+)\$p|(?P<da1>\x1b\[0?c)|(?P<da2>\x1b\[>0?c)|\x1b\[(?P<dec>\??)6n|(?P<status>\x1b\[5n)|(?P<kitty>\x1b\[\?u)"
    rb"|(?P<sync>\x1b\[\?2026[hl])"
    rb"|(?P<alternate>\x1b\[\?1049[hl])|(?P<unknown>\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[[0-9;]* q|\x1b\[[0-9;?]*t|\x1b[P_^X].*?\x1b\\)",
    re.S,
)
"""What the program asks, and what pyte would print instead of ignoring."""
_TAIL = re.compile(rb"\x1b(\[[0-?]*[ -/]*|[P_^X][^\x1b]*(\x1b)?|)$")
"""A sequence whose end is in the next read."""
_OUTSIDE = ("TEXTUAL", "PHOENIX_", "ANNOTATOR_", "LC_", "TERM_PROGRAM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TMUX", "SSH_")
"""Prefixes of environment variables that a test sets itself or does without."""


class Emulation(pyte.Screen):
    """pyte leaves a row as it was where a row that was never written should scroll into its place."""

    def delete_lines(self, count: int | None = None) -> None:
        self._have_every_row()
        super().delete_lines(count)

    def insert_lines(self, count: int | None = None) -> None:
        self._have_every_row()
        super().insert_lines(count)

    def _have_every_row(self) -> None:
        for y in range(self.lines):
            self.buffer[y]


class Terminal:
    """A program on a terminal of `size` columns and rows; a context manager that ends it.

    `env` is added to this process's environment without what would change the program's behaviour (colours, sizes, servers, keys).
    """

    def __init__(
        self, argv: Sequence[str], size: tuple[int, int] = (120, 40), env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OUTSIDE)}
        fixed = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self.raw = bytearray()
        """Everything that the program sent."""
        self.tells_status = True
        """It answers when it is asked for its status, as nearly every terminal does."""
        self.bytes_per_second: int | None = None
        """How fast the line is; None as fast as both sides can."""
        self._mark = 0
        self._tail = b""
        self._frame_open = False
        self._at_end = False
        self._screen = Emulation(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fd, slave = pty.openpty()
        self._set_size(*size)
        os.set_blocking(self._fd, False)
        with warnings.catch_warnings():  # 3.12 warns of preexec_fn beside threads; without a controlling terminal there is no SIGWINCH
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process = subprocess.Popen(
                argv, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=inherited | fixed | dict(env or {}),
                start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._fd)

    def lines(self) -> list[str]:
        """The rows of the screen, without the blanks at their ends."""
        return [row.rstrip() for row in self._screen.display]

    def colour(self, column: int, row: int) -> str:
        """The foreground of a cell: `default`, a name, or six hex digits."""
        return str(self._screen.buffer[row][column].fg)

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Each cell's text and look; the colour of the ink in a blank one shows nowhere."""
        buffer = self._screen.buffer
        rows = [[buffer[y][x] for x in range(self._screen.columns)] for y in range(self._screen.lines)]
        return [[(cell.data, cell.bg, *(("",) if cell.data == " " else (cell.fg, cell.bold)), *cell[5:]) for cell in row] for row in rows]

    @property
    def between_frames(self) -> bool:
        """The screen is whole: no frame has begun that has not ended."""
        return not self._frame_open

    def text(self) -> str:
        return "\n".join(self.lines())

    def flowing(self) -> str:
        """The text with one blank between words, wherever the rows end; a row that is full to the edge goes on in the next."""
        rows = (row if len(row) == self._screen.columns else row + " " for row in self.lines())
        return " ".join("".join(rows).split())

    @property
    def title(self) -> str:
        """What the program made the window's title."""
        return str(self._screen.title)

    def mark(self) -> None:
        """Begin counting `bytes_since_mark`."""
        self._mark = len(self.raw)

    @property
    def bytes_since_mark(self) -> bytes:
        return bytes(self.raw[self._mark :])

    def send(self, keys: str | bytes) -> None:
        """Type, in one write as far as the pty takes it; reads meanwhile, so that neither side blocks."""
        rest = keys.encode() if isinstance(keys, str) else keys
        deadline = time.monotonic() + 30
        while rest:
            assert time.monotonic() < deadline and not self._at_end, f"The program takes no keys.\n{self._report()}"
            self._read(0)
            with suppress(BlockingIOError):
                rest = rest[os.write(self._fd, rest) if select.select([], [self._fd], [], 0.1)[1] else 0 :]

    def feed(self, data: bytes) -> None:
        """Draw what did not come from the program."""
        self._stream.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """The terminal is gone: nothing is read or written any more."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._fd)
        os.close(nothing)

    def wait_for(self, condition: Condition, timeout: float = 30) -> list[str]:
        """Read until the condition holds between two frames; the lines then. AssertionError at the end of the program or the time."""
        deadline = time.monotonic() + timeout
        while True:
            lines = self.lines()
            if not self._frame_open or self._at_end:
                if any(condition in line for line in lines) if isinstance(condition, str) else condition(lines):
                    self.read_for(LOOK)
                    return lines
                assert not self._at_end, f"The program ended before {condition!r}.\n{self._report()}"
            assert time.monotonic() < deadline, f"{timeout} s, and not {condition!r}.\n{self._report()}"
            self._read(0.1)

    def read_for(self, seconds: float) -> None:
        """Read, as a terminal does while nobody types."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._at_end:
            self._read(left)

    def read_until_quiet(self, gap: float = 0.15, timeout: float = 30) -> list[str]:
        """Read until nothing came for `gap` seconds in which the program slept (without /proc only the silence counts)."""
        deadline = time.monotonic() + timeout
        asleep = False
        while not (asleep or self._at_end):
            assert time.monotonic() < deadline, f"{timeout} s, and still busy.\n{self._report()}"
            ticks, _ = self._work()
            if not self._read(gap):
                _, running = self._work()
                now, still = self._work()  # a thread that was seen asleep may have been woken by one that was seen asleep after it
                asleep = now - ticks <= 1 and not running and not still  # one tick of 10 ms is what an idle event loop may use
        return self.lines()

    def exit_code(self, timeout: float = 30) -> int:
        """Read until the program ends; minus the signal's number where one ended it."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"{timeout} s, and still running.\n{self._report()}"
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.wait()

    def leave(self) -> None:
        """Type Ctrl+Q; the program ends, and nothing was wrong."""
        self.send("\x11")
        assert self.exit_code() == 0, self._report()

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, timeout: float) -> bool:
        """Take one chunk; False where none came."""
        if self._at_end or not select.select([self._fd], [], [], timeout)[0]:
            return False
        try:
            chunk = os.read(self._fd, 65536 if self.bytes_per_second is None else 1 + self.bytes_per_second // 50)
        except OSError:  # Linux says EIO where others say end of file
            chunk = b""
        self._at_end = not chunk
        if self.bytes_per_second is not None:
            time.sleep(len(chunk) / self.bytes_per_second)
        self.raw += chunk
        chunk = self._tail + chunk
        self._tail = tail[0] if (tail := _TAIL.search(chunk)) and not self._at_end else b""
        chunk = chunk[: len(chunk) - len(self._tail)]
        end = 0
        for token in _TOKEN.finditer(chunk):
            self._stream.feed(chunk[end : token.start()])
            with suppress(OSError):  # a program that asked and ended
                self._take(token)
            end = token.end()
        self._stream.feed(chunk[end:])
        return True

    def _take(self, token: re.Match[bytes]) -> None:
        match token.lastgroup:
            case "mode":  # synchronized output is known and off (2), every other mode, in-band resize among them, unknown (0)
                os.write(self._fd, b"\x1b[%b;%b$y" % (token["mode"], b"2" if token["mode"] == b"?2026" else b"0"))
            case "da1":
                os.write(self._fd, b"\x1b[?62;22c")
            case "da2":
                os.write(self._fd, b"\x1b[>1;10;0c")
            case "dec":
                os.write(self._fd, b"\x1b[%b%d;%dR" % (token["dec"], self._screen.cursor.y + 1, self._screen.cursor.x + 1))
            case "status" if self.tells_status:
                os.write(self._fd, b"\x1b[0n")
            case "kitty":
                os.write(self._fd, b"\x1b[?0u")
            case "sync":
                self._frame_open = token["sync"].endswith(b"h")
            case "alternate":  # pyte has one screen only
                self._stream.feed(b"\x1b[m\x1b[2J\x1b[H")

    def _work(self) -> tuple[int, bool]:
        """Clock ticks that the program's threads have used, and whether one wants to run."""
        threads = []
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            with suppress(OSError):  # a thread that has just ended
                threads.append(task.read_text().rpartition(")")[2].split())
        return sum(int(fields[11]) + int(fields[12]) for fields in threads), any(fields[0] in "RD" for fields in threads)

    def _report(self) -> str:
        width = self._screen.columns
        return "\n".join([f"exit code: {self.process.poll()}", "─" * width, self.text(), "─" * width])
