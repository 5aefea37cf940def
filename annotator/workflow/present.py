"""An item made ready to be drawn: its trace read, its spans understood, its text in reading order."""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from annotator.domain.message import Reading
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.span import Trace
from annotator.domain.trace_store import TraceStore
from annotator.reading import read
from annotator.text.block import Block
from annotator.text.lines.layout import lay_out
from annotator.text.lines.page import Page
from annotator.text.shape.outline import Outline, outline
from annotator.text.shape.tree import TreeRow, tree_rows
from annotator.text.trace.blocks import trace_blocks
from annotator.text.trace.turns import Conversation
from annotator.workflow.turns import Known, conversation


@record
class Presented:
    """A trace and what it says."""

    trace: Trace
    readings: Mapping[str, Reading]
    shape: Outline
    blocks: tuple[Block, ...]
    """The whole trace, as read from its root."""
    focus: str
    """The span whose view `blocks` is."""
    conversation: Conversation | None = None
    """The session's other traces."""
    pages: dict[tuple[int, int], Page] = field(default_factory=dict, repr=False, compare=False)
    """`blocks` laid out ahead for rooms of so many columns and rows, as they are first shown."""
    _trees: dict[tuple[bool, str], tuple[TreeRow, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Characters of its text."""
        return sum(block.text_size for block in self.blocks)

    def lay_out_ahead(self, width: int, height: int) -> None:
        """Make the page and the rows that are seen first, so that a key finds them ready. Once what is in code has its colours."""
        page = lay_out(self.blocks, width, height, {})
        page[:height]
        page.reach(height + 1)
        self.pages[width, height] = page

    def focused(self, span_id: str) -> tuple[Block, ...]:
        """The view from another span."""
        if span_id == self.focus:
            return self.blocks
        return tuple(trace_blocks(self.trace, self.readings, span_id, self.shape, self.conversation))

    def tree(self, everything: bool = False, current: str = "") -> tuple[TreeRow, ...]:
        """The span tree, twins and plumbing folded unless `everything`; the focus and the current span always have a row."""
        rows = self._tree(everything, "")
        return rows if everything or not current or any(row.span_id == current for row in rows) else self._tree(False, current)

    def _tree(self, everything: bool, current: str) -> tuple[TreeRow, ...]:
        found = self._trees.get((everything, current))
        if found is None:
            found = tuple(tree_rows(self.trace, self.readings, everything, (self.focus, current), self.shape))
            self._trees[everything, current] = found
        return found


def present(store: TraceStore, source_id: int, item: Item, as_received: bool = False, known: Known | None = None) -> Presented | None:
    """None while the payload is not here. Redacted unless `as_received`; `known`: see `conversation`."""
    trace = store.trace(source_id, item.trace_id, as_received)
    judged = item.target.id if item.target.kind == "session" else ""
    session = None if trace is None else conversation(store, source_id, trace, as_received=as_received, known=known, judged=judged)
    return None if trace is None else present_trace(trace, item.span_id, session)


def present_trace(trace: Trace, focus: str, session: Conversation | None = None) -> Presented:
    """The trace seen from one of its spans."""
    readings = {span.span_id: read(span) for span in trace.spans}
    shape = outline(trace.spans, readings)
    return Presented(trace, readings, shape, tuple(trace_blocks(trace, readings, focus, shape, session)), focus, session)


HALVES = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which no server and no file takes."""


def whole(value: Any) -> Any:
    """A text, or a list of texts, that can be kept."""
    return [whole(one) for one in value] if isinstance(value, list) else HALVES.sub("\ufffd", value) if isinstance(value, str) else value


def facts(presented: Presented, span_id: str) -> dict[str, Any]:
    """What an annotation's metadata says about its span: the model, prompt version and tags, from the span or below it."""
    own = presented.readings.get(span_id)
    readings = [own, *presented.readings.values()] if own is not None else list(presented.readings.values())
    known: dict[str, Any] = {}
    for reading in readings:
        if reading is None:
            continue
        for key, value in (("model", reading.model), ("prompt_version", reading.prompt_version), ("tags", list(reading.tags))):
            if value and key not in known:
                known[key] = whole(value)
    return known
