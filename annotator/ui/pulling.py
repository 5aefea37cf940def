"""Everybody's annotations, brought from the server while a person reads: never on a key, the newest wish first."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from textual.message import Message

from annotator.domain.store import Store
from annotator.errors import AnnotatorError, StoreBusy
from annotator.ui.messages import RowsPulled
from annotator.ui.session import Connection, Session

KEPT = 4
"""Wishes that are kept; who leafs through a queue waits for none of those before."""
IDLE_SECONDS = 0.25
PAUSE_SECONDS = 15.0
"""After a failure, which the other threads say."""


class Pulling:
    """A thread's work. `post` is a screen's thread-safe `post_message`."""

    def __init__(self, session: Session, post: Callable[[Message], object], stopped: threading.Event) -> None:
        self.session = session
        self._post = post
        self._stopped = stopped
        self._wanted: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._some = threading.Event()

    def want(self, trace_id: str, fresh: float) -> None:
        """Ask for everybody's rows of a trace, unless they were read within so many seconds."""
        with self._lock:
            self._wanted[trace_id] = min(fresh, self._wanted.pop(trace_id, fresh))
            while len(self._wanted) > KEPT:
                self._wanted.popitem(last=False)
        self._some.set()

    def pull(self, store: Store) -> None:
        """Until the screen is gone."""
        from annotator.workflow.everyone import is_due, pull

        queue = self.session.queue
        connection: Connection | None = None
        while not self._stopped.is_set():
            wish = self._next()
            if wish is None:
                self._some.wait(IDLE_SECONDS)
                self._some.clear()
                continue
            trace_id, fresh = wish
            if not is_due(store, queue.source_id, trace_id, time.time(), fresh):
                continue
            try:
                connection = connection or self._connect()
                pull(store, connection, queue.source.server, queue.source_id, [trace_id])
            except StoreBusy:
                self.want(trace_id, fresh)
                self._stopped.wait(IDLE_SECONDS)
            except AnnotatorError as error:
                logging.getLogger("annotator").info("annotations of others: %s", error.title)
                connection = None
                self._stopped.wait(PAUSE_SECONDS)
            else:
                self._post(RowsPulled(trace_id))

    def _connect(self) -> Connection:
        assert self.session.connect is not None
        return self.session.connect(self.session.queue.source.project)

    def _next(self) -> tuple[str, float] | None:
        with self._lock:
            return self._wanted.popitem() if self._wanted else None
