"""The queue of a screen, fed from its source while a person reviews."""

import threading
from collections.abc import Callable
from contextlib import suppress

from textual.message import Message

from annotator.domain.queue import Queue
from annotator.domain.source import Source
from annotator.domain.store import Store
from annotator.errors import AnnotatorError, Forbidden, ServerError, StoreBusy
from annotator.ui.messages import Connected, Filled, RowsPulled, ServerSilent
from annotator.ui.session import Connection, Session

IDLE_SECONDS = 0.25


class Feeding:
    """A thread's work. `post` is a screen's thread-safe `post_message`."""

    def __init__(
        self, session: Session, post: Callable[[Message], object], stopped: threading.Event, position: Callable[[], int],
        grown: Callable[[], None],
    ) -> None:  # fmt: skip
        self.session = session
        self._post = post
        self._stopped = stopped
        self._position = position
        """Of the item on the screen."""
        self._grown = grown
        """Told when the queue has all that came."""

    def feed(self, store: Store) -> None:
        from annotator.workflow.outage import pause, wait_out
        from annotator.workflow.sync import contact

        session = self.session
        if session.source is not None:
            self._fill(store, session.queue, session.source(), None)
        if session.connect is None:
            return
        tries = 0
        while not self._stopped.is_set():
            try:
                server = session.connect(session.queue.source.project)
                user = server.user()
                contact(store, session.queue.source.server, session.annotator, user)
                able = server.capabilities
                self._post(Connected(server.version, able.read_only, able.unowned))
                if session.queue.source.is_server:
                    self._fill(store, store.queue(session.queue.id), server, server)
                return
            except Forbidden as error:
                self._post(ServerSilent(error, None))
                return
            except StoreBusy:
                self._stopped.wait(IDLE_SECONDS)
            except AnnotatorError as error:
                if error.exit_code != 3:
                    self._post(ServerSilent(error, None))
                    return
                wait = pause(tries, error)
                tries += 1
                self._post(ServerSilent(error, wait))
                wait_out(error, wait, self._stopped.wait, session.probe)

    def _fill(self, store: Store, queue: Queue, source: Source, sink: Connection | None) -> None:
        from annotator.workflow.everyone import pull_unread
        from annotator.workflow.fill import fill
        from annotator.workflow.filling import Filling, Progress
        from annotator.workflow.loading import load, load_some

        last = Progress()
        apart = not source.capabilities.payloads_with_listing

        def report(progress: Progress) -> None:
            """After each page of 100 traces, the payloads of about 100 spans: the first item is ready with the first page."""
            nonlocal last
            last = progress
            if apart:
                load_some(work, self._position())
            self._post(Filled(progress, finished=False))

        work = Filling(store, source, queue, self.session.identifier, sink, self._stopped.is_set, report, annotator=self.session.annotator)
        fill(work)
        if apart:
            for _ in load(work, self._position):
                self._post(Filled(last, finished=False))
        self._grown()
        self._post(Filled(last, finished=True))
        with suppress(ServerError):  # what is about to be shown is asked for again
            for _ in pull_unread(work):
                self._post(RowsPulled(""))
