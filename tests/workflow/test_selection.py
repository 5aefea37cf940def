import random
from collections.abc import Callable

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.store.store import SqliteStore
from annotator.workflow.choosing import Choosing
from annotator.workflow.filling import Filling
from annotator.workflow.selection import Ranked, ordered
from tests.fake_server import FakeServer
from tests.workflow.scene import SECOND, span

Ids = Callable[..., list[str]]
Choose = Callable[..., list[NewItem]]


@pytest.fixture
def choose(store: SqliteStore) -> Choose:
    """The items that a trace gives."""

    def chosen(spans: list[Span], selection: Selection, whole: bool = True) -> list[NewItem]:
        name = f"queue {len(store.queues())}"
        queue = store.create(name, SourceRef(name), selection, BUILT_IN)
        headers = store.add_page(queue.source_id, Page(spans=tuple(spans)))
        choosing = Choosing(Filling(store, FakeServer(), queue))
        known = {trace_id: spans or () for trace_id, spans in headers.items()}
        return [item for some in choosing.choose(choosing.candidates(known, whole), known) for item in some.items]

    return chosen


@pytest.fixture
def ids(choose: Choose) -> Callable[..., list[str]]:
    return lambda spans, whole=True, **selection: [item.target.id for item in choose(spans, Selection(**selection), whole)]


ROOT, LLM, TOOL = span("r", "t", kind="CHAIN"), span("l", "t", "r", 1), span("o", "t", "r", 2, "TOOL", "ERROR")
TRACE = [TOOL, LLM, ROOT]


def test_one_item_a_trace_targets_its_root(choose: Choose) -> None:
    [item] = choose(TRACE, Selection())
    assert (item.target, item.trace_id, item.span_id, item.why) == (Target("span", "r"), "t", "r", "")


def test_of_several_roots_the_earliest_counts(ids: Ids) -> None:
    assert ids([span("b", "t", start=2), span("a", "t", start=1), span("c", "t", start=3)]) == ["a"]


def test_without_a_root_the_earliest_orphan_counts(ids: Ids) -> None:
    orphans = [span("b", "t", "gone", 2), span("a", "t", "gone too", 1), span("c", "t", "a", 0)]
    assert ids(orphans) == ["a"]


def test_a_trace_of_which_more_may_come_waits_for_its_root(ids: Ids) -> None:
    assert ids([LLM, TOOL], whole=False) == [] and ids([LLM, ROOT], whole=False) == ["r"]


def test_a_cycle_of_parents_gives_its_earliest_span(ids: Ids) -> None:
    assert ids([span("a", "t", "b", 2), span("b", "t", "a", 1)]) == ["b"]


def test_no_spans_no_item(ids: Ids) -> None:
    assert ids([]) == []


def test_a_trace_target_shows_its_root(choose: Choose) -> None:
    [item] = choose(TRACE, Selection(target="trace"))
    assert (item.target, item.span_id) == (Target("trace", "t"), "r")


def test_span_targets_come_in_the_order_of_their_start(ids: Ids) -> None:
    assert ids(TRACE, target="span") == ["r", "l", "o"]
    assert ids(TRACE, target="span", kinds=("LLM", "TOOL")) == ["l", "o"]
    assert ids(TRACE, target="span", status="ERROR") == ["o"]
    assert ids(TRACE, target="span", kinds=("LLM",), status="ERROR") == []


def test_a_trace_is_taken_for_any_span_of_it(ids: Ids) -> None:
    assert ids(TRACE, status="ERROR") == ["r"] and ids(TRACE, kinds=("TOOL",)) == ["r"]
    assert ids(TRACE, status="UNSET") == [] and ids(TRACE, kinds=("TOOL",), status="OK") == []


def test_an_item_of_an_error_queue_says_where_it_failed(choose: Choose) -> None:
    assert [item.why for item in choose(TRACE, Selection(status="ERROR"))] == ["error in name o"]


def test_times_are_those_of_the_target_since_included_until_excluded(ids: Ids) -> None:
    assert ids(TRACE, target="span", since_ns=SECOND, until_ns=2 * SECOND) == ["l"]
    assert ids(TRACE, since_ns=0, until_ns=1) == ["r"] and ids(TRACE, since_ns=1) == []
    untimed = Span("t", "u", None, "", "LLM", "OK", None, None)
    assert ids([untimed], since_ns=0) == [] == ids([untimed], until_ns=9) and ids([untimed]) == ["u"]


def test_a_session_is_that_of_any_span(ids: Ids) -> None:
    spans = [ROOT, span("x", "t", "r", session="s")]
    assert ids(spans, session="s") == ["r"] and ids(spans, session="other") == [] and ids(TRACE, session="s") == []


def test_orders(choose: Choose) -> None:
    rows = [Ranked(start, choose([span(f"{start}", start=start)], Selection())[0]) for start in (3, 1, 2)]

    def order(**selection: object) -> list[str]:
        return [item.target.id for item in ordered(rows, Selection(**selection))]  # type: ignore[arg-type]

    assert order() == ["3", "1", "2"]
    assert order(order="newest") == ["3", "2", "1"] and order(order="oldest") == ["1", "2", "3"]


def test_a_random_order_is_the_seeds_alone(choose: Choose) -> None:
    items = [choose([span(f"{n}", start=n)], Selection())[0] for n in range(50)]
    rows = [Ranked(0, item) for item in items]
    mixed = random.Random(1).sample(rows, len(rows))
    one, two = Selection(order="random", seed=1), Selection(order="random", seed=2)
    assert ordered(rows, one) == ordered(mixed, one) != ordered(rows, two)
    assert sorted(ordered(rows, one), key=items.index) == items != ordered(rows, one)
