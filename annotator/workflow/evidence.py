"""Evidence for answers: bound to what was received, without what is redacted, and kept with the answer."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from annotator.domain.annotation import Annotation
from annotator.domain.evidence import LONGEST, Evidence, evidence_of, with_evidence
from annotator.domain.queue import Item
from annotator.domain.redaction import Redactor
from annotator.domain.span import Trace
from annotator.domain.step import SetAnnotation
from annotator.domain.validation import check
from annotator.errors import InvalidAnnotation
from annotator.text.quoting.binding import Place, Selected, bind, is_ours
from annotator.text.quoting.values import value_at
from annotator.workflow.judge import Judge, Judged
from annotator.workflow.mine import now
from annotator.workflow.present import whole

MARK = re.compile("‹[^‹›]*›")
"""What stands in the place of what a pattern found."""


def evidence_for(trace: Trace, chosen: Selected, redactor: Redactor | None = None, received: Trace | None = None) -> Evidence:
    """What a selection in a trace is bound to; `trace` is the one that is on the screen.

    With a redactor, `received` is the trace as it was received: offsets are into its values, and the quote holds nothing that is redacted,
    also where the selection was made in what a person had revealed. Raises InvalidAnnotation where the selection is no evidence.
    """
    place = None if is_ours(chosen.block) else bind(trace, chosen)
    if place is None:
        raise InvalidAnnotation("These words are not in the trace as it was recorded.", "Select what the trace itself says.")
    quote = place.text if place.exact else chosen.text
    if len(quote) > LONGEST:
        raise InvalidAnnotation(f"That is {len(quote):,} characters, of at most {LONGEST:,}.", "Select the words that matter.")
    path, start, end = place.path, place.start, place.end
    if redactor is not None:
        quote, start, end = _redacted(place, quote, redactor, received)
        path = redactor.text(path)
    return Evidence(place.span_id, path, start, end, str(whole(quote)))


def _redacted(place: Place, quote: str, redactor: Redactor, received: Trace | None) -> tuple[str, int, int]:
    span = next((span for span in received.spans if span.span_id == place.span_id), None) if received else None
    value = value_at(span, place.path) if span is not None else None
    shown = redactor.text(quote)
    if value is None:  # the path itself is redacted
        return shown, place.start, place.end
    if value == place.value:
        # A pattern may need what stands around the quote: nothing leaves that is hidden in the whole of the value.
        if shown not in redactor.text(value):
            raise InvalidAnnotation("What is redacted is in these words.", "Select less, or what stands around them.")
        return shown, place.start, place.end
    span_range = _same(place, value, redactor) if place.exact else None
    return shown, *(span_range or (0, len(value)))


def _same(place: Place, value: str, redactor: Redactor) -> tuple[int, int] | None:
    """Where a range of a redacted value is in the value as received; None where that cannot be told.

    What stands between the marks is looked for one piece after the other; what the patterns make of the range found proves it.
    """
    runs = list(_runs(place.value, value))
    first = next((run for run in runs if run.start <= place.start < run.end), None)
    last = next((run for run in runs if run.start < place.end <= run.end), None)
    if first is None or last is None:
        return None
    start = first.received if first.hidden else first.received + place.start - first.start
    end = last.until if last.hidden else last.received + place.end - last.start
    return (start, end) if start < end and redactor.text(value[start:end]) == place.text else None


class _Run(NamedTuple):
    """Characters `start` to `end` of a redacted value, and where they stand as received."""

    start: int
    end: int
    received: int
    until: int
    hidden: bool


def _runs(redacted: str, received: str) -> Iterator[_Run]:
    at = here = 0
    marks = list(MARK.finditer(redacted))
    for number, mark in enumerate(marks):
        text = redacted[at : mark.start()]
        if not received.startswith(text, here):
            return
        here += len(text)
        yield _Run(at, mark.start(), here - len(text), here, False)
        following = redacted[mark.end() : marks[number + 1].start() if number + 1 < len(marks) else len(redacted)]
        after = received.find(following, here) if following else len(received)
        if after < 0:
            return
        yield _Run(mark.start(), mark.end(), here, after, True)
        at, here = mark.end(), after
    yield _Run(at, len(redacted), here, len(received), False)


def cite(judge: Judge, item: Item, row: Annotation, one: Evidence) -> Judged:
    """Add evidence to an answer of mine."""
    before = now(judge, row.identity)
    after = check(with_evidence(before, (*evidence_of(before), one)), None)
    _keep(judge, item, "cite", f"evidence for {row.name}", after)
    return Judged(f"evidence for {row.name}: {one.line}", False)


def uncite(judge: Judge, item: Item, row: Annotation, one: Evidence) -> int:
    """Take away the evidence of an answer of mine that holds some of the same characters; how many there were."""
    before = now(judge, row.identity)
    kept = [other for other in evidence_of(before) if not other.meets(one)]
    gone = len(evidence_of(before)) - len(kept)
    if gone:
        _keep(judge, item, "uncite", f"no evidence for {row.name}", check(with_evidence(before, kept), None))
    return gone


def _keep(judge: Judge, item: Item, command: str, title: str, row: Annotation) -> None:
    name = row.name if judge.queue.rubric.criterion(row.name) is not None else ""
    judge.commit(command, title, item, name, [SetAnnotation(row.identity, row)], row.target)
