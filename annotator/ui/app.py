"""The application: one review screen over one session."""

import os
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress
from functools import partial

from textual import events
from textual.app import App

from annotator.domain.outbox import OutboxCounts
from annotator.domain.store import Store
from annotator.keymap.keys import key_name
from annotator.ui.driver import ReviewDriver
from annotator.ui.screens.review import ReviewScreen
from annotator.ui.session import Session
from annotator.ui.styles import palette
from annotator.ui.widgets.input_guard import HOLD_GAP, EscapeGuard

SWITCH_SECONDS = 0.0005
"""A thread of Python code gives way ten times as often as by default: key to frame 3.4 ms instead of 21.6 ms beside a busy thread."""


class ReviewApp(App[None], inherit_bindings=False):
    """Runs until Ctrl+Q."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CSS = "Screen { background: transparent; }"
    TITLE = "annotator"

    def __init__(self, session: Session) -> None:
        super().__init__(driver_class=ReviewDriver, ansi_color=True)
        self.session = session
        self.palette = palette(session.theme, os.environ)
        self.store: Store = session.open_store()
        self.review = ReviewScreen(session, self.store)
        self.escapes = EscapeGuard()
        self.held: events.Key | None = None
        """A key that may be typed or the second piece of a sequence."""
        self.returned = 0.0
        """When another program gave the terminal back, in monotonic seconds."""

    async def on_event(self, event: events.Event) -> None:
        """Quit and redraw work over every window and text field, and nowhere does the rest of a split sequence act."""
        if isinstance(event, events.Key):
            if self.typed_elsewhere(event):
                return
            key = key_name(event.key, event.character)
            held, self.held = self.held, None
            if self.escapes.swallow(key, event.time):
                if self.escapes.holds:
                    self.held = event
                    self.set_timer(HOLD_GAP, partial(self._let_go, event))
                    return
                self.review.call_later(self.review.said, "a key sequence came in pieces and was ignored")
                return
            if held is not None and key != "escape":
                await super().on_event(held)
            command = self.session.keymap.command(("everywhere",), key)
            if command is not None and command.id in ("quit", "redraw"):
                self.review.table[command.id]()
                return
        await super().on_event(event)

    async def _let_go(self, event: events.Key) -> None:
        """A `[` after Escape that nothing followed was typed."""
        if self.held is event:
            self.held = None
            self.escapes.let_go()
            await super().on_event(event)

    def _fatal_error(self) -> None:
        """The command line tells what happened: Textual would print every variable of the traceback, payloads among them."""
        self._close_messages_no_wait()

    def send(self, sequence: str) -> None:
        """To the terminal, between two frames."""
        if self._driver is not None:
            self._driver.write(sequence)

    def forget_terminal(self) -> None:
        """Draw everything again, whatever the terminal shows."""
        if isinstance(self._driver, ReviewDriver):
            self._driver.forget()

    @property
    def given(self) -> int:
        """Bytes handed to the terminal."""
        return self._driver.outlet.given if isinstance(self._driver, ReviewDriver) else 0

    def has_shown(self, given: int) -> bool:
        """Whether the terminal shows what was handed to it when it had been given so much; `post_display_hook` follows when it does."""
        return not isinstance(self._driver, ReviewDriver) or self._driver.has_shown(given)

    def typed_elsewhere(self, event: events.Key | events.Paste) -> bool:
        """It was typed before another program gave the terminal back."""
        return event.time < self.returned

    def lend_terminal(self, command: list[str]) -> int:
        """Run a program on the terminal and wait for it; its exit code. What is typed meanwhile is the program's, and nobody can judge.

        Raises OSError where it cannot be started, SuspendNotSupported where there is no terminal to lend.
        """
        with self.suspend():
            failed: OSError | None = None
            before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is for the program; a function is not inherited by it
            code = 0
            try:
                code = subprocess.run(command, check=False).returncode
            except OSError as error:  # raised after the screen is back: `suspend` would leave it away
                failed = error
            finally:
                signal.signal(signal.SIGINT, before)
            with suppress(OSError, termios.error):
                termios.tcflush(0, termios.TCIFLUSH)
            self.returned = time.monotonic()
        if failed is not None:
            raise failed
        return code

    def get_default_screen(self) -> ReviewScreen:
        """The only screen below the windows; a screen under it would be made, laid out and drawn first: 40 ms."""
        return self.review

    def post_display_hook(self) -> None:
        """A frame went to the terminal, or has arrived there."""
        self.review.painted()
        self.review.moving.prepare_ahead()
        self.review.everyone.ask()
        self.review.sharing.ask()

    def on_mount(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)


def run(session: Session) -> OutboxCounts:
    """Show the screen until the person leaves; what is unsent then."""
    app = ReviewApp(session)
    try:
        app.run(mouse=True)
        if app._exception is not None:
            raise app._exception
        return app.store.outbox_counts(session.queue.source.server) if session.queue.source.server else OutboxCounts()
    finally:
        app.review.background.stop()
        app.review.background.sharing.wait()
        app.store.close()
