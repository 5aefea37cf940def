"""What others make of the items that come next, looked up while a person reads: never on a key, and asked again every few seconds."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from annotator.domain.annotation import ItemState, Target
from annotator.domain.queue import Item
from annotator.domain.store import Store
from annotator.errors import AnnotatorError, StoreBusy
from annotator.ui.messages import Shared
from annotator.ui.session import Connection, Session

if TYPE_CHECKING:
    from annotator.workflow.leasing import Leases

NEAR_SECONDS = 1.0
"""How old what is known of the next items may be when another one comes on the screen: one request tells of all of them."""
PAUSE_SECONDS = 15.0
"""After a failure of the server, which the other threads say."""
SETTLE_SECONDS = 1.0
"""Between two looks at whether a verdict has reached the server: until then its lease stays."""
UNATTENDED_SECONDS = 600.0
"""An item that stays so long is not read: nothing is asked any more until the next one comes."""
SWEPT = 1000
"""Items to do, from the first, that are looked at for leases of a program that died."""
JUST_JUDGED = 20
"""Last verdicts, likewise."""
LEAVE_SECONDS = 1.0
"""How long the end of the program waits for its leases to be taken away; those that stay expire."""


class Sharing:
    """A thread's work. `post` is a screen's thread-safe `post_message`."""

    def __init__(self, session: Session, post: Callable[[Message], object], stopped: threading.Event) -> None:
        self.session = session
        self._post = post
        self._stopped = stopped
        self._wish: tuple[int | None, tuple[int, ...]] = (None, ())
        """The item on the screen, and those that may come next."""
        self._since = 0.0
        """When that was wished."""
        self._looked = 0.0
        """Which wish was looked at last."""
        self._some = threading.Event()
        self._over = threading.Event()
        self._read: dict[int, float] = {}
        """When the server was asked about each item, by the monotonic clock."""
        self._holders: dict[Target, dict[str, float]] = {}
        self._rest = 0.0
        """Until then the server is left alone."""

    def want(self, shown: int | None, ahead: Sequence[int]) -> None:
        """Look at what comes next, the nearest first."""
        self._wish = (shown, tuple(ahead))
        self._since = time.monotonic()
        self._some.set()

    def stop(self) -> None:
        self._some.set()

    def wait(self) -> None:
        """At the end of the program."""
        self._over.wait(LEAVE_SECONDS if self.session.lease else 0.0)

    def share(self, store: Store) -> None:
        """Until the screen is gone."""
        from annotator.workflow.leasing import Leases
        from annotator.workflow.reviewers import FRESH_SECONDS, Me

        session, connection = self.session, None
        mine = Leases(session.queue.source.server, Me(session.annotator, session.identifier), session.lease)
        swept = False
        try:
            while not self._stopped.is_set():
                shown, ahead = self._wish
                wait = FRESH_SECONDS
                try:
                    if connection is None and session.connect is not None and time.monotonic() >= self._rest:
                        connection = session.connect(session.queue.source.project)
                    if connection is not None and session.lease and not swept:
                        self._sweep(store, connection, mine)
                        swept = True
                    wait = self._look(store, connection, mine, shown, ahead)
                except StoreBusy:
                    wait = SETTLE_SECONDS
                except AnnotatorError as error:
                    logging.getLogger("annotator").info("what others judge: %s", error.title)
                    connection, self._rest = None, time.monotonic() + PAUSE_SECONDS
                self._some.wait(wait)
                self._some.clear()
            if connection is not None:
                mine.release(connection, [target for target in mine.held if not self._unsent(store, target)])
        finally:
            self._over.set()

    def _look(self, store: Store, connection: Connection | None, mine: "Leases", shown: int | None, ahead: Sequence[int]) -> float:
        """Ask about what was not asked about just now, tell the screen, lease what it shows and what it shows next; when to look again."""
        from annotator.workflow.reviewers import FRESH_SECONDS

        now = time.monotonic()
        items = [store.item(one) for one in (*ahead, *(() if shown is None else (shown,)))]
        attended = now - self._since < UNATTENDED_SECONDS
        fresh = FRESH_SECONDS if self._since == self._looked else NEAR_SECONDS
        self._looked = self._since
        due = [item for item in items if now - self._read.get(item.id, -FRESH_SECONDS) >= fresh]
        if due and connection is not None and attended:
            self._ask(store, connection, due)
            self._read |= {item.id: now for item in due}
        judged, held = self._decide(store, mine, items)
        if due or judged:
            self._post(Shared(judged, held, mine.refused))
        if connection is None or not mine.seconds:
            return FRESH_SECONDS
        free = [item for item in items if item.id != shown and item.id not in judged and item.id not in held]
        keep = [item.target for item in items if item.id == shown and item.state == ItemState.TODO] + [item.target for item in free[:1]]
        was_refused = mine.refused
        if attended:
            mine.hold(connection, keep)
        for target in [target for target in mine.held if target not in keep and not self._unsent(store, target)]:
            if not self._some.is_set():  # the next item comes first
                mine.release(connection, [target])
        if mine.refused != was_refused:
            self._post(Shared(judged, held, mine.refused))
        return FRESH_SECONDS if mine.held.keys() <= set(keep) else SETTLE_SECONDS

    def _ask(self, store: Store, connection: Connection, items: Sequence[Item]) -> None:
        from annotator.workflow.everyone import pull, pull_on
        from annotator.workflow.leasing import leases

        queue = self.session.queue
        server, targets = queue.source.server, [item.target for item in items]
        rows = (
            pull(store, connection, server, queue.source_id, {item.trace_id for item in items})
            if queue.rubric.binds
            else pull_on(store, connection, server, targets)
        )
        found = leases(rows, time.time())
        self._holders |= {target: found.get(target, {}) for target in targets}

    def _decide(self, store: Store, mine: "Leases", items: Sequence[Item]) -> tuple[dict[int, Collection[str]], frozenset[int]]:
        """Who judged the items that others have judged, and the items that others hold."""
        from annotator.workflow.reviewers import before, judges_here, share

        queue, me = self.session.queue, mine.me
        judged: dict[int, Collection[str]] = {}
        held = set()
        for item in items:
            people = judges_here(store, queue, item, me)
            what = share(people, before(self._holders.get(item.target, {}), me.name), queue.selection.overlap)
            if what == "judged":
                judged[item.id] = people
            elif what == "held":
                held.add(item.id)
        return judged, frozenset(held)

    def _unsent(self, store: Store, target: Target) -> bool:
        """My verdict on it is on its way: others see it when the server has it, and the lease until then."""
        server, identifier = self.session.queue.source.server, self.session.identifier
        rows = store.on_target(server, target, identifier)
        return any(row.identity.identifier == identifier and store.is_unsent(row.identity) for row in rows)

    def _sweep(self, store: Store, connection: Connection, mine: "Leases") -> None:
        """What a program of mine that died has left: it was at one of the first items to do, or had just judged one."""
        queue_id = self.session.queue.id
        items = [row.item for row in store.listed(queue_id, 0, SWEPT, ItemState.TODO)]
        items += [store.item(verdict.item_id) for verdict in store.last_verdicts(queue_id, self.session.annotator, JUST_JUDGED)]
        mine.sweep(connection, [item.target for item in items])
