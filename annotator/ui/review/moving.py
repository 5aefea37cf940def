"""Commands that move between items, and what happens when one is shown."""

import time
from collections import OrderedDict
from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from annotator.domain.annotation import ItemState, Target
from annotator.domain.annotation_config import FreeformConfig
from annotator.domain.queue import Item
from annotator.errors import StoreError
from annotator.workflow.present import Presented, present
from annotator.workflow.stepping import next_todo
from annotator.workflow.targets import ItemTargets, described, own_target, targets_in

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

KEPT, KEPT_SIZE = 24, 10_000_000
"""Prepared items kept in memory, and characters of their text together: one item may have more."""
HEAVY, HEAVY_FIRST = 50_000, 6_000_000
"""Bytes in the store from which a trace is read beside the screen, so that no key waits for it; before the first frame there is none."""
AHEAD = 2
"""Items prepared before they are asked for."""


class Moving:
    """Each public method is the command of that name, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.prepared: OrderedDict[int, Presented] = OrderedDict()
        self._unprepared: int | None = None
        """The position after which nothing has been prepared yet."""
        self._wanted: tuple[Target | None, str] = (None, "")
        """The target and config that the item was turned to."""
        self._targets: tuple[Presented, ItemTargets] | None = None
        """What of the trace that was asked for last can be judged."""

    @property
    def position(self) -> int:
        """Of the item on the screen; of one that is shown again, before what it comes before."""
        item = self.desk.item
        return item.position - self.screen.repeating.is_repeat(item) if item else 0

    def targets_of(self, item: Item) -> ItemTargets:
        """What of an item counts for its verdict; from what is in memory, since a key waits for it."""
        queue = self.desk.session.queue
        if not queue.rubric.binds:
            return ItemTargets(own_target(item))
        here = self.desk.item is not None and self.desk.item.id == item.id
        presented = self.prepared.get(item.id) or (self.desk.presented if here else None)
        if presented is None:
            return targets_in(self.desk.store, queue, item, None)
        if self._targets is None or self._targets[0] is not presented:
            self._targets = (presented, targets_in(self.desk.store, queue, item, presented))
        return self._targets[1]

    def rubric_changed(self) -> None:
        """What of a trace can be judged may be another."""
        self._targets = None

    def open_first(self) -> bool:
        """Show the first item without a verdict; False while the queue is empty."""
        steps, queue = self.desk.steps, self.desk.session.queue
        self.desk.counts = self.desk.store.counts(queue.id)  # items may have come since they were counted
        item = next_todo(steps, queue.id, 0, self._has_payload)
        if item is None and self.desk.counts.items and self.desk.session.queue.complete:
            self.end()
            return True
        item = item or steps.step(queue.id, 0, 1, (ItemState.TODO,))
        if item is None:
            return False
        self.show(self.screen.repeating.before(item) or item)
        return True

    def show(self, item: Item, criterion: str = "", target: Target | None = None) -> None:
        """Put an item on the screen, the focus on a target and a config of it, else on what is asked first."""
        desk, damage = self.desk, ""
        try:
            presented = self._presented(item)
        except StoreError as error:
            presented, damage = None, f"{error.title} {error.advice}"
        desk.judge = desk.judge.of(item)
        view = desk.judge.view(item)
        desk.revealed, desk.fresh = None, 0
        desk.view, desk.presented, desk.ended = view, presented, False  # together: no key may judge one item before another's trace
        desk.arrived_done = view.item.state == ItemState.DONE
        desk.look_at(item.span_id)
        desk.query = ""
        desk.criterion, self._wanted = "", (target, criterion)
        desk.ask()
        self.screen.focusing.begin(target, criterion)
        desk.drawn = False
        desk.shown_at = time.monotonic()
        desk.reading = presented is None and not damage and self._has_payload(item)
        if damage:
            desk.say(damage, "error")
        self.screen.background.position = self._unprepared = self.position
        self.screen.filtering.moved()
        self.screen.everyone.shown(item)
        self.screen.sharing.shown()
        self.screen.item_changed()
        self.screen.focusing.reveal()
        if presented is None and not damage:
            self.screen.background.prepare(item.id)
        self.open_required_text()

    def arrived(self, item_id: int, presented: Presented | None) -> None:
        """A prepared item came from the background."""
        if presented is None:
            self._missed(item_id)
            return
        self._keep(item_id, presented)
        item = self.desk.item
        if item is not None and item.id == item_id and self.desk.presented is None:
            self.desk.presented = presented
            self.desk.refresh_view()
            self.screen.focusing.begin(*self._wanted)
            self.desk.drawn = False
            self.desk.shown_at = time.monotonic()
            self.screen.item_changed()
            self.screen.focusing.reveal()
            self.screen.draw()

    def forget(self, traces: Collection[str]) -> None:
        """These have more spans than what is in memory; what is on the screen stays as it is being read. '' is any trace."""
        for item_id, presented in list(self.prepared.items()):
            if "" in traces or presented.trace.trace_id in traces:
                del self.prepared[item_id]

    def _missed(self, item_id: int) -> None:
        """The background could not read an item: say why, where it is the one that is waited for."""
        item = self.desk.item
        if item is not None and item.id == item_id and self.desk.presented is None and self._has_payload(item):
            try:
                self.arrived(item_id, present(self.desk.store, self.desk.session.queue.source_id, item))
            except StoreError as error:
                self.desk.reading = False
                self.desk.say(f"{error.title} {error.advice}", "error")
                self.screen.item_changed()
                self.screen.draw()

    def open_required_text(self) -> None:
        """A required freeform config opens its field when it becomes current."""
        desk = self.desk
        criterion = desk.current
        if (
            criterion is not None
            and isinstance(criterion.config, FreeformConfig)
            and criterion.required
            and desk.view is not None
            and criterion.name not in desk.view.answers
            and desk.presented is not None
            and not desk.read_only
        ):
            self.screen.judging.open_text(criterion)

    def go_on(self) -> None:
        """The next todo item, or the end of the queue."""
        item = self.following()
        if item is not None:
            item = self.screen.repeating.before(item) or item
        if item is not None and (self.desk.item is None or item.id != self.desk.item.id):
            self.show(item)
        elif not self.screen.filtering.wait():
            self.end()

    def following(self) -> Item | None:
        """The next todo item that the filter lets through; None where there is none, or none is known yet."""
        return next_todo(self.desk.steps, self.desk.session.queue.id, self.position, self._is_ready)

    def look_ahead(self) -> None:
        """Other items come next than those that were prepared."""
        self._unprepared = self.position
        self.prepare_ahead()

    def finish(self) -> None:
        """Enter: an item without required configs is done; a done one is left; an open one says what is missing."""
        view, item = self.desk.view, self.desk.item
        if view is None or item is None:
            self.go_on()
            return
        if self.screen.everyone.take():
            return
        slot = view.first_open
        if item.state == ItemState.TODO and slot is None:
            if self.screen.keyboard.may_judge():
                self.desk.judge.move(item, ItemState.DONE)
                self.screen.background.changed()
                self.desk.refresh_figures()
                self.go_on()
            return
        current = self.desk.current
        if current is not None and isinstance(current.config, FreeformConfig) and current.name not in view.answers:
            self.screen.judging.open_text(current)
        elif item.state != ItemState.TODO or slot is None:
            self.go_on()
        elif slot.criterion is current and slot.on.target == view.on.target and len(getattr(current.config, "values", ())) > 10:
            self.screen.judging.more_labels()
        else:
            self.screen.focusing.go_to(slot)
            first = self.screen.session.keymap.first
            ways = f"{first('skip')} skips, {first('defer')} defers, {first('next_item')} looks at the next item"
            where = "" if slot.on.own else f" on {described(slot.on)}"
            self.desk.say(f"{slot.criterion.name} is not answered{where}; {ways}", "warn")

    def step_item(self, direction: Literal[1, -1]) -> None:
        """The neighbour in the queue, whatever its state; none of an item that has not come yet."""
        if self.desk.view is None and not self.desk.ended:
            return
        steps, queue_id = self.desk.steps, self.desk.session.queue.id
        if self.desk.view is None:
            item = steps.step(queue_id, 1 << 60, -1) if direction < 0 else None
        else:
            item = steps.step(queue_id, self.position if direction > 0 else self.desk.view.item.position, direction)
        if item is not None:
            self.show(item)
        elif self.screen.filtering.looking(direction):
            pass
        elif direction > 0:
            self.end()
        else:
            self.desk.say(f"this is the first item{' that matches the filter' if self.desk.matches else ''}", "warn")

    def step_criterion(self, direction: Literal[1, -1]) -> None:
        """Tab: another config becomes current."""
        view = self.desk.view
        if view is None or not view.asked:
            return
        names = [criterion.name for criterion in view.asked]
        at = names.index(self.desk.criterion) if self.desk.criterion in names else -direction
        self.desk.criterion = names[(at + direction) % len(names)]

    def end(self) -> None:
        """The end of the queue: what was passed over is listed."""
        self.desk.view, self.desk.ended = None, True
        self.screen.sharing.shown()
        self.desk.presented = None
        self.desk.criterion = ""
        self.screen.item_changed()

    def _is_ready(self, item: Item) -> bool:
        return self.screen.sharing.is_free(item) and self._has_payload(item)

    def _free_after(self, position: int) -> Item | None:
        """The next item to do that nobody else has before them."""
        steps, queue_id = self.desk.steps, self.desk.session.queue.id
        item = steps.step(queue_id, position, 1, (ItemState.TODO,))
        while item is not None and not self.screen.sharing.is_free(item):
            item = steps.step(queue_id, item.position, 1, (ItemState.TODO,))
        return item

    def _has_payload(self, item: Item) -> bool:
        return item.id in self.prepared or self.desk.store.has_payload(self.desk.session.queue.source_id, item.trace_id)

    def _presented(self, item: Item) -> Presented | None:
        """From memory, else read now where that takes a few milliseconds; None where it has to come from the background."""
        found = self.prepared.get(item.id)
        if found is None:
            store, source_id = self.desk.store, self.desk.session.queue.source_id
            # A person's patterns may take their time, so they run beside the screen.
            heavy = 0 if self.desk.session.redactor else HEAVY if self.desk.shown_at else HEAVY_FIRST
            if store.payload_size(source_id, item.trace_id) > heavy:
                return None
            found = present(store, source_id, item)
            if found is not None:
                self._keep(item.id, found)
        return found

    def _keep(self, item_id: int, presented: Presented) -> None:
        """In memory, as long as there is room; what is on the screen stays."""
        self.prepared[item_id] = presented
        self.prepared.move_to_end(item_id)
        size = sum(one.size for one in self.prepared.values())
        for other in list(self.prepared):
            if len(self.prepared) <= KEPT and size <= KEPT_SIZE:
                return
            if other != item_id and (self.desk.item is None or other != self.desk.item.id):
                size -= self.prepared.pop(other).size

    def prepare_ahead(self) -> None:
        """What follows the item shown last, once; after its frame, since preparing holds the interpreter for milliseconds."""
        if self._unprepared is None:
            return
        position, self._unprepared = self._unprepared, None
        for _ in range(AHEAD):
            following = self._free_after(position)
            if following is None:
                return
            again = self.screen.repeating.before(following)
            if again is not None and again.id not in self.prepared:
                self.screen.background.prepare(again.id, ahead=True)
            if following.id not in self.prepared:
                self.screen.background.prepare(following.id, ahead=True)
            position = following.position
