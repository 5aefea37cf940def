"""Commands that lead out of the terminal: the trace's page in a browser, media of a part as files."""

import os
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from annotator.config.paths import downloads
from annotator.domain.message import Part
from annotator.text.block import Block
from annotator.text.cells import wrap
from annotator.text.escape import one_line
from annotator.text.facts import size
from annotator.text.line import Line, Piece, line
from annotator.ui.messages import NotOpened
from annotator.ui.programs import opener
from annotator.ui.review.copying import name_of
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.ui.widgets.reader import Reader
from annotator.workflow.media import decoded, harmless, save

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Outside:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def browser(self) -> None:
        """The trace's own page; where no display is, its address."""
        page, item = self.desk.session.trace_url, self.desk.item
        if item is None:
            return
        if not page:
            self.desk.say("this queue comes from files: its traces have no page to open", "warn")
            return
        address = page.replace("{trace_id}", quote(item.trace_id, safe=""))
        program = opener(os.environ)
        if program is None:
            self._show("The page of this trace", address, "No graphical display is known here, so nothing was opened.")
        else:
            self._start(program, address)
            self.desk.say(f"opening {address}")

    def media(self) -> None:
        """What the marked part holds, else what the trace holds; one is taken at once, of several a person chooses."""
        parts = self.screen.jumping.meant
        found = [(block, medium) for block in parts or self.desk.blocks for medium in block.media]
        if not found:
            where = name_of(parts[0]) if parts else "this trace"
            self.desk.say(f"no image, sound or file in {where}", "warn")
        elif len(found) == 1:
            self._take(found[0][1])
        else:
            choices = [_choice(number, block, medium) for number, (block, medium) in enumerate(found)]

            def chosen(number: str | None) -> None:
                if number is not None:
                    self._take(found[int(number)][1])

            self.screen.choose(Chooser("Images, sounds and files", choices, self.screen.keyboard.list_command), chosen)

    def _take(self, medium: Part) -> None:
        """Data becomes a file, and opens where a display is; an address is shown, never fetched."""
        source = one_line(medium.source or "")
        if medium.data and self._hides(medium):
            key = self.screen.session.keymap.first("reveal")
            self.desk.say(f"this {medium.kind} holds what is redacted; {key} reveals the item first", "warn")
        elif medium.data:
            trace_id = self.desk.item.trace_id if self.desk.item else ""
            path = save(medium, downloads(), f"{medium.kind}-{trace_id[:8]}")
            program = opener(os.environ) if harmless(path) else None
            if program is not None:
                self._start(program, str(path))
            self.desk.say(f"{'opening' if program else 'saved'} {_short(path)}, {size(path.stat().st_size)}", "good")
        elif "://" in source:
            self._show(f"Where this {medium.kind} is", source, "The address is from the trace; nothing was fetched.")
        else:
            named = f"is named {source}, but it " if source and source != "inline" else ""
            self.desk.say(f"this {medium.kind} {named}did not travel in the trace", "warn")

    def _hides(self, medium: Part) -> bool:
        """A text that patterns find something in; they cannot look into images and the like."""
        redactor, revealed = self.screen.session.redactor, self.desk.revealed
        if redactor is None or (revealed is not None and not revealed.parts):
            return False
        try:
            text = decoded(medium).decode("utf-8")
        except UnicodeDecodeError:
            return False
        return redactor.text(text) != text

    def _show(self, title: str, address: str, why: str) -> None:
        """A page with the whole address, which goes to the clipboard too."""
        self.screen.copying.put(address, "the address")

        def page(width: int) -> list[Line]:
            rows = [line(Piece(address[start:end], "strong")) for start, end in wrap(address, width)]
            said = f"{why} The address was copied, where the terminal lets programs do that; Shift and the mouse select it here."
            return [line(), *rows, line(), *(line(Piece(said[start:end], "dim")) for start, end in wrap(said, width))]

        first = self.screen.session.keymap.first
        hints = [(first("list_close"), "back"), (first("quit"), "leave")]
        self.screen.app.push_screen(Reader(title, page, self.screen.keyboard.list_command, hints=hints))

    def _start(self, program: str, target: str) -> None:
        """Without our terminal: whatever it starts can neither draw on it nor read keys."""

        def run() -> None:
            quiet = subprocess.DEVNULL
            try:
                code = subprocess.run(
                    [program, target], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, check=False
                ).returncode
            except OSError:
                code = -1
            if code:
                self.screen.post_message(NotOpened(Path(program).name, target))

        threading.Thread(target=run, daemon=True, name="open").start()


def _choice(number: int, block: Block, medium: Part) -> Choice:
    facts = [medium.kind, one_line(medium.mime or ""), size(medium.size) if medium.size else "", one_line(medium.source or "")]
    return Choice(str(number), "  ".join(fact for fact in facts if fact), name_of(block))


def _short(path: Path) -> str:
    """With ~ for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
