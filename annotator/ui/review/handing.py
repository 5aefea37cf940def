"""The command that shows the hand-over: made beside the screen, read in a window, saved or copied from there."""

import re
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.domain.annotation import RECHECK, Target
from annotator.domain.handover import HandedOver
from annotator.errors import AnnotatorError
from annotator.text.cells import wrap
from annotator.text.line import Line, Piece, Style, line
from annotator.ui.messages import HandoverMade
from annotator.ui.widgets.reader import Reader

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

MOST = 50
"""Entries of each list."""
TITLE = "Hand-over"


class Handing:
    """`handover` is the command of that name. It tells what one did oneself, so that nobody reads others' verdicts before their own."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self._making = False

    def handover(self) -> None:
        """Begin to make it; no key waits."""
        self.desk.say("the hand-over is being made")
        if not self._making:
            self._making, item = True, self.desk.item
            hidden = item.target if item is not None and self.screen.repeating.is_repeat(item) else None
            threading.Thread(target=self._make, args=(hidden,), daemon=True, name="handover").start()

    def _make(self, hidden: Target | None) -> None:
        from annotator.text.handover import markdown
        from annotator.workflow.handover import Gathering
        from annotator.workflow.shift import period_of

        session = self.screen.session
        try:
            with closing(session.open_store()) as store:
                period = period_of(store, [session.queue], time.time())
                urls, me = {session.queue.id: session.trace_url}, session.annotator.removesuffix(RECHECK)
                made = Gathering(store, [session.queue], period, urls, session.redactor, me, MOST, hidden).handover()
                self.screen.post_message(HandoverMade(tuple(markdown(made, MOST)), period))
        except AnnotatorError as error:
            self.screen.post_message(HandoverMade((), None, f"{error.title} {error.advice}"))

    def made(self, message: HandoverMade) -> None:
        """Show it, unless something else was opened meanwhile."""
        self._making = False
        first, period = self.screen.session.keymap.first, message.period
        if period is None:
            self.desk.say(message.failure, "error")
        elif self.screen.app.screen is not self.screen or self.screen.is_typing:
            self.desk.say(f"the hand-over is made: {first('handover')} shows it")
        else:
            self.desk.say("")
            words = (("handover_save", "save"), ("handover_copy", "copy"), ("list_close", "back"))
            hints = [*((first(command), word) for command, word in words), (f"{first('list_up')}{first('list_down')}", "scroll")]
            text = "\n".join(message.lines) + "\n"
            acts = {
                "handover_save": lambda: self._save(text, period.since, period.until),
                "handover_copy": lambda: self._copy(text),
            }
            page = Reader(TITLE, lambda width: page_of(message.lines, width), self._command, hints=hints, acts=acts)
            self.screen.app.push_screen(page)
        self.screen.draw()

    def _command(self, key: str) -> str | None:
        return self.screen.keyboard.command_id(("handover", "list"), key)

    def _save(self, text: str, since: float, until: float) -> str:
        """Into a file of its own beside other downloads; the next hand-over begins there. What became of it."""
        from annotator.config.paths import downloads
        from annotator.formats.output import whole_files

        session = self.screen.session
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", session.queue.name).strip("-")[:60] or "queue"
        path = downloads() / f"handover-{name}-{datetime.fromtimestamp(until):%Y-%m-%d-%H%M%S}.md"
        try:
            with whole_files([path], force=True) as [stream]:
                stream.write(text.encode("utf-8", "replace"))
            self.desk.store.keep_handover(HandedOver(until, session.annotator, since, (session.queue.id,), str(path)))
        except AnnotatorError as error:
            return f"{error.title} {error.advice}"
        return f"saved {short(path)}"

    def _copy(self, text: str) -> str:
        self.screen.copying.put(text, "the hand-over")
        return self.desk.notice[0]


def short(path: Path) -> str:
    """With ~ for the home folder."""
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else str(path)


def page_of(texts: tuple[str, ...], width: int) -> list[Line]:
    """Lines of Markdown, wrapped; those of a list under their words."""
    lines: list[Line] = []
    for text in texts:
        style: Style = "heading" if text.startswith("#") else "text"
        indent = "  " * text.startswith(("- ", "  "))
        rows = [text[start:end] for start, end in wrap(text, max(20, width - 4))] or [""]
        lines += [line(Piece(f" {indent if place else ''}{row}", style)) for place, row in enumerate(rows)]
    return lines
