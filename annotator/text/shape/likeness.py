"""When two spans of a trace are one call: what they say, ask, spend and fail with."""

from collections import Counter
from collections.abc import Sequence

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import ERROR, Node, SpanHeader
from annotator.text.escape import BLANK
from annotator.text.markup.readable import said
from annotator.text.shape.history import calls
from annotator.text.shape.told import uttered

SINGLE = ("LLM", "RETRIEVER", "RERANKER", "EMBEDDING")
"""Calls that do not call themselves: one within another of the same name is the same."""


class Likeness:
    """Spans by their place in the tree of the trace."""

    def __init__(self, nodes: Sequence[Node], readings: Sequence[Reading], kinds: Sequence[str], parents: Sequence[int]) -> None:
        self.nodes = nodes
        self.readings = readings
        self.kinds = kinds
        self.parents = parents
        self.said = [uttered(reading) for reading in readings]
        self.kin = Counter(zip(parents, kinds, strict=True))

    def of_one_kind(self, one: int, other: int) -> bool:
        """As far as both kinds are known."""
        kinds = self.kinds[one], self.kinds[other]
        return kinds[0] == kinds[1] or UNKNOWN in kinds

    def repeats(self, outer: int, inner: int) -> bool:
        """A span within another is the same call."""
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

    def coincides(self, one: int, other: int) -> bool:
        """Of two spans next to each other, the second lies within the first's time and is the same call."""
        first, second = self.nodes[one].span, self.nodes[other].span
        if first.name == second.name or not self.of_one_kind(one, other) or not _within(second, first):
            return False
        spent = _same_usage(self.readings[one], self.readings[other])
        return spent and self._fails_alike(one, other) and self._agree(one, other)

    def wraps(self, place: int, call: int) -> bool:
        """A program asks and answers what a model call in it does."""
        failed = self.nodes[call].span.status_code == ERROR
        alike = self._fails_alike(place, call) and self.said[place] == self.said[call] and (failed or bool(self.said[call]))
        return alike and self._asks_alike(place, call)

    def failure_told(self, place: int, others: Sequence[int]) -> bool:
        """True when other spans say all that went wrong here."""
        messages = [failure.message for failure in self.readings[place].failures if failure.message]
        told = [failure.message for other in others for failure in self.readings[other].failures if failure.message]
        return all(any(one[:120] in message for one in told) for message in messages)

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
        return first == second and (not first or self.failure_told(one, (other,)) or self.failure_told(other, (one,)))


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
