"""The command that shows what is redacted."""

from typing import TYPE_CHECKING

from annotator.domain.queue import Item
from annotator.text.block import Block
from annotator.text.facts import counted
from annotator.ui.review.copying import name_of
from annotator.ui.review.desk import Revealed
from annotator.workflow.present import Presented, present

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Revealing:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def reveal(self) -> None:
        """The marked part as received; without one the whole item. Again: hidden. The journal knows of it before anybody sees it."""
        desk, item = self.desk, self.desk.item
        if desk.session.redactor is None:
            desk.say("nothing is redacted: config.toml names no patterns")
            return
        if item is None or desk.presented is None:
            desk.say("this trace is not here yet", "warn")
            return
        parts = self.screen.jumping.meant
        keys = frozenset(block.key for block in parts)
        shown = desk.revealed
        if shown is not None and (not shown.parts or (keys and keys <= shown.parts)):
            rest = shown.parts - keys if keys else frozenset[str]()
            desk.revealed = Revealed(shown.presented, rest) if rest else None
            desk.say("hidden again")
        else:
            self._show(item, parts, shown)
        self.screen.fitting.lay_out(keep_top=True)
        self.screen.fitting.reveal_part()

    def _show(self, item: Item, parts: list[Block], shown: Revealed | None) -> None:
        desk, store, queue = self.desk, self.desk.store, self.desk.session.queue
        received = shown.presented if shown else present(store, queue.source_id, item, as_received=True)
        if received is None or desk.presented is None:
            return
        keys = frozenset(block.key for block in parts)
        opened = Revealed(received, keys | shown.parts if keys and shown else keys)
        if not self._differs(desk.presented, opened, keys):
            desk.say("nothing is redacted in this part" if parts else "nothing is redacted in this item")
            return
        store.keep_reveal(desk.session.annotator, queue.id, item.id, item.trace_id, sorted(keys))
        desk.revealed = opened
        what = name_of(parts[0]) if len(parts) == 1 else counted(len(parts), "part") if parts else "the whole item"
        desk.say(f"{what} as received; the journal has that you saw it", "warn")

    def _differs(self, presented: Presented, opened: Revealed, keys: frozenset[str]) -> bool:
        """What is redacted reads otherwise than as received."""
        if not keys:
            received = opened.presented
            return (received.trace, received.conversation) != (presented.trace, presented.conversation)
        before, after = (self.desk.blocks_with(presented, one) for one in (None, opened))
        return any(one != other for one, other in zip(before, after, strict=True) if one.key in keys)
