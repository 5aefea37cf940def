"""Which rules of a queue take a candidate, in one listing of its source.

Every rule draws for itself, and what one takes depends on what came before alone. Where a queue is filled for the first time, a rule with a
cap sees everything that meets it: the smallest draws are taken, and all that met it were as likely. After that one that is full is closed,
and one that is open goes on with its rate until it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotator.domain.annotation import Target
from annotator.domain.draw import draw
from annotator.domain.filter import Condition, Need, Or, needs
from annotator.domain.inclusion import capped, inclusion
from annotator.domain.queue import Met, NewItem, Queue, Rule, Selection, Taken
from annotator.domain.store import Store
from annotator.filter.facts import ItemFacts
from annotator.filter.matching import matcher
from annotator.filter.parsing import parse
from annotator.workflow.limits import limited
from annotator.workflow.reasons import reason
from annotator.workflow.selection import Ranked, gathers, mixes

Needs = frozenset[Need]
NOTHING: Needs = frozenset()


def condition_of_rules(selection: Selection) -> Condition | None:
    """What every item meets that a rule takes; None where one takes anything. Raises FilterError."""
    conditions = [parse(rule.when) for rule in selection.rules if rule.when]
    if len(conditions) < len(selection.rules) or not conditions:
        return None
    flat = tuple(part for one in conditions for part in (one.conditions if isinstance(one, Or) else (one,)))
    return flat[0] if len(flat) == 1 else Or(flat)


@dataclass(eq=False)
class Open:
    """A rule, and how it stands in this listing."""

    rule: Rule
    seed: int
    draws: int
    """How many it took so far."""

    def __post_init__(self) -> None:
        self.condition = parse(self.rule.when) if self.rule.when else None
        self.test = matcher(self.condition) if self.condition is not None else None
        self.needs = needs(self.condition) - {"headers"} if self.condition is not None else NOTHING
        self.chance = self.below = self.rule.rate
        """The probability with which it takes what meets it, and what a draw has to be below."""
        self.is_certain = self.rule.rate >= 1 and self.rule.cap is None
        self._saw_all = False

    @property
    def is_closed(self) -> bool:
        return self.rule.cap is not None and self.draws >= self.rule.cap and not self._saw_all

    def draw(self, target: Target) -> float:
        return draw(self.seed, self.rule.name, target)

    def see_all(self, targets: Collection[Target]) -> None:
        """These are all that meet it, and it has a cap."""
        cap, rate = self.rule.cap or 0, self.rule.rate
        below = sorted(found for target in targets if (found := self.draw(target)) < rate)
        self.chance = capped(len(targets), rate, cap)
        self.below = below[cap] if len(below) > cap else rate
        self._saw_all = True


@dataclass
class Tried:
    """A candidate, the rules that it meets, and why each of them would take it."""

    item: NewItem
    met: list[Open] = field(default_factory=list)
    why: list[str] = field(default_factory=list)


class Rules:
    """Of one queue, for one listing. A certain rule that is met settles everything: those behind it are not looked at."""

    def __init__(self, store: Store, queue: Queue) -> None:
        """Raises FilterError."""
        self.store = store
        self.queue = queue
        selection = queue.selection
        taken = store.taken(queue.id)
        by_priority = sorted(selection.rules, key=lambda rule: -rule.priority)
        self.open = [Open(rule, selection.seed, taken.get(rule.name, Taken()).draws) for rule in by_priority]
        self.needs: Needs = frozenset().union(*(one.needs for one in self.open))
        self.at_once = not queue.complete and any(rule.cap is not None for rule in selection.rules)
        """A rule with a cap is to see everything first."""
        self.gathers = self.at_once or gathers(selection) or (selection.limit is not None and mixes(selection))
        """Nothing gets its place before everything is tried."""
        self._limited = selection.limit is not None and not self.gathers
        self._tried: dict[Target, Tried] = {}
        self._here: Mapping[Target, Mapping[str, Met]] = {}

    def look_up(self, items: Sequence[NewItem]) -> None:
        """Before some candidates are tried: which of them are in the queue already."""
        # What an interrupted filling has added is taken again, by the same draws.
        anew = self.gathers and not self.queue.complete
        self._here = {} if anew else self.store.met(self.queue.id, {item.target for item in items})

    def lacks(self, item: NewItem, facts: ItemFacts) -> Needs | None:
        """What is to be known yet of a candidate, of which only the headers are here; None where no rule can take it."""
        wanted, can = NOTHING, item.target in self._here
        for one in self._unsettled():
            verdict = True if one.test is None else None if "annotations" in one.needs else one.test(facts)
            if verdict is False:
                continue
            can = can or self._sees_all(one) or one.draw(item.target) < one.below
            if verdict is None:
                wanted |= one.needs
            if verdict and one.is_certain:
                break
        return wanted if can else None

    def _unsettled(self) -> Sequence[Open]:
        return [one for one in self.open if self._sees_all(one) or not one.is_closed]

    def _sees_all(self, one: Open) -> bool:
        return self.at_once and one.rule.cap is not None

    def judge(self, item: NewItem, facts: ItemFacts) -> NewItem | None:
        """The candidate as the rules take it, None where they do not; `at_once` as it is where some may, until `settle`."""
        tried = Tried(item)
        for one in self._unsettled():
            if one.test is None or one.test(facts):
                tried.met.append(one)
                tried.why.append(reason(one.rule, one.condition, facts))
                if one.is_certain:
                    break
        if not tried.met:
            return None
        if self.at_once:
            self._tried[item.target] = tried
            return item
        return self._take(tried)

    def _take(self, tried: Tried) -> NewItem | None:
        target = tried.item.target
        here = self._here.get(target)
        met: list[Met] = []
        first = -1
        for place, one in enumerate(tried.met):
            if (here and one.rule.name in here) or one.is_closed:
                continue
            takes = one.draw(target) < one.below
            one.draws += takes
            met.append(Met(one.rule.name, one.chance, takes))
            first = place if takes and first < 0 else first
        if here is not None:
            return replace(tried.item, met=tuple(met)) if met else None
        if first < 0:
            return None
        why, rule = tried.why[first], tried.met[first].rule.name
        taken = replace(tried.item, why=why, rule=rule, inclusion=inclusion(met), met=tuple(met))
        return limited(taken, None) if self._limited else taken

    def settle(self, rows: Sequence[Ranked]) -> list[Ranked]:
        """What the rules take of all that was tried, in the same order."""
        if not self.at_once:
            return list(rows)
        for one in self.open:
            if one.rule.cap is not None:
                one.see_all([target for target, tried in self._tried.items() if one in tried.met])
        taken = ((row, self._take(self._tried[row.item.target])) for row in rows)
        return [row._replace(item=item) for row, item in taken if item is not None]
