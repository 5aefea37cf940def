"""Which rules the items of a queue met, and with which probability those take them."""

from collections.abc import Collection, Sequence

from annotator.domain.annotation import Target
from annotator.domain.inclusion import inclusion
from annotator.domain.queue import Met, NewItem, Taken
from annotator.store.area import BATCH, Area, among, target_of, target_values
from annotator.store.database import Database

KEEP = """
    INSERT OR IGNORE INTO met (item, rule, chance, taken)
    SELECT id, ?, ?, ? FROM item WHERE queue = ? AND kind = ? AND target = ? AND document = ?
"""
MET = """
    SELECT item.kind, item.target, item.document, met.rule, met.chance, met.taken FROM item JOIN met ON met.item = item.id
    WHERE item.queue = ? AND item.kind = ? AND item.target IN
"""
CUT = "SELECT item.id, item.kind, item.target, item.document FROM item JOIN met ON met.item = item.id"


class Rules(Area):
    """By item and rule; what was kept once stays."""

    def taken(self, queue_id: int) -> dict[str, Taken]:
        items = self.db.all("SELECT rule, count(*) FROM item WHERE queue = ? AND rule <> '' GROUP BY rule", (queue_id,))
        found = {rule: Taken(items=count) for rule, count in items}
        draws = "SELECT met.rule, sum(met.taken) FROM item JOIN met ON met.item = item.id WHERE item.queue = ? GROUP BY met.rule"
        for rule, count in self.db.all(draws, (queue_id,)):
            if rule:
                found[rule] = Taken(found.get(rule, Taken()).items, count)
        return found

    def met(self, queue_id: int, targets: Collection[Target]) -> dict[Target, dict[str, Met]]:
        found: dict[Target, dict[str, Met]] = {}
        for kind in {target.kind for target in targets}:
            for *on, rule, chance, taken in among(self.db, MET, (queue_id, kind), {one.id for one in targets if one.kind == kind}):
                found.setdefault(target_of(*on), {})[rule] = Met(rule, chance, bool(taken))
        return found

    def keep_met(self, queue_id: int, items: Sequence[NewItem]) -> None:
        for start in range(0, len(items), BATCH):
            some = items[start : start + BATCH]
            with self.db.atomic():
                keep_met(self.db, queue_id, some)
                self._weigh(queue_id, {item.target for item in some})

    def settle_limit(self, queue_id: int) -> None:
        cut = self.db.all(f"{CUT} WHERE item.queue = ? AND met.rule = '' AND met.chance IS NULL", (queue_id,))
        for start in range(0, len(cut), BATCH):
            some = cut[start : start + BATCH]
            with self.db.atomic():
                self.db.many("DELETE FROM met WHERE item = ? AND rule = ''", [(item,) for item, *_ in some])
                self._weigh(queue_id, {target_of(*on) for _, *on in some})

    def _weigh(self, queue_id: int, targets: Collection[Target]) -> None:
        """Keep the probability that follows from what is kept of these."""
        met = self.met(queue_id, targets)
        rows = [(inclusion(met.get(target, {}).values()), queue_id, *target_values(target)) for target in targets]
        self.db.many("UPDATE item SET inclusion = ? WHERE queue = ? AND kind = ? AND target = ? AND document = ?", rows)


def keep_met(db: Database, queue_id: int, items: Sequence[NewItem]) -> None:
    """Of items that are in the queue."""
    db.many(KEEP, [(one.rule, one.chance, one.taken, queue_id, *target_values(item.target)) for item in items for one in item.met])
