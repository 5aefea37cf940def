"""Who fills which queue from where, and how far that is."""

from collections.abc import Callable, Mapping
from dataclasses import field

from annotator.domain.queue import Queue
from annotator.domain.record import record
from annotator.domain.source import BadLine, Sink, Source
from annotator.domain.store import Store


@record
class Progress:
    """How far filling is."""

    traces: int = 0
    items: int = 0
    read: int = 0
    total: int | None = None
    bad: tuple[BadLine, ...] = ()
    spans: int = 0
    """Those that came, log records not counted."""
    added: int = 0
    """Items that are new in the queue."""
    starved: tuple[str, ...] = ()
    """Rules of which the limit left nothing, since those of a higher priority filled it."""
    looked: int = 0
    """How many candidates the filter was tried on."""
    sessionless: int = 0
    """Traces without a session, where sessions are judged."""
    updated: Mapping[int, int] = field(default_factory=dict)
    """How many traces that were here before have changed, by source: log records join the spans of every source."""
    differing: Mapping[int, int] = field(default_factory=dict)
    """How many of the traces have other content in another source."""


@record
class Filling:
    """Who fills which queue from where."""

    store: Store
    source: Source
    queue: Queue
    identifier: str = ""
    """Mine; '' where nobody's rows are to be looked up."""
    sink: Sink | None = None
    stopped: Callable[[], bool] = lambda: False
    report: Callable[[Progress], None] = lambda progress: None
    unread: Callable[[BadLine], None] = lambda bad: None
    """Told of what was listed and then not given."""
    annotator: str = ""
    """Who I am; '' where nobody is known."""
    running: set[str] | None = None
    """Where the source is watched: the traces that are left out because they still run. None where all are taken as they are."""
