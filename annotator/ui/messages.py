"""What background threads tell the screen. They never touch a widget."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from annotator.domain.outbox import OutboxCounts
from annotator.errors import AnnotatorError
from annotator.workflow.present import Presented

if TYPE_CHECKING:
    from annotator.domain.annotation import ItemState
    from annotator.domain.handover import Period
    from annotator.filter.vocabulary import Vocabulary
    from annotator.workflow.filling import Progress
    from annotator.workflow.opinions import Opinions
    from annotator.workflow.rubric_push import Planned
    from annotator.workflow.rubric_taking import Counted
    from annotator.workflow.sync import Drained


class Prepared(Message):
    """An item that was asked for is ready to be drawn; None where its payload is not here."""

    def __init__(self, item_id: int, presented: Presented | None) -> None:
        self.item_id = item_id
        self.presented = presented
        super().__init__()


class Coloured(Message):
    """Code in the trace that is shown has its colours."""


class RowsPulled(Message):
    """Everybody's annotations of a trace came from the server; '' for those of several."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        super().__init__()


class Shared(Message):
    """What others made of the items that come next, and of the one on the screen."""

    def __init__(self, judged: Mapping[int, Collection[str]], held: frozenset[int], refused: str) -> None:
        self.judged = judged
        """Who judged those that have their verdicts, by item id."""
        self.held = held
        """Items that have them with what others have before them."""
        self.refused = refused
        """Why the server takes no leases."""
        super().__init__()


class OpinionsRead(Message):
    """Everybody's annotations of an item, as they are in the store."""

    def __init__(self, opinions: "Opinions") -> None:
        self.opinions = opinions
        super().__init__()


class Filled(Message):
    """More of the queue is here."""

    def __init__(self, progress: "Progress", finished: bool) -> None:
        self.progress = progress
        self.finished = finished
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Filled) and not message.finished


class Remarked(Message):
    """Something about the queue, now that it is filled."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class Fed(Message):
    """A round of watching brought so many items, and more spans of these traces."""

    def __init__(self, items: int, grown: Collection[str]) -> None:
        self.items = items
        self.grown = grown
        super().__init__()


class Connected(Message):
    """The server answered; `read_only` says why nothing can be written, `unowned` why nobody owns what is, if so."""

    def __init__(self, version: str, read_only: str, unowned: str = "") -> None:
        self.version = version
        self.read_only = read_only
        self.unowned = unowned
        super().__init__()


class ServerSilent(Message):
    """The server cannot be used now; it is tried again in `pause` seconds, or not at all (None)."""

    def __init__(self, error: AnnotatorError, pause: float | None) -> None:
        self.error = error
        self.pause = pause
        super().__init__()


class Synced(Message):
    """How the outbox stands; `done` is what this program sent, None where it had nothing to send or another one is at it."""

    def __init__(self, counts: OutboxCounts, done: "Drained | None") -> None:
        self.counts = counts
        self.done = done
        super().__init__()


class DatasetsListed(Message):
    """The data sets that the server has."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        super().__init__()


class NotOpened(Message):
    """A program that was to open a page or a file on the display could not."""

    def __init__(self, program: str, target: str) -> None:
        self.program = program
        self.target = target
        super().__init__()


class Sifted(Message):
    """What a filter lets through of the items behind the position `after`, up to `upto`."""

    def __init__(
        self, number: int, after: int, upto: int, found: "Mapping[int, ItemState]", unknown: Collection[int], finished: bool | None
    ) -> None:
        self.number = number
        """Of the filter."""
        self.after = after
        self.upto = upto
        self.found = found
        """Positions, and the states that they are in."""
        self.unknown = unknown
        self.finished = finished
        """`upto` is the end of the queue; None where items were looked at again, out of turn."""
        super().__init__()


class HandoverMade(Message):
    """The hand-over as lines of Markdown; `failure` says why there is none."""

    def __init__(self, lines: tuple[str, ...], period: "Period | None", failure: str = "") -> None:
        self.lines = lines
        self.period = period
        self.failure = failure
        super().__init__()


class Learned(Message):
    """Words that completion may offer."""

    def __init__(self, vocabulary: "Vocabulary") -> None:
        self.vocabulary = vocabulary
        super().__init__()


class AnswersCounted(Message):
    """The answers on the queue's traces, for the rubric's form."""

    def __init__(self, counted: "Counted") -> None:
        self.counted = counted
        super().__init__()


class PushTold(Message):
    """How pushing the rubric stands: what it would do, or what became of it."""

    def __init__(self, lines: Sequence[str], said: str, todo: "Sequence[Planned]", state: Literal["planned", "done", "refused"]) -> None:
        self.lines = lines
        """What happens to each config."""
        self.said = said
        self.todo = todo
        """What is done when a person agrees."""
        self.state = state
        super().__init__()
