"""A program on a pty whose frames are timed: nothing is drawn while the clock runs. For Linux.

Times are wall clock and include waking this process up, for every program alike.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyte

from tests.terminal import Emulation

SIZE = 120, 40
QUIET = 0.03
"""Seconds without a byte after which an update is over."""
FRAME_END = b"\x1b[?2026l"
_ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[()].|[=>78])")
_ASKED = re.compile(rb"\x1b\[(?:(?P<da1>0?c)|(?P<da2>>0?c)|(?P<place>6n)|(?P<status>5n)|\?(?P<mode>\d+)\$p)")
_UNSPOKEN = re.compile(rb"\x1b(\[[<=>][0-?]*[ -/]*[@-~]|\[\?\d+\$p|\[[0-9;]* q|\[[0-9;?]*t|[P_^X\]].*?(\x1b\\|\x07))", re.S)
"""What pyte would print."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one key caused."""

    ms: float
    """From the key to the last byte."""
    frame: float
    """Milliseconds to the end of the first frame that is drawn at once; to the last byte where there is none."""
    bytes: int


class Clocked:
    """A context manager that ends the program. `env` is the whole environment."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: str, size: tuple[int, int] = SIZE) -> None:
        self._fd, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._raw = bytearray()
        self._drawn = 0
        self._screen = Emulation(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._started = time.perf_counter()
        self._last = self._started
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=env, start_new_session=True)
        os.close(slave)

    def __enter__(self) -> "Clocked":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._fd)

    def first(self, sentinel: str, timeout: float = 30) -> float:
        """Milliseconds from the start of the program to the byte that completes this text on its way to the screen."""
        wanted = sentinel.encode()
        while wanted not in _ESCAPES.sub(b"", self._raw):
            if not self._read(timeout):
                raise RuntimeError(f"{timeout} s, and no {sentinel!r}:\n{self.text()}")
        return (self._last - self._started) * 1000

    def press(self, key: str, patience: float = 2.0, quiet: float = QUIET) -> Update:
        """Type a key and read until it is quiet for so many seconds; `patience`: seconds until the first byte."""
        before = len(self._raw)
        pressed = time.perf_counter()
        os.write(self._fd, key.encode())
        waited, framed = patience, 0.0
        while self._read(waited):
            waited = quiet
            if not framed and FRAME_END in self._raw[before:]:
                framed = self._last
        if len(self._raw) == before:
            raise RuntimeError(f"{key!r} changed nothing:\n{self.text()}")
        return Update((self._last - pressed) * 1000, ((framed or self._last) - pressed) * 1000, len(self._raw) - before)

    def press_for(self, key: str, sentinel: str, timeout: float = 10) -> float:
        """Type a key; milliseconds to the byte that completes this text, whatever else is drawn meanwhile."""
        before = len(self._raw)
        pressed = time.perf_counter()
        os.write(self._fd, key.encode())
        while sentinel.encode() not in _ESCAPES.sub(b"", self._raw[before:]):
            if not self._read(timeout):
                raise RuntimeError(f"{timeout} s after {key!r}, and no {sentinel!r}:\n{self.text()}")
        return (self._last - pressed) * 1000

    def settle(self, quiet: float = 0.5) -> None:
        """Read until nothing has come for so long."""
        while self._read(quiet):
            pass

    def until(self, holds: Callable[[str], bool], timeout: float = 60) -> None:
        """Read until the screen's text is so."""
        deadline = time.monotonic() + timeout
        while not holds(self.text()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{timeout} s, and still:\n{self.text()}")
            self._read(0.2)

    def text(self) -> str:
        """What is on the screen."""
        self._stream.feed(_UNSPOKEN.sub(b"", bytes(self._raw[self._drawn :])))
        self._drawn = len(self._raw)
        return "\n".join(self._screen.display)

    def cpu(self) -> float:
        """Milliseconds of processor time that its threads have used: steadier than the clock on a busy machine."""
        total = 0
        for usage in Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"):
            with suppress(OSError):  # a thread that has just ended
                total += int(usage.read_text().split()[0])
        return total / 1e6

    def rss(self) -> float:
        """Resident memory in MB."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _read(self, timeout: float) -> bool:
        """Take one chunk; False where none came, or the program has ended."""
        if not select.select([self._fd], [], [], timeout)[0]:
            return False
        try:
            chunk = os.read(self._fd, 65536)
        except OSError:  # Linux says EIO at the end
            return False
        self._last = time.perf_counter()
        self._raw += chunk
        for asked in _ASKED.finditer(chunk):
            match asked.lastgroup:
                case "da1":
                    answer = b"\x1b[?62;22c"
                case "da2":
                    answer = b"\x1b[>1;10;0c"
                case "place":
                    answer = b"\x1b[1;1R"
                case "status":
                    answer = b"\x1b[0n"
                case _:  # synchronized output is known and off, every other mode unknown
                    answer = b"\x1b[?%b;%b$y" % (asked["mode"], b"2" if asked["mode"] == b"2026" else b"0")
            os.write(self._fd, answer)
        return bool(chunk)
