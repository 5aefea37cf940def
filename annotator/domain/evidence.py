"""Evidence: a place in a trace that an annotation rests on. It travels in `metadata.evidence`, and readably in the explanation."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import RESERVED_NAME
from annotator.domain.record import record

KEY = "evidence"
LONGEST = 20_000
"""Characters of a quote: it travels with every upsert of its row."""
SAID = 300
"""Characters of a quote that the explanation repeats."""


@record
class Evidence:
    """Characters `start` to `end` (excluded) of a value of a span.

    Where nothing in them is redacted `quote` is exactly those characters of the value as received. Where the text on the screen could not
    be found in the value (a table made of JSON), the range is the whole value, and the quote is what was on the screen.
    """

    span_id: str
    attribute: str
    """Dotted path with list indexes, as Phoenix writes it; `events.0.attributes.…`, `name` and `status_message` are the span's own."""
    start: int
    end: int
    quote: str

    @property
    def line(self) -> str:
        """How the explanation says it: "the quote" (llm.output_messages.0.message.content)."""
        quote, path = (" ".join(text.split()) for text in (self.quote, self.attribute))
        return f'"{quote if len(quote) <= SAID else quote[: SAID - 1] + "…"}" ({path})'

    def meets(self, other: "Evidence") -> bool:
        """Both hold some of the same characters."""
        same = (self.span_id, self.attribute) == (other.span_id, other.attribute)
        return same and self.start < other.end and other.start < self.end


def evidence_of(row: Annotation) -> tuple[Evidence, ...]:
    """What the row's metadata holds; what is no evidence there is left out."""
    listed = row.metadata.get(KEY)
    found = (_evidence(one) for one in listed) if isinstance(listed, (list, tuple)) else ()
    return tuple(one for one in found if one is not None)


def _evidence(value: Any) -> Evidence | None:
    if not isinstance(value, Mapping):
        return None
    texts = [value.get(name) for name in ("span_id", "attribute", "quote")]
    span_id, attribute, quote = (text if isinstance(text, str) else None for text in texts)
    start, end = value.get("start"), value.get("end")
    if span_id is None or attribute is None or not quote or type(start) is not int or type(end) is not int or not 0 <= start <= end:
        return None
    return Evidence(span_id, attribute, start, end, quote)


def own_words(row: Annotation) -> str:
    """The explanation without the lines that repeat the evidence."""
    repeated = {one.line for one in evidence_of(row)}
    return "\n".join(line for line in (row.explanation or "").split("\n") if line not in repeated).strip()


def with_evidence(row: Annotation, evidence: Iterable[Evidence]) -> Annotation:
    """The row with exactly this evidence, everything else as it was. A text (of a freeform config) is an answer: nothing is added to it."""
    kept, words = tuple(dict.fromkeys(evidence)), own_words(row)
    metadata = {name: value for name, value in row.metadata.items() if name != KEY}
    if kept:
        metadata[KEY] = [
            {"span_id": one.span_id, "attribute": one.attribute, "start": one.start, "end": one.end, "quote": one.quote} for one in kept
        ]
    if row.name == RESERVED_NAME or (row.label is None and row.score is None):
        return replace(row, metadata=metadata)
    lines = [words] if words else []
    return replace(row, metadata=metadata, explanation="\n".join([*lines, *(one.line for one in kept)]) or None)


def with_words(row: Annotation, words: str) -> Annotation:
    """The row with another explanation of the person's own; the lines of its evidence stay."""
    return with_evidence(replace(row, explanation=words), evidence_of(row))
