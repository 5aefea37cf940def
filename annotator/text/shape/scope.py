"""The part of a trace that is shown: all of it, or one span with what is below it."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from annotator.domain.message import Message, Reading
from annotator.domain.span import ERROR, NOTICE, Span, Trace, root
from annotator.text.markup.readable import said
from annotator.text.shape.outline import EMPTY, Outline, outline

NOT_MODELS = ("TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT")


class Visit(NamedTuple):
    """Entering or leaving a span; leaving comes after everything below it."""

    span: Span
    entering: bool


class Scope:
    """Spans in reading order around the span that asks the question and gives the answer."""

    def __init__(self, trace: Trace, readings: Mapping[str, Reading], focus: str, shape: Outline | None = None) -> None:
        self.readings = readings
        self.shape = shape or outline(trace.spans, readings)
        nodes = self.shape.nodes
        self._places: dict[str, int] = {}
        for place, node in enumerate(nodes):
            self._places.setdefault(node.span.span_id, place)
        top = root(trace.spans)
        whole = focus not in self._places or (top is not None and top.span_id == focus)
        self.whole = whole
        at = self._places[top.span_id if whole and top is not None else focus]
        self.root = cast(Span, nodes[at].span)
        self.places = list(range(len(nodes))) if whole else self._below(at)
        self.order = [(cast(Span, nodes[place].span), nodes[place].depth) for place in self.places]
        self.models = self._models()
        self._visits: list[Visit] = []
        self._calls: dict[int, list[Span]] = {}
        for place, (span, _) in zip(self.places, self.order, strict=True):
            if span.span_id in self.models:
                self._calls.setdefault(self.shape.twins.get(place, place), []).append(span)
        self._heard, self._said = self._outdone()

    def _below(self, at: int) -> list[int]:
        """A span, what is below it, and what repeats a call of it elsewhere."""
        shape = self.shape
        found = list(range(at, shape.ends[at]))
        for twin, stand in shape.twins.items():
            if at <= stand < shape.ends[at] and not at <= twin < shape.ends[at]:
                found.extend(range(twin, shape.ends[twin]))
        return found

    def reading(self, span: Span) -> Reading:
        return self.readings.get(span.span_id, EMPTY)

    def kind(self, span: Span) -> str:
        """The header's kind, else the convention's."""
        return self.shape.kinds[self._places[span.span_id]]

    @property
    def top(self) -> Reading:
        """The reading of the root."""
        return self.reading(self.root)

    @property
    def top_kind(self) -> str:
        return self.kind(self.root)

    @property
    def failed(self) -> bool:
        """It ended with a failure and not with an answer: a model that asked for a tool did what it was to do."""
        failing = self.root.status_code == ERROR or (bool(self.top.failures) and NOTICE not in self.root.extra)
        return failing and not any(message.parts or message.tool_calls for message in self.top.output_messages)

    def is_twin(self, span: Span) -> bool:
        """It repeats a call that another span stands for."""
        return self._places[span.span_id] in self.shape.twins

    def stand(self, span: Span) -> Span:
        """The span that stands for a call: the span itself, but for a twin."""
        place = self._places[span.span_id]
        return cast(Span, self.shape.nodes[self.shape.twins[place]].span) if place in self.shape.twins else span

    def twins(self, span: Span) -> list[Span]:
        """The other records of the call that a span stands for."""
        place = self._places[span.span_id]
        return [cast(Span, self.shape.nodes[twin].span) for twin, stand in self.shape.twins.items() if stand == place]

    def is_plumbing(self, span: Span) -> bool:
        return self._places[span.span_id] in self.shape.plumbing

    def folded(self, span: Span) -> bool:
        return self.is_twin(span) or self.is_plumbing(span)

    def tells(self, span: Span) -> bool:
        """No call, and yet it says something of its own."""
        return self._places[span.span_id] in self.shape.tellers

    def heard(self, span: Span) -> tuple[Message, ...]:
        """The messages that went into a call; () where its twin says them better."""
        return self.reading(span).input_messages if span.span_id not in self._heard else ()

    def said(self, span: Span) -> tuple[Message, ...]:
        """The messages that came out of a call; () where its twin says them better."""
        return self.reading(span).output_messages if span.span_id not in self._said else ()

    def converses(self, span: Span) -> bool:
        """The messages of this call were recorded, on this span or on a twin."""
        place = self._places[span.span_id]
        return self.shape.twins.get(place, place) in self._calls

    def above(self, span: Span) -> list[Span]:
        """The spans around a span, nearest first, within the whole trace."""
        found = []
        place = self.shape.parents[self._places[span.span_id]]
        while place >= 0:
            found.append(cast(Span, self.shape.nodes[place].span))
            place = self.shape.parents[place]
        return found

    def around(self, span: Span) -> list[Span]:
        """The spans above and below a span, the nearest above first."""
        place = self._places[span.span_id]
        below = range(place + 1, self.shape.ends[place])
        return [*self.above(span), *(cast(Span, self.shape.nodes[at].span) for at in below)]

    def visits(self) -> list[Visit]:
        """Each span entered and left, depth first, siblings by start: parallel branches stay together."""
        if self._visits:
            return self._visits
        opened: list[tuple[Span, int]] = []
        for span, depth in self.order:
            while opened and opened[-1][1] >= depth:
                self._visits.append(Visit(opened.pop()[0], False))
            self._visits.append(Visit(span, True))
            opened.append((span, depth))
        while opened:
            self._visits.append(Visit(opened.pop()[0], False))
        return self._visits

    def related(self, one: str, other: str) -> bool:
        """True when one span is the other, above it, or its twin: a wrapper and what it wraps."""
        first, second = self._places.get(one), self._places.get(other)
        if first is None or second is None:
            return one == other
        first, second = self.shape.twins.get(first, first), self.shape.twins.get(second, second)
        ends = self.shape.ends
        return first <= second < ends[first] or second <= first < ends[second]

    def last_said(self) -> tuple[Span, tuple[Message, ...]] | None:
        """The output of the model span that ended last in reading order; None where no model span said anything."""
        for visit in reversed(self.visits()):
            if not visit.entering and visit.span.span_id in self.models:
                said = self.said(visit.span)
                if any(message.parts or message.tool_calls for message in said):
                    return visit.span, said
                if self.reading(visit.span).failures:
                    return None
        return None

    def _models(self) -> set[str]:
        """Spans whose messages are the conversation: LLM spans, else whatever carries messages."""
        with_messages = [span for span, _ in self.order if self.reading(span).input_messages or self.reading(span).output_messages]
        llm = {span.span_id for span in with_messages if self.kind(span) not in (*NOT_MODELS, "AGENT", "CHAIN")}
        return llm or {span.span_id for span in with_messages if self.kind(span) not in NOT_MODELS}

    def _outdone(self) -> tuple[set[str], set[str]]:
        """The twins whose input or output messages are left out: of each call the fullest record counts."""
        heard: set[str] = set()
        spoken: set[str] = set()
        for spans in self._calls.values():
            if len(spans) > 1:
                heard |= _outdone([(span.span_id, self.reading(span).input_messages) for span in spans])
                spoken |= _outdone([(span.span_id, self.reading(span).output_messages) for span in spans])
        return heard, spoken


def _outdone(records: list[tuple[str, tuple[Message, ...]]]) -> set[str]:
    """All but the record that says most."""
    best = max(records, key=lambda record: sum(_length(message) for message in record[1]))[0]
    return {span_id for span_id, _ in records if span_id != best}


def _length(message: Message) -> int:
    return 1 + len(said(message)) + sum(len(call.name) + len(call.arguments) for call in message.tool_calls)
