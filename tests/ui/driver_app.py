"""A program that shows what its terminal driver makes of the input; run by test_widgets_driver.py."""

from textual import events
from textual.app import App, ComposeResult

from annotator.text.line import line
from annotator.ui.compositor import LeanCompositor
from annotator.ui.driver import ReviewDriver
from annotator.ui.widgets.lines import Lines


class Echo(App[None], inherit_bindings=False):
    """One row for each event; q ends it."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__(driver_class=ReviewDriver, ansi_color=True)
        self.seen = ["ready"]
        self.shown = Lines(lambda width, height: [line(text) for text in self.seen[-height:]])

    def compose(self) -> ComposeResult:
        self.screen._compositor = LeanCompositor()
        yield self.shown

    def note(self, text: str) -> None:
        self.seen.append(text)
        self.shown.redraw()

    def on_key(self, event: events.Key) -> None:
        self.note(f"key {event.key}")
        if event.key == "q":
            self.exit()

    def on_paste(self, event: events.Paste) -> None:
        self.note(f"paste {event.text!r}")


if __name__ == "__main__":
    Echo().run()
