"""Several reviewers: what others have judged is left to them before it is shown, and what they have before them comes later."""

from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item
from annotator.errors import StoreBusy
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.ui.messages import Shared
    from annotator.ui.screens.review import ReviewScreen


class Sharing:
    """What is known of others on the items that come next. Only the UI thread decides, so that nothing on the screen is ever left."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.is_on = screen.session.queue.selection.reviewers > 1
        self._held: frozenset[int] = frozenset()
        """Items that others have before them, by id."""
        self._stale = True
        self._refused = ""

    def shown(self) -> None:
        """Another item is on the screen, or none: others come next."""
        self._stale = True

    def is_free(self, item: Item) -> bool:
        """Nobody else has it before them, as far as is known."""
        return item.id not in self._held

    def ask(self) -> None:
        """After a frame: have looked up what comes next."""
        if not (self.is_on and self._stale):
            return
        self._stale = False
        # What one is shown again was judged by others too, which would tell.
        shown = self.desk.item.id if self.desk.item is not None and not self.screen.repeating.is_repeat(self.desk.item) else None
        self.screen.background.sharing.want(shown, self._ahead(shown))

    def _ahead(self, shown: int | None) -> list[int]:
        """The next items to do, as they come, and among them those that others hold."""
        from annotator.workflow.reviewers import AHEAD

        steps, queue_id, found, free = self.desk.steps, self.desk.session.queue.id, list[int](), 0
        for start in (self.screen.moving.position, 0):
            position = start
            while free < AHEAD and (item := steps.step(queue_id, position, 1, (ItemState.TODO,))) is not None:
                position = item.position
                if item.id in found:
                    break
                if item.id != shown:
                    found.append(item.id)
                    free += self.is_free(item)
        return found

    def _may_leave(self, item: Item) -> bool:
        """Still to do, and nothing that I am shown again, which looks like any other."""
        return item.state == ItemState.TODO and not self.screen.repeating.is_repeat(item)

    def came(self, message: "Shared") -> None:
        """Others' verdicts and leases are known."""
        from annotator.workflow.reviewers import Me, left_to, pass_over

        desk, session = self.desk, self.desk.session
        shown = desk.item.id if desk.item is not None else None
        touched = {key[0] for key in (*desk.typed, *desk.drafts)} | set(desk.waiting)
        judged = {one: people for one, people in message.judged.items() if one != shown and one not in touched}
        held = message.held - {shown}
        try:
            passed = pass_over(desk.store, session.queue, Me(session.annotator, session.identifier), judged) if judged else []
        except StoreBusy:
            passed = []  # it is told again
        freed = self._held - held - set(passed) if desk.ended else frozenset()
        if passed or held != self._held:
            self._held, self._stale = held, True
            desk.passed += len(passed)
            desk.counts = desk.store.counts(session.queue.id)
            self.screen.moving.look_ahead()
            self.ask()
        if message.refused and message.refused != self._refused:
            self._refused = message.refused
            desk.say(f"items are not kept for you while you read: {message.refused}", "warn")
        elif freed:
            desk.say(f"{counted(len(freed), 'item')} came back from others; {session.keymap.first('finish')} goes on")
        elif shown in message.judged and desk.item is not None and self._may_leave(desk.item) and not desk.notice[0]:
            desk.say(f"{left_to(message.judged[desk.item.id])} already; {session.keymap.first('skip')} skips it")
        if desk.ended:
            self.screen.fitting.lay_out(keep_top=True)
        self.screen.draw()
