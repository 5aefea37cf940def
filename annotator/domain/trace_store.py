"""The port to the traces that are kept: spans, payloads, log records."""

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import SpanHeader, Trace


class TraceStore(Protocol):
    def add_source(self, source: SourceRef) -> int:
        """The id of the source, which is made where it is new."""

    def add_page(self, source_id: int, page: Page) -> dict[str, tuple[SpanHeader, ...] | None]:
        """Keep headers, payloads and log records. Idempotent by span id.

        The traces that the page touched, in its order: all their spans where it made the trace, None where `headers_of` tells.
        """

    def settle_records(self, source_id: int) -> Mapping[str, int]:
        """The source was read to its end: a span for all log records whose own never came, from any source; how many those are,
        by trace id. Spans of other sources that stood for log records give way to those of this one.
        """

    def last_trace(self) -> int:
        """The number of the trace that was made last; 0 where there is none."""

    def fingerprints(self, trace_ids: Collection[str], last: int) -> Mapping[tuple[int, str], bytes]:
        """By source and trace id what changes when the trace does, for the traces of any source up to number `last`."""

    def set_pulled(self, source_id: int) -> None:
        """The source was read to its end now."""

    def headers(self, source_id: int, trace_id: str) -> tuple[SpanHeader, ...]: ...

    def headers_of(self, source_id: int, trace_ids: Collection[str]) -> Mapping[str, tuple[SpanHeader, ...]]:
        """`headers` of several traces, each of which is a key."""

    def set_loaded(self, source_id: int, trace_ids: Collection[str]) -> None:
        """Mark traces whose payload was fetched whole."""

    def has_payload(self, source_id: int, trace_id: str) -> bool: ...

    def trace(self, source_id: int, trace_id: str, as_received: bool = False) -> Trace | None:
        """With payloads, redacted unless `as_received`; None while they are not here."""

    def session_traces(self, source_id: int, session_id: str, most: int) -> list[str]:
        """The traces with a span of this session, earliest first; none where there are more than `most`."""

    def payload_size(self, source_id: int, trace_id: str) -> int:
        """Bytes that a trace takes in the store; 0 while its payload is not here."""

    def lacks_payloads(self, queue_id: int) -> bool:
        """Some trace of the queue's source is without its payload."""

    def missing(self, queue_id: int, after: int, limit: int) -> list[tuple[str, int]]:
        """Traces of items from that position on whose payload is not here: trace id and number of spans."""

    def find(self, prefix: str, limit: int = 3) -> list[tuple[int, str, str]]:
        """(source id, trace id, span id or '') of traces and spans whose id starts with the prefix, at most so many ids; where there is
        none, the newest trace of the session that has it whole.

        Where several sources have an id, the one that has spans comes first, then the one that was pulled last.
        """

    def trace_ids(self, source_id: int) -> Iterator[str]: ...

    def keep_questions(self, source_id: int, questions: Mapping[tuple[str, str], str]) -> None:
        """The first words of what was asked, by trace and span id."""
