"""The thread that looks through a queue for a filter, so that no key waits for it; it starts with the first filter."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress

from textual.message import Message

from annotator.domain.annotation import ItemState
from annotator.domain.filter import Condition
from annotator.domain.queue import Item, Queue
from annotator.domain.store import Store
from annotator.errors import AnnotatorError, StoreError
from annotator.filter.facts import Reviewer
from annotator.ui.messages import Learned, ServerSilent, Sifted
from annotator.ui.session import Session
from annotator.workflow.filtering import Sieve, sampled, vocabulary_of

TELL_SECONDS = 0.05
"""Between two messages about one walk through the queue."""
BREATH_SECONDS = 0.001
"""After 200 items (2 to 30 ms of work), so that a key finds the interpreter free."""


class Sifting:
    """`post` is a screen's thread-safe `post_message`."""

    def __init__(self, session: Session, post: Callable[[Message], object]) -> None:
        self.session = session
        self._post = post
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._filter: tuple[int, Condition] | None = None
        """Its number, and what it says."""
        self._again: set[int] = set()
        """Positions to be looked at again."""
        self._acted: set[int] = set()
        """Positions to be looked at again if something was journalled."""
        self._anew = self._more = self._learn = False

    def look_for(self, number: int, condition: Condition | None) -> None:
        """Look through the queue from its start; None: for nothing."""
        self._filter = None if condition is None else (number, condition)
        self._begin()

    def learn(self) -> None:
        """Find the words that completion offers."""
        self._learn = True
        self._begin()

    def again(self, position: int) -> None:
        """What is known of this item is not as it was."""
        self._again.add(position)
        self._wake.set()

    def acted(self, position: int) -> None:
        """A person did something on this item: where that is journalled, it is looked at again, and every item that it concerns."""
        self._acted.add(position)
        self._wake.set()

    def more(self) -> None:
        """Items or payloads came."""
        self._more = True
        self._wake.set()

    def anew(self) -> None:
        """Anything may have changed; what was found stands until it is found otherwise."""
        self._anew = True
        self._wake.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    def _begin(self) -> None:
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._guarded, daemon=True, name="sift")
            self._thread.start()

    def _guarded(self) -> None:
        try:
            with closing(self.session.open_store()) as store:
                self._run(store)
        except AnnotatorError as error:
            self._post(ServerSilent(error, None))
        except Exception as error:  # a thread's traceback would be written over the screen
            logging.getLogger("annotator").exception("the filter's thread ended")
            said = AnnotatorError(f"Unexpected {type(error).__name__} while filtering.", "Leave, and come back with --log FILE.")
            self._post(ServerSilent(said, None))

    def _run(self, store: Store) -> None:
        session, walk = self.session, None
        while not self._stopped.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._learn:
                self._learn = False
                queue = store.queue(session.queue.id)
                known = vocabulary_of(store, [queue])
                self._post(Learned(known))
                with suppress(StoreError):
                    self._post(Learned(sampled(known, store, queue)))
            wanted = self._filter
            if wanted is None:
                walk = None
                continue
            if walk is None or walk.number != wanted[0]:
                reviewer = Reviewer(session.annotator, session.identifier)
                walk = Walk(store, session.queue, wanted[0], Sieve(store, session.queue, wanted[1], reviewer), self._post)
            if self._anew or self._more:
                walk.resume(self._anew)
                self._anew = self._more = False
            number = walk.number
            while not walk.finished and not self._stopped.is_set() and self._filter is not None and self._filter[0] == number:
                self._look_again(walk)
                walk.go_on()
                self._stopped.wait(BREATH_SECONDS)
            self._look_again(walk)

    def _look_again(self, walk: "Walk") -> None:
        if self._again or self._acted:
            again, acted = self._again, self._acted
            self._again, self._acted = set(), set()
            walk.look_again(again | walk.changed(acted))


class Walk:
    """One filter's way through the queue."""

    def __init__(self, store: Store, queue: Queue, number: int, sieve: Sieve, post: Callable[[Message], object]) -> None:
        self.store = store
        self.queue = queue
        self.number = number
        self.sieve = sieve
        self.finished = False
        self._post = post
        self._at = self._told = 0
        """Looked up to, and told of up to."""
        self._found: dict[int, ItemState] = {}
        self._unknown: set[int] = set()
        self._waiting: set[int] = set()
        """All that were not known when they were looked at last."""
        self._told_at = 0.0
        self._seq, _ = store.changed_since(queue.id, None)

    def resume(self, anew: bool) -> None:
        """More came: go on behind the last item, and look again at what was not known; or `anew` from the start."""
        if anew:
            self._tell(self._at)
            self._at = self._told = 0
        elif self.finished and self._waiting:
            self.look_again(set(self._waiting))
        self.finished = False

    def go_on(self) -> None:
        """The next few items."""
        batch = next(self.sieve.through(self._at), [])
        for item, matches in batch:
            self._keep(item, matches, self._found, self._unknown)
        self._at = batch[-1][0].position if batch else self._at
        self.finished = not batch
        if self.finished or time.monotonic() - self._told_at > TELL_SECONDS:
            self._tell(self._at)

    def changed(self, acted: set[int]) -> set[int]:
        """These items, and those whose own annotations or state changed, where anything was journalled since."""
        seq, changed = self.store.changed_since(self.queue.id, self._seq)
        moved, self._seq = seq != self._seq, seq
        return acted | changed if moved else set()

    def look_again(self, positions: set[int]) -> None:
        if positions:
            self._tell(self._at)  # what is known better comes after it
        for position in sorted(positions):
            item = self.store.at(self.queue.id, position)
            if item is None or item.position != position:
                continue
            found: dict[int, ItemState] = {}
            unknown: set[int] = set()
            self._keep(item, self.sieve.look([item])[0], found, unknown)
            self._post(Sifted(self.number, position - 1, position, found, unknown, None))

    def _keep(self, item: Item, matches: bool | None, found: dict[int, ItemState], unknown: set[int]) -> None:
        self._waiting.discard(item.position)
        if matches:
            found[item.position] = item.state
        elif matches is None:
            unknown.add(item.position)
            self._waiting.add(item.position)

    def _tell(self, upto: int) -> None:
        self._post(Sifted(self.number, self._told, upto, self._found, self._unknown, self.finished))
        self._told, self._found, self._unknown = upto, {}, set()
        self._told_at = time.monotonic()
