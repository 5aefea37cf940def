"""A block: one thing that a reviewer reads, folds and finds."""

from typing import Literal, NamedTuple

from annotator.domain.message import Part

Weight = Literal["question", "answer", "error", "step", "background"]
"""What room it gets: the question and the answer first, errors at least one line, steps what is left, background folded."""
Syntax = Literal["text", "markdown", "json", "table", "diff", "worddiff", "stack", "python", "xml", "yaml", "sql"]
"""What the body is written in: how it is coloured. A Python repr counts as JSON."""


class Block(NamedTuple):
    """All text is escaped: newlines are its only control characters."""

    key: str
    """The same for the same thing whenever the trace is read."""
    span_id: str
    """Where it was recorded; '' for what the whole trace says."""
    kind: str
    """user, system, tools, assistant, reasoning, call, result, error, document, rerank, guardrail, ..., group, facts."""
    title: str
    """USER, CALL, DOCS, =, ✗ ...; '' where it goes on from the block before."""
    body: str = ""
    head: str = ""
    """One line before the body: a tool's name, a document's number, id and score."""
    detail: str = ""
    """More than a reviewer reads at first: a stack, a schema, metadata; shown when the block is opened."""
    syntax: Syntax = "text"
    weight: Weight = "step"
    summary: str = ""
    """One line that stands for the whole block when it is folded."""
    note: bool = False
    """The body is ours ("no answer was recorded"), not the trace's."""
    position: int | None = None
    """`document_position` of a retrieved document."""
    media: tuple[Part, ...] = ()
    """Images, sounds and files that stand as placeholders in the body, in reading order."""

    @property
    def flow(self) -> str:
        """Head and body as they are read: on one line where the body is one line."""
        return self.start(len(self.body))

    def start(self, count: int) -> str:
        """The beginning of the flow, at least so many characters of it: a large body is copied each time that its flow is made."""
        if not self.head or not self.body:
            return (self.head or self.body)[: max(count, len(self.head))]
        return f"{self.head}{self._between}{self.body[:count]}"

    @property
    def _between(self) -> str:
        return "\n" if "\n" in self.body else "   "

    @property
    def flow_size(self) -> int:
        """Characters of the flow."""
        return len(self.head) + len(self.body) + (len(self._between) if self.head and self.body else 0)

    @property
    def text(self) -> str:
        """Everything that can be found in it: the flow, then the detail on lines of its own."""
        return f"{self.flow}\n{self.detail}" if self.detail else self.flow

    @property
    def text_size(self) -> int:
        """Characters of the text."""
        return self.flow_size + (len(self.detail) + 1 if self.detail else 0)
