"""What is not on the server: waiting rows, parked rows, conflicts, and a person's decision on each."""

from dataclasses import replace
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from annotator.domain.annotation import Annotation
from annotator.domain.dataset import Member
from annotator.domain.outbox import OutboxEntry
from annotator.domain.redaction import Redactor
from annotator.domain.store import Store
from annotator.errors import AnnotatorError
from annotator.keymap.keys import key_name
from annotator.text.escape import visible
from annotator.text.line import Line, Piece, line
from annotator.ui.compositor import LeanCompositor
from annotator.ui.session import Session
from annotator.ui.widgets.lines import Lines

SHOWN = 200
OPEN: tuple[Literal["parked", "waiting"], ...] = ("parked", "waiting")
Row = OutboxEntry | Member


class OutboxScreen(ModalScreen[None], inherit_bindings=False):
    """A list; the keys of the `outbox` context decide on the chosen row."""

    DEFAULT_CSS = """
    OutboxScreen { background: ansi_default; }
    OutboxScreen Lines { height: 1fr; }
    """

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.session = session
        self.store = store
        self.entries: list[Row] = []
        self.at = 0
        self.said = ""
        self.page = Lines()

    def compose(self) -> ComposeResult:
        yield self.page

    def on_mount(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event)

    def press(self, event: events.Key) -> None:
        """Take a key, also one that was read before this screen was in front."""
        command = self.session.keymap.command(("outbox", "everywhere", "list"), key_name(event.key, event.character))
        name = command.id if command else ""
        if name in ("list_close", "outbox", "list_choose"):
            self.dismiss(None)
            return
        rows = len(self.entries)
        if step := {"list_up": -1, "list_down": 1, "list_top": -rows, "list_end": rows}.get(name):
            self.at += step
        elif name in ("retry_row", "drop_row", "keep_mine", "take_theirs") and self.entries:
            try:
                self._decide(name, self.entries[self.at])
            except AnnotatorError as error:
                self.said = f"{error.title} {error.advice}"
        self.draw()

    def _decide(self, command: str, entry: Row) -> None:
        """Retry and keep-mine send the row; drop and take-theirs give it up."""
        if entry.state != "parked":
            self.said = "this row waits and is sent by itself"
        elif isinstance(entry, Member):
            again = command in ("retry_row", "keep_mine")
            (self.store.retry_member if again else self.store.drop_member)(entry)
            self.said = "it is sent again" if again else "given up; the server's data set stays as it is"
        elif command in ("keep_mine", "take_theirs") and not entry.conflict:
            first = self.session.keymap.first
            self.said = f"nobody else changed this row: {first('retry_row')} sends it again, {first('drop_row')} gives it up"
        elif command in ("retry_row", "keep_mine"):
            self.store.retry(entry.identity)
            self.said = "it is sent again"
        else:
            self.store.drop(entry.identity)
            self.said = "theirs is kept" if entry.conflict else "given up; the verdict stays in the store"

    def draw(self) -> None:
        server = self.session.queue.source.server
        self.entries = []
        for state in OPEN:
            self.entries += [*self.store.outbox_entries(server, state, SHOWN), *self.store.members_open(server, state, SHOWN)]
        self.at = max(0, min(self.at, len(self.entries) - 1))
        self.page.show(outbox_lines(self.entries, self.at, self.said, self.session, self.size.height))


def outbox_lines(entries: list[Row], at: int, said: str, session: Session, height: int) -> list[Line]:
    """The list around the chosen row, and what can be done with it."""
    first = session.keymap.first
    rows = (("retry_row", "send again"), ("drop_row", "give up"), ("keep_mine", "keep mine"), ("take_theirs", "take theirs"))
    keys = (*rows, ("list_close", "back"))
    hints = [piece for command, word in keys for piece in (Piece(f" {first(command)}", "key"), Piece(f" {word} ", "dim"))]
    lines = [line(Piece(f" Not on {session.queue.source.server} yet", "strong")), line()]
    if not entries:
        lines.append(line(Piece("  Everything is on the server.", "good")))
    room = max(3, (height - 6) // 2)
    start = max(0, min(at - room // 2, len(entries) - room))
    for index, entry in enumerate(entries[start : start + room], start):
        mark = Piece(" ▸ " if index == at else "   ", "accent")
        said_of = membership(entry) if isinstance(entry, Member) else f"{entry.identity.name} = {told(entry.row)}"
        target = entry.target if isinstance(entry, Member) else entry.identity.target
        what = Piece(visible(said_of), "strong" if index == at else "text")
        where = Piece(visible(f"  {target.named}  "), "dim")
        lines.append(line(mark, what, where, Piece(entry.state, "error" if entry.state == "parked" else "dim")))
        reason = entry.error
        if isinstance(entry, OutboxEntry) and entry.conflict:
            reason = f"theirs: {told(entry.theirs, session.redactor)}; {reason}"
        lines.append(line(Piece("     " + visible(reason), "warn")))
    return [*lines, line(), line(Piece(f"  {said}", "good")), line(*hints)]


def membership(member: Member) -> str:
    return f"{'into' if member.within else 'out of'} the data set {member.dataset}"


def told(row: Annotation | None, redactor: Redactor | None = None) -> str:
    """A row in a few words."""
    if row is None:
        return "taken back"
    if redactor is not None:
        row = replace(row, explanation=redactor.text(row.explanation or ""))
    parts = [row.label or "", "" if row.score is None else f"{row.score:g}", (row.explanation or "")[:40]]
    return " ".join(part for part in parts if part) or "empty"
