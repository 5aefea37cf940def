"""A trace server in memory: the same semantics as Phoenix, for tests of what lies above. It passes tests/sources/contract.py."""

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from annotator.domain.annotation import NOTE, Annotation, Target, TargetKind
from annotator.domain.queue import Selection
from annotator.domain.source import Capabilities, Page, ServerConfig, ServerRow, ServerUser, Wanted
from annotator.domain.span import Span, SpanHeader, start_order
from annotator.errors import AnnotatorError, MissingTargets, OutcomeUnknown, RejectedRow

PAGE = 100
DOCUMENT = re.compile(r"(?:retrieval\.documents|reranker\.output_documents)\.(\d+)\.")
Key = tuple[Target, str, str]
NOBODY = ServerUser()


@dataclass
class FakeServer:
    """Give it spans and configs, look at `annotations` and `calls`, make the next calls fail with `faults`."""

    server_spans: list[Span] = field(default_factory=list)
    server_configs: list[ServerConfig] = field(default_factory=list)
    server_user: ServerUser = field(default_factory=ServerUser)
    url: str = "http://phoenix.test"
    read_only: str = ""
    no_documents: str = ""
    version: str = "20.26.1"
    stamp: str = ""
    faults: deque[AnnotatorError | None] = field(default_factory=deque)
    """One for each coming call, None for one that works. A write that fails with OutcomeUnknown is applied, any other is not."""
    down: AnnotatorError | None = None
    """While set, every call fails with it."""
    calls: list[str] = field(default_factory=list)
    """The names of the calls so far."""
    puts: list[tuple[Annotation, ...]] = field(default_factory=list)
    """The rows of every put that was applied."""
    _rows: dict[Key, ServerRow] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(annotations=True, configs=True, no_documents=self.no_documents, read_only=self.read_only)

    @property
    def annotations(self) -> list[Annotation]:
        """Every row, oldest first."""
        return [row.annotation for row in sorted(self._rows.values(), key=lambda row: int(row.row_id))]

    def write(self, *rows: Annotation, user: ServerUser = NOBODY, source: str = "API") -> None:
        """What another client does: no fault, no call noted."""
        for row in rows:
            self._store(row, user, source)

    def forget(self, *targets: Target) -> None:
        """Delete spans or traces as Phoenix does, their annotations with them."""
        gone = {target.id for target in targets}
        self.server_spans = [span for span in self.server_spans if span.span_id not in gone and span.trace_id not in gone]
        self._rows = {key: row for key, row in self._rows.items() if key[0].id not in gone}

    def projects(self) -> Sequence[str]:
        self._begin("projects")
        return ["default"]

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        """Of sessions each with all its traces."""
        start = int(cursor or 0)
        while True:
            self._begin("pages")
            groups: dict[str, list[Span]] = {}
            for span in sorted(self.server_spans, key=start_order):
                if selection.target != "session":
                    groups.setdefault(span.trace_id, []).append(span)
                elif session := self._session(span.trace_id):
                    groups.setdefault(session, []).append(replace(span, session_id=session))
            listed = [spans for spans in groups.values() if selection.session in (None, *(span.session_id for span in spans))]
            if selection.order != "oldest":
                listed.reverse()
            chosen = listed[start : start + PAGE]
            following = str(start + PAGE) if len(listed) > start + PAGE else None
            headers = tuple(_header(span) for spans in chosen for span in spans)
            alone = (
                {span.trace_id for span in self.server_spans if not self._session(span.trace_id)} if selection.target == "session" else ()
            )
            left = len(alone) if following is None else 0
            yield Page(headers, cursor=following, read=start + len(chosen), total=len(listed), sessionless=left)
            if following is None:
                return
            start += PAGE

    def _session(self, trace_id: str) -> str | None:
        return next((span.session_id for span in self.server_spans if span.trace_id == trace_id and span.session_id), None)

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        self._begin("spans")
        found = [span for span in self.server_spans if span.trace_id in set(trace_ids)]
        for start in range(0, len(found), 100):
            yield found[start : start + 100]

    def configs(self) -> Sequence[ServerConfig]:
        self._begin("configs")
        return list(self.server_configs)

    def user(self) -> ServerUser:
        self._begin("user")
        return self.server_user

    def read(
        self, kind: TargetKind, ids: Collection[str], names: Collection[str] = (), identifiers: Collection[str] = ()
    ) -> Sequence[ServerRow]:
        self._begin("read")
        return [
            row
            for (target, name, identifier), row in self._rows.items()
            if target.kind == kind and target.id in ids and (not names or name in names) and (not identifiers or identifier in identifiers)
        ]

    def put(self, rows: Sequence[Annotation]) -> None:
        fault = self._begin("put", write=True)
        self._check(rows)
        for row in rows:
            self._store(row, self.server_user, "API")
        self.puts.append(tuple(rows))
        if fault is not None:
            raise fault

    def delete(self, row: Annotation) -> bool:
        fault = self._begin("delete", write=True)
        key = (row.target, row.name, row.identity.identifier)
        found = self._rows.get(key)
        if found is not None and not row.same_as(found.annotation):
            raise RejectedRow("The row on the server is another one.", index=0)
        self._rows.pop(key, None)
        if fault is not None:
            raise fault
        return found is not None

    def close(self) -> None:
        pass

    def _begin(self, call: str, write: bool = False) -> AnnotatorError | None:
        """Note the call and raise its fault; that of a write which is applied all the same comes back instead."""
        self.calls.append(call)
        fault = self.down or (self.faults.popleft() if self.faults else None)
        if fault is not None and not (write and isinstance(fault, OutcomeUnknown)):
            raise fault
        return fault

    def _check(self, rows: Sequence[Annotation]) -> None:
        """Phoenix's refusals, in its order."""
        spans = {span.span_id: span for span in self.server_spans}
        known = {"span": set(spans), "document": set(spans), "trace": {span.trace_id for span in self.server_spans}}
        known["session"] = {span.session_id for span in self.server_spans if span.session_id}
        for index, row in enumerate(rows):
            if row.target.kind == "document" and row.name == NOTE:
                raise RejectedRow("The server keeps no notes of documents.", index=index)
        missing = frozenset(row.target.id for row in rows if row.target.id not in known[row.target.kind])
        if missing:
            raise MissingTargets(f"The server does not have {', '.join(sorted(missing))}.", ids=missing)
        for index, row in enumerate(rows):
            if row.target.kind != "document":
                continue
            if row.target.position not in documents(spans[row.target.id]):
                raise RejectedRow(f"document_position {row.target.position} is out of bounds.", index=index)
            held = self._rows.get((row.target, row.name, row.identity.identifier))
            if held is not None and held.user_id != self.server_user.user_id:
                raise RejectedRow("The server holds this row as another user's.", index=None if len(rows) > 1 else index)

    def _store(self, row: Annotation, user: ServerUser, source: str) -> None:
        key = (row.target, row.name, row.identity.identifier)
        row_id = self._rows[key].row_id if key in self._rows else str(max((int(old.row_id) for old in self._rows.values()), default=0) + 1)
        identity = replace(row.identity, server=self.url)
        kept = replace(row, identity=identity, metadata=dict(row.metadata))
        if row.name == NOTE or row.target.kind == "document":
            kept = kept.kept()
        self._rows[key] = ServerRow(kept, row_id, source, user.user_id, user=user.name)


def documents(span: Span) -> set[int]:
    """The positions of a span's documents."""
    return {int(found[1]) for found in map(DOCUMENT.match, span.attributes) if found}


def _header(span: Span) -> SpanHeader:
    return SpanHeader(*(getattr(span, name) for name in SpanHeader.__match_args__))
