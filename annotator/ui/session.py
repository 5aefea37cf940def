"""What the screens are given: who judges which queue, and how to reach the store and the server."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from typing import Protocol

from annotator.domain.queue import Queue
from annotator.domain.record import record
from annotator.domain.redaction import Redactor
from annotator.domain.source import Sink, Source
from annotator.domain.store import Store
from annotator.keymap.keymap import Keymap
from annotator.ui.styles import Theme


class Connection(Source, Sink, Protocol):
    """A server that was reached; every call may wait."""

    @property
    def version(self) -> str: ...

    def close(self) -> None: ...


def nobody_else() -> AbstractContextManager[bool]:
    """Where a review needs no lock: nothing but it has the store."""
    return nullcontext(True)


@record
class Session:
    """One run of the review screen."""

    queue: Queue
    annotator: str
    identifier: str
    keymap: Keymap
    open_store: Callable[[], Store]
    """One store for each thread that asks."""
    drain_lock: Callable[[], AbstractContextManager[bool]]
    """True inside where this program may drain the outbox: one drainer at a time."""
    connect: Callable[[str], Connection] | None = None
    """Reach a project of the queue's server; None for a queue from files, and with --offline."""
    source: Callable[[], Source] | None = None
    """Where files are read; None where `connect` is the source, and when the queue is filled."""
    offline: bool = False
    auto_advance: bool = True
    theme: Theme = "terminal"
    greeting: str = ""
    """Said once, when the screen opens."""
    read_only: str = ""
    """Why the server takes nothing, where that is known before the screen opens."""
    trace_url: str = ""
    """Where a person sees a trace in a browser, with `{trace_id}` in it; '' where there is no such page."""
    command_keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """`Rubric.keys` of the queue's rubric."""
    show_others: bool = False
    """Others' annotations are shown before one's own verdict."""
    hold: bool = False
    """An item on which somebody disagrees stays on the screen."""
    expected_output: str = "expected_output"
    """What the annotation is called that says what the answer should have been."""
    first_failure: str = "first_failure"
    """What the annotation is called that marks the first wrong step."""
    suggest: bool = False
    """A model's answer is filled in beforehand, for a person to take or to override."""
    recheck: float = 0.0
    """The share of items before which an earlier one of one's own comes again."""
    alone: Callable[[], AbstractContextManager[bool]] = nobody_else
    """True inside where no other review of the queue is open: its rubric may be another afterwards."""
    rubric_file: str = ""
    """Where the rubric came from; '' where that is not known."""
    dataset: str = ""
    """What items are added to; '' until a person named it."""
    datasets: Callable[[], Sequence[str]] | None = None
    """The data sets of the queue's server, which may wait; None without one."""
    watch: float = 0.0
    """Seconds between two looks for what is new at the source; 0 where it is listed once."""
    lease: float = 0.0
    """For how many seconds an item is kept for its reviewer, of several; 0 for not at all."""
    redactor: Redactor | None = None
    """What the stores hide of traces; None where the config names no patterns."""

    def probe(self) -> None:
        """Ask the server for a sign of life. Raises where it does not answer."""
        if self.connect is not None:
            self.connect("").user()
