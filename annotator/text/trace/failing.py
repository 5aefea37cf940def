"""What went wrong, once: an exception is recorded again on every span that it passes."""

from collections.abc import Iterator

from annotator.domain.message import Failure, Reading
from annotator.domain.span import Span
from annotator.text.block import Block
from annotator.text.shape.scope import Scope
from annotator.text.trace.called import failed
from annotator.text.trace.keyed import Keyed


class Failures:
    """The failures that were shown; the spans come children before parents."""

    def __init__(self, scope: Scope, keyed: Keyed) -> None:
        self._scope = scope
        self._keyed = keyed
        self._shown: list[Failure] = []
        self._explained = [span.span_id for span, _ in scope.order if _speaks(scope.reading(span))]
        """Spans that say why they failed."""

    def add(self, *shown: Failure) -> None:
        """Failures that something else shows."""
        self._shown.extend(shown)

    def of(self, span: Span, reading: Reading) -> Iterator[Block]:
        """Failures that nothing below this span showed."""
        for failure in reading.failures:
            if not failure.message and any(self._scope.related(span.span_id, other) for other in self._explained):
                continue
            if not any(_repeated(failure, known) for known in self._shown):
                self._shown.append(failure)
                yield failed(self._keyed, span.span_id, failure)


def _speaks(reading: Reading) -> bool:
    return any(failure.kind or failure.message for failure in reading.failures)


def _repeated(failure: Failure, known: Failure) -> bool:
    return failure.message == known.message or (bool(known.message) and known.message[:120] in failure.message)
