"""Many people judge the same items: a simulation by events, with the permutation and the decisions of the program itself."""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection
from annotator.workflow.reviewers import AHEAD, FRESH_SECONDS, before, share
from annotator.workflow.selection import Ranked, ordered, shuffle_key

ANSWER_SECONDS = 0.3
"""Between asking the server and knowing."""
SENT_SECONDS = 2.0
"""Between a verdict and the server's having it: it settles for a second first."""
NEVER = float("inf")


@dataclass
class Plan:
    """Who judges what, and what goes wrong."""

    reviewers: int
    overlap: int
    items: int = 300
    seed: int = 0
    lease: float = 0.0
    """Seconds; 0 for no leases."""
    static: bool = False
    """Each item belongs to as many reviewers as there are verdicts to be, by hash, and nobody looks at the others."""
    trouble: bool = True
    """A fifth leaves when a reviewer's share is half done, as far as enough stay; another one is offline for a quarter of the time."""

    @property
    def names(self) -> list[str]:
        return [f"r{number}" for number in range(self.reviewers)]

    @property
    def targets(self) -> list[str]:
        return [f"{number:016x}" for number in range(self.items)]

    @property
    def seconds_each(self) -> float:
        """What a reviewer's share of the verdicts takes at 18 s each."""
        return 18.0 * self.items * self.overlap / self.reviewers


@dataclass
class Outcome:
    verdicts: int
    beyond: int
    """Verdicts on items that had enough of them."""
    lacking: int
    """Items that never got enough."""
    seconds: float
    """Until the last verdict that was needed; until the last one of all where some items lack."""


@dataclass
class Person:
    name: str
    order: list[str]
    leaves: float = NEVER
    away: tuple[float, float] = (NEVER, NEVER)
    """From when to when the server is out of reach."""
    done: set[str] = field(default_factory=set)
    """Judged, or left to others."""
    held: set[str] = field(default_factory=set)
    item: str = ""
    """On the screen; '' at the end of the queue."""
    number: int = 0
    """How many items were shown: what was begun for an earlier one is over."""
    leased: dict[str, float] = field(default_factory=dict)
    """Since when, by item."""

    def reaches(self, at: float) -> bool:
        return not self.away[0] <= at < self.away[1]

    def following(self) -> Iterator[str]:
        """What is still to do, in the order in which it comes."""
        start = self.order.index(self.item) if self.item else 0
        for target in (*self.order[start:], *self.order[:start]):
            if target not in self.done and target != self.item:
                yield target

    def coming(self, count: int) -> list[str]:
        """The next ones that nobody is known to hold."""
        return list(islice((target for target in self.following() if target not in self.held), count))


Event = tuple[float, int, Callable[[float], None]]


