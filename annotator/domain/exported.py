"""A judged item as it leaves: what was asked and answered, and what everybody said about it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, NamedTuple

from annotator.domain.annotation import Annotation, KnownAnnotation
from annotator.domain.message import Document, Message, ToolDefinition
from annotator.domain.queue import Item
from annotator.domain.record import record

Outcome = Literal["pass", "fail", "disputed", "between", ""]
"""disputed: people differ; between: neither the best nor the worst label; '': nobody said."""


class Retrieved(NamedTuple):
    """A document, and the span that retrieved it."""

    span_id: str
    position: int
    """0-based, of the documents of its span."""
    document: Document


@record
class Recorded:
    """What the spans of an item say, redacted where the config says so."""

    name: str
    """Of the span that is shown for the item."""
    span_kind: str
    session_id: str | None
    input: str
    """What was asked, in words."""
    output: str
    """What was answered, in words."""
    messages: tuple[Message, ...]
    """What went into the model call that answered, or the question alone; of a session its earlier turns and the last question."""
    answer: tuple[Message, ...]
    """What came out of it; none where nothing was answered."""
    choices: int
    """How many answers there are to choose from."""
    tools: tuple[ToolDefinition, ...] = ()
    documents: tuple[Retrieved, ...] = ()
    model: str | None = None
    prompt_version: str | None = None


@record
class Exported:
    """One item."""

    queue: str
    item: Item
    recorded: Recorded
    annotations: tuple[KnownAnnotation, ...]
    """Everybody's, ordered by target, name and identifier; texts are redacted where the config says so."""
    answers: Mapping[str, Annotation] = field(default_factory=dict)
    """By config, all of one verdict: the adjudicated one, else mine, else what all people said in one way."""
    outcome: Outcome = ""
    expected: str | None = None
    """What the answer should have been; None where nobody wrote it."""
    rubric: str = ""
    rubric_version: str = ""
    weight: float | None = None
    """1 / the probability with which the item came into its queue; None where that is not known."""
    split: str | None = None

    @property
    def wanted(self) -> str | None:
        """What a program should answer: the expected output, else the one answer that was given where that is right."""
        if self.expected is not None or self.outcome != "pass" or self.recorded.choices > 1 or self.item.target.kind == "document":
            return self.expected
        return self.recorded.output or None
