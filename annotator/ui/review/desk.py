"""What lies on the reviewer's desk: the item, the answers so far, what is typed, what was just done."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from annotator.domain.annotation import Target
from annotator.domain.annotation_config import AnnotationConfig, ContinuousConfig, FreeformConfig
from annotator.domain.evidence import Evidence
from annotator.domain.outbox import OutboxCounts
from annotator.domain.queue import Counts, Item
from annotator.domain.rubric import Criterion
from annotator.domain.step import Verdict
from annotator.domain.store import Store
from annotator.domain.target import ItemTarget
from annotator.text.block import Block
from annotator.text.line import Piece, Style
from annotator.text.shape.tree import TreeRow
from annotator.text.trace.raw import raw_blocks
from annotator.ui.review.matches import Matches
from annotator.ui.session import Session
from annotator.workflow.answers import ItemView
from annotator.workflow.judge import Circumstances, Judge
from annotator.workflow.present import Presented, facts
from annotator.workflow.progress import VERDICTS_LOOKED_AT, pace
from annotator.workflow.targets import block_target, own_target, span_target

if TYPE_CHECKING:
    from annotator.workflow.agreement import Stance
    from annotator.workflow.opinions import Opinion

LAST_VERDICTS = 5


@dataclass(frozen=True, eq=False, slots=True)
class Revealed:
    """What a person asked to see of an item though it is redacted."""

    presented: Presented
    """The item as received."""
    parts: frozenset[str]
    """Keys of the blocks that are shown so; none for all of them."""


@dataclass(eq=False, repr=False)
class Desk:
    """The state of one review screen. Only the UI thread touches it."""

    session: Session
    store: Store
    judge: Judge
    view: ItemView | None = None
    """None before the first item and at the end of the queue."""
    ended: bool = False
    """The end of the queue is on the screen."""
    presented: Presented | None = None
    """None while the item's payload is not here."""
    revealed: Revealed | None = None
    """None while nothing of what is redacted is shown."""
    reading: bool = False
    """The payload is here, and is being read in the background."""
    span_id: str = ""
    """The span whose view is shown."""
    turned: ItemTarget | None = None
    """What of the item a person turned to that the view does not stand for: its trace, its session."""
    raw: bool = False
    """The span is shown as received."""
    part: str = ""
    """Key of the block that the part cursor is on; '' where none was chosen."""
    wrapped: bool = True
    """Long lines go on in the next row."""
    whole_tree: bool = False
    """The span tree shows twins and plumbing too."""
    folds: dict[str, bool] = field(default_factory=dict)
    query: str = ""
    match: int = -1
    criterion: str = ""
    """The current config's name; '' where nothing is asked."""
    typed: dict[tuple[int, Target, str], str] = field(default_factory=dict)
    """Numbers begun and not committed, by item, target and config."""
    stepped: bool = False
    """The number was reached with arrow keys, not typed."""
    drafts: dict[tuple[int, str], str] = field(default_factory=dict)
    """Texts left with Esc, by item and field."""
    arrived_done: bool = False
    """The item was done when it came: answers replace and stay."""
    drawn: bool = False
    """The item has been painted; before that no key judges it."""
    shown_at: float = 0.0
    notice: tuple[str, Style] = ("", "dim")
    matches: Matches | None = None
    """What the filter lets through; None without one."""
    counts: Counts = field(default_factory=Counts)
    pace: float | None = None
    last: list[Verdict] = field(default_factory=list)
    outbox: OutboxCounts = field(default_factory=OutboxCounts)
    server_state: str = ""
    server_style: Style = "dim"
    read_only: str = ""
    loading: str = ""
    fresh: int = 0
    """Items that came since another one was shown, where the source is watched."""
    nothing: bool = False
    """The source was listed to its end and has no item for the queue."""
    passed: int = 0
    """Items that were left to others who judged them, in this run."""
    looked: int = 0
    """How many traces, or spans where those are judged, the source has shown so far."""
    auto_advance: bool = True
    seen: "tuple[Opinion, ...]" = ()
    """Everybody's annotations of the item that may be seen by now."""
    veiled: bool = False
    """There may be more, which are shown when the verdict is whole."""
    suggested: "Opinion | None" = None
    """What a model answered to the current config, where it is filled in beforehand."""
    stances: "dict[int, tuple[Stance, ...]]" = field(default_factory=dict)
    """Who agrees with the verdicts on the strip, by item."""
    marked_for: "tuple[ItemView, tuple[Opinion, ...]] | None" = None
    marks: dict[Target, Piece] = field(default_factory=dict)
    """What was said about the item's targets, when that view of it was made."""
    failing: tuple[str, ...] = ()
    """The span that is my first failure of the trace."""
    beside: tuple[Block, ...] = ()
    """What I expected, and the evidence."""
    waiting: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)
    """Evidence for the answer that is given next, by item."""
    selecting: bool = False
    """Words of the trace are being selected."""
    _beside: tuple[tuple[Block, ...], tuple[Block, ...], tuple[Block, ...]] | None = None
    """The trace's blocks, those beside them, and both as `blocks` gave them last."""
    _built: tuple[Presented, tuple[str, bool, Revealed | None], tuple[Block, ...]] | None = None
    """What `blocks` gave last, and for which view."""

    @property
    def steps(self) -> Store | Matches:
        """What is stepped through: the queue, or what the filter leaves of it."""
        return self.matches or self.store

    @property
    def item(self) -> Item | None:
        return self.view.item if self.view else None

    @property
    def on(self) -> ItemTarget | None:
        """What of the item is judged: the target in focus.

        The document or turn that is marked, else what was turned to, else the span whose view is shown; in its first view, the item's own.
        """
        item, presented = self.item, self.presented
        if item is None or presented is None:
            return own_target(item) if item is not None else None
        block = self.marked
        if block is not None and (on := block_target(presented, item, block)) is not None:
            return on
        if self.turned is not None:
            return self.turned
        return own_target(item) if self.span_id == item.span_id else span_target(presented, item, self.span_id)

    @property
    def marked(self) -> Block | None:
        """The block that the part cursor was put on."""
        return next((block for block in self.blocks if block.key == self.part), None) if self.part else None

    def block_of(self, target: Target) -> Block | None:
        """The block of a document, or of the turn of a trace, where the view has it."""
        if target.kind == "document":
            return next((block for block in self.blocks if (block.span_id, block.position) == (target.id, target.position)), None)
        return next((block for block in self.blocks if target.kind == "trace" and block.key == f"turn/{target.id}/user"), None)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the trace view shows: the trace, and beside its answer what I said that belongs there."""
        own = self.item is not None and self.span_id == self.item.span_id and not self.raw
        said, beside = self.trace_blocks, self.beside if own else ()
        if not beside or not said:
            return said
        if self._beside is None or self._beside[0] is not said or self._beside[1] is not beside:
            from annotator.text.trace.beside import inserted

            self._beside = (said, beside, inserted(said, beside))
        return self._beside[2]

    @property
    def trace_blocks(self) -> tuple[Block, ...]:
        """What the trace says; built once for each view."""
        presented = self.presented
        if presented is None:
            return ()
        view = (self.span_id, self.raw, self.revealed)
        if self._built is None or self._built[0] is not presented or self._built[1] != view:
            self._built = (presented, view, self.blocks_with(presented, self.revealed))
        return self._built[2]

    def blocks_with(self, presented: Presented, revealed: Revealed | None) -> tuple[Block, ...]:
        """The view with what is revealed in the place of what is redacted."""
        if revealed is None:
            return self._view_of(presented)
        received = self._view_of(revealed.presented)
        if not revealed.parts:
            return received
        shown = {block.key: block for block in received if block.key in revealed.parts}
        return tuple(shown.get(block.key, block) for block in self._view_of(presented))

    def _view_of(self, presented: Presented) -> tuple[Block, ...]:
        return tuple(raw_blocks(presented.trace, self.span_id)) if self.raw else presented.focused(self.span_id)

    @property
    def open_to_view(self) -> Presented | None:
        """What may be listed and searched: all of the item as received once it was revealed whole, else redacted."""
        return self.revealed.presented if self.revealed is not None and not self.revealed.parts else self.presented

    @property
    def tree(self) -> tuple[TreeRow, ...]:
        """The rows of the span tree, which `[` and `]` walk."""
        shown = self.open_to_view
        return shown.tree(self.whole_tree, self.span_id) if shown else ()

    @property
    def whole(self) -> bool:
        """The whole trace is looked at, not one of its spans."""
        root = self.presented.trace.root if self.presented else None
        return root is None or root.span_id == self.span_id

    def look_at(self, span_id: str, raw: bool = False) -> None:
        """Another span, or the same one in another view: nothing is folded, found or chosen there yet."""
        self.span_id, self.raw, self.turned = span_id, raw, None
        self.folds, self.match, self.part = {}, -1, ""

    @property
    def current(self) -> Criterion | None:
        """The criterion that a digit answers."""
        if self.view is None:
            return None
        return next((criterion for criterion in self.view.asked if criterion.name == self.criterion), None)

    @property
    def config(self) -> AnnotationConfig | None:
        return self.current.config if self.current else None

    @property
    def number(self) -> str:
        """What is typed for the current continuous config and not committed."""
        return self.typed.get((self.view.item.id, self.view.on.target, self.criterion), "") if self.view else ""

    def type_number(self, text: str, stepped: bool = False) -> None:
        """`stepped`: by an arrow key; what is typed next begins anew."""
        if self.view is not None:
            self.typed[(self.view.item.id, self.view.on.target, self.criterion)] = text
            self.stepped = stepped

    @property
    def contexts(self) -> tuple[str, ...]:
        """Where a key is looked up, most specific first."""
        if self.selecting:
            return ("select", "everywhere")
        if isinstance(self.config, ContinuousConfig):
            return ("score", "review", "everywhere")
        if self.config is None or isinstance(self.config, FreeformConfig):
            return ("review", "everywhere")
        return ("label", "review", "everywhere")

    def say(self, text: str, style: Style = "dim") -> None:
        """One line about what was just done, refused or failed."""
        self.notice = (text, style)

    def refresh_view(self) -> None:
        """Read the item again, and the answers on what is in focus."""
        if self.view is not None:
            self.judge = self.judge.of(self.view.item)
            self.view = self.judge.view(self.view.item, self.on)

    def ask(self) -> None:
        """Make current what is to be answered first on what is in focus; where all is answered, the one that is current stays."""
        view = self.view
        if view is None:
            return
        needed = [slot.criterion for slot in view.slots if slot.on.target == view.on.target]
        offered = [] if view.on.own else [criterion for criterion in view.asked if criterion.required]
        opened = next((criterion for criterion in (*needed, *offered) if criterion.name not in view.answers), None)
        if opened is not None:
            self.criterion = opened.name
        elif self.current is None:
            self.criterion = view.asked[0].name if view.asked else ""

    def refresh_figures(self) -> None:
        """Counters, pace, last verdicts and outbox, each a look-up."""
        queue_id, annotator = self.session.queue.id, self.session.annotator
        self.counts = self.store.counts(queue_id)
        self.last = self.store.last_verdicts(queue_id, annotator, LAST_VERDICTS)
        self.pace = pace(self.store.verdict_times(queue_id, annotator, VERDICTS_LOOKED_AT))
        if self.session.queue.source.server:
            self.outbox = self.store.outbox_counts(self.session.queue.source.server)

    def circumstances(self, clock: Callable[[], float] = time.monotonic) -> Circumstances:
        """How long the item was on the screen, and what is known of its span."""
        on = self.on
        known = facts(self.presented, on.span_id) if self.presented and on else {}
        waiting = self.waiting.get(self.item.id, ()) if self.item else ()
        return Circumstances(max(0.0, clock() - self.shown_at), known, waiting)
