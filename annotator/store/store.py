"""The local store: every area over one connection."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from annotator.domain.redaction import Redactor
from annotator.domain.store import Store
from annotator.store.accounts import Accounts
from annotator.store.annotations import Annotations
from annotator.store.everyone import Everyone
from annotator.store.imports import Imports
from annotator.store.journal import History
from annotator.store.lists import Lists
from annotator.store.members import Members
from annotator.store.opening import BUSY_SECONDS, open_database
from annotator.store.outbox import Outbox
from annotator.store.queues import Queues
from annotator.store.repeats import Repeats
from annotator.store.rules import Rules
from annotator.store.steps import Steps
from annotator.store.traces import Traces
from annotator.store.words import Words


class SqliteStore(
    Traces, Queues, Repeats, Rules, Lists, Steps, History, Annotations, Everyone, Imports, Outbox, Members, Accounts, Words, Store
):
    """One SQLite file; see domain/store.py for what each method does. For the thread that opened it alone."""

    @property
    def path(self) -> Path:
        return self.db.path

    def together(self) -> AbstractContextManager[None]:
        return self.db.together()

    def checkpoint(self) -> None:
        self.db.checkpoint()

    def close(self) -> None:
        self.db.close()


def open_store(
    path: Path, busy: float = BUSY_SECONDS, clock: Callable[[], float] = time.time, redactor: Redactor | None = None
) -> SqliteStore:
    """Open the file, or make it. `busy`: seconds that a write waits for another program; `clock`: seconds since 1970.

    With a `redactor` no trace leaves the store but through it, unless it is asked for as received.

    Raises StoreTooNew, StoreBusy, StoreError.
    """
    return SqliteStore(open_database(path, busy), clock, redactor)
