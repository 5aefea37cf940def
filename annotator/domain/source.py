"""The port to where traces come from and annotations go: a server, a file. Every call may wait; none may touch a screen."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from annotator.domain.annotation import NOTE, Annotation, TargetKind
from annotator.domain.annotation_config import AnnotationConfig
from annotator.domain.dataset import Example, HeldExample, PutExamples
from annotator.domain.filter import Condition
from annotator.domain.payload import PackedSpan
from annotator.domain.queue import Selection
from annotator.domain.record import record
from annotator.domain.span import LogRecord, Span, SpanHeader


@record
class Capabilities:
    """What a source or its server can do; nothing above `sources/` asks which server it is."""

    payloads_with_listing: bool = False
    """`pages` brings whole spans; `spans` is not needed."""
    annotations: bool = False
    """Keeps annotations: it is a Sink too."""
    configs: bool = False
    """Keeps annotation configs: it is a ConfigServer too."""
    trace_url: str = ""
    """Where a person sees a trace in a browser, with `{trace_id}` in it; '' where there is no such page."""
    no_documents: str = ""
    """Why annotations of documents cannot be kept; '' where they can, as far as is known: reading or writing them finds out."""
    read_only: str = ""
    """Why nothing can be written; '' where it can."""
    unowned: str = ""
    """Why the server takes the rows for nobody's, though it knows people; '' where it does not."""
    narrows: bool = False
    """Can leave out of a listing what a condition rules out."""
    datasets: bool = False
    """Keeps data sets: it is a DatasetSink too."""


@record
class Wanted:
    """What items are tested with when they are here: a source that narrows leaves out traces whose items cannot pass."""

    condition: Condition
    identifier: str = ""
    """Whose annotations are 'mine'; '' where nobody is known."""


@record
class BadLine:
    """A part of a file that could not be read."""

    line: int
    """1-based; 0 where the place is not known."""
    reason: str
    count: int = 1
    """How many parts it speaks of."""


@record
class Page:
    """A piece of a listing: headers alone, or whole spans."""

    headers: tuple[SpanHeader, ...] = ()
    spans: tuple[Span, ...] = ()
    cursor: str | None = None
    """Hand it back to go on after this page; None on the last."""
    bad: tuple[BadLine, ...] = ()
    read: int = 0
    """How much was read so far, in the unit of `total` (bytes of a file, traces of a server)."""
    total: int | None = None
    logs: tuple[LogRecord, ...] = ()
    """Events of spans that this or another page brings."""
    packed: tuple[PackedSpan, ...] = ()
    """More spans, whole too."""
    sessionless: int = 0
    """Of a listing of sessions, on its last page: how many traces have none."""


@record
class ServerUser:
    """Who the server takes us for."""

    name: str = ""
    """'' where the server knows nobody (no authentication)."""
    user_id: str = ""
    """The server's id of the user; '' where there is none, and for a system key, which is nobody's."""
    role: str = ""
    """ADMIN, MEMBER, VIEWER or SYSTEM; '' without authentication."""


@record
class ServerConfig:
    """An annotation config of a server and whether it is assigned to the project."""

    config: AnnotationConfig
    assigned: bool = False


@record
class ServerRow:
    """An annotation as the server holds it."""

    annotation: Annotation
    row_id: str
    """Never kept: a server may give a deleted row's id to another row."""
    source: str = ""
    """API, or APP for the web page."""
    user_id: str = ""
    """Whose key it was written with; '' where the server knows nobody."""
    updated_at: str = ""
    """ISO 8601, to the second or finer."""
    user: str = ""
    """That user's name; '' where there is none, for a system key, and where the server does not tell."""
    age: float | None = None
    """Of a lease: seconds since it was written, by the server's own clock; None where that does not tell."""

    @property
    def author(self) -> str:
        """Who wrote it: the user whose key it was, else whom the row itself names; '' where nothing tells."""
        named = self.annotation.metadata.get("annotator")
        if self.user or (isinstance(named, str) and named):
            return self.user or str(named)
        known, _, name = self.annotation.identity.identifier.partition(":")
        if known != "annotator":
            return ""
        return name.rpartition(":")[0] if self.annotation.name == NOTE else name


