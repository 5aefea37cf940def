"""The queue of a screen, fed from its source while a person reviews."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from annotator.domain.queue import Queue
from annotator.domain.source import Source
from annotator.domain.store import Store
from annotator.errors import AnnotatorError, Forbidden, ServerError, StoreBusy
from annotator.ui.messages import Connected, DatasetsListed, Fed, Filled, Remarked, RowsPulled, ServerSilent
from annotator.ui.session import Connection, Session

if TYPE_CHECKING:
    from annotator.workflow.filling import Filling

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
        """From its source; then the server is known."""
        session = self.session
        read = self._fill(store, session.queue, session.source(), None) if session.source is not None else None
        if session.connect is not None:
            self._feed_from(store, session.connect)
        if read is not None and session.watch:
            self._watch(read, session.source, None)

    def _feed_from(self, store: Store, connect: Callable[[str], Connection]) -> None:
        """Until the server's traces are here, or for as long as they are watched."""
        from annotator.workflow.outage import pause, wait_out
        from annotator.workflow.sync import contact

        session = self.session
        tries = 0
        while not self._stopped.is_set():
            try:
                server = connect(session.queue.source.project)
                user = server.user()
                contact(store, session.queue.source.server, session.annotator, user)
                able = server.capabilities
                self._post(Connected(server.version, able.read_only, able.unowned))
                if session.datasets is not None and not session.dataset:
                    threading.Thread(target=self._list_datasets, args=(session.datasets,), daemon=True, name="datasets").start()
                if session.queue.source.is_server:
                    work = self._fill(store, store.queue(session.queue.id), server, server)
                    if session.watch:
                        self._watch(work, None, server)
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

    def _list_datasets(self, names: Callable[[], Sequence[str]]) -> None:
        """To choose from, where nobody named one; beside the filling, which a server that counts their examples would hold up."""
        with suppress(AnnotatorError):
            self._post(DatasetsListed(names()))

    def _fill(self, store: Store, queue: Queue, source: Source, sink: Connection | None) -> "Filling":
        from annotator.workflow.everyone import pull_unread
        from annotator.workflow.fill import fill
        from annotator.workflow.filling import Filling, Progress
        from annotator.workflow.limits import starving
        from annotator.workflow.loading import load, load_some
        from annotator.workflow.unheard import unheard

        last = Progress()
        apart = not source.capabilities.payloads_with_listing

        def report(progress: Progress) -> None:
            """After each page of 100 traces, the payloads of about 100 spans: the first item is ready with the first page."""
            nonlocal last
            last = progress
            if apart:
                load_some(work, self._position())
            self._post(Filled(progress, finished=False))

        session = self.session
        running: set[str] | None = set() if session.watch else None
        work = Filling(
            store, source, queue, session.identifier, sink, self._stopped.is_set, report, annotator=session.annotator, running=running
        )  # fmt: skip
        fill(work)
        if apart:
            for _ in load(work, self._position):
                self._post(Filled(last, finished=False))
        self._grown()
        self._post(Filled(last, finished=True))
        with suppress(ServerError):  # what is about to be shown is asked for again
            for _ in pull_unread(work):
                self._post(RowsPulled(""))
        if said := [*([starving(last.starved)] if last.starved else []), *unheard(store, queue)]:
            self._post(Remarked(" ".join(said)))
        return work

    def _watch(self, work: "Filling", source: Callable[[], Source] | None, server: Connection | None) -> None:
        """Until the screen is gone, or the queue is full. `source` looks at files anew."""
        from annotator.workflow.watching import News, Watch, watch

        def told(news: News) -> None:
            if news.items:
                self._grown()
            if news.items or news.grown or news.loaded:
                self._post(Fed(news.items, news.grown))

        def back() -> None:
            if server is not None:
                able = server.capabilities
                self._post(Connected(server.version, able.read_only, able.unowned))

        def away(error: AnnotatorError, wait: float) -> None:
            self._post(ServerSilent(error, wait))

        look = Watch(replace(work, report=lambda progress: None), source)
        watch(look, self.session.watch, self._stopped.wait, told, away, back, self.session.probe, self._position)
