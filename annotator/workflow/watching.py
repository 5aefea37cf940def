"""News of a source for a queue that is filled: looked for again and again, forward only.

Positions never change, and no item comes twice: what is new goes behind what is there. A trace comes when it is whole: its root is here,
and it was listed twice in a row with the same spans. One whose root never comes is taken as it is ten minutes after its last span.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from annotator.domain.queue import NewItem
from annotator.domain.record import record
from annotator.domain.source import BadLine, Page, Source
from annotator.errors import AnnotatorError, BadFile, StoreBusy
from annotator.workflow.adding import Headers, fresh
from annotator.workflow.batched import batched
from annotator.workflow.choosing import Choosing
from annotator.workflow.everyone import pull_unread
from annotator.workflow.fill import fill, place, settled
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.loading import load
from annotator.workflow.outage import pause, wait_out
from annotator.workflow.ranking import Ranking

EVERY_SECONDS = 10.0
FULL_ROUNDS = 30
"""In the first round and every so many rounds (five minutes) all that is recent is looked at: annotations that came later, traces that were
pushed down before they were whole."""
PAGES = 10
"""What is recent: the newest 1,000 traces of the listing, or 500 sessions."""
DEEP = 3
"""Pages on which a trace that still runs is looked for in every round."""
RECENT = 1000
"""Of a file, the traces that came last."""
SHARE = 5
"""A round that took long is followed by a wait so many times as long."""


@record
class News:
    """What a round brought."""

    items: int = 0
    """New in the queue."""
    grown: frozenset[str] = frozenset()
    """Traces that were here and have more spans; '' stands for any."""
    loaded: int = 0
    """Traces whose payload came."""
    bad: tuple[BadLine, ...] = ()
    full: bool = False
    """The limit of the queue is reached: nothing will come any more."""


class Watch:
    """Of one queue, on the thread whose store the work has; `work.running` names the traces that are waited for."""

    def __init__(self, work: Filling, source: Callable[[], Source] | None = None, clock: Callable[[], float] = time.time) -> None:
        """`source`: looks at files anew; a server is asked again as it is."""
        assert work.running is not None
        self.work = work
        self._source = source or (lambda: work.source)
        self.waiting: set[str] = work.running
        self._clock = clock
        self._rounds = 0
        self._items = work.store.counts(work.queue.id).items
        """As many as the queue had after the last round: another program may feed it too."""
        self._spans: dict[str, int] = {}
        """How many spans each trace had when it was listed last."""
        self._grown: set[str] = set()
        """Since the last round that ended well."""
        self._looked: set[str] = set()
        """Traces that were settled by themselves: without annotations they give nothing else."""

    def round(self, position: Callable[[], int] = lambda: 0) -> News:
        """Look once; payloads of what came are here when it returns, those behind `position` first. Raises what the source raises.

        Whatever is raised, a trace that was found is found again.
        """
        work = replace(self.work, source=self._source(), queue=self.work.store.queue(self.work.queue.id))
        whole = self._rounds % FULL_ROUNDS == 0
        bad = self._reread(work, whole) if work.source.capabilities.payloads_with_listing else self._list(work, whole)
        self._rounds += 1
        loaded = sum(load(work, position))
        have, limit = work.store.counts(work.queue.id).items, work.queue.selection.limit
        if have > self._items:
            for _ in pull_unread(work):
                pass
            if limit is not None and have < limit:
                work.store.settle_limit(work.queue.id)
        news = News(have - self._items, frozenset(self._grown), loaded, bad, limit is not None and have >= limit)
        self._items = have
        self._grown.clear()
        return news

    def _reread(self, work: Filling, whole: bool) -> tuple[BadLine, ...]:
        """Of files: read anew when they changed; what could not be read."""
        done = Progress()
        if work.source.stamp != work.queue.stamp:
            done = fill(work)
            self._grown |= {""} if done.updated.get(work.queue.source_id) else set()
        recent = deque(work.store.trace_ids(work.queue.source_id), RECENT) if whole else self.waiting
        ready = [trace for trace in recent if not whole or trace not in self._looked]
        self._look(work, Choosing(work), ready)
        return done.bad

    def _list(self, work: Filling, whole: bool) -> tuple[BadLine, ...]:
        """Of a server: page by page from the newest until nothing on one is new."""
        choosing = Choosing(work)
        listed: dict[str, None] = {}
        changed: set[str] = set()
        bad: list[BadLine] = []
        selection = replace(work.queue.selection, order="newest")
        for number, page in enumerate(work.source.pages(selection, None, choosing.wanted()), 1):
            traces = dict.fromkeys(span.trace_id for span in page.headers)
            known = work.store.headers_of(work.queue.source_id, traces)
            lacking = _lacking(page, known)
            spans = Counter(span.trace_id for span in page.headers)
            others = {trace for trace, count in spans.items() if self._rounds and self._spans.get(trace) != count}
            unseen = any(trace not in self._spans for trace in others) or any(not known[trace] for trace in lacking)
            # Noted before it is stored: what is stored is no news to the next round.
            self.waiting |= lacking | others
            self._looked -= lacking | others
            changed |= lacking | others
            self._grown |= {trace for trace in lacking | others if known[trace]}
            self._grown |= {""} if selection.target == "session" and lacking | others else set()
            bad += page.bad
            self._spans |= spans
            if lacking:
                work.store.add_page(work.queue.source_id, Page(tuple(span for span in page.headers if span.trace_id in lacking)))
            listed |= traces
            goes_on = whole or unseen or (number < DEEP and not self.waiting <= listed.keys())
            if number == PAGES or not goes_on or work.stopped():
                break
        # What was not listed may have grown; where it is not found among all that is recent, it is taken as it is.
        ready = self.waiting - changed if whole else (self.waiting & listed.keys()) - changed
        if whole:
            again = choosing.everything_again
            ready |= {trace for trace in listed.keys() - changed if again or trace not in self._looked}
        places = {trace: place for place, trace in enumerate(listed)}
        self._look(work, choosing, sorted(ready, key=lambda trace: (places.get(trace, len(places)), trace)))
        return tuple(bad)

    def _look(self, work: Filling, choosing: Choosing, traces: Collection[str]) -> None:
        """Take what the queue wants of these traces, as far as they are whole."""
        have = work.store.counts(work.queue.id).items
        ranking = Ranking(work)
        for some in batched(traces):
            headers = settled(work, work.store.headers_of(work.queue.source_id, some), self._clock())
            rows = []
            for chosen in choosing.choose(self._new(work, choosing, headers)):
                for items in batched(chosen.items):
                    rows += ranking.look(items, chosen.headers)
            if work.stopped():
                break
            have = place(work, rows, Progress(items=have)).items
            self.waiting -= headers.keys()
            self._looked |= headers.keys()

    def _new(self, work: Filling, choosing: Choosing, headers: Headers) -> Sequence[NewItem]:
        """Candidates; with rules also those that are items already, which may meet more of them."""
        found = choosing.candidates(headers, whole=True)
        if work.queue.selection.target == "session":
            work.store.show_at(work.queue.id, found)
        return found if work.queue.selection.rules or work.queue.selection.target == "document" else fresh(work, found, headers)


def _lacking(page: Page, known: Headers) -> set[str]:
    """Traces of which a page lists spans that are not here."""
    here = {trace: {span.span_id for span in spans} for trace, spans in known.items()}
    return {span.trace_id for span in page.headers if span.span_id not in here[span.trace_id]}


def watch(
    look: Watch, seconds: float, wait: Callable[[float], bool], told: Callable[[News], None],
    away: Callable[[AnnotatorError, float], None], back: Callable[[], None], probe: Callable[[], object],
    position: Callable[[], int] = lambda: 0,
) -> None:  # fmt: skip
    """Rounds, so many seconds apart, until the queue is full or `wait`, which waits so many seconds, says True.

    A server or a file that is away is said to `away`, with the seconds until it is tried again, and to `back` when it is there again.
    `probe` asks for a sign of life. Raises what no waiting mends.
    """
    tries, left = 0, seconds
    while not wait(left):
        began = time.monotonic()
        try:
            news = look.round(position)
        except StoreBusy:
            left = min(seconds, 1.0)
            continue
        except AnnotatorError as error:
            if error.exit_code != 3 and not isinstance(error, BadFile):
                raise
            left = max(seconds, pause(tries, error))
            tries += 1
            away(error, left)
            wait_out(error, left, wait, probe)
            left = 0.0
            continue
        if tries:
            back()
            tries = 0
        told(news)
        if news.full:
            return
        left = max(seconds, SHARE * (time.monotonic() - began))
