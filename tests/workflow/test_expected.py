"""What the answer should have been: a text of its own beside the verdict, and the first wrong step of a trace."""

from collections.abc import Callable

import pytest

from annotator.domain.annotation import Annotation, Target
from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.domain.queue import NewItem
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.span import Span, Trace
from annotator.domain.step import SetAnnotation
from annotator.errors import InvalidAnnotation
from annotator.workflow import first_failure
from annotator.workflow.expected import LONGEST, expect, expected, real_output
from annotator.workflow.present import present_trace
from tests.recorded import traces
from tests.workflow.scene import CORRECTNESS, Desk, span

NAME, REAL = "expected_output", "I refunded 116.91 EUR.\n"


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


def kept(desk: Desk) -> str | None:
    row = expected(desk.judge, desk.item(1), NAME)
    return row.explanation if row else None


def test_a_text_is_kept_with_who_wrote_it_and_undone(desk: Desk) -> None:
    judged = expect(desk.judge, desk.item(1), NAME, "  I refunded 216.91 EUR.\n\n", REAL)
    row = expected(desk.judge, desk.item(1), NAME)
    assert judged is not None and not judged.completed and row is not None
    assert (row.explanation, row.label, row.score, row.annotator_kind) == ("  I refunded 216.91 EUR.", None, None, "HUMAN")
    assert row.metadata["annotator"] == "ann" and row.identity.identifier == desk.judge.identifier
    assert desk.item(1).state.value == "todo", "it is no answer of the rubric"
    expect(desk.judge, desk.item(1), NAME, "Nothing was refunded.", REAL)
    desk.judge.undo()
    assert kept(desk) == "  I refunded 216.91 EUR."
    desk.judge.undo()
    assert kept(desk) is None


def test_what_was_answered_is_not_stored_and_takes_an_earlier_text_away(desk: Desk) -> None:
    assert expect(desk.judge, desk.item(1), NAME, REAL, REAL) is None and kept(desk) is None
    assert expect(desk.judge, desk.item(1), NAME, REAL.rstrip("\n"), REAL) is None and desk.judge.undo() is None
    expect(desk.judge, desk.item(1), NAME, "other", REAL)
    assert expect(desk.judge, desk.item(1), NAME, "other\n", REAL) is None, "as it was"
    judged = expect(desk.judge, desk.item(1), NAME, REAL, REAL)
    assert judged is not None and "taken away" in judged.title and kept(desk) is None
    desk.judge.undo()
    assert kept(desk) == "other"


def test_an_empty_or_endless_text_is_refused_and_nothing_changes(desk: Desk) -> None:
    expect(desk.judge, desk.item(1), NAME, "other", REAL)
    for text in ("", " \n ", "x" * (LONGEST + 1)):
        with pytest.raises(InvalidAnnotation):
            expect(desk.judge, desk.item(1), NAME, text, REAL)
    assert kept(desk) == "other"
    expect(desk.judge, desk.item(1), NAME, "x" * LONGEST, REAL)
    assert len(kept(desk) or "") == LONGEST


def test_a_rubric_may_ask_for_it(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=Rubric((Criterion(FreeformConfig(NAME)), CORRECTNESS)))
    desk.answer(1, "fail")
    judged = expect(desk.judge, desk.item(1), NAME, "other", REAL)
    assert judged is not None and judged.completed and desk.item(1).state.value == "done"


def test_a_config_of_that_name_that_is_no_text_refuses_it(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rubric=Rubric((Criterion(CategoricalConfig(NAME, (Value("a"), Value("b")))),)))
    with pytest.raises(InvalidAnnotation, match="no text"):
        expect(desk.judge, desk.item(1), NAME, "other", REAL)


def test_a_document_has_none(desk: Desk) -> None:
    desk.store.add_items(desk.queue.id, [NewItem(Target("document", "s1", 0), "t1", "s1")])
    with pytest.raises(InvalidAnnotation, match="document"):
        expect(desk.judge, desk.item(4), NAME, "other", REAL)


def test_the_real_output_is_what_the_screen_shows_as_the_answer() -> None:
    for trace in traces("langchain-langgraph"):
        root = trace.root
        assert root is not None
        presented = present_trace(trace, root.span_id)
        shown = [block for block in presented.blocks if block.weight == "answer" and not block.note and block.kind == "assistant"]
        real = real_output(presented, root.span_id)
        assert bool(real) == bool(shown)
        if real and shown[0].syntax in ("text", "markdown") and "\n" not in shown[0].body:
            assert shown[0].body == real
    assert real_output(present_trace(Trace("t", ()), ""), "") == ""


# The first failure

AGENT = Trace("t1", tuple(span(f"s{n}", "t1", None if n == 1 else "s1", n, "TOOL") for n in range(1, 5)))


def failing(desk: Desk) -> list[tuple[str, str | None]]:
    return [(row.target.id, row.label) for row in first_failure.first_failures(desk.judge, AGENT, first_failure.NAME)]


def mark(desk: Desk, span_id: str) -> str:
    return first_failure.mark(desk.judge, desk.item(1), AGENT, span_id, first_failure.NAME).title


def test_one_span_of_a_trace_is_the_first_failure(desk: Desk) -> None:
    assert mark(desk, "s3") == "first failure: name s3" and failing(desk) == [("s3", "first_failure")]
    (row,) = first_failure.first_failures(desk.judge, AGENT, first_failure.NAME)
    assert (row.annotator_kind, row.metadata["annotator"], row.metadata["trace_id"]) == ("HUMAN", "ann", "t1")
    mark(desk, "s2")
    assert failing(desk) == [("s2", "first_failure")], "moved, in one step"
    reversal = desk.judge.undo()
    assert failing(desk) == [("s3", "first_failure")]
    assert reversal is not None and reversal.step.target == Target("span", "s2")
    assert mark(desk, "s3") == "no first failure: name s3" and failing(desk) == []
    desk.judge.undo()
    desk.judge.undo()
    assert failing(desk) == [] and desk.judge.undo() is None


def test_the_marks_of_others_are_left_alone(desk: Desk) -> None:
    bob = desk.sit_down("bob")
    first_failure.mark(bob, desk.item(1), AGENT, "s4", first_failure.NAME)
    mark(desk, "s2")
    mark(desk, "s3")
    assert failing(desk) == [("s3", "first_failure")]
    assert [row.target.id for row in first_failure.first_failures(bob, AGENT, first_failure.NAME)] == ["s4"]


def test_several_marks_of_another_program_become_one(desk: Desk) -> None:
    rows = [Annotation(desk.judge.identity(Target("span", one), first_failure.NAME), "first_failure") for one in ("s2", "s3")]
    desk.judge.commit("x", "x", desk.item(1), "", [SetAnnotation(row.identity, row) for row in rows])
    mark(desk, "s3")
    assert failing(desk) == [("s3", "first_failure")]
    mark(desk, "s3")
    assert failing(desk) == []


def test_a_span_with_a_name_of_control_characters_is_named_safely(desk: Desk) -> None:
    odd = Trace("t1", (Span("t1", "s1", None, "a\x1b[31m\nb", "TOOL", "OK", 0, 1),))
    title = first_failure.mark(desk.judge, desk.item(1), odd, "s1", first_failure.NAME).title
    assert title == "first failure: a\\x1b[31m b"
