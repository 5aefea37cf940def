"""Whether a condition holds of an item."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from annotator.domain.annotation import ADJUDICATED, NOTE, RECHECK, Annotation, KnownAnnotation, Target
from annotator.domain.filter import (
    And,
    Answer,
    AnySpan,
    Attribute,
    Condition,
    Disagreement,
    Field,
    Member,
    Not,
    OneOf,
    Op,
    Or,
    Present,
    Subject,
    Versus,
    needs,
)
from annotator.domain.span import SpanHeader
from annotator.filter.facts import Focus, ItemFacts
from annotator.filter.span_facts import Values, attribute_of, values_of

Test = Callable[[ItemFacts, Focus], bool | None]
"""None: not known while a payload is not here."""
ORDERED: dict[str, Callable[[Any, Any], bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def matcher(condition: Condition) -> Callable[[ItemFacts], bool | None]:
    """A test to be used for many items; None where it cannot be known while the item's payload is not here."""
    test = _test(condition)
    return lambda facts: test(facts, Focus(facts.item.target))


def matches(condition: Condition, facts: ItemFacts) -> bool | None:
    """`matcher` for one item."""
    return matcher(condition)(facts)


def spans_of(condition: Condition, facts: ItemFacts) -> Iterator[SpanHeader]:
    """The spans of the item's trace of each of which the condition holds, as within `AnySpan`."""
    test = _test(condition)
    return (span for span in facts.spans() if test(facts, Focus(Target("span", span.span_id), span)))


def _test(condition: Condition) -> Test:
    if isinstance(condition, And | Or):
        return _joined([_test(one) for one in sorted(condition.conditions, key=_effort)], isinstance(condition, Or))
    if isinstance(condition, Not):
        return _opposite(_test(condition.condition))
    if isinstance(condition, AnySpan):
        return _some_span(_test(condition.condition))
    if isinstance(condition, Versus):
        return _versus(condition)
    if isinstance(condition, Disagreement):
        name = condition.name
        return lambda facts, focus: differ([known.row for known in facts.rows(focus.target)], name)
    values = _values(condition.subject)
    if isinstance(condition, Present):
        return _known(values, bool)
    if isinstance(condition, OneOf):
        wanted = condition.values
        return _known(values, lambda found: any(_same(one, value) for one in found for value in wanted))
    holds = comparing(condition.op, condition.value)
    return _known(values, lambda found: any(map(holds, found)))


def _effort(condition: Condition) -> int:
    """What is cheap to know is looked at first."""
    wanted = needs(condition)
    return 4 * ("payload" in wanted) + 2 * ("annotations" in wanted) + ("headers" in wanted)


def _joined(tests: Sequence[Test], one_is_enough: bool) -> Test:
    """Or, else And: what settles it is true, or false; what is not known settles nothing."""

    def test(facts: ItemFacts, focus: Focus) -> bool | None:
        known: bool | None = not one_is_enough
        for one in tests:
            found = one(facts, focus)
            if found is one_is_enough:
                return found
            if found is None:
                known = None
        return known

    return test


def _opposite(test: Test) -> Test:
    def opposite(facts: ItemFacts, focus: Focus) -> bool | None:
        found = test(facts, focus)
        return None if found is None else not found

    return opposite


def _some_span(test: Test) -> Test:
    def some(facts: ItemFacts, focus: Focus) -> bool | None:
        known: bool | None = False
        for span in facts.spans():
            found = test(facts, Focus(Target("span", span.span_id), span))
            if found:
                return True
            if found is None:
                known = None
        return known

    return some


def _known(values: Callable[[ItemFacts, Focus], Values], holds: Callable[[Sequence[Any]], bool]) -> Test:
    def test(facts: ItemFacts, focus: Focus) -> bool | None:
        found = values(facts, focus)
        return None if found is None else holds(found)

    return test


def _values(subject: Subject) -> Callable[[ItemFacts, Focus], Values]:
    if isinstance(subject, Field):
        name = subject.name
        return lambda facts, focus: values_of(name, facts, focus)
    if isinstance(subject, Attribute):
        key = subject.key
        return lambda facts, focus: attribute_of(facts, focus, key)
    answer, part = subject, _part(subject.member)
    return lambda facts, focus: [value for row in rows_of(facts, focus.target, answer) if (value := part(row)) is not None]


def _part(member: Member) -> Callable[[Annotation], Any]:
    return operator.attrgetter(member) if member else lambda row: row


def rows_of(facts: ItemFacts, target: Target, answer: Answer) -> list[Annotation]:
    """The rows that are meant; one that says nothing is none."""
    return [known.row for known in facts.rows(target) if _is_meant(known, answer, facts)]


def _is_meant(known: KnownAnnotation, answer: Answer, facts: ItemFacts) -> bool:
    row = known.row
    if row.name != answer.name if answer.name else row.name == NOTE:
        return False
    if row.label is None and row.score is None and row.explanation is None:
        return False
    if answer.scope in ("mine", "others"):
        return facts.reviewer.wrote(known) == (answer.scope == "mine")
    return not answer.scope or row.annotator_kind == answer.scope.upper()


def comparing(op: Op, wanted: Any) -> Callable[[Any], bool]:
    """A test of one value that is there."""
    if op == "=":
        return lambda value: _same(value, wanted)
    if op == "!=":
        return lambda value: not _same(value, wanted)
    if op == "~":
        folded = str(wanted).casefold()
        return lambda value: isinstance(value, str) and folded in value.casefold()
    beyond = ORDERED[op]
    return lambda value: _is_number(value) and beyond(value, wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: Any, wanted: Any) -> bool:
    """Texts with texts, numbers with numbers, booleans with booleans."""
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _versus(condition: Versus) -> Test:
    left, right, member, op = condition.left, condition.right, condition.left.member, condition.op

    def test(facts: ItemFacts, focus: Focus) -> bool:
        others = rows_of(facts, focus.target, right)
        return any(_holds(one, op, other, member) for one in rows_of(facts, focus.target, left) for other in others)

    return test


def _holds(one: Annotation, op: Op, other: Annotation, member: Member) -> bool:
    part = _part(member or ("score" if one.label is None and other.label is None else "label"))
    first, second = part(one), part(other)
    return first is not None and second is not None and comparing(op, second)(first)


def differ(rows: Sequence[Annotation], name: str = "") -> bool:
    """Two first verdicts of one name have other labels or, where neither has one, other scores, and no adjudicated one settles it.

    Of one name, or of any but notes.
    """
    labels: dict[str, str] = {}
    scores: dict[str, float] = {}
    differing, settled = set(), set()
    for row in rows:
        if (row.name != name) if name else row.name == NOTE:
            continue
        if row.identity.identifier.endswith(ADJUDICATED):
            if row.label is not None or row.score is not None:
                settled.add(row.name)
        elif row.identity.identifier.endswith(RECHECK):
            continue
        elif row.label is not None:
            if labels.setdefault(row.name, row.label) != row.label:
                differing.add(row.name)
        elif row.score is not None and scores.setdefault(row.name, row.score) != row.score:
            differing.add(row.name)
    return not differing <= settled
