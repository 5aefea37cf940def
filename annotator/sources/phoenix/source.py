"""Phoenix as a trace server: the port of domain/source.py over REST and, where REST cannot, GraphQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from annotator.domain.annotation import Annotation, TargetKind
from annotator.domain.annotation_config import AnnotationConfig
from annotator.domain.dataset import Example, HeldExample, PutExamples
from annotator.domain.queue import Selection
from annotator.domain.source import Capabilities, Page, ServerConfig, ServerRow, ServerSettings, ServerUser, Wanted
from annotator.domain.span import Span
from annotator.errors import Forbidden, NotPhoenix, RejectedRow
from annotator.sources.phoenix.annotations import put_rows, read_rows
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.configs import assign_config, list_configs, put_config, rows_named
from annotator.sources.phoenix.datasets import put_examples
from annotator.sources.phoenix.deletion import delete_row
from annotator.sources.phoenix.documents import put_documents
from annotator.sources.phoenix.examples import list_datasets, read_examples, remove_example
from annotator.sources.phoenix.projects import list_projects, project_path
from annotator.sources.phoenix.pushdown import narrow
from annotator.sources.phoenix.refusal import NotOffered
from annotator.sources.phoenix.sessions import list_sessions
from annotator.sources.phoenix.spans import list_spans
from annotator.sources.phoenix.traces import count_traces, list_traces
from annotator.sources.phoenix.usernames import Usernames
from annotator.sources.phoenix.web import trace_url
from annotator.sources.phoenix.wire import UserAnswer

ANNOTATIONS_SINCE = (9, 0)
USER_SINCE = (13, 16)
WRITABLE_SINCE = (15, 5)
"""Notes with an identifier of their own; without one a retry writes a note twice."""
UNOWNED = "a system key: no person owns its rows, and nobody's web page shows them as their own"


class Phoenix:
    """A TraceServer. One instance per thread; nothing is sent before the first call."""

    stamp = ""

    def __init__(self, settings: ServerSettings, project: str = "") -> None:
        """Raises ConfigError for a URL or a key that cannot be one."""
        self._client = Client(settings)
        self._project_name = project
        self._project_path = ""
        self._role = ""
        self._no_documents = ""
        self._usernames = Usernames()

    @property
    def version(self) -> str:
        return self._client.version

    @property
    def capabilities(self) -> Capabilities:
        """By what is known so far: the version from any answer, the role from `user`."""
        keeps = not self._client.older_than(*ANNOTATIONS_SINCE)
        page = trace_url(self._client.server)
        return Capabilities(
            annotations=keeps,
            configs=keeps,
            trace_url=page,
            no_documents=self._no_documents,
            read_only=self._read_only(),
            unowned=UNOWNED if self._role == "SYSTEM" else "",
            narrows=True,
            datasets=not self._client.older_than(*WRITABLE_SINCE),
        )

    def _read_only(self) -> str:
        if self._client.older_than(*WRITABLE_SINCE):
            return f"Phoenix {self.version} is older than 15.5, which keeps each person's annotations apart: it is only read."
        return "The API key is a viewer's: it may only read." if self._role == "VIEWER" else ""

    @property
    def _project(self) -> str:
        if not self._project_path:
            self._project_path = project_path(self._client, self._project_name)
        return self._project_path

    def projects(self) -> Sequence[str]:
        return [project.name for project in list_projects(self._client)]

    def trace_count(self) -> int | None:
        """How many traces the project has; None where the server does not say."""
        return count_traces(self._client, self._project)

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        project = self._project
        if selection.target == "session":
            return list_sessions(self._client, project, selection, cursor)
        return list_traces(self._client, project, selection, cursor, narrow(self._client, self._project_name, selection, wanted))

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        return list_spans(self._client, self._project, trace_ids)

    def configs(self) -> Sequence[ServerConfig]:
        return list_configs(self._client, self._project if self._project_name else "")

    def put_config(self, config: AnnotationConfig) -> AnnotationConfig:
        self._check_writable()
        return put_config(self._client, config)

    def assign_config(self, config_id: str) -> None:
        self._check_writable()
        assign_config(self._client, self._project, config_id)

    def rows_named(self, name: str) -> Sequence[ServerRow]:
        rows = rows_named(self._client, self._project, self._project_name, name)
        return self._usernames.fill(self._client, rows)

    def user(self) -> ServerUser:
        """GET /v1/user."""
        try:
            user = self._client.get("/v1/user", UserAnswer).data.user()
        except NotPhoenix:
            if not self._client.older_than(*USER_SINCE):
                raise
            return ServerUser()
        self._role = user.role
        self._usernames.know(user.user_id, user.name)
        return user

    def read(
        self, kind: TargetKind, ids: Collection[str], names: Collection[str] = (), identifiers: Collection[str] = ()
    ) -> Sequence[ServerRow]:
        try:
            rows = read_rows(self._client, self._project, kind, ids, names, identifiers)
        except NotOffered as error:
            self._learn(kind, error)
            return []
        self._no_documents = "" if kind == "document" else self._no_documents
        return self._usernames.fill(self._client, rows)

    def _learn(self, kind: TargetKind, error: NotOffered) -> str:
        """Only documents are read and written by GraphQL."""
        if kind == "document":
            self._no_documents = f"This server cannot keep annotations of documents apart by person: {error.title}"
            return self._no_documents
        return f"This server cannot delete one annotation alone: {error.title}"

    def put(self, rows: Sequence[Annotation]) -> None:
        """Annotations as one request, all or nothing; then notes, one request each."""
        self._check_writable()
        if any(row.target.kind != "document" for row in rows):
            put_rows(self._client, rows)
            return
        try:
            put_documents(self._client, self._project, rows)
        except NotOffered as error:
            raise RejectedRow(self._learn("document", error), error.advice) from error

    def delete(self, row: Annotation) -> bool:
        self._check_writable()
        try:
            return delete_row(self._client, self._project, row)
        except NotOffered as error:
            raise RejectedRow(self._learn(row.target.kind, error), error.advice, 0) from error

    def put_examples(self, dataset: str, examples: Sequence[Example]) -> PutExamples:
        self._check_writable()
        return put_examples(self._client, dataset, examples)

    def examples(self, dataset: str, ids: Collection[str]) -> Mapping[str, HeldExample]:
        try:
            return read_examples(self._client, dataset, ids)
        except NotOffered as error:
            raise RejectedRow(f"This server cannot tell examples of a data set apart: {error.title}", error.advice) from error

    def remove_example(self, dataset: str, example_id: str, known: Collection[str]) -> bool:
        self._check_writable()
        try:
            return remove_example(self._client, dataset, example_id, known)
        except NotOffered as error:
            raise RejectedRow(f"This server cannot take one example out of a data set: {error.title}", error.advice, 0) from error

    def datasets(self) -> Sequence[str]:
        return [found.name for found in list_datasets(self._client)]

    def _check_writable(self) -> None:
        if reason := self._read_only():
            raise Forbidden(reason, "Nothing is lost: verdicts wait here for a server that takes them.")

    def close(self) -> None:
        self._client.close()
