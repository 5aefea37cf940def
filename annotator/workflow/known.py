"""What a person answered on the targets of an item, before it is judged."""

from collections.abc import Mapping, Sequence

from annotator.domain.annotation import Annotation, Target
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.store import AnnotationStore
from annotator.domain.target import ItemTarget
from annotator.workflow.answers import ItemView, answers_of, notes_of
from annotator.workflow.walk import Given, Walk


@record
class Known:
    """The rows on the targets that count, and on the one that is judged."""

    item: Item
    walk: Walk
    on: ItemTarget
    """The one that is judged."""
    read: tuple[ItemTarget, ...]
    """The targets whose rows were read."""
    rows: Mapping[Target, Sequence[Annotation]]
    """Mine and everybody's notes, by target."""
    given: Given
    """My answers."""

    def after(self, rows: Sequence[Annotation], without: str = "") -> tuple[Given, tuple[tuple[ItemTarget, str], ...]]:
        """What is answered when these are, and which answers are taken back, as they are not asked for then.

        `without`: a config whose answer on the judged target is taken away.

        Of other targets only those that were asked for before; while it is not known what is asked, none.
        """
        given = {target: dict(answers) for target, answers in self.given.items()}
        for row in rows:
            given[row.target][row.name] = row
        given[self.on.target].pop(without, None)
        if not self.walk.targets.read:
            return given, ()
        before = set(self.walk.not_asked(self.read, self.given))
        gone = self.walk.not_asked(self.read, given)
        gone = tuple(one for one in gone if one[0].target == self.on.target or one not in before)
        for on, name in gone:
            del given[on.target][name]
        return given, gone

    def view(self, annotator: str) -> ItemView:
        """What the reviewer sees of it."""
        walk, on = self.walk, self.on
        asked, slots = walk.asked(on, self.given), walk.slots(self.given)
        notes = notes_of(self.rows[on.target], annotator)
        return ItemView(self.item, walk.rubric, on, self.given[on.target], notes, asked, slots, self.given, walk.targets.read)


def know(store: AnnotationStore, server: str, item: Item, walk: Walk, on: ItemTarget | None, identifier: str) -> Known:
    """One look-up a target. `on`: the one that is judged; None for the item's own."""
    own = walk.targets.own
    on = own if on is None or on.target == item.target else on
    read = {one.target: one for one in (*walk.asked_of, on)}
    rows = {target: store.on_target(server, target, identifier) for target in read}
    given = {
        target: {name: row for name, row in answers_of(walk.rubric, rows[target], identifier).items() if walk.criteria[name].fits(one)}
        for target, one in read.items()
    }
    return Known(item, walk, on, tuple(read.values()), rows, given)
