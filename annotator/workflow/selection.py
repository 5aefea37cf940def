"""What may become an item of a queue: from span headers, before any condition is looked at; and the condition of a selection."""

import hashlib
from collections.abc import Iterable, Sequence

from annotator.domain.annotation import Target
from annotator.domain.filter import And, AnySpan, Comparison, Condition, Field, Not, OneOf, Or, Present
from annotator.domain.queue import NewItem, Selection
from annotator.domain.span import ERROR, SpanHeader, root, start_order

FIXED = frozenset({"kind", "status", "name", "latency", "start", "state"})
"""Fields that a span's header settles, whatever else comes of its trace."""


def candidates(spans: Sequence[SpanHeader], selection: Selection, whole: bool = True) -> list[NewItem]:
    """What one trace may give, in the order of its start: its root or itself, its spans; for documents each of its spans; no sessions.

    `whole` is False while more of the trace may come: then a trace without a root span waits.
    """
    top = root(tuple(spans))
    if top is None or (not whole and top.parent_id is not None):
        return []
    if selection.target in ("span", "document"):
        return [NewItem(Target("span", span.span_id), span.trace_id, span.span_id) for span in sorted(spans, key=start_order)]
    target = Target("trace", top.trace_id) if selection.target == "trace" else Target("span", top.span_id)
    return [NewItem(target, top.trace_id, top.span_id, _why(spans, selection))]


def condition_of(selection: Selection, parsed: Condition | None) -> Condition | None:
    """Everything that an item of the selection has to meet; `parsed`: its filter. None where anything will do.

    Kinds and status are those of one span: of the item's own where spans or documents are judged, else of any in the trace.
    """
    of_span: list[Condition] = []
    if selection.kinds:
        of_span.append(OneOf(Field("kind"), selection.kinds))
    if selection.status is not None:
        of_span.append(Comparison(Field("status"), "=", selection.status))
    found: list[Condition] = []
    if of_span:
        one = all_of(of_span)
        found.append(one if selection.target in ("span", "document") else AnySpan(one))
    if selection.since_ns is not None:
        found.append(Comparison(Field("start"), ">=", selection.since_ns))
    if selection.until_ns is not None:
        found.append(Comparison(Field("start"), "<", selection.until_ns))
    if selection.session is not None:
        found.append(AnySpan(Comparison(Field("session"), "=", selection.session)))
    if parsed is not None:
        found.append(parsed)
    return all_of(found) if found else None


def all_of(conditions: Sequence[Condition]) -> Condition:
    """One condition of one or more."""
    flat = [part for one in conditions for part in (one.conditions if isinstance(one, And) else (one,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def lasts(condition: Condition, sense: bool = True) -> bool:
    """What is true of a trace of which only some spans are here stays true when the others come. `sense`: False within a `not`."""
    if isinstance(condition, And | Or):
        return all(lasts(one, sense) for one in condition.conditions)
    if isinstance(condition, Not):
        return lasts(condition.condition, not sense)
    if isinstance(condition, AnySpan):
        named = Comparison(Field("session"), "=", getattr(condition.condition, "value", ""))
        return sense and (condition.condition == named or lasts(condition.condition))
    subject = condition.subject if isinstance(condition, Comparison | OneOf | Present) else None
    return isinstance(subject, Field) and subject.name in FIXED


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
