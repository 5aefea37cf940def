"""What a reviewer sees of a recorded trace."""

from collections.abc import Iterator

from annotator.domain.span import Trace
from annotator.text.block import Block
from annotator.text.lines.layout import lay_out
from annotator.text.plain import plain
from annotator.text.trace.blocks import trace_blocks
from tests.recorded import readings, traces


def blocks(trace: Trace, focus: str = "") -> list[Block]:
    return trace_blocks(trace, readings(trace), focus)


def text(trace: Trace) -> str:
    return "\n".join(plain(blocks(trace)))


def everything(name: str) -> str:
    """Every trace of a set, each span focused too: what can be reached on the screen."""
    return "\n".join(
        line for trace in traces(name) for focus in ("", *(span.span_id for span in trace.spans)) for line in plain(blocks(trace, focus))
    )


def the(name: str, phrase: str) -> Trace:
    """The first trace of a set whose text has the phrase."""
    return next(trace for trace in traces(name) if phrase in text(trace))


def screen(trace: Trace, width: int = 80, height: int = 14) -> list[str]:
    """The first screen."""
    return [line.plain.rstrip() for line in lay_out(blocks(trace), width, height, {})][:height]


def titled(trace: Trace, title: str) -> Iterator[str]:
    """The texts of the blocks with a title."""
    return (block.text for block in blocks(trace) if block.title == title)
