"""What the background threads tell, put on the desk."""

from typing import TYPE_CHECKING

from annotator.text.facts import counted
from annotator.ui.messages import Connected, Fed, Filled, NotOpened, Remarked, ServerSilent, Synced

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class News:
    """One method for each message of the background."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self._trouble = ""
        """The server's failure that was said last; '' since it answered."""

    def filled(self, message: Filled) -> None:
        """More items: the first is shown where none was; a payload may have come for the one that waits."""
        desk, progress = self.desk, message.progress
        looked = f"{progress.looked:,} looked at" if progress.looked else f"loading {counted(progress.traces, 'trace')}"
        desk.loading = "" if message.finished else looked
        if message.finished and progress.bad:
            first, count = progress.bad[0], sum(bad.count for bad in progress.bad)
            where = f"line {first.line}: " if first.line else ""
            desk.say(f"{counted(count, 'bad part')} left out; {where}{first.reason}", "warn")
        elif message.finished and (updated := progress.updated.get(desk.session.queue.source_id)):
            self._take_anew()
            desk.say(f"the source has changed: {counted(updated, 'trace')} updated")
        before, desk.counts = desk.counts.items, desk.store.counts(desk.session.queue.id)
        desk.looked = progress.looked or progress.traces
        self.screen.filtering.filled()
        self.screen.sharing.shown()
        if desk.ended and desk.session.watch:
            desk.fresh += desk.counts.items - before
            self.screen.fitting.lay_out(keep_top=True)
        elif desk.view is None and not self.screen.moving.open_first():
            desk.nothing = message.finished and not desk.counts.items
            self.screen.fitting.lay_out(keep_top=True)
        elif desk.item is not None and desk.presented is None:
            self.screen.background.prepare(desk.item.id)
        self.screen.draw()

    def remarked(self, message: Remarked) -> None:
        self.desk.say(message.text, "warn")
        self.screen.draw()

    def fed(self, message: Fed) -> None:
        """The counters go up, and nothing else moves: an item is never put in front of whoever is about to press a key."""
        desk = self.desk
        if message.grown:
            self.screen.moving.forget(message.grown)
            self.screen.background.take_anew()
        desk.fresh += message.items
        desk.counts = desk.store.counts(desk.session.queue.id)
        self.screen.filtering.filled()
        if desk.view is None:
            self.screen.fitting.lay_out(keep_top=True)
        elif desk.item is not None and desk.presented is None:
            self.screen.background.prepare(desk.item.id)
        self.screen.draw()

    def _take_anew(self) -> None:
        """What was prepared, and what is shown, may be of before."""
        desk = self.desk
        self.screen.moving.prepared.clear()
        self.screen.background.take_anew()
        if desk.item is not None:
            desk.presented = None
            self.screen.background.prepare(desk.item.id)
            self.screen.fitting.lay_out(keep_top=True)

    def connected(self, message: Connected) -> None:
        """The server's version, or why it takes no annotations."""
        desk = self.desk
        self._trouble = ""
        desk.server_state, desk.server_style = f"phoenix {message.version}", "good"
        desk.read_only = message.read_only
        if message.read_only:
            desk.server_state, desk.server_style = "read-only", "warn"
            desk.say(f"read-only: {message.read_only}", "warn")
        elif message.unowned:
            desk.say(message.unowned, "warn")
        self.screen.draw()

    def silent(self, message: ServerSilent) -> None:
        """Out of reach, and tried again; or stopped for good."""
        desk = self.desk
        again = "" if message.pause is None else " Tried again by itself; go on reviewing."
        desk.server_state, desk.server_style = ("offline" if message.pause is not None else "stopped"), "warn"
        self._complain(f"{message.error.title} {message.error.advice}{again}")
        if desk.loading and message.pause is None:
            desk.loading = ""
        self.screen.draw()

    def synced(self, message: Synced) -> None:
        """What is still unsent, and why; rows that a person must decide."""
        desk, done = self.desk, message.done
        desk.outbox = message.counts
        if done is not None and done.error is not None:
            desk.server_state = "offline" if done.error.exit_code == 3 else "stopped"
            desk.server_style = "warn"
            self._complain(f"{done.error.title} {done.error.advice}")
        elif done is not None:
            self._trouble = ""
            if not desk.read_only:
                desk.server_state, desk.server_style = "phoenix ok", "good"
        if done is not None and done.conflicts:
            decides = desk.session.keymap.first("outbox")
            desk.say(f"{counted(done.conflicts, 'row')} changed by another client; {decides} decides", "error")
        if desk.item is None:
            self.screen.fitting.lay_out(keep_top=True)  # the end page counts what is unsent
        self.screen.draw()

    def _complain(self, text: str) -> None:
        """Once for each failure: the top line keeps saying it, and a retry must not cover what was said of a key."""
        if text != self._trouble:
            self._trouble = text
            self.desk.say(text, "warn")

    def not_opened(self, message: NotOpened) -> None:
        """There is a display, and yet no program for it."""
        self.desk.say(f"{message.program} could not open {message.target}", "warn")
        self.screen.draw()
