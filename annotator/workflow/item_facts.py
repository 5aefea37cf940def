"""What conditions ask of items, looked up in the store for many items together and only where it is asked for."""

from collections.abc import Sequence
from functools import cached_property

from annotator.domain.annotation import KnownAnnotation, Target, TargetKind
from annotator.domain.message import Reading
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.span import Span, SpanHeader, Trace, start_order
from annotator.domain.store import Store
from annotator.errors import StoreError
from annotator.filter.facts import Reviewer
from annotator.workflow.turns import LONGEST, Readings


class Together:
    """Some items of a queue, at most a few hundred; what is read of one serves the others."""

    def __init__(self, store: Store, queue: Queue, items: Sequence[Item]) -> None:
        self.store = store
        self.queue = queue
        self.items = items
        self._traces: dict[str, tuple[Trace, Readings] | None] = {}
        self._asked: dict[TargetKind, set[str]] = {}
        self._judged: dict[TargetKind, set[str]] = {}

    @cached_property
    def headers(self) -> dict[str, tuple[SpanHeader, ...]]:
        """By trace id."""
        return dict(self.store.headers_of(self.queue.source_id, {item.trace_id for item in self.items}))

    def spans(self, item: Item) -> tuple[SpanHeader, ...]:
        own = self.headers[item.trace_id]
        if item.target.kind != "session":
            return own
        traces = self.store.session_traces(self.queue.source_id, item.target.id, LONGEST)
        self.headers.update(self.store.headers_of(self.queue.source_id, [trace for trace in traces if trace not in self.headers]))
        return tuple(sorted((span for trace in traces or [item.trace_id] for span in self.headers[trace]), key=start_order))

    def trace(self, trace_id: str) -> tuple[Trace, Readings] | None:
        """None while the payload is not here, or where it is damaged, which is said where the trace is to be shown."""
        if trace_id not in self._traces:
            self._traces.clear()  # items of one trace follow each other; one of 1,500 spans has 20 MB
            try:
                found = self.store.trace(self.queue.source_id, trace_id)
            except StoreError:
                found = None
            self._traces[trace_id] = (found, Readings(found)) if found else None
        return self._traces[trace_id]

    def rows(self, target: Target) -> Sequence[KnownAnnotation]:
        """Most targets have none, and which have some is asked for all at once: of the items, or of all spans of their traces."""
        asked, judged = self._asked.setdefault(target.kind, set()), self._judged.setdefault(target.kind, set())
        if target.id not in asked:
            ids = {item.target.id for item in self.items if item.target.kind == target.kind}
            if target.id not in ids:
                ids = {span.span_id for spans in self.headers.values() for span in spans} if target.kind == "span" else {target.id}
            asked |= ids
            judged |= set(self.store.among_judged(self.queue.source.server, target.kind, ids))
        return self.store.known_on(self.queue.source.server, [target]) if target.id in judged else ()


@record
class Looked:
    """One of them, as `ItemFacts`."""

    item: Item
    reviewer: Reviewer
    together: Together

    def own(self) -> SpanHeader | None:
        return next((span for span in self.together.headers[self.item.trace_id] if span.span_id == self.item.span_id), None)

    def spans(self) -> Sequence[SpanHeader]:
        return self.together.spans(self.item)

    def span(self, header: SpanHeader) -> Span | None:
        found = self.together.trace(header.trace_id)
        return next((span for span in found[0].spans if span.span_id == header.span_id), None) if found else None

    def reading(self, header: SpanHeader) -> Reading | None:
        found = self.together.trace(header.trace_id)
        return found[1][header.span_id] if found else None

    def rows(self, target: Target) -> Sequence[KnownAnnotation]:
        return self.together.rows(target)
