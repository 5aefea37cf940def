"""The three threads behind the screen: feeding the queue, draining the outbox, preparing the next items.

They are daemons, so that quitting never waits for the network; a request that is cut off is settled by the next drain.
What only they need is imported by them, after the first frame.
"""

import logging
import queue as queues
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from annotator.domain.store import Store
from annotator.errors import AnnotatorError, StoreBusy, StoreError
from annotator.text.block import Block
from annotator.text.markup import code
from annotator.text.trace.turns import Turn
from annotator.ui.feeding import Feeding
from annotator.ui.messages import Coloured, OpinionsRead, Prepared, ServerSilent, Synced
from annotator.ui.pulling import Pulling
from annotator.ui.session import Connection, Session
from annotator.ui.sharing import Sharing
from annotator.workflow.present import present

if TYPE_CHECKING:
    from annotator.workflow.sync import Drained

TURNS = 500
"""Turns kept in memory."""
IDLE_SECONDS = 0.25
"""How long a thread sleeps before it looks again whether the screen is gone."""


class OpinionsOf(NamedTuple):
    """Everybody's annotations of an item are asked for."""

    item_id: int


class Background:
    """Starts and stops the threads; `post` is a screen's thread-safe `post_message`."""

    def __init__(self, session: Session, post: Callable[[Message], object]) -> None:
        self.session = session
        self.post = post
        self.position = 0
        """The item on the screen; payloads after it come first."""
        self.room = (0, 0)
        """Columns and rows for a trace."""
        self._started = False
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._wanted: queues.PriorityQueue[tuple[int, int, int | OpinionsOf | tuple[Block, ...]]] = queues.PriorityQueue()
        """(how soon, number of the request, item, whose opinions, or blocks): the item that is waited for comes before all others."""
        self._requests = count()
        self._turns: dict[tuple[str, int], Turn] = {}
        """Other traces of sessions, each read once: 20 of them take 100 ms for every item of a long chat."""
        self.pulling = Pulling(session, post, self._stop)
        self.sharing = Sharing(session, post, self._stop)
        self._feeding = Feeding(session, post, self._stop, lambda: self.position, self._read_again)
        self._read_to = 0
        """The position up to which the questions of the item list were read."""

    def start(self) -> None:
        """Once, the threads that have something to do here; after the first frame, which they would hold up."""
        if self._started:
            return
        self._started = True
        runs = [self._prepare]
        if self.session.source or self.session.connect:
            runs.append(self._feeding.feed)
        if self.session.connect:
            runs += [self._sync, self.pulling.pull]
        if self.session.queue.selection.reviewers > 1:
            runs.append(self.sharing.share)
        for run in runs:
            threading.Thread(target=self._guarded, args=(run,), daemon=True, name=run.__name__.strip("_")).start()

    def stop(self) -> None:
        self._stop.set()
        self._changed.set()
        self.sharing.stop()

    def judged_by(self, session: Session) -> None:
        """The queue is judged by another rubric from here on."""
        self.session = self.pulling.session = self.sharing.session = self._feeding.session = session

    def prepare(self, item_id: int, ahead: bool = False) -> None:
        """Ask for an item to be read and laid out; `ahead` of being shown, or because it is waited for."""
        self._wanted.put((2 if ahead else 0, next(self._requests), item_id))

    def colour(self, blocks: tuple[Block, ...]) -> None:
        """Ask for the code in what is shown to be coloured."""
        self._wanted.put((1, next(self._requests), blocks))

    def opinions(self, item_id: int) -> None:
        """Ask for everybody's annotations of an item, as they are here."""
        self._wanted.put((1, next(self._requests), OpinionsOf(item_id)))

    def take_anew(self) -> None:
        """What was read may be of before."""
        self._turns = {}

    def changed(self) -> None:
        """A judgement was made: the outbox has something to send."""
        self._changed.set()

    def _guarded(self, run: Callable[[Store], None]) -> None:
        try:
            with closing(self.session.open_store()) as store:
                run(store)
        except AnnotatorError as error:
            self.post(ServerSilent(error, None))
        except Exception as error:  # a thread's traceback would be written over the screen
            logging.getLogger("annotator").exception("a thread ended")
            said = AnnotatorError(f"Unexpected {type(error).__name__} in the background.", "Leave, and come back with --log FILE.")
            self.post(ServerSilent(said, None))

    def _prepare(self, store: Store) -> None:
        while not self._stop.is_set():
            try:
                _, _, wanted = self._wanted.get(timeout=IDLE_SECONDS)
            except queues.Empty:
                with suppress(StoreError):  # a list of items reads them too; without this thread no item would come
                    self._read_questions(store)
                    store.checkpoint()
                continue
            if isinstance(wanted, OpinionsOf):
                with suppress(StoreError):
                    self._read_opinions(store, wanted.item_id)
                continue
            if not isinstance(wanted, int):
                if code.prepare(wanted):
                    self.post(Coloured())
                continue
            try:
                if len(self._turns) > TURNS:
                    self._turns.clear()
                presented = present(store, self.session.queue.source_id, store.item(wanted), known=self._turns)
                if presented is not None:
                    presented.tree()
                    code.prepare(presented.blocks)
                    if all(self.room):
                        presented.lay_out_ahead(*self.room)
            except StoreError:  # said when the item is to be shown
                presented = None
            self.post(Prepared(wanted, presented))

    def _read_opinions(self, store: Store, item_id: int) -> None:
        from annotator.workflow.opinions import read_opinions

        session = self.session
        item = store.item(item_id)
        found = read_opinions(store, session.queue, item, session.annotator, session.identifier, session.redactor)
        self.post(OpinionsRead(found))

    def _read_questions(self, store: Store) -> None:
        """A few at a time, while nobody waits."""
        from annotator.workflow.questions import read_some

        session = self.session
        found = read_some(store, session.queue.id, session.queue.source_id, self._read_to)
        self._read_to = store.counts(session.queue.id).items if found is None else found

    def _read_again(self) -> None:
        """The queue has more items whose questions are to be read."""
        self._read_to = 0

    def _sync(self, store: Store) -> None:
        from annotator.workflow.outage import pause, wait_out
        from annotator.workflow.sync import SETTLE_SECONDS

        session = self.session
        server = session.queue.source.server
        connections: dict[str, Connection] = {}
        tries = 0
        while not self._stop.is_set():
            self._changed.clear()
            due = store.next_due(server, SETTLE_SECONDS)
            wait, done = IDLE_SECONDS * 20, None
            if due is not None and due > time.time():
                wait = min(wait, max(0.05, due - time.time()))
            elif due is not None:
                wait, done = IDLE_SECONDS, self._drain(store, connections)
            self.post(Synced(store.outbox_counts(server), done))
            if done is not None and done.error is not None:
                connections.clear()
                # The rows of an outage wait for the same pause as this thread.
                if wait_out(done.error, pause(tries, done.error), self._stop.wait, session.probe):
                    store.hurry(server)
                tries += 1
                continue
            tries = 0 if done else tries
            self._changed.wait(wait)

    def _drain(self, store: Store, connections: dict[str, Connection]) -> "Drained | None":
        """None where another program is at it, or writes to the store."""
        from annotator.workflow.sync import Drain, Drained

        connect = self.session.connect
        assert connect is not None

        def sink_of(project: str) -> Connection:
            return connections.get(project) or connections.setdefault(project, connect(project))

        try:
            with self.session.drain_lock() as mine:
                server, redactor, expected = self.session.queue.source.server, self.session.redactor, self.session.expected_output
                drain = Drain(store, sink_of, server, time.time, stopped=self._stop.is_set, redactor=redactor, expected=expected)
                return drain.run() if mine else None
        except StoreBusy:
            return None
        except AnnotatorError as error:
            return Drained(error=error)
