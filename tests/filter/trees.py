"""Conditions of every shape, as hypothesis draws them."""

from hypothesis import strategies as st

from annotator.domain.annotation import NOTE
from annotator.domain.filter import (
    And,
    Answer,
    AnySpan,
    Attribute,
    Comparison,
    Condition,
    Disagreement,
    Field,
    FieldName,
    Not,
    OneOf,
    Op,
    Or,
    Present,
    Subject,
    Value,
    Versus,
)
from annotator.filter.words import ALONE, EQUALITY, MEMBERS, OPERATORS, ORDER, SCOPES, SPAN_KINDS, STATES, STATUSES, TEXT

TEXTS = st.text(max_size=12)
NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(["correctness", "status", "any", "my name", "a.b", "not", "label", '"', NOTE])
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
YEARS = st.integers(-60_000_000_000 * 10**9, 250_000_000_000 * 10**9)
FIELD_VALUES: dict[FieldName, st.SearchStrategy[Value]] = {
    "state": st.sampled_from(STATES),
    "status": st.sampled_from(STATUSES),
    "kind": st.sampled_from([*SPAN_KINDS, "MY KIND"]),
    "latency": st.integers(0, (1 << 63) - 1),
    "tokens": NUMBERS,
    "start": YEARS,
}


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    """With one value, or with several."""
    subject, ops, values = draw(st.one_of(_fields(), _attributes(), _answers()))
    if "=" in ops and draw(st.booleans()):
        return OneOf(subject, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    op = draw(st.sampled_from(ops))
    if isinstance(subject, Attribute):
        values = TEXTS if op == "~" else NUMBERS if op not in TEXT else values
    return Comparison(subject, op, draw(values))


Typed = tuple[Subject, tuple[Op, ...], st.SearchStrategy[Value]]


@st.composite
def _fields(draw: st.DrawFn) -> Typed:
    name = draw(st.sampled_from(list(OPERATORS)))
    return Field(name), OPERATORS[name], FIELD_VALUES.get(name, TEXTS)


@st.composite
def _attributes(draw: st.DrawFn) -> Typed:
    return Attribute(draw(NAMES)), (*ORDER, "~"), TEXTS | NUMBERS | st.booleans()


@st.composite
def _answers(draw: st.DrawFn) -> Typed:
    name, member = draw(NAMES), draw(st.sampled_from(MEMBERS))
    ops, values = (ORDER, NUMBERS) if member == "score" else (TEXT, TEXTS)
    return Answer(name, draw(st.sampled_from(("", *SCOPES))), member), ops, values


@st.composite
def versus(draw: st.DrawFn) -> Condition:
    member = draw(st.sampled_from(("", *MEMBERS)))
    op = draw(st.sampled_from(ORDER if member == "score" else EQUALITY))
    scope = draw(st.sampled_from(("", *SCOPES)))
    return Versus(Answer(draw(NAMES), scope, member), op, Answer(draw(NAMES), draw(st.sampled_from(SCOPES)), member))


PRESENT = st.one_of(
    st.sampled_from(sorted(ALONE)).map(Field),
    st.builds(Attribute, NAMES),
    st.builds(Answer, NAMES, st.sampled_from(("", *SCOPES)), st.sampled_from(("", *MEMBERS))),
    st.builds(Answer, st.just(""), st.sampled_from(("", *SCOPES))),
).map(Present)
LEAVES = st.one_of(comparisons(), versus(), PRESENT, st.builds(Disagreement, st.just("") | NAMES))


def joined(parts: list[Condition], kind: type[And] | type[Or]) -> Condition:
    """Flat, as the parser makes them."""
    flat = [one for part in parts for one in (part.conditions if isinstance(part, kind) else (part,))]
    return kind(tuple(flat))


def _trees(leaves: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def grow(below: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        some = st.lists(below, min_size=2, max_size=3)
        return st.one_of(below.map(Not), some.map(lambda parts: joined(parts, And)), some.map(lambda parts: joined(parts, Or)))

    return st.recursive(leaves, grow, max_leaves=6)


CONDITIONS: st.SearchStrategy[Condition] = _trees(LEAVES | _trees(LEAVES).map(AnySpan))
