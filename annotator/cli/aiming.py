"""Which target of an item `annotator annotate` means: its own, another span of the trace, a document, the trace, the session."""

from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.cli.finding import Found
from annotator.domain.annotation import Target
from annotator.domain.queue import Item, Queue
from annotator.domain.span import SpanHeader
from annotator.domain.target import ItemTarget
from annotator.errors import UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


def item_of(store: "SqliteStore", queue: Queue, found: Found) -> Item | None:
    """The item that an id means: what it names, else the item of the nearest span above it, of its trace, of its session."""
    spans = {span.span_id: span for span in store.headers(queue.source_id, found.trace_id)}
    targets = [Target("span", span_id) for span_id in (_upwards(spans, found.span_id) if found.span_id else ())]
    targets.append(Target("trace", found.trace_id))
    if not found.span_id and queue.selection.target == "root":
        targets += [Target("span", span_id) for span_id in spans]
    targets += [Target("session", session) for session in dict.fromkeys(span.session_id for span in spans.values()) if session]
    return next((item for target in targets if (item := store.item_of(queue.id, target))), None)


def _upwards(spans: dict[str, SpanHeader], span_id: str) -> list[str]:
    """The span and those above it; a circle is walked once."""
    path: list[str] = []
    above: str | None = span_id
    while above and above not in path:
        path.append(above)
        above = spans[above].parent_id if above in spans else None
    return path


def aim(store: "SqliteStore", queue: Queue, item: Item, found: Found, document: int | None, kind: str | None) -> ItemTarget | None:
    """None for the item's own target; `document` counts from 1. Raises UsageError where the trace has no such thing."""
    from annotator.workflow.present import present
    from annotator.workflow.targets import document_target, span_target, targets_in

    if item.trace_id != found.trace_id:  # another turn of the session that the item is
        item, kind = replace(item, trace_id=found.trace_id), kind or ("trace" if not found.span_id and document is None else None)
    span_id = found.span_id or item.span_id
    if document is None and kind is None and (not found.span_id or item.target == Target("span", span_id)):
        return None
    presented = present(store, queue.source_id, item)
    if presented is None:
        raise UsageError(f"Trace {item.trace_id} is not here.", "annotator pull brings it.")
    if kind is not None:
        targets = targets_in(store, queue, item, presented)
        wide = targets.session if kind == "session" else targets.trace
        if wide is None:
            raise UsageError(f"Trace {item.trace_id} belongs to no session.", "Leave --target out, or say --target trace.")
        return wide
    if document is None:
        return span_target(presented, item, span_id)
    reading = presented.readings.get(span_id)
    count = len(reading.documents) if reading is not None else 0
    if not 1 <= document <= count:
        retrieving = [each for each, one in presented.readings.items() if one.documents and each != span_id]
        advice = f"These have some: {', '.join(retrieving[:3])}." if retrieving else "Its trace has none at all."
        has = counted(count, "document") if count else "no documents"
        raise UsageError(f"Span {span_id} has {has}.", f"Give 1 to {count}." if count else advice)
    return document_target(presented, item, span_id, document - 1)
