"""The session of a trace, from a real store."""

import random
from dataclasses import replace

from annotator.domain.queue import SourceRef
from annotator.domain.source import Page
from annotator.domain.span import Span, Trace
from annotator.store.store import SqliteStore
from annotator.workflow import turns
from annotator.workflow.turns import conversation
from tests import recorded
from tests.text.made import call, span, trace


def keep(store: SqliteStore, *traces: Trace) -> int:
    source = store.add_source(SourceRef("/traces.jsonl", "", ""))
    for made in traces:
        store.add_page(source, Page(spans=made.spans))
    return source


def named(place: int, session: str = "s") -> Trace:
    made = trace(call("a", None, f"question {place}", f"answer {place}", start=place))
    return Trace(f"{place:032}", tuple(_moved(one, f"{place:032}", session) for one in made.spans))


def _moved(one: Span, trace_id: str, session: str) -> Span:
    return replace(one, trace_id=trace_id, session_id=session)


def test_recorded_sessions(store: SqliteStore) -> None:
    made = recorded.traces("openai-chat")
    source = keep(store, *made)
    agent = next(one for one in made if len(one.spans) == 7)
    found = conversation(store, source, agent)
    assert found is not None and (found.session_id, found.standing, len(found.earlier), found.later) == ("sess-7f21", "turn 4 of 4", 3, ())
    assert (found.earlier[0].question or "").startswith("Hi! My Aurora 4P tent arrived with a torn seam.") and found.earlier[0].answer
    alone = next(one for one in made if all(one_span.session_id is None for one_span in one.spans))
    assert conversation(store, source, alone) is None


def test_many_turns_are_bounded(store: SqliteStore) -> None:
    made = [named(place) for place in range(40)]
    source = keep(store, *made, named(99, "other"))
    found = conversation(store, source, made[30])
    assert found is not None and found.standing == "turn 31 of 40"
    assert len(found.earlier) + len(found.later) == turns.MOST
    assert [turn.question for turn in found.earlier] == [f"question {place}" for place in range(15, 30)]
    assert [turn.place for turn in found.later] == [32, 33, 34, 35, 36]
    assert conversation(store, source, named(99, "other")) is None, "alone in its session"


def test_a_large_turn_is_named_and_not_read(store: SqliteStore) -> None:
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=turns.LARGEST * 2))
    large = Trace("f" * 32, tuple(_moved(one, "f" * 32, "s") for one in trace(span("x", None, "LLM", input__value=noise, start=0.5)).spans))
    source = keep(store, named(0), large, named(1))
    found = conversation(store, source, named(1))
    assert found is not None and [(turn.question, turn.unread) for turn in found.earlier][-1] == (None, "not read, for its size")


def test_a_session_of_the_whole_project_is_no_conversation(store: SqliteStore) -> None:
    spans = tuple(one for place in range(turns.LONGEST + 2) for one in named(place).spans)
    source = store.add_source(SourceRef("/traces.jsonl", "", ""))
    store.add_page(source, Page(spans=spans))
    assert conversation(store, source, named(7)) is None
    assert store.session_traces(source, "s", turns.LONGEST + 2)[:2] == [f"{0:032}", f"{1:032}"]
