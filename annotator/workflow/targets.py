"""What of an item can be judged, read from its trace."""

from annotator.domain.annotation import Target
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.rubric import Criterion
from annotator.domain.target import ItemTarget
from annotator.domain.trace_store import TraceStore
from annotator.text.block import Block
from annotator.text.escape import one_line
from annotator.workflow.present import Presented, present
from annotator.workflow.turns import session_id


@record
class ItemTargets:
    """The targets of one item, each once, in reading order."""

    own: ItemTarget
    span: ItemTarget | None = None
    """The span that is shown first: the item's own, the root of a trace, the span of a document."""
    spans: tuple[ItemTarget, ...] = ()
    """Those of the trace that have a row in the tree: what repeats another span or only carries one has none."""
    below: frozenset[str] = frozenset()
    """Ids of the spans that the item is about: its own and what is below it."""
    documents: tuple[ItemTarget, ...] = ()
    """What those spans retrieved, each list once however many spans recorded it."""
    trace: ItemTarget | None = None
    session: ItemTarget | None = None
    """None where the trace names no session."""
    read: bool = True
    """False while the trace is not here: only `own` is known."""

    @property
    def every(self) -> tuple[ItemTarget, ...]:
        """All of them, the own one first."""
        wide = (one for one in (self.trace, self.session) if one is not None)
        found = {one.target: one for one in (self.own, *self.spans, *self.documents, *wide)}
        return tuple(found.values())


def own_target(item: Item) -> ItemTarget:
    """What the queue asks about."""
    return ItemTarget(item.target, item.span_id, own=True)


def described(on: ItemTarget) -> str:
    """For people: 'tool get_order', 'document 2 of search', 'trace', 'session'."""
    if on.target.kind == "span":
        return f"{on.span_kind.lower() or 'span'} {on.name}".strip()
    return on.name or on.target.kind


def bound_to(criterion: Criterion) -> str:
    """What a config is asked of, for people: 'documents', 'TOOL spans', 'the trace'; '' where it is not bound."""
    kinds = f"{' and '.join(criterion.kinds)} " if criterion.kinds else ""
    if criterion.target in ("trace", "session"):
        return f"the {criterion.target}"
    return f"{kinds}documents" if criterion.target == "document" else f"{kinds}spans" if criterion.is_bound else ""


def span_target(presented: Presented, item: Item, span_id: str) -> ItemTarget:
    """A span of the item's trace."""
    shape = presented.shape
    kind, name = next(
        ((kind, node.span.name) for node, kind in zip(shape.nodes, shape.kinds, strict=True) if node.span.span_id == span_id), ("", "")
    )
    target = Target("span", span_id)
    return ItemTarget(target, span_id, kind, one_line(name), own=target == item.target)


def document_target(presented: Presented, item: Item, span_id: str, position: int) -> ItemTarget:
    """A retrieved document; `position` counts from 0."""
    of, target = span_target(presented, item, span_id), Target("document", span_id, position)
    return ItemTarget(target, span_id, of.span_kind, f"document {position + 1} of {of.name}", own=target == item.target)


def block_target(presented: Presented, item: Item, block: Block) -> ItemTarget | None:
    """What a part of the trace stands for: a document; of a session that is judged, the trace of a turn. None for any other part."""
    if block.position is not None:
        return document_target(presented, item, block.span_id, block.position)
    turn, slash, rest = block.key.partition("/")
    trace_id, _, speaker = rest.rpartition("/")
    if item.target.kind != "session" or turn != "turn" or not slash or not trace_id or not speaker:
        return None
    return ItemTarget(Target("trace", trace_id), item.span_id, name=f"trace of {block.head}")


def targets_of(presented: Presented, item: Item, session: str | None) -> ItemTargets:
    """`session`: the id of the trace's session, not redacted; None for none."""
    shape, own = presented.shape, own_target(item)
    shown = [row.span_id for row in presented.tree() if not row.folded]
    spans = {span_id: span_target(presented, item, span_id) for span_id in shown}
    at = next((place for place, node in enumerate(shape.nodes) if node.span.span_id == item.span_id), -1)
    whole = own.target.kind in ("trace", "session") or at < 0
    inside = range(len(shape.nodes)) if whole else range(at, shape.ends[at])
    if own.target.kind == "document":
        own = document_target(presented, item, own.target.id, own.target.position or 0)
        inside, documents = range(at, at + 1), [own]
    else:
        blocks = (block for block in presented.blocks if block.position is not None and block.span_id)
        documents = [document_target(presented, item, block.span_id, block.position or 0) for block in blocks]
    top = spans.get(item.span_id) or span_target(presented, item, item.span_id)
    return ItemTargets(
        top if top.own else own,
        top,
        tuple(spans.values()),
        frozenset(shape.nodes[place].span.span_id for place in inside),
        tuple({one.target: one for one in documents}.values()),
        _wide("trace", item.trace_id, item),
        _wide("session", session, item) if session else None,
    )


def _wide(kind: str, target_id: str, item: Item) -> ItemTarget:
    target = Target("trace" if kind == "trace" else "session", target_id)
    return ItemTarget(target, item.span_id, name=kind, own=target == item.target)


def targets_in(store: TraceStore, queue: Queue, item: Item, presented: Presented | None) -> ItemTargets:
    """None while the trace is not here."""
    if presented is None:
        return ItemTargets(own_target(item), read=False)
    # The spans of the trace may be redacted; an id must not be.
    return targets_of(presented, item, session_id(store.headers(queue.source_id, item.trace_id)))


def targets_in_store(store: TraceStore, queue: Queue, item: Item) -> ItemTargets:
    """Reads the trace, but not where the queue's rubric asks of the item's own target alone."""
    if not queue.rubric.binds:
        return ItemTargets(own_target(item))
    return targets_in(store, queue, item, present(store, queue.source_id, item))
