"""The tree of a trace, and which of its spans repeat another or only carry it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import ERROR, Node, SpanHeader, tree
from annotator.text.escape import BLANK
from annotator.text.shape.likeness import Likeness
from annotator.text.shape.spans import kind_of
from annotator.text.shape.told import Told

EMPTY = Reading()
CARRIERS = ("CHAIN", "PROMPT", UNKNOWN)
"""Kinds that hold a program together; every other kind is a call of something."""
WRAPPERS = ("AGENT", "CHAIN", UNKNOWN)
CODE_NAMES = re.compile(
    r"Runnable\w*(<.*>)?|Channel(Read|Write)\w*(<.*>)?|Branch<.*|__\w+__|_\w+|\w*OutputParser|\w*PromptTemplate|LangGraph|model|tools|agent"
    r"|\w+(\.\w+)+"
)
"""Names that a framework gives to its own parts: classes and their methods, graph nodes that every graph has."""
PRIVATE = re.compile(r"(.*\.)?_\w+")
NOTHING = ("[]", "{}", "null", "None", '""')
"""Outputs of a program that has nothing to say."""
NEAR = 4
"""Earlier siblings that a span is compared with."""


class Outline(NamedTuple):
    """Nodes in reading order; twins and plumbing by their place among them."""

    nodes: Sequence[Node]
    kinds: Sequence[str]
    """As `kind_of` tells them."""
    parents: Sequence[int]
    """-1 for none."""
    ends: Sequence[int]
    """The place after the last span below each."""
    twins: Mapping[int, int]
    """A span that repeats a call, and the span that stands for that call."""
    plumbing: frozenset[int]
    """Spans that say nothing of their own."""
    tellers: frozenset[int]
    """Spans of no call that say something of their own."""


def outline(spans: Sequence[SpanHeader], readings: Mapping[str, Reading]) -> Outline:
    """Every span once, parents before children, siblings by start."""
    return _Outliner(tree(tuple(spans)), readings).run()


class _Outliner:
    def __init__(self, nodes: Sequence[Node], readings: Mapping[str, Reading]) -> None:
        self.nodes = nodes
        self.readings = [readings.get(node.span.span_id, EMPTY) for node in nodes]
        self.kinds = [kind_of(node.span, reading) for node, reading in zip(nodes, self.readings, strict=True)]
        self.parents = _parents(nodes)
        self.ends = _ends(nodes)
        self.likeness = Likeness(nodes, self.readings, self.kinds, self.parents)
        self.said = self.likeness.said
        self.twins: dict[int, int] = {}
        self.plumbing: set[int] = set()
        agents = any(node.depth and kind == "AGENT" for node, kind in zip(nodes, self.kinds, strict=True))
        own = (reading for place, reading in enumerate(self.readings) if self.kinds[place] not in WRAPPERS or not nodes[place].depth)
        self.by_calls = Told(own) if agents else Told(())
        calls = (reading for place, reading in enumerate(self.readings) if self.kinds[place] not in CARRIERS or not nodes[place].depth)
        self.told = Told(calls) if any(node.depth and kind in CARRIERS for node, kind in zip(nodes, self.kinds, strict=True)) else Told(())

    def run(self) -> Outline:
        siblings: dict[int, list[int]] = {}
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                self._under(place, parent)
            if place not in self.twins:
                near = siblings.setdefault(parent, [])
                self._beside(place, near[-NEAR:])
                if place not in self.twins:
                    near.append(place)
        for place in range(len(self.nodes)):
            if place not in self.twins and self._carries(place):
                self.plumbing.add(place)
        self._wrapped()
        self._settle()
        tellers = frozenset(place for place in range(len(self.nodes)) if self._tells(place))
        return Outline(self.nodes, self.kinds, self.parents, self.ends, self.twins, frozenset(self.plumbing), tellers)

    def _under(self, place: int, parent: int) -> None:
        """A call within the call that it repeats, however often that was wrapped."""
        between = [place]
        outer, top = parent, -1
        while outer >= 0 and len(between) <= NEAR and self.likeness.of_one_kind(outer, place):
            if self.likeness.repeats(outer, place):
                top, inside = outer, tuple(between)
            between.append(outer)
            outer = self.parents[outer]
        if top >= 0:
            stand = self.twins.get(top, top)
            self.twins |= dict.fromkeys(inside, stand)

    def _beside(self, place: int, near: list[int]) -> None:
        """A call that two libraries recorded next to each other: one lies within the other's time."""
        for other in reversed(near):
            if not self.likeness.coincides(other, place):
                continue
            if self.readings[place].output_messages and not self.readings[other].output_messages:
                near.remove(other)
                self.twins[other] = place
            else:
                self.twins[place] = other
            return

    def _wrapped(self) -> None:
        """A program around one model call, which asks and answers what the call does."""
        for place, kind in enumerate(self.kinds):
            if kind not in WRAPPERS or place in self.twins or place in self.plumbing:
                continue
            inside = [at for at in range(place + 1, self.ends[place]) if at not in self.twins and at not in self.plumbing][:2]
            if len(inside) != 1 or self.kinds[inside[0]] != "LLM":
                continue
            if self.likeness.wraps(place, inside[0]):
                self.twins[inside[0]] = place

    def _settle(self) -> None:
        """A twin of a twin is one of the first; what repeats plumbing is plumbing."""
        for twin, stand in list(self.twins.items()):
            while stand in self.twins:
                stand = self.twins[stand]
            self.twins[twin] = stand
            if stand in self.plumbing:
                del self.twins[twin]
                self.plumbing.add(twin)

    def _carries(self, place: int) -> bool:
        """A span of the framework: it fails by nothing of its own and says nothing of its own."""
        node, reading, kind = self.nodes[place], self.readings[place], self.kinds[place]
        private = kind == "LLM" and reading.completion_tokens is None and PRIVATE.fullmatch(node.span.name) is not None
        if not node.depth or not (kind in CARRIERS or private):
            return False
        if reading.prompt_template or reading.documents or reading.evaluations or reading.agent:
            return False
        below = range(place + 1, self.ends[place])
        if node.span.status_code == ERROR:
            failed = [at for at in below if self.nodes[at].span.status_code == ERROR]
            if not failed or not self.likeness.failure_told(place, failed):
                return False
        elif any(failure.message for failure in reading.failures):
            return False
        named = CODE_NAMES.fullmatch(node.span.name) is not None
        says = self.said[place] or ((reading.input_text.strip(BLANK),) if reading.input_text else ())
        if not says:
            return kind != UNKNOWN or named
        if not named and (below or kind == UNKNOWN):
            return False
        return all(self.told.holds(text) or (named and self.told.is_in(text)) for text in says)

    def _tells(self, place: int) -> bool:
        """What it says is said by no call; an agent's own record is none."""
        if not self.nodes[place].depth or place in self.twins or place in self.plumbing:
            return False
        if self.kinds[place] not in CARRIERS and not self._is_agent(place):
            return False
        told = self.by_calls if self._is_agent(place) else self.told
        return any(text not in NOTHING and not told.holds(text) and not told.is_in(text) for text in self.said[place])

    def _is_agent(self, place: int) -> bool:
        return self.kinds[place] == "AGENT" and self.nodes[place].depth > 0


def _parents(nodes: Sequence[Node]) -> list[int]:
    """The place of each node's parent; -1 for none."""
    found: list[int] = []
    path: list[int] = []
    for place, node in enumerate(nodes):
        del path[node.depth :]
        found.append(path[-1] if path else -1)
        path.append(place)
    return found


def _ends(nodes: Sequence[Node]) -> list[int]:
    """The place after each node's last descendant."""
    ends = [len(nodes)] * len(nodes)
    path: list[int] = []
    for place, node in enumerate(nodes):
        while len(path) > node.depth:
            ends[path.pop()] = place
        path.append(place)
    return ends
