"""A screen that says itself when a frame is drawn: none before there is something to show, then as soon as nothing else is to be done."""

import gc
import time
from collections.abc import Callable

from textual import events
from textual.screen import Screen

from annotator.ui.compositor import LeanCompositor

FRAME_SECONDS = 1 / 60
"""Between two frames; what changes sooner is drawn with the second."""


class FramedScreen(Screen[None], inherit_bindings=False):
    """Frames in few bytes, from `first_frame` on."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self._framed = 0.0
        """When the last frame was drawn, in monotonic seconds."""
        self.opened = False
        """There is something to show: frames are drawn."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = self.opened  # at the start each widget has just got them: 6 ms

    def first_frame(self, fit: Callable[[], None]) -> None:
        """Draw for the first time: `fit` puts everything in its place, once the widgets have their sizes."""
        self._refresh_layout()
        fit()
        self.opened = True
        self._compositor_refresh()
        if not gc.isenabled():
            gc.freeze()  # what the start made stays, and no key waits while it is looked through
            gc.enable()

    async def _on_idle(self, event: events.Idle) -> None:
        """A frame as soon as there is nothing else to do; Textual's timer, which costs a turn of the event loop, only spaces frames."""
        if self.is_current and self._dirty_widgets and time.monotonic() - self._framed >= FRAME_SECONDS:
            self._on_timer_update()

    def _compositor_refresh(self) -> None:
        """No frame before the first item is on it: an empty one takes 10 ms."""
        if self.opened:
            self._framed = time.monotonic()
            super()._compositor_refresh()
