"""Evidence in what is on the screen: where it is drawn, and whether it is in the trace at all."""

import re
from collections.abc import Iterator, Sequence

from annotator.domain.evidence import Evidence
from annotator.domain.span import Trace
from annotator.text.block import Block
from annotator.text.escape import visible
from annotator.text.quoting.binding import BETWEEN, MOST_WORDS, WORD, Place, Selected, bind, is_ours
from annotator.text.quoting.forms import AnyForm, forms
from annotator.text.quoting.values import value_at, values_of

MOST_PLACES = 20
"""Places of one quote in a block that are looked at."""


def found(trace: Trace, evidence: Evidence) -> Place | None:
    """Where the quote is: at its place, else elsewhere in that value, the nearest first, else in another of the span; None where nowhere.

    A value that is redacted has other characters at those places.
    """
    span = next((span for span in trace.spans if span.span_id == evidence.span_id), None)
    if span is None:
        return None
    value, start, end, quote = value_at(span, evidence.attribute), evidence.start, evidence.end, evidence.quote
    if value is not None:
        if value[start:end] == quote:
            return Place(span.span_id, evidence.attribute, start, end, value)
        if (place := _in(span.span_id, evidence.attribute, value, quote, start)) is not None:
            return place
    places = (_in(span.span_id, path, other, quote, start) for path, other in values_of(span) if path != evidence.attribute)
    return next((place for place in places if place is not None), None)


def _in(span_id: str, path: str, value: str, quote: str, near: int) -> Place | None:
    """The quote as it stands, else as it was shown, else its words."""
    before, after = value.rfind(quote, 0, near + len(quote)), value.find(quote, near)
    at = after if before < 0 or 0 <= after - near < near - before else before
    if at >= 0:
        return Place(span_id, path, at, at + len(quote), value)
    words = WORD.findall(quote)[:MOST_WORDS]
    if not words or words[0] not in value:
        return None
    look = re.compile(BETWEEN.join(map(re.escape, words)))
    for form in forms(value):
        if (match := look.search(form.text)) is not None:
            return Place(span_id, path, *form.source(*match.span()), value)
    return None


def drawn(trace: Trace, blocks: Sequence[Block], place: Place) -> Iterator[tuple[int, int, int]]:
    """Index of a block and the range of its text that shows the place; where no block leads back to it, what reads like it."""
    shown = visible(place.text).strip()
    if not shown:
        return
    looks = list(forms(place.value))
    alike: list[tuple[int, int, int]] = []
    said = [(index, block) for index, block in enumerate(blocks) if not is_ours(block)]
    own = [one for one in said if one[1].span_id == place.span_id]
    for some in (own, [one for one in said if one[1].span_id != place.span_id]):
        led_back = False
        for index, block in some:
            whole = _whole(block, place, looks)
            for start, end in [whole] if whole is not None else _candidates(block.text, shown):
                back = bind(trace, Selected(block, start, end))
                if back is not None and (back.span_id, back.path) == (place.span_id, place.path) and _meet(back, place):
                    led_back = True
                    yield index, start, end
                    break
                alike.append((index, start, end))
        if led_back:
            return
    yield from alike[:1]


def _meet(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end


def _whole(block: Block, place: Place, looks: Sequence[AnyForm]) -> tuple[int, int] | None:
    """The part of a block whose whole body stands in the value."""
    body = block.body
    for form in looks if body and WORD.search(body) else ():
        at = form.text.find(body)
        if at < 0:
            continue
        start, end = form.shows(place.start, place.end)
        start, end = max(0, start - at), min(len(body), end - at)
        if start < end:
            begins = block.flow_size - len(body)
            return begins + start, begins + end
    return None


def _candidates(text: str, shown: str) -> Iterator[tuple[int, int]]:
    at = text.find(shown)
    if at >= 0:
        for _ in range(MOST_PLACES):
            yield at, at + len(shown)
            at = text.find(shown, at + 1)
            if at < 0:
                return
        return
    words = WORD.findall(shown)[:MOST_WORDS]
    if words:
        look = re.compile(BETWEEN.join(map(re.escape, words)))
        for match, _ in zip(look.finditer(text), range(MOST_PLACES), strict=False):
            yield match.span()
