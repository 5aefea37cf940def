"""The tree of a trace, and which of its spans repeat another or only carry it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import ERROR, Node, SpanHeader, tree
from annotator.text.escape import BLANK
from annotator.text.history import calls
from annotator.text.readable import said
from annotator.text.spans import kind_of
from annotator.text.told import Told, uttered

EMPTY = Reading()
CARRIERS = ("CHAIN", "PROMPT", UNKNOWN)
"""Kinds that hold a program together; every other kind is a call of something."""
WRAPPERS = ("AGENT", "CHAIN", UNKNOWN)
SINGLE = ("LLM", "RETRIEVER", "RERANKER", "EMBEDDING")
"""Calls that do not call themselves: one within another of the same name is the same."""
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
        self.said = [uttered(reading) for reading in self.readings]
        self.kin = Counter(zip(self.parents, self.kinds, strict=True))
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
        while outer >= 0 and len(between) <= NEAR and self._alike(outer, place):
            if self._repeats(outer, place):
                top, inside = outer, tuple(between)
            between.append(outer)
            outer = self.parents[outer]
        if top >= 0:
            stand = self.twins.get(top, top)
            self.twins |= dict.fromkeys(inside, stand)

    def _beside(self, place: int, near: list[int]) -> None:
        """A call that two libraries recorded next to each other: one lies within the other's time."""
        for other in reversed(near):
            one, two = self.nodes[other].span, self.nodes[place].span
            if one.name == two.name or not self._alike(other, place) or not _within(two, one):
                continue
            first, second = self.readings[other], self.readings[place]
            if not (_same_usage(first, second) and self._fails_alike(other, place) and self._agree(other, place)):
                continue
            if second.output_messages and not first.output_messages:
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
            call = inside[0]
            failed = self.nodes[call].span.status_code == ERROR
            alike = self._fails_alike(place, call) and self.said[place] == self.said[call] and (failed or bool(self.said[call]))
            if alike and self._asks_alike(place, call):
                self.twins[call] = place

    def _alike(self, one: int, other: int) -> bool:
        kinds = self.kinds[one], self.kinds[other]
        return kinds[0] == kinds[1] or UNKNOWN in kinds

    def _settle(self) -> None:
        """A twin of a twin is one of the first; what repeats plumbing is plumbing."""
        for twin, stand in list(self.twins.items()):
            while stand in self.twins:
                stand = self.twins[stand]
            self.twins[twin] = stand
            if stand in self.plumbing:
                del self.twins[twin]
                self.plumbing.add(twin)

    def _repeats(self, outer: int, inner: int) -> bool:
        first, second = self.readings[outer], self.readings[inner]
        if not self._fails_alike(outer, inner) or not self._agree(outer, inner):
            return False
        kind = self.kinds[inner] if self.kinds[inner] != UNKNOWN else self.kinds[outer]
        same = bool(self.said[inner]) and self.said[outer] == self.said[inner]
        if kind in SINGLE and UNKNOWN not in (self.kinds[outer], self.kinds[inner]):
            return same or self._alone(outer, inner)
        if kind in SINGLE:
            return same or _same_usage(first, second)
        if kind == "TOOL":
            given, passed = _passed(first), _passed(second)
            alike = given == passed if passed else first.tool_name == second.tool_name
            return alike and (same or not self.said[inner])
        return same and (first.input_text == second.input_text or self.nodes[outer].span.name == self.nodes[inner].span.name)

    def _alone(self, outer: int, inner: int) -> bool:
        """The only call of its kind that its parent makes, of the same name or model, or without a word on one of the two."""
        if self.kin[self.parents[inner], self.kinds[inner]] > 1:
            return False
        first, second = self.readings[outer], self.readings[inner]
        if _plain(self.nodes[outer].span) == _plain(self.nodes[inner].span) or (first.model and second.model):
            return True
        return any(not self.said[place] and not _asked(self.readings[place]) for place in (outer, inner))

    def _agree(self, one: int, other: int) -> bool:
        """What both say is the same: messages, documents, texts, the model."""
        first, second = self.readings[one], self.readings[other]
        spoken = _spoken(first), _spoken(second)
        if all(spoken) and spoken[0] != spoken[1]:
            return False
        if not any(spoken) and first.output_text and second.output_text and first.output_text != second.output_text and not first.documents:
            return False
        if first.documents and second.documents and first.documents != second.documents:
            return False
        if first.embedded and second.embedded and first.embedded != second.embedded:
            return False
        return _same_model(first.model, second.model)

    def _asks_alike(self, outer: int, inner: int) -> bool:
        asked = [said(message).strip(BLANK) for message in self.readings[inner].input_messages if message.role == "user"]
        given = self.readings[outer]
        heard = [said(message) for message in given.input_messages]
        return not asked or (not given.input_text and not heard) or any(asked[-1] in text for text in (*heard, given.input_text or ""))

    def _fails_alike(self, one: int, other: int) -> bool:
        first, second = (self.nodes[place].span.status_code == ERROR for place in (one, other))
        return first == second and (not first or self._failure_told(one, (other,)) or self._failure_told(other, (one,)))

    def _failure_told(self, place: int, others: Sequence[int]) -> bool:
        """True when other spans say all that went wrong here."""
        messages = [failure.message for failure in self.readings[place].failures if failure.message]
        told = [failure.message for other in others for failure in self.readings[other].failures if failure.message]
        return all(any(one[:120] in message for one in told) for message in messages)

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
            if not failed or not self._failure_told(place, failed):
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


def _spoken(reading: Reading) -> tuple[str, ...]:
    """Texts and the names of calls; arguments are written in many ways."""
    texts = [text for message in reading.output_messages if (text := said(message).strip(BLANK))]
    return (*texts, *(call.name for message in reading.output_messages for call in calls(message)))


def _asked(reading: Reading) -> bool:
    return bool(reading.input_messages or reading.input_text or reading.embedded)


def _passed(reading: Reading) -> str:
    return reading.tool_arguments or reading.input_text or ""


def _same_usage(one: Reading, other: Reading) -> bool:
    """As many tokens in and out."""
    counts = one.prompt_tokens, one.completion_tokens
    return all(counts) and counts == (other.prompt_tokens, other.completion_tokens)


def _same_model(one: str | None, other: str | None) -> bool:
    """As far as both name it; a dated name and its alias are one."""
    return not one or not other or one.startswith(other) or other.startswith(one)


def _plain(span: SpanHeader) -> str:
    """The name without what tells a method from the one that carries it out."""
    return span.name.replace("._", ".").lstrip("_")


def _within(inner: SpanHeader, outer: SpanHeader) -> bool:
    if inner.start_ns is None or outer.start_ns is None or inner.end_ns is None or outer.end_ns is None:
        return False
    return outer.start_ns <= inner.start_ns and inner.end_ns <= outer.end_ns