class Source(Protocol):
    """Traces."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def stamp(self) -> str:
        """Another one when the source may have changed; '' where only listing tells."""
        ...

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        """List what the selection may need (it may bring more; the caller filters), from a cursor or the start.

        For sessions, all traces of a session come on one page, or payloads come with the listing.
        """

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        """Whole spans of these traces, at most 100 a piece."""


class Sink(Protocol):
    """Where annotations go. One instance per thread."""

    @property
    def capabilities(self) -> Capabilities: ...

    def user(self) -> ServerUser:
        """Whose key this is."""

    def read(
        self, kind: TargetKind, ids: Collection[str], names: Collection[str] = (), identifiers: Collection[str] = ()
    ) -> Sequence[ServerRow]:
        """The rows on these targets, everybody's and notes too, unless `names` or `identifiers` narrow them; unknown targets have none.

        For documents the ids are their spans', and every document of these is meant.
        """

    def put(self, rows: Sequence[Annotation]) -> None:
        """Upsert whole rows of one target kind, all or nothing (at most 100).

        Raises OutcomeUnknown where the request was sent and not answered; MissingTargets and RejectedRow when nothing
        was written because of single rows; Unreachable, ServerFailure, Unauthorized, Forbidden, NotPhoenix.
        """

    def delete(self, row: Annotation) -> bool:
        """Delete exactly this row: read again, matched in full, deleted by its id, the answer compared.

        False when the row is gone already. Raises RejectedRow when what is there is not this row.
        """


class DatasetSink(Protocol):
    """Where data sets go."""

    @property
    def capabilities(self) -> Capabilities: ...

    def put_examples(self, dataset: str, examples: Sequence[Example]) -> PutExamples:
        """Add to a data set, which is made where it is new, or replace what has the same id there; the others stay. All or nothing.

        Where no example has a split, the splits that are there stay as they are. Errors are those of `Sink.put`.
        """

    def examples(self, dataset: str, ids: Collection[str]) -> Mapping[str, HeldExample]:
        """Those of the ids that the data set has now; none where there is no such data set. Raises RejectedRow where it cannot tell."""

    def remove_example(self, dataset: str, example_id: str, known: Collection[str]) -> bool:
        """Take out exactly this example: read again, its digest one of `known` (or any, where that is empty), by its id.

        False when it is gone already. Raises RejectedRow when what is there is another one, with nothing done.
        """

    def datasets(self) -> Sequence[str]:
        """The names of all."""


class TraceServer(Source, Sink, Protocol):
    """A server: traces, annotations, configs."""

    @property
    def version(self) -> str:
        """'' until the first answer."""
        ...

    def projects(self) -> Sequence[str]: ...

    def configs(self) -> Sequence[ServerConfig]:
        """Every config, oldest first."""

    def close(self) -> None: ...


class ConfigServer(Protocol):
    """A server whose annotation configs can be changed. Every config is addressed by its id, never by its name."""

    def configs(self) -> Sequence[ServerConfig]:
        """Every config, oldest first."""

    def put_config(self, config: AnnotationConfig) -> AnnotationConfig:
        """Make one that has no `config_id`, else replace the one that has it as a whole; the config as the server holds it.

        Raises RubricError where the server refuses it, Forbidden, OutcomeUnknown, Unreachable.
        """

    def assign_config(self, config_id: str) -> None:
        """The project is judged by it from here on. Done twice it is as done once."""

    def rows_named(self, name: str) -> Sequence[ServerRow]:
        """Everybody's rows of that name in the project, on whichever targets."""


@record
class ServerSettings:
    """How to reach a server."""

    url: str
    """Base URL without a trailing slash; a sub-path is kept."""
    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: str = ""
    """Where the URL came from, for messages: --server, an environment variable, a file."""

    @property
    def named(self) -> str:
        """The URL for people: without a user name and password."""
        return re.sub(r"//[^/@]*@", "//", self.url.rstrip("/"), count=1)

    @property
    def has_key(self) -> bool:
        return bool(self.api_key.strip()) or any(name.lower() == "authorization" for name in self.headers)

    @property
    def is_local(self) -> bool:
        """It is on this machine: what is sent there passes no network."""
        host = self._parts.hostname or ""
        return host in ("localhost", "::1") or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))

    @property
    def in_the_clear(self) -> bool:
        """A key would go over a network that anybody on the way can read."""
        return self.has_key and self._parts.scheme == "http" and not self.is_local

    @property
    def _parts(self) -> SplitResult:
        """No host for what is no URL."""
        try:
            return urlsplit(self.url)
        except ValueError:
            return SplitResult("", "", "", "", "")
