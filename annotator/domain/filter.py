"""A filter: a condition about an item, as a tree.

A condition is true or false of an item. A comparison with something that the item does not have is false, also with `!=`, as in
Phoenix's own filters; `not` turns true and false around, so that `not session = "s"` holds where there is no session.

Span fields are about the item's own span (of a trace or a session: the one that is shown first), annotations about the item's own
target. Within `AnySpan` both are about one span of the trace, the same one for the whole condition.
"""

from collections.abc import Iterator
from typing import Literal

from annotator.domain.record import record

FieldName = Literal["state", "status", "kind", "name", "latency", "tokens", "start", "session", "user", "model", "text"]
"""state: of the item (`ItemState`). status: OK, ERROR, UNSET. kind: the span kind in upper case. latency: nanoseconds, absent where the
span never ended. tokens: the total that the span recorded, else the sum over the spans below it that recorded one, each with what is below
it counted once. start: nanoseconds since 1970. session, user: the span's, else the first that a span of the trace names. model: the span's
own. text: what was recorded as input and output, messages and tool calls included; of a document its content.
"""
Op = Literal["=", "!=", "<", "<=", ">", ">=", "~"]
"""~ is 'contains', whatever the case."""
Scope = Literal["", "mine", "others", "human", "llm", "code"]
"""Whose annotations. '' is everybody's; others are all that are not mine, of any kind."""
Member = Literal["", "label", "score", "explanation"]
"""'' is the row itself; compared with another row it is the label, where neither has one the score."""
Need = Literal["headers", "payload", "annotations"]
"""headers: of the spans of the trace; payload: attributes, of the item's span or of others of its trace."""
Value = str | int | float | bool
"""A text; a number; of `latency` and `start` whole nanoseconds; only of an attribute a boolean. Texts equal only texts, numbers only
numbers, and `=` minds the case."""


@record
class Field:
    """A fact about the item or its span."""

    name: FieldName


@record
class Attribute:
    """An attribute of the span: by its flat dotted key as received, else by the path that the key spells through objects, lists and JSON
    texts (`metadata` is an object or a text, depending on who sent it).
    """

    key: str


@record
class Answer:
    """The annotations of a name, of all names where it is ''. Several rows may fit: a condition holds where it holds of one of them.

    Notes have the name `note` and only an explanation; '' does not mean them.
    """

    name: str = ""
    scope: Scope = ""
    member: Member = ""


Subject = Field | Attribute | Answer


@record
class Comparison:
    """The subject, an operator, a value. `<` and the like: numbers only; `~`: texts only."""

    subject: Subject
    op: Op
    value: Value


@record
class OneOf:
    """`=` to one of the values."""

    subject: Subject
    values: tuple[Value, ...]


@record
class Present:
    """The subject is there."""

    subject: Subject


@record
class Versus:
    """One row of the left and one of the right, of which the operator holds."""

    left: Answer
    op: Op
    right: Answer


@record
class Disagreement:
    """Two first verdicts of one name differ in their labels or, where neither has one, in their scores, and nobody adjudicated.

    Of a name, or of any ('').
    """

    name: str = ""


@record
class Not:
    condition: "Condition"


@record
class And:
    """All of them; two or more, none of which is an And."""

    conditions: tuple["Condition", ...]


@record
class Or:
    """At least one of them; two or more, none of which is an Or."""

    conditions: tuple["Condition", ...]


@record
class AnySpan:
    """There is a span in the item's trace of which the condition holds; never one within another."""

    condition: "Condition"


Condition = Comparison | OneOf | Present | Versus | Disagreement | Not | And | Or | AnySpan

_HEADERS = frozenset({"status", "kind", "name", "latency", "start"})
_NEEDS: dict[str, frozenset[Need]] = {"state": frozenset(), "session": frozenset({"headers", "payload"})}
_OF_PAYLOAD: frozenset[Need] = frozenset({"headers", "payload"})
_OF_HEADERS: frozenset[Need] = frozenset({"headers"})
_OF_ANNOTATIONS: frozenset[Need] = frozenset({"annotations"})


def parts(condition: Condition) -> Iterator[Condition]:
    """The condition and everything below it."""
    yield condition
    if isinstance(condition, And | Or):
        for one in condition.conditions:
            yield from parts(one)
    elif isinstance(condition, Not | AnySpan):
        yield from parts(condition.condition)


def needs(condition: Condition) -> frozenset[Need]:
    """What has to be known to decide it; nothing for a condition on the item's state alone.

    A session may be known from the headers: listings of some sources bring it, others only payloads.
    """
    found: frozenset[Need] = frozenset()
    for one in parts(condition):
        if isinstance(one, Versus | Disagreement):
            found |= _OF_ANNOTATIONS
        elif isinstance(one, AnySpan):
            found |= _OF_HEADERS
        elif isinstance(one, Comparison | OneOf | Present):
            found |= _of(one.subject)
    return found


def _of(subject: Subject) -> frozenset[Need]:
    if isinstance(subject, Answer):
        return _OF_ANNOTATIONS
    if isinstance(subject, Attribute):
        return _OF_PAYLOAD
    return _OF_HEADERS if subject.name in _HEADERS else _NEEDS.get(subject.name, _OF_PAYLOAD)


def names(condition: Condition) -> frozenset[str]:
    """Of the annotations that it speaks of; notes have none of their own."""
    found = {one.name for one in parts(condition) if isinstance(one, Disagreement)}
    for one in parts(condition):
        rows = (one.left, one.right) if isinstance(one, Versus) else (one.subject,) if isinstance(one, Comparison | OneOf | Present) else ()
        found |= {row.name for row in rows if isinstance(row, Answer)}
    return frozenset(found - {"", "note"})
