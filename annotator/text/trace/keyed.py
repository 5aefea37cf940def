"""Blocks under keys that stay the same whenever a trace is read."""

from annotator.domain.message import Part
from annotator.text.block import Block, Syntax, Weight
from annotator.text.escape import one_line

SUMMED = 400
"""Characters of a text that its one-line summary is made of."""


class Keyed:
    """Numbers the blocks of each kind that a span gives."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def block(
        self,
        span_id: str,
        kind: str,
        title: str,
        body: str,
        *,
        head: str = "",
        detail: str = "",
        syntax: Syntax = "text",
        weight: Weight = "step",
        summary: str = "",
        note: bool = False,
        position: int | None = None,
        media: tuple[Part, ...] = (),
    ) -> Block:
        """See `Block`; without a summary, head and body are it. All text is escaped already."""
        number = self._numbers[span_id, kind] = self._numbers.get((span_id, kind), -1) + 1
        summary = summary or "  ".join(part for part in (head, one_line(body[:SUMMED])) if part)
        return Block(f"{span_id}/{kind}/{number}", span_id, kind, title, body, head, detail, syntax, weight, summary, note, position, media)
