"""Textual's terminal driver, with two things set right for single-key verdicts over a slow line. Written for Textual 8.2."""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import Any

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys

from annotator.ui.widgets.input_guard import PasteGuard

READ_BYTES = 4096
POLL = 0.1
"""Seconds; how often the parser looks whether an Escape stands alone."""
_INTRODUCERS = "[O]P_^X"
"""After Escape these may begin a longer sequence."""


class ReviewParser(XTermParser):
    """Escape and a key in one read are `alt+key` at once, for every printable key.

    Stock turns Escape 1 into `¡`, Escape f into Ctrl+Right, Escape ? into ? alone, and waits 100 ms for a letter.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1].isprintable() and sequence[1] not in _INTRODUCERS:
            sequence, alt = sequence[1], True
        for event in super()._sequence_to_key_events(sequence, alt):
            if alt and event.key != Keys.Ignore and not event.key.startswith("alt+"):
                yield events.Key(f"alt+{event.key}", event.character)
            else:
                yield event


class ReviewDriver(LinuxDriver):
    """A read of more than 32 bytes with a newline in it is a paste, also where the terminal does not bracket pastes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._frame: list[str] = []

    def run_input_thread(self) -> None:
        """Read, tell pastes from keys, and hand on the events."""
        parser = ReviewParser(self._debug)
        guard = PasteGuard()
        decode = getincrementaldecoder("utf-8")().decode
        selector = selectors.SelectSelector()
        selector.register(self.fileno, selectors.EVENT_READ)

        def read(timeout: float, final: bool = False) -> None:
            if selector.select(timeout):
                data = decode(os.read(self.fileno, READ_BYTES), final=final)
                keys, pasted = guard.split(data, monotonic())
                if keys:  # feeding nothing would end the parser
                    for message in parser.feed(keys):
                        self.process_message(message)
                if pasted:
                    self.process_message(events.Paste(pasted.replace("\x00", "")))
            for message in parser.tick():
                self.process_message(message)

        try:
            while not self.exit_event.is_set():
                read(POLL)
            read(POLL, final=True)
        finally:
            selector.close()
            with suppress(EOFError, ParseError):
                for _ in parser.feed(""):
                    pass

    def write(self, data: str) -> None:
        """What belongs to one synchronized frame is handed to the writing thread at once: each hand-over may give up the interpreter."""
        if data == SYNC_START or self._frame:
            self._frame.append(data)
            if data != SYNC_END:
                return
            data = "".join(self._frame)
            self._frame.clear()
        super().write(data)

    def _enable_mouse_support(self) -> None:
        """Buttons and the wheel, not every move: a moved mouse would send 10 bytes a cell over the line, for nothing."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")
            self.flush()
