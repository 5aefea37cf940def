"""The way to the terminal: how much of what was sent has arrived there, and whether there is room for a frame.

A write that returns says little: the kernel keeps 12 KB for a pty and ssh up to 2 MB, which are 13 seconds and half an hour at 9,600 baud.
So the terminal is asked for its status (`CSI 5 n`) behind what it is sent, and answers once it has drawn it.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import IO

QUESTION = "\x1b[5n"
WINDOW = 1024
"""Bytes on the way from which on no frame is begun: one second at 9,600 baud, and four scrolled lines in each round trip."""
ASK_EVERY = 256
"""Bytes."""
PATIENCE = 20.0
"""Seconds; the largest frame, 14 KB, takes 15 s at 9,600 baud. A terminal that is silent for longer does not answer."""


class Outlet:
    """What Textual's writing thread takes for its file. Positions are bytes since the start."""

    def __init__(self, file: IO[str] | None, wrote: Callable[[], None]) -> None:
        """`wrote` is called from the writing thread after each write."""
        assert file is not None
        self._file, self._wrote = file, wrote
        self.given = 0
        """Handed to the writing thread."""
        self.written = 0
        """Taken by the system."""
        self.shown = 0
        """Drawn, as far as the terminal's answers have been handled."""
        self.answers = False
        """The terminal answers."""
        self.asks = True
        self._asked: deque[tuple[int, float]] = deque()
        """Another thread, or a signal in the midst of a line, may take one away: looked at and taken in one step, without a lock."""
        self._last_asked = self._heard = 0

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, text: str) -> None:
        """In the writing thread, or in the screen's while that is idle."""
        self._file.write(text)
        self._file.flush()
        self.written += len(text.encode())
        self._wrote()

    def flush(self) -> None:
        """Each write has been flushed."""

    def begin(self) -> None:
        """Another terminal may be there: nothing is known of it."""
        self._asked.clear()
        self.asks, self.answers = True, False

    def give(self, data: str, ask: bool = False) -> str:
        """Count what is handed over, with a question behind it where one is due."""
        self.given += len(data.encode())
        if self.asks and (ask or self.given - self._last_asked >= ASK_EVERY):
            data += QUESTION
            self.given += len(QUESTION)
            self._last_asked = self.given
            self._asked.append((self.given, monotonic()))
        return data

    def heard(self) -> int:
        """An answer came; up to where everything has been drawn. In the reading thread.

        One to a question from before `begin` is taken for the next one's, whose own then finds none: what was heard never goes back.
        """
        with suppress(IndexError):
            self._heard = self._asked.popleft()[0]
            self.answers = True
        return self._heard

    @property
    def is_idle(self) -> bool:
        """Nothing is left for the writing thread to do."""
        return self.written >= self.given

    @property
    def has_room(self) -> bool:
        """Whether a frame may be begun."""
        self._give_up()
        return self.is_idle and (not self.answers or self.given - self.shown < WINDOW)

    def has_shown(self, position: int) -> bool:
        """Whether what was handed over before `position` is on the terminal, as far as can be known."""
        self._give_up()
        return (self.shown if self.answers else self.written) >= position

    def will_hear(self, position: int) -> bool:
        """Whether an answer is on its way that tells of what was handed over before `position`."""
        return bool(self._asked) and self._last_asked >= position

    @property
    def unanswered(self) -> int:
        """Bytes that the terminal has not said it has drawn; 0 where it does not answer."""
        return self.given - self.shown if self.answers and self._asked else 0

    def _give_up(self) -> None:
        with suppress(IndexError):
            if monotonic() - self._asked[0][1] > PATIENCE:
                self._asked.clear()
                self.asks = self.answers = False
