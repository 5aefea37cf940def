"""Where in the values of a trace a piece of what is on the screen came from.

Whoever reads a span joins, unescapes and indents what it holds, so a block does not know its source: it is looked for. Texts and Markdown
are found character by character, also as strings in JSON. Of JSON that is shown indented or as pairs the words are looked for, with
nothing but signs between them. What is found neither way is bound to the whole of the value that holds most of its words.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

from annotator.domain.span import Span, Trace
from annotator.text.block import Block
from annotator.text.quoting.forms import AnyForm, forms
from annotator.text.quoting.values import values_of

OURS = frozenset(("facts", "group", "remarks", "others", "tree", "annotations", "finish", "expected", "evidence"))
"""Kinds of blocks that the program itself says."""
SAYS = {
    **dict.fromkeys(("assistant", "result", "output", "reasoning", "model", "step"), ("output", "completion", "response")),
    **dict.fromkeys(("user", "system", "developer", "input", "query", "embedding"), ("input", "prompt", "request")),
}
"""What the paths of a kind of block name, where two values read alike."""
WORD = re.compile(r"\w+")
MOST_WORDS = 60
"""Words that one expression looks for; of longer texts the first and the last half of so many."""
BETWEEN = r"\W{1,400}?"
"""Signs, spaces and indents between two words."""
HALF = 0.5
"""The least share of its words that a value must hold to be named for a text that is not found in it."""
LARGEST = 2_000_000
"""Characters of a value beyond which words are not looked for."""


class Place(NamedTuple):
    """Characters of a value; its text is the value's own."""

    span_id: str
    path: str
    start: int
    end: int
    value: str
    exact: bool = True
    """False: the whole value stands for what was not found in it."""

    @property
    def text(self) -> str:
        return self.value[self.start : self.end]


class Selected(NamedTuple):
    """block.text[start:end], without white space at its ends, and as far as it is in one of the block's texts."""

    block: Block
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]

    @property
    def inside(self) -> tuple[str, int]:
        """The text of the trace that it is in (body, else head or detail), and where that begins."""
        block, flow = self.block, self.block.flow_size
        body = flow - len(block.body)
        if self.start >= flow:
            return block.detail, flow + 1
        return (block.body, body) if self.start >= body else (block.head, 0)


def selected(block: Block, start: int, end: int) -> Selected | None:
    """The selection as it can be bound; the body alone where it reaches into that. None where nothing but white space is selected."""
    flow = block.flow_size
    body = flow - len(block.body)
    if start < body < end and not block.text[body : min(end, flow)].isspace():
        start = body
    if start < flow < end:
        end = flow
    text = block.text[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
    return Selected(block, start, end) if start < end else None


def is_ours(block: Block) -> bool:
    """The program says it, not the trace."""
    return block.note or block.kind in OURS


def bind(trace: Trace, chosen: Selected) -> Place | None:
    """The place that a selection shows: in the span of its block, else in another; None where no value says anything like it."""
    own = [span for span in trace.spans if span.span_id == chosen.block.span_id]
    others = [span for span in trace.spans if span.span_id != chosen.block.span_id]
    search = _Search(chosen)
    for spans in (own, others):
        values = [_Value(span.span_id, path, value) for span in spans for path, value in values_of(span) if search.may_be_in(value)]
        for look in (search.whole, search.exact, search.words):
            found = [place for value in values if (place := value.place(look)) is not None]
            if found:
                return min(found, key=lambda place: _rank(place, chosen.block))
    return _likest(own or others, chosen)


class _Value:
    """A value of a span, and its forms, made once."""

    def __init__(self, span_id: str, path: str, value: str) -> None:
        self.span_id, self.path, self.value = span_id, path, value
        self.forms: list[AnyForm] = []

    def place(self, look: Callable[[AnyForm], tuple[int, int] | None]) -> Place | None:
        self.forms = self.forms or list(forms(self.value))
        for form in self.forms:
            if (found := look(form)) is not None:
                return Place(self.span_id, self.path, *form.source(*found), self.value)
        return None


class _Search:
    """The ways to find a selection in a value, from the strictest."""

    def __init__(self, chosen: Selected) -> None:
        self.text, self.start, self.size = chosen.text, chosen.start, chosen.end - chosen.start
        self.shown, begins = chosen.inside
        self.start -= begins
        words = WORD.findall(self.text)
        # What was escaped for the screen has other words in the value.
        self.longest = "" if "\\" in self.shown else max((word for word in words if word.isascii()), key=len, default="")
        half = MOST_WORDS // 2
        parts = [words] if len(words) <= MOST_WORDS else [words[:half], words[-half:]]
        self.parts = [re.compile(BETWEEN.join(map(re.escape, part))) for part in parts if part]

    def may_be_in(self, value: str) -> bool:
        """A quick look, before forms are made."""
        return bool(value) and (self.longest in value or "\\" in value)

    def whole(self, form: AnyForm) -> tuple[int, int] | None:
        """All that the block shows stands in the value as it is shown."""
        at = form.text.find(self.shown)
        return None if at < 0 else (at + self.start, at + self.start + self.size)

    def exact(self, form: AnyForm) -> tuple[int, int] | None:
        """What was selected does; the same one of several."""
        if self.text not in form.text:
            return None
        at = -1
        for _ in range(self.shown.count(self.text, 0, self.start) + 1):
            after = form.text.find(self.text, at + 1)
            if after < 0:
                break
            at = after
        return at, at + self.size

    def words(self, form: AnyForm) -> tuple[int, int] | None:
        """Its words do, in the same order, with nothing but signs between them."""
        if not self.parts or len(form.text) > LARGEST:
            return None
        places = [match.span() for match in self.parts[0].finditer(form.text)]
        if not places:
            return None
        before = [match.start() for match in self.parts[0].finditer(self.shown)]
        start, end = places[min(bisect_left(before, self.start), len(places) - 1)]
        if len(self.parts) > 1:
            last = self.parts[1].search(form.text, end, start + 2 * self.size + 1000)
            if last is None:
                return None
            end = last.end()
        return start, end


def _rank(place: Place, block: Block) -> tuple[bool, bool, int, int, str]:
    """The value that the block is of first, then the one that holds the least beside it, then the one that is named most exactly."""
    says = SAYS.get(block.kind, ())
    elsewhere = block.position is not None and f"documents.{block.position}." not in place.path
    return elsewhere, bool(says) and not any(word in place.path for word in says), len(place.value), -place.path.count("."), place.path


def _likest(spans: Iterable[Span], chosen: Selected) -> Place | None:
    """All of the value that holds most of the words."""
    words = set(WORD.findall(chosen.text)[:MOST_WORDS])
    best: tuple[float, Place] | None = None
    for span in spans:
        for path, value in values_of(span):
            share = sum(word in value for word in words) / len(words) if words and value else 0.0
            if share >= HALF and (best is None or share > best[0]):
                best = (share, Place(span.span_id, path, 0, len(value), value, exact=False))
    return best[1] if best else None
