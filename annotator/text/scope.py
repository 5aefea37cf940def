"""The part of a trace that is shown: all of it, or one span with what is below it."""

from collections.abc import Mapping
from typing import NamedTuple

from annotator.domain.message import Message, Reading
from annotator.domain.span import Span, Trace, root, tree
from annotator.text.history import lineage

EMPTY = Reading()
NOT_MODELS = ("TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT")


class Visit(NamedTuple):
    """Entering or leaving a span; leaving comes after everything below it."""

    span: Span
    entering: bool


class Scope:
    """Spans in reading order around the span that asks the question and gives the answer."""

    def __init__(self, trace: Trace, readings: Mapping[str, Reading], focus: str) -> None:
        self.spans = {span.span_id: span for span in trace.spans}
        top = root(trace.spans)
        whole = focus not in self.spans or (top is not None and top.span_id == focus)
        self.whole = whole
        self.root = self.spans[top.span_id if whole and top is not None else focus]
        self.readings = readings
        nodes = tree(trace.spans)
        if not whole:
            first = next(place for place, node in enumerate(nodes) if node.span.span_id == focus)
            last = next((place for place in range(first + 1, len(nodes)) if nodes[place].depth <= nodes[first].depth), len(nodes))
            nodes = nodes[first:last]
        self.order = [(self.spans[node.span.span_id], node.depth) for node in nodes]
        self.models = self._models()

    def reading(self, span: Span) -> Reading:
        return self.readings.get(span.span_id, EMPTY)

    @property
    def top(self) -> Reading:
        """The reading of the root."""
        return self.reading(self.root)

    def visits(self) -> list[Visit]:
        """Each span entered and left, depth first, siblings by start: parallel branches stay together."""
        found: list[Visit] = []
        opened: list[tuple[Span, int]] = []
        for span, depth in self.order:
            while opened and opened[-1][1] >= depth:
                found.append(Visit(opened.pop()[0], False))
            found.append(Visit(span, True))
            opened.append((span, depth))
        while opened:
            found.append(Visit(opened.pop()[0], False))
        return found

    def related(self, one: str, other: str) -> bool:
        """True when one span is the other or above it: a wrapper and what it wraps."""
        if one == other:
            return True
        first, second = self.spans.get(one), self.spans.get(other)
        if first is None or second is None:
            return False
        return one in lineage(self.spans, second) or other in lineage(self.spans, first)

    def last_said(self) -> tuple[Span, tuple[Message, ...]] | None:
        """The output of the model span that ended last in reading order; None where no model span said anything."""
        for visit in reversed(self.visits()):
            if not visit.entering and visit.span.span_id in self.models:
                said = self.reading(visit.span).output_messages
                if any(message.parts or message.tool_calls for message in said):
                    return visit.span, said
                if self.reading(visit.span).failures:
                    return None
        return None

    def _models(self) -> set[str]:
        """Spans whose messages are the conversation: LLM spans, else whatever carries messages."""
        with_messages = [span for span, _ in self.order if self.reading(span).input_messages or self.reading(span).output_messages]
        llm = {span.span_id for span in with_messages if span.kind == "LLM" or span.kind == "UNKNOWN"}
        return llm or {span.span_id for span in with_messages if span.kind not in NOT_MODELS}
