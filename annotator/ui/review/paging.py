"""Commands that show a part, or the whole trace, in the person's pager or editor."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from annotator.text.plain import plain
from annotator.ui.programs import editor, pager
from annotator.ui.review.copying import name_of

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Paging:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def pager(self) -> None:
        self._lend(pager)

    def editor(self) -> None:
        """A copy: what is changed there changes nothing here."""
        self._lend(editor)

    def _lend(self, program: Callable[[Mapping[str, str]], list[str]]) -> None:
        """Give the terminal to the program until it ends."""
        parts = self.screen.jumping.meant
        blocks = parts or list(self.desk.blocks)
        if not blocks:
            self.desk.say("there is nothing to show yet", "warn")
            return
        command = program(os.environ)
        name = Path(command[0]).name
        what = name_of(parts[0]) if parts else "the trace"
        with tempfile.TemporaryDirectory(prefix="annotator-") as folder:
            path = Path(folder) / ("part.txt" if parts else "trace.txt")
            path.write_text("\n".join(plain(blocks)), "utf-8")
            path.chmod(0o400)
            try:
                code = self.screen.host.lend_terminal([*command, str(path)])
            except OSError as error:
                self.desk.say(f"{name} cannot be started: {error.strerror}", "error")
                return
            except SuspendNotSupported:
                self.desk.say("there is no terminal to show it on", "error")
                return
        self.screen.redraw()
        if code:
            self.desk.say(f"{name} ended with exit code {code}", "warn")
        else:
            self.desk.say(f"back from {name}: {what}")
