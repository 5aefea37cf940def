"""From span headers to the items of a queue."""

import hashlib
from collections.abc import Iterable, Sequence

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection
from annotator.domain.span import ERROR, SpanHeader, root, start_order


def choose(spans: Sequence[SpanHeader], selection: Selection, whole: bool = True) -> list[NewItem]:
    """The items that one trace gives, in the order of their start.

    `whole` is False while more of the trace may come: then a trace without a root span waits.
    """
    top = root(tuple(spans))
    if top is None or (not whole and top.parent_id is not None):
        return []
    if selection.session is not None and all(span.session_id != selection.session for span in spans):
        return []
    if selection.target == "span":
        chosen = [span for span in sorted(spans, key=start_order) if _fits(span, selection) and _within(span, selection)]
        return [NewItem(Target("span", span.span_id), span.trace_id, span.span_id) for span in chosen]
    if not _within(top, selection) or not any(_fits(span, selection) for span in spans):
        return []
    target = Target("trace", top.trace_id) if selection.target == "trace" else Target("span", top.span_id)
    return [NewItem(target, top.trace_id, top.span_id, _why(spans, selection))]


def _fits(span: SpanHeader, selection: Selection) -> bool:
    return (not selection.kinds or span.kind in selection.kinds) and (selection.status is None or span.status_code == selection.status)


def _within(span: SpanHeader, selection: Selection) -> bool:
    if selection.since_ns is not None and (span.start_ns is None or span.start_ns < selection.since_ns):
        return False
    return selection.until_ns is None or (span.start_ns is not None and span.start_ns < selection.until_ns)


def _why(spans: Sequence[SpanHeader], selection: Selection) -> str:
    if selection.status == ERROR:
        failed = next((span for span in sorted(spans, key=start_order) if span.status_code == ERROR), None)
        return f"error in {failed.name}" if failed else ""
    return ""


def ordered(items: Iterable[tuple[int | None, NewItem]], selection: Selection) -> list[NewItem]:
    """Items with their start times, in the selection's order; random is a permutation that only the seed decides."""
    rows = list(items)
    if selection.order == "random":
        return [item for _, item in sorted(rows, key=lambda row: _shuffle_key(selection.seed, row[1].target.id))]
    if selection.order in ("newest", "oldest"):
        newest = selection.order == "newest"
        return [item for _, item in sorted(rows, key=lambda row: row[0] or 0, reverse=newest)]
    return [item for _, item in rows]


def _shuffle_key(seed: int, target_id: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{target_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
