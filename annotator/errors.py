"""Everything that can go wrong and that a person can do something about.

AnnotatorError
├── UsageError                exit 2: the command line, the environment
│   ├── ConfigError           the user's config file
│   ├── KeymapError           a keymap file
│   ├── RubricError           a rubric file or an annotation config
│   ├── QueueFileError        a file of queue rules
│   ├── MapError              how the rows of a file become annotations
│   ├── FilterError           a filter, and where in it
│   ├── IdentityError         nobody knows who is judging
│   └── NotATerminal          a screen was asked for where there is none
├── InvalidAnnotation         exit 2: an answer that must not be stored
│   └── SetsRubric            a step back that is not of an item alone: it sets the queue's rubric
├── StoreError                the local file
│   ├── StoreBusy             another program holds the write lock
│   └── StoreTooNew           written by a newer annotator
├── SourceError               traces that cannot be read
│   ├── BadFile               exit 2: a file, or what is in it
│   └── ProjectNotFound       a project that the server does not have
└── ServerError               the trace server
    ├── Unreachable           exit 3: no answer; may be tried again
    ├── OutcomeUnknown        a write that was sent and never answered: it may still commit
    ├── ServerFailure         429, 5xx: may be tried again
    ├── Unauthorized          401: the key
    ├── Forbidden             403: the rights
    ├── NotPhoenix            an answer that is not the API's: a login page, a wrong URL
    ├── MissingTargets        404: the spans, traces or sessions that are gone
    └── RejectedRow           422: one row that the server refuses

Each error is two lines: `title`, what is wrong, and `advice`, what to do.
"""


class AnnotatorError(Exception):
    """What is wrong (`title`, one sentence) and what a person can do (`advice`, one sentence, may be empty)."""

    exit_code = 1

    def __init__(self, title: str, advice: str = "") -> None:
        super().__init__(f"{title}\n{advice}" if advice else title)
        self.title = title
        self.advice = advice


class UsageError(AnnotatorError):
    """The command line or the environment asks for something that cannot be."""

    exit_code = 2


class ConfigError(UsageError):
    """The user's config file is wrong."""


class KeymapError(UsageError):
    """A keymap is wrong."""


class RubricError(UsageError):
    """A rubric or an annotation config is wrong."""


class QueueFileError(UsageError):
    """A file of queue rules is wrong."""


class FilterError(UsageError):
    """A filter is wrong at `position`, 0-based and at most `len(text)`, where something is missing at its end."""

    def __init__(self, title: str, advice: str, text: str, position: int) -> None:
        super().__init__(title, advice)
        self.text = text
        self.position = position


class MapError(UsageError):
    """The map of an import is wrong."""


class IdentityError(UsageError):
    """Nobody knows who is judging."""


class NotATerminal(UsageError):
    """A screen was asked for where there is no terminal."""


class InvalidAnnotation(AnnotatorError):
    """An answer that must not be stored."""

    exit_code = 2


class SetsRubric(InvalidAnnotation):
    """The step that is to be taken back or done again sets the queue's rubric."""


class StoreError(AnnotatorError):
    """The local store cannot do what was asked."""


class StoreBusy(StoreError):
    """Another program holds the store's write lock."""


class StoreTooNew(StoreError):
    """The store was written by a newer annotator."""


class SourceError(AnnotatorError):
    """Traces that cannot be read."""


class BadFile(SourceError):
    """A file that cannot be read, or that holds no traces."""

    exit_code = 2


class ProjectNotFound(SourceError):
    """The server has no such project."""

    exit_code = 2


class ServerError(AnnotatorError):
    """The trace server did not do what was asked."""


class Unreachable(ServerError):
    """No answer from the server; nothing was written."""

    exit_code = 3


class OutcomeUnknown(ServerError):
    """A write was sent and its answer never came: it may have been applied, or may be later."""

    exit_code = 3


class ServerFailure(ServerError):
    """The server failed (429 or 5xx); the same request may work later.

    `retry_after` is in seconds, None where the server did not say. `status` is the answer's, 0 where it is not known.
    """

    exit_code = 3

    def __init__(self, title: str, advice: str = "", retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(title, advice)
        self.retry_after = retry_after
        self.status = status


class Unauthorized(ServerError):
    """The server does not accept the key (401)."""

    exit_code = 2


class Forbidden(ServerError):
    """The key does not have the right to do this (403)."""

    exit_code = 2


class NotPhoenix(ServerError):
    """What answered is not the API: a web page, a login page, another program."""

    exit_code = 2


class MissingTargets(ServerError):
    """Targets that the server does not have (404); nothing of the request was written.

    `ids` names every missing target; empty where the answer could not be read.
    """

    def __init__(self, title: str, advice: str = "", ids: frozenset[str] = frozenset()) -> None:
        super().__init__(title, advice)
        self.ids = ids


class RejectedRow(ServerError):
    """A row that the server refuses (422); nothing of the request was written.

    `index` is the row's place in the request, None where the answer did not say.
    """

    def __init__(self, title: str, advice: str = "", index: int | None = None) -> None:
        super().__init__(title, advice)
        self.index = index
