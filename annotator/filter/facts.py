"""What a condition may ask of an item."""

from collections.abc import Sequence
from typing import Protocol

from annotator.domain.annotation import KnownAnnotation, Target, is_mine
from annotator.domain.message import Reading
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.span import Span, SpanHeader


@record
class Reviewer:
    """Who 'I' am."""

    annotator: str = ""
    """'' where nobody is known: then mine is what anybody judged on this machine."""
    identifier: str = ""

    def wrote(self, known: KnownAnnotation) -> bool:
        return is_mine(known.row, self.annotator, self.identifier) if self.annotator else bool(known.annotator)


class ItemFacts(Protocol):
    """Each is looked up when it is asked for."""

    @property
    def item(self) -> Item: ...

    @property
    def reviewer(self) -> Reviewer: ...

    def own(self) -> SpanHeader | None:
        """The item's span; None where it is not here."""

    def spans(self) -> Sequence[SpanHeader]:
        """Of the item's trace (of a session: of all its traces), earliest first."""

    def span(self, header: SpanHeader) -> Span | None:
        """With its payload; None while that is not here."""

    def reading(self, header: SpanHeader) -> Reading | None:
        """What it says; None while its payload is not here."""

    def rows(self, target: Target) -> Sequence[KnownAnnotation]:
        """Everybody's annotations on it."""


@record
class Focus:
    """What a condition is about."""

    target: Target
    span: SpanHeader | None = None
    """None for the item's own, which is looked up where it is needed."""
