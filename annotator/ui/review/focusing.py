"""What of the item is judged: the focus follows what is looked at, and goes on by itself to what is asked next."""

from typing import TYPE_CHECKING

from annotator.domain.annotation import Target
from annotator.domain.target import ItemTarget
from annotator.workflow.targets import ItemTargets, block_target, described, span_target, targets_in
from annotator.workflow.walk import Slot, following

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

BACK = "back to the item"


class Focusing:
    """Keeps the desk's focus, the answers that are shown, and the trace view together."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def begin(self, target: Target | None = None, criterion: str = "") -> None:
        """Of an item that is about to be laid out: turn to a target and a config, else to what is asked first."""
        desk = self.desk
        if desk.view is None or desk.presented is None:
            return
        slot = desk.view.first_open
        on = slot.on if slot is not None and not criterion else desk.view.on
        self._place(on if target is None else self._found(target) or on)
        self.settle()
        desk.criterion = criterion
        if desk.current is None:
            desk.ask()

    def targets(self) -> ItemTargets:
        """What of the item on the screen can be judged."""
        desk = self.desk
        assert desk.item is not None
        return targets_in(desk.store, desk.session.queue, desk.item, desk.presented)

    def _found(self, target: Target) -> ItemTarget | None:
        desk = self.desk
        known = next((one for one in self.targets().every if one.target == target), None)
        if known is None and target.kind == "span" and desk.presented is not None and desk.item is not None:
            return span_target(desk.presented, desk.item, target.id) if target.id in desk.presented.readings else None
        if known is None and desk.presented is not None and desk.item is not None and (block := desk.block_of(target)) is not None:
            return block_target(desk.presented, desk.item, block)
        return known

    def in_view(self) -> bool:
        """What is judged can be seen; a document that was scrolled out of view comes back."""
        desk = self.desk
        chosen = self.screen.fitting.chosen
        if desk.on is None or desk.on.target.kind != "document" or chosen < 0 or chosen in self.screen.trace.visible_blocks():
            return True
        self.reveal()
        desk.say(f"{described(desk.on)} was out of view; press the key again to judge it", "warn")
        return False

    def _place(self, on: ItemTarget) -> bool:
        """Put the focus there; True where the trace is to be laid out again."""
        desk = self.desk
        item = desk.item
        assert item is not None
        before = (desk.span_id, desk.raw, dict(desk.folds))
        if on.target.kind == "document":
            if desk.raw or desk.block_of(on.target) is None:
                desk.look_at(item.span_id)
            if desk.block_of(on.target) is None:
                desk.look_at(on.span_id)
            block = desk.block_of(on.target)
            desk.turned, desk.part = None, block.key if block else ""
            self._open_alone(on.target)
        else:
            if desk.raw or desk.span_id != on.span_id:
                desk.look_at(on.span_id)
            turn = desk.block_of(on.target) if item.target.kind == "session" else None
            desk.part, desk.turned = turn.key if turn else "", None
            if desk.on is not None and desk.on.target != on.target:
                desk.turned = on
            for block in desk.blocks if desk.folds else ():
                if block.position is not None:
                    desk.folds.pop(block.key, None)
        return before != (desk.span_id, desk.raw, desk.folds)

    def _open_alone(self, on: Target) -> None:
        """Of documents that are judged in a row one is open and the others are a line each, so that the question stays in view."""
        desk = self.desk
        asked = {slot.on.target for slot in desk.view.slots} if desk.view else set()
        for block in desk.blocks if on in asked else ():
            if block.position is not None and (target := Target("document", block.span_id, block.position)) in asked:
                desk.folds[block.key] = target != on

    def reveal(self) -> None:
        """Scroll to the document in focus, and unfold what hides it; anything else is seen from its first line."""
        if (chosen := self.screen.fitting.chosen) >= 0:
            self.screen.jumping.mark(chosen)

    def go_to(self, slot: Slot) -> None:
        """What is asked next."""
        self.turn_to(slot.on)
        self.desk.criterion = slot.criterion.name

    def turn_to(self, on: ItemTarget) -> None:
        """Another target of the item; nothing moves where it is the same."""
        desk = self.desk
        if desk.on is None or desk.on.target == on.target:
            return
        if self._place(on):
            self.screen.fitting.lay_out(keep_top=False)
        elif not desk.part:
            self.screen.trace.choose(-1, None)
            self.screen.trace.to_top()
        self.reveal()
        self.settle()

    def follow(self, on: ItemTarget, name: str) -> None:
        """After an answer: what is asked next on its target, else on the targets after it, else on those before."""
        desk, view = self.desk, self.desk.view
        if view is None:
            return
        here = [slot for slot in view.slots if slot.on.target == on.target]
        slot = following(tuple(here), view.given) or following(view.slots, view.given, (on.target, name))
        if slot is not None and (on.own or here):
            self.go_to(slot)
        else:
            desk.ask()

    def settle(self) -> None:
        """After a command: the answers that are shown are those on what is in focus by now."""
        desk = self.desk
        if desk.view is not None and desk.on is not None and desk.on.target != desk.view.on.target:
            desk.refresh_view()
            desk.ask()

    def home(self) -> bool:
        """Back to the item's own target; False where the focus is there."""
        desk = self.desk
        if desk.view is None or desk.on is None or desk.on.own:
            return False
        self.turn_to(self.targets().own)
        desk.say(BACK)
        return True

    def widen(self) -> None:
        """From the span to its trace, to its session, and back."""
        desk = self.desk
        if desk.item is None or desk.on is None or desk.presented is None:
            return
        targets = self.targets()
        ways = [one for one in (targets.span, targets.trace, targets.session) if one is not None]
        at = next((place for place, one in enumerate(ways) if one.target == desk.on.target), -1)
        to = ways[(at + 1) % len(ways)] if at >= 0 else targets.trace or targets.own
        self.turn_to(to)
        desk.say(BACK if to.own else f"judging {described(to)}; {desk.session.keymap.first('clear')} goes back to the item")
