"""Textual's terminal driver, set right for single-key verdicts over a slow line. Written for Textual 8.2."""

import os
import select
import selectors
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from time import monotonic
from typing import Any

from rich.color import ColorSystem
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys
from textual.message import Message

from annotator.ui.outlet import PATIENCE, Outlet
from annotator.ui.picture.picture import Picture
from annotator.ui.textual_version import is_tested
from annotator.ui.widgets.input_guard import ANSWER, PasteGuard

READ_BYTES = 4096
AT_ONCE = 2048
"""Bytes that a terminal which takes any takes whole; to hand them to the writing thread costs two changes of threads."""
POLL = 0.1
"""Seconds; how often the parser looks whether an Escape stands alone."""
_INTRODUCERS = "[O]P_^X"
"""After Escape these may begin a longer sequence."""
_CONTROLS = frozenset(map(chr, range(32))) - set("\b\t\n\r\x1b")
"""Alt with Enter, Tab and Backspace are keys of their own to those who type text."""
LEAVE, SLOWEST = 1.0, 960
"""Seconds, and bytes per second: how long leaving waits for the terminal's last answers, which would be the next program's input."""


class Answered(events.Key):
    """The terminal's answer to a question for its status. Never reaches the application as a key."""

    def __init__(self) -> None:
        super().__init__(Keys.F24, None)


class ReviewParser(XTermParser):
    """Escape and a key in one read are `alt+key` at once, for every printable key.

    Stock turns Escape 1 into `¡`, Escape f into Ctrl+Right, Escape ? into ? alone, and waits 100 ms for a letter. Escape and a
    control key, which stock gives to nobody, are both keys.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence == ANSWER:
            yield Answered()
            return
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1] in _CONTROLS:
            yield from super()._sequence_to_key_events("\x1b")
            sequence = sequence[1]
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1].isprintable() and sequence[1] not in _INTRODUCERS:
            sequence, alt = sequence[1], True
        for event in super()._sequence_to_key_events(sequence, alt):
            if alt and event.key != Keys.Ignore and not event.key.startswith("alt+"):
                yield events.Key(f"alt+{event.key}", event.character)
            else:
                yield event


class ReviewDriver(LinuxDriver):
    """A read of more than 32 bytes with a newline in it is a paste, also where the terminal does not bracket pastes.

    Frames are compared with the picture that the terminal shows, and none is begun while much is on its way (`may_draw`).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._frame: list[str] = []
        self.picture = Picture(self._app.console._color_system or ColorSystem.TRUECOLOR)
        terminal = sys.__stdout__  # stock writes to stderr, which people send to a file
        if isinstance(terminal, TextIOWrapper):
            terminal.reconfigure(errors="backslashreplace")  # as stderr has it: a locale may lack the line of a box
        self.outlet = Outlet(terminal, self._wrote)
        self._held = self._awaited = self._is_patient = False
        self._file = self.outlet if is_tested() else terminal  # type: ignore[assignment]

    def start_application_mode(self) -> None:
        self.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)

        def on_resize(number: int, frame: Any) -> None:
            self.forget()
            if callable(resized):
                resized(number, frame)

        signal.signal(signal.SIGWINCH, on_resize)

    def stop_application_mode(self) -> None:
        """Leave nothing for the next program to read."""
        self.outlet.asks = self._held = self._awaited = False
        deadline = monotonic() + LEAVE + self.outlet.unanswered / SLOWEST
        while self.outlet.unanswered and monotonic() < deadline and self._key_thread is not None and self._key_thread.is_alive():
            time.sleep(POLL / 20)
        super().stop_application_mode()

    def forget(self) -> None:
        """Something else may have been drawn, or another terminal may be there."""
        self.picture.forget()
        self.outlet.begin()

    def may_draw(self) -> bool:
        """Whether a frame may be composed; if not, the screen is asked for one as soon as it may."""
        self._held = True
        self._held = not self.outlet.has_room
        if self._held and not self._is_patient:
            self._is_patient = True
            self._app.set_timer(PATIENCE, self._lose_patience)
        return not self._held

    def has_shown(self, position: int) -> bool:
        """Whether the terminal shows what was handed over before `position`; if not, the application hears as soon as it does."""
        self._awaited = True
        self._awaited = is_tested() and not self.outlet.has_shown(position)
        if self._awaited and not self.outlet.will_hear(position):
            self._write("", ask=True)
        return not self._awaited

    def _wrote(self) -> None:
        """In the writing thread."""
        if self._held or (self._awaited and not self.outlet.answers):
            with suppress(RuntimeError):  # the event loop has ended
                self._app.call_later(self._go_on)

    def _answered(self, position: int) -> None:
        """In the application's queue, behind the keys that were read before the answer; so behind them in the screen's queue too."""
        self._app.screen.call_later(self._arrived, position)

    def _arrived(self, position: int) -> None:
        self.outlet.shown = position
        if self._held or self._awaited:
            self._go_on()

    def _lose_patience(self) -> None:
        self._is_patient = False
        if self._held:
            self._go_on()

    def _go_on(self) -> None:
        """Draw what was held back; the application hears that a frame has gone out."""
        screen = self._app.screen
        screen._compositor.update_widgets(screen._dirty_widgets)  # the refresh forgets them
        screen._compositor_refresh()

    def run_input_thread(self) -> None:
        """Read, tell pastes from keys, and hand on the events."""
        parser = ReviewParser(self._debug)
        guard = PasteGuard()
        decode = getincrementaldecoder("utf-8")().decode
        selector = selectors.SelectSelector()
        selector.register(self.fileno, selectors.EVENT_READ)

        def read(timeout: float, final: bool = False) -> None:
            if selector.select(timeout):
                try:
                    received = os.read(self.fileno, READ_BYTES)
                except OSError:
                    received = b""
                if not received:
                    self._hung_up()
                data = decode(received, final=final)
                keys, pasted = guard.split(data, monotonic())
                if keys:  # feeding nothing would end the parser
                    for message in parser.feed(keys):
                        if isinstance(message, Answered):
                            message = events.Callback(partial(self._answered, self.outlet.heard()))
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

    def _hung_up(self) -> None:
        """The terminal is gone, and no signal ended the program (`nohup`): there is nobody to show anything to, and all is stored."""
        if not self.exit_event.is_set():
            self.exit_event.set()
            self.send_message(events.Callback(self._app.exit))

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Resize):
            self.forget()
        super().process_message(message)

    def send_message(self, message: Message) -> None:
        """To the application's queue by way of the event loop; stock makes a task for each key first."""
        with suppress(RuntimeError):  # the event loop has ended
            self._loop.call_soon_threadsafe(self._app.post_message, message)

    def write(self, data: str) -> None:
        """What belongs to one synchronized frame is handed to the writing thread at once: each hand-over may give up the interpreter."""
        if data == SYNC_START or self._frame:
            self._frame.append(data)
            if data != SYNC_END:
                return
            data = "".join(self._frame)
            self._frame.clear()
            composed = self.picture.take()
            if composed is None:
                self.picture.forget()
        else:
            composed = self.picture.take()
        if composed != "":
            self._write(data)

    def _write(self, data: str, ask: bool = False) -> None:
        if not is_tested():
            super().write(data)
            return
        is_idle = self.outlet.is_idle
        data = self.outlet.give(data, ask)
        if is_idle and len(data) <= AT_ONCE and select.select([], [self.outlet], [], 0)[1]:
            self.outlet.write(data)
        else:
            super().write(data)

    def _enable_mouse_support(self) -> None:
        """Buttons and the wheel, not every move: a moved mouse would send 10 bytes a cell over the line, for nothing."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")
            self.flush()