class Simulation:
    """The server's verdicts and leases with the time from which they are there; what people do, as events."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.chance = random.Random(f"{plan.seed}")
        self.verdicts: dict[str, dict[str, float]] = {target: {} for target in plan.targets}
        """When the server has each, by item and person."""
        self.leases: dict[str, dict[str, tuple[float, float]]] = {target: {} for target in plan.targets}
        """From when to when each is there."""
        self.made: dict[str, list[float]] = {target: [] for target in plan.targets}
        self._events: list[Event] = []
        self._count = 0

    def run(self) -> Outcome:
        for person in self._people():
            self._at(self.chance.uniform(0, 60), partial(self._open, person))
        while self._events:
            at, _, happens = heapq.heappop(self._events)
            happens(at)
        return self._outcome()

    def _at(self, time: float, happens: Callable[[float], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time, self._count, happens))

    def _people(self) -> list[Person]:
        plan = self.plan
        owners = {
            target: sorted(plan.names, key=lambda name: shuffle_key(plan.seed + 1, name, target))[: plan.overlap] for target in plan.targets
        }
        people = []
        for name in plan.names:
            mine = [target for target in plan.targets if not plan.static or name in owners[target]]
            new = [Ranked(0, NewItem(Target("span", target), target, target)) for target in mine]
            selection = Selection(order="random", seed=plan.seed, reviewers=plan.reviewers, overlap=plan.overlap, reviewer=name)
            people.append(Person(name, [item.target.id for item in ordered(new, selection)]))
        if plan.trouble:
            for person in people[: min(plan.reviewers // 5, plan.reviewers - plan.overlap)]:
                person.leaves = plan.seconds_each / 2
            people[-1].away = (plan.seconds_each / 4, plan.seconds_each / 2)
        return people

    def _open(self, person: Person, at: float) -> None:
        """The next item comes on the screen, and is judged some seconds later; at the end of the queue, what is held is looked at again."""
        if at >= person.leaves:
            return
        person.item = next(iter(person.coming(1)), "")
        person.number += 1
        if person.item:
            took = min(600.0, 2.0 + self.chance.lognormvariate(2.4, 0.8))
            self._at(at + took, partial(self._judge, person))
            self._lease(person, person.item, at)
        if not self.plan.static and (person.item or person.held):
            self._look(person, person.number, at)

    def _judge(self, person: Person, at: float) -> None:
        if at >= person.leaves:
            return
        item, there = person.item, at + SENT_SECONDS
        person.done.add(item)
        self.made[item].append(at)
        self.verdicts[item][person.name] = there if person.reaches(there) else person.away[1] + SENT_SECONDS
        self._release(person, item, self.verdicts[item][person.name])
        self._open(person, at)

    def _look(self, person: Person, number: int, at: float) -> None:
        """The program asks for what comes next, and asks again while the item stays on the screen."""
        if number != person.number or at >= person.leaves or not (person.item or person.held):
            return
        if person.reaches(at):
            states = {target: self._share(person, target, at) for target in (*person.coming(AHEAD), *person.held)}
            self._at(at + ANSWER_SECONDS, partial(self._know, person, number, states))
        self._at(at + FRESH_SECONDS, partial(self._look, person, number))

    def _know(self, person: Person, number: int, states: Mapping[str, str], at: float) -> None:
        if at >= person.leaves:
            return
        person.held -= states.keys()
        for target, state in states.items():
            if target != person.item and target not in person.done and state != "open":
                (person.done if state == "judged" else person.held).add(target)
        coming = next(iter(person.coming(1)), "")
        for target in [one for one in person.leased if one not in (person.item, coming)]:
            self._release(person, target, at)
        if not person.item and coming:
            self._open(person, at)
        elif number == person.number:
            if coming:
                self._lease(person, coming, at)
            if any(state != "open" for state in states.values()):
                self._look_on(person, number, set(states), at)

    def _look_on(self, person: Person, number: int, known: set[str], at: float) -> None:
        """Others have come near in the place of what was left out."""
        states = {target: self._share(person, target, at) for target in person.coming(AHEAD) if target not in known}
        if person.reaches(at) and states:
            self._at(at + ANSWER_SECONDS, partial(self._know, person, number, states))

    def _share(self, person: Person, target: str, at: float) -> str:
        judged = [name for name, there in self.verdicts[target].items() if there <= at and name != person.name]
        leases = {name: begun for name, (begun, end) in self.leases[target].items() if begun <= at < end}
        return share(judged, before(leases, person.name), self.plan.overlap)

    def _lease(self, person: Person, target: str, at: float) -> None:
        if self.plan.lease and person.reaches(at):
            begun = person.leased.setdefault(target, at + ANSWER_SECONDS)
            self.leases[target][person.name] = (begun, at + self.plan.lease)

    def _release(self, person: Person, target: str, at: float) -> None:
        if person.leased.pop(target, None) is not None:
            begun, end = self.leases[target][person.name]
            self.leases[target][person.name] = (begun, min(end, at))

    def _outcome(self) -> Outcome:
        overlap = self.plan.overlap
        made = [sorted(times) for times in self.made.values()]
        beyond = sum(max(0, len(times) - overlap) for times in made)
        needed = [time for times in made for time in times[:overlap]]
        return Outcome(sum(map(len, made)), beyond, sum(len(times) < overlap for times in made), max(needed, default=0.0))


def simulate(plan: Plan) -> Outcome:
    return Simulation(plan).run()


def table(outcomes: Sequence[tuple[Plan, Outcome]]) -> str:
    """A row each: how it was shared out, and what came of it."""
    rows = ["reviewers  K  how          verdicts  beyond K        lacking  minutes"]
    for plan, found in outcomes:
        how = "static" if plan.static else f"lease {plan.lease / 60:.0f}m" if plan.lease else "no lease"
        part = 100 * found.beyond / max(1, found.verdicts)
        rows.append(
            f"{plan.reviewers:>9}  {plan.overlap}  {how:<11}  {found.verdicts:>8}  {found.beyond:>5} ({part:4.1f} %)"
            f"  {found.lacking:>7}  {found.seconds / 60:>7.1f}"
        )
    return "\n".join(rows)
