"""What may become an item of a queue: from span headers, before any condition is looked at; and the condition of a selection."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from annotator.domain.annotation import Target
from annotator.domain.filter import And, AnySpan, Comparison, Condition, Field, Not, OneOf, Or, Present
from annotator.domain.queue import NewItem, Selection
from annotator.domain.span import ERROR, SpanHeader, root, start_order

FIXED = frozenset({"kind", "status", "name", "latency", "start", "state"})
"""Fields that a span's header settles, whatever else comes of its trace."""
QUIET_SECONDS = 600.0
"""After its last span a trace without a root is taken as it is."""


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


def runs(spans: Sequence[SpanHeader], now: float) -> bool:
    """More of the trace is to come: its root is not here or has no end, and its last span is fresh. `now`: in seconds since 1970."""
    top = root(tuple(spans))
    if top is None or (top.parent_id is None and top.end_ns is not None):
        return False
    return max(time or 0 for span in spans for time in (span.start_ns, span.end_ns)) > (now - QUIET_SECONDS) * 1e9


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


class Ranked(NamedTuple):
    """An item, and what its place among others is decided by."""

    start_ns: int | None
    item: NewItem
    stratum: tuple[str, ...] = ()
    """The values that `Selection.by` has of it; () for none, which is a stratum too."""
    score: float | None = None
    """Of the annotation that `Selection.by` names."""


def gathers(selection: Selection) -> bool:
    """Nothing gets a position before all that the queue may take is known, down to payloads and annotations.

    Of several reviewers each takes the same items, and only then they are put in their own order.
    """
    same = selection.reviewers > 1 and selection.limit is not None
    return same or selection.order in ("stratified", "uncertain") or len({rule.priority for rule in selection.rules}) > 1


def mixes(selection: Selection) -> bool:
    """Positions are known when the source was listed to its end, and not before."""
    return gathers(selection) or selection.order == "random" or selection.reviewers > 1


def ordered(items: Iterable[Ranked], selection: Selection) -> list[NewItem]:
    """In the queue's order: higher priority of their rules first, then the selection's order; equals by the permutation of seed and
    reviewer. Of several reviewers each walks a permutation, whatever the selection says of times.
    """
    return [row.item for row in ranked(items, selection)]


def ranked(items: Iterable[Ranked], selection: Selection) -> list[Ranked]:
    """`ordered`, with what decided it."""
    rows = list(items)
    turns = _turns(rows, selection) if selection.order == "stratified" else {}

    def place(row: Ranked) -> tuple[Any, ...]:
        mixed = _mixed(row.item.target, selection)
        if selection.order == "stratified":
            return turns[row.item.target], not row.stratum, row.stratum
        if selection.order == "uncertain":
            return row.score is None, 0.0 if row.score is None else abs(row.score - selection.near), mixed
        if selection.order == "random" or selection.reviewers > 1:
            return (mixed,)
        return ({"newest": -1, "oldest": 1}.get(selection.order, 0) * (row.start_ns or 0),)

    return sorted(rows, key=lambda row: (-priority(row.item, selection), *place(row)))


def _turns(rows: Sequence[Ranked], selection: Selection) -> dict[Target, int]:
    """Of a stratified order: the round in which each comes, by a shuffle within its stratum of its priority."""
    strata: dict[tuple[int, tuple[str, ...]], list[Target]] = {}
    for row in rows:
        strata.setdefault(_stratum(row, selection), []).append(row.item.target)
    for targets in strata.values():
        targets.sort(key=lambda target: _mixed(target, selection))
    return {target: turn for targets in strata.values() for turn, target in enumerate(targets)}


def within(rows: Sequence[Ranked], selection: Selection, room: int | None) -> list[tuple[NewItem, float | None]]:
    """The first of `ranked` rows, at most `room`, and the probability with which the limit left each: in a stratified order that of its
    stratum, in a permutation the same for all; None where no chance decided whom it cut. A priority that came whole is not cut.

    None for all where one got nothing: with no probability at all, what is there says nothing of what it would have brought.
    """
    if room is None or len(rows) <= room:
        return [(row.item, 1.0) for row in rows]
    if room and priority(rows[-1].item, selection) < priority(rows[room - 1].item, selection):
        return [(row.item, None) for row in rows[:room]]
    by_chance = selection.order in ("random", "stratified") or (selection.reviewers > 1 and selection.order != "uncertain")
    whole = Counter(_stratum(row, selection) for row in rows)
    left = Counter(_stratum(row, selection) for row in rows[:room])
    cut = priority(rows[room].item, selection)
    found: list[tuple[NewItem, float | None]] = []
    for row in rows[:room]:
        of = _stratum(row, selection)
        found.append((row.item, 1.0 if of[0] > cut else left[of] / whole[of] if by_chance else None))
    return found


def _stratum(row: Ranked, selection: Selection) -> tuple[int, tuple[str, ...]]:
    return priority(row.item, selection), row.stratum if selection.order == "stratified" else ()


def priority(item: NewItem, selection: Selection) -> int:
    """Of the rule that took it."""
    return next((rule.priority for rule in selection.rules if rule.name == item.rule), 0)


def _mixed(target: Target, selection: Selection) -> bytes:
    which = target.id if target.position is None else f"{target.id}:{target.position}"
    return shuffle_key(selection.seed, selection.reviewer, which)


def shuffle_key(seed: int, reviewer: str, target_id: str) -> bytes:
    """Its place in a permutation: everybody's the same for no reviewer, else the reviewer's own."""
    whose = f"{reviewer}:" if reviewer else ""
    return hashlib.blake2b(f"{seed}:{whose}{target_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
