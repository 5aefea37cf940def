"""Spans made for a test."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Reading
from annotator.domain.span import Span, Trace
from annotator.reading import read
from annotator.text.plain import plain
from annotator.text.shape.tree import TreeRow, tree_rows
from annotator.text.trace.blocks import trace_blocks

SECOND = 1_000_000_000
BEGAN = 1_700_000_000 * SECOND
"""When the first of them begins: in 2023."""


def span(
    span_id: str,
    parent: str | None = None,
    kind: str = "CHAIN",
    name: str = "",
    start: float | None = 0,
    end: float | None = 1,
    error: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    **values: Any,
) -> Span:
    """`values` are attributes, with `__` for a dot; times are seconds after BEGAN; `error` is the status message of a failure."""
    began, ended = (None if at is None else BEGAN + round(at * SECOND) for at in (start, end))
    known = {**(attributes or {}), **{key.replace("__", "."): value for key, value in values.items()}}
    return Span(
        "t" * 32, span_id, parent, name or span_id, kind, "OK" if error is None else "ERROR", began, ended, None, error or "", known
    )  # fmt: skip


def call(span_id: str, parent: str | None, asked: str, told: str, **more: Any) -> Span:
    """A model call with a question and an answer."""
    messages = {
        "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": asked,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": told,
        "llm.model_name": "m-1",
    }  # fmt: skip
    return span(span_id, parent, "LLM", attributes=messages, **more)


def trace(*spans: Span) -> Trace:
    return Trace("t" * 32, spans)


def readings(made: Trace) -> dict[str, Reading]:
    return {one.span_id: read(one) for one in made.spans}


def rows(made: Trace, everything: bool = False) -> list[TreeRow]:
    return tree_rows(made, readings(made), everything)


def named(made: Trace) -> list[tuple[str, int, int]]:
    """Name, depth and number of records of each visible row."""
    return [(row.name, row.depth, row.times) for row in rows(made)]


def text(made: Trace, focus: str = "") -> str:
    return "\n".join(plain(trace_blocks(made, readings(made), focus)))
