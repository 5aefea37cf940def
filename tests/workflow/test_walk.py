"""What a verdict needs of the documents, spans, trace and session of an item, and in which order."""

import itertools
from collections.abc import Mapping, Sequence

import pytest

from annotator.domain.annotation import Annotation, Identity, Target, TargetKind
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.queue import Item
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.domain.span import Span, Trace
from annotator.domain.target import ItemTarget
from annotator.workflow.present import present_trace
from annotator.workflow.targets import ItemTargets, described, targets_of
from annotator.workflow.walk import Walk, following, open_slots
from tests.workflow.scene import span

DOCUMENTS = [{"document": {"content": f"content {place}"}} for place in range(3)]


def config(name: str) -> CategoricalConfig:
    return CategoricalConfig(name, (Value("yes"), Value("no")))


def spans() -> list[Span]:
    """An agent that retrieves through a wrapper that records the same documents, calls two tools, and answers."""
    found = {"retrieval.documents": DOCUMENTS}
    return [
        span("root", "t", kind="AGENT", session="chat"),
        Span("t", "wrapper", "root", "search", "RETRIEVER", "OK", 10**9, 5 * 10**9, attributes=found),
        Span("t", "inner", "wrapper", "search", "RETRIEVER", "OK", 2 * 10**9, 4 * 10**9, attributes=found),
        span("tool1", "t", "root", 6, "TOOL"),
        span("tool2", "t", "root", 7, "TOOL"),
    ]


def targets(kind: TargetKind = "span", id_: str = "root", shown: str = "root", position: int | None = None) -> ItemTargets:
    presented = present_trace(Trace("t", tuple(spans())), shown)
    return targets_of(presented, Item(1, 1, 1, Target(kind, id_, position), "t", shown), "chat")


def names(found: Sequence[ItemTarget]) -> list[str]:
    return [described(one) for one in found]


def slots(rubric: Rubric, of: ItemTargets, given: Mapping[Target, Mapping[str, Annotation]] | None = None) -> list[str]:
    return [f"{described(slot.on)}: {slot.criterion.name}" for slot in Walk(rubric, of).slots(given or {})]


def row(on: ItemTarget, name: str, label: str) -> Annotation:
    return Annotation(Identity("", on.target, name, "me"), label)


def test_a_call_that_two_spans_recorded_is_asked_about_once() -> None:
    found = targets()
    assert len(found.spans) == 4 and len({one.target for one in found.every}) == len(found.every)
    assert [one.target.position for one in found.documents] == [0, 1, 2] and len({one.target.id for one in found.documents}) == 1
    assert names(found.documents) == ["document 1 of search", "document 2 of search", "document 3 of search"]
    assert found.own.own and found.span is found.own and found.session is not None and found.session.target == Target("session", "chat")
    assert names(found.every)[0] == "agent name root" and names(found.every)[-2:] == ["trace", "session"]


@pytest.mark.parametrize(
    ("of", "asked"),
    [
        (targets(), ["1", "2", "3", "tool name tool1", "tool name tool2"]),
        (targets("trace", "t"), ["1", "2", "3", "tool name tool1", "tool name tool2"]),
        (targets("session", "chat"), ["1", "2", "3", "tool name tool1", "tool name tool2"]),
        (targets("span", "tool2", "tool2"), ["tool name tool2"]),
        (targets("document", "wrapper", "wrapper", 1), ["2"]),
    ],
)
def test_an_item_is_about_its_span_and_what_is_below_it(of: ItemTargets, asked: list[str]) -> None:
    right, relevant = Criterion(config("right"), kinds=("TOOL",)), Criterion(config("relevant"), target="document")
    rubric = Rubric((right, relevant, Criterion(config("good"))))
    found = slots(rubric, of)
    assert found[-1].endswith(": good") and [one.split(" of ")[0].removeprefix("document ").split(":")[0] for one in found[:-1]] == asked


def test_documents_come_before_spans_and_those_before_the_item() -> None:
    rubric = Rubric(
        (
            Criterion(config("good")),
            Criterion(config("solved"), target="trace"),
            Criterion(config("right"), kinds=("TOOL",)),
            Criterion(config("relevant"), target="document"),
            Criterion(config("used"), target="document"),
            Criterion(config("optional"), required=False, target="document"),
            Criterion(config("kind"), target="session"),
            Criterion(config("top"), target="span"),
        )
    )
    documents = [f"document {place} of search: {name}" for place in (1, 2, 3) for name in ("relevant", "used")]
    tools = ["tool name tool1: right", "tool name tool2: right"]
    assert slots(rubric, targets("trace", "t")) == [
        *documents, *tools, "trace: good", "trace: solved", "session: kind", "agent name root: top",
    ]  # fmt: skip


def test_a_condition_looks_at_its_target_first_and_else_at_those_where_it_was_asked() -> None:
    rubric = Rubric(
        (
            Criterion(config("good")),
            Criterion(config("relevant"), target="document"),
            Criterion(config("why"), target="document", when=Condition("relevant", "no")),
            Criterion(config("wrong tool"), kinds=("TOOL",), when=Condition("good", "no")),
            Criterion(config("missing"), when=Condition("relevant", "no")),
        )
    )
    of = targets()
    walk, (one, two, _) = Walk(rubric, of), of.documents
    given = {two.target: {"relevant": row(two, "relevant", "no")}}
    assert slots(rubric, of, given)[:4] == [
        "document 1 of search: relevant", "document 2 of search: relevant", "document 2 of search: why", "document 3 of search: relevant",
    ]  # fmt: skip
    assert [slot.criterion.name for slot in walk.slots(given) if slot.on.own] == ["good", "missing"]
    given |= {of.own.target: {"good": row(of.own, "good", "no"), "missing": row(of.own, "missing", "yes")}}
    assert [slot.on for slot in walk.slots(given) if slot.criterion.name == "wrong tool"] == list(of.spans[-2:])
    given[two.target] = {"relevant": row(two, "relevant", "yes")}
    assert walk.not_asked(walk.asked_of, given) == ((of.own, "missing"),)
    assert "why" not in [criterion.name for criterion in walk.asked(one, given)]


def test_the_next_slot_is_after_the_answered_one_and_then_what_was_passed_over() -> None:
    rubric, of = Rubric((Criterion(config("relevant"), target="document"),)), targets()
    walk = Walk(rubric, of)
    order = []
    given: dict[Target, dict[str, Annotation]] = {}
    place: ItemTarget | None = of.documents[1]
    while place is not None:
        given[place.target] = {"relevant": row(place, "relevant", "yes")}
        order.append(place.target.position)
        slot = following(walk.slots(given), given, (place.target, "relevant"))
        place = slot.on if slot else None
    assert order == [1, 2, 0] and not open_slots(walk.slots(given), given)


def test_what_binds_nothing_needs_no_trace() -> None:
    rubric = Rubric((Criterion(config("good")), Criterion(config("why"), when=Condition("good", "no"))))
    own = targets().own
    for of, (label, count) in itertools.product((targets(), ItemTargets(own)), (("yes", 1), ("no", 2))):
        assert len(Walk(rubric, of).slots({own.target: {"good": row(own, "good", label)}})) == count
