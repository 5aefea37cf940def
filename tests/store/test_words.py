"""Names in use, and what changed since: each found by an index, however much there is."""

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.source import Page
from annotator.domain.span import SpanHeader
from annotator.domain.step import SetAnnotation, SetItem, Step
from annotator.store.store import SqliteStore
from tests.server_rows import server_rows
from tests.store.scene import SERVER, filled
from tests.store.test_plans import scans, statements


def test_every_name_once_and_in_order(store: SqliteStore) -> None:
    queue = filled(store, 4)
    headers = [SpanHeader(f"t{n}", f"s{n}", None, "a", "LLM", "OK", 1, 2, session) for n, session in enumerate(("b", None, "a", "b"), 1)]
    store.add_page(queue.source_id, Page(headers=tuple(headers)))
    rows = [Annotation(Identity(SERVER, Target("span", f"s{n}"), name, "x")) for n in (1, 2, 3) for name in ("tone", "correctness")]
    store.keep_read(server_rows(*rows), store.clock())
    assert store.annotation_names() == ["correctness", "tone"]
    assert store.annotation_names(limit=1) == ["correctness"]
    assert store.session_ids() == ["a", "b"]
    seen = statements(store)
    store.annotation_names()
    store.db._connection.set_trace_callback(None)
    plan = [detail for *_, detail in store.db.all(f"EXPLAIN QUERY PLAN {seen[0]}")]
    assert not [detail for detail in plan if "identity" in detail and not detail.startswith("SEARCH identity USING COVERING INDEX")]


def test_what_changed_since(store: SqliteStore) -> None:
    queue = filled(store, 4)
    first, _ = store.changed_since(queue.id, None)
    row = Annotation(Identity(SERVER, Target("span", "s2"), "correctness", "annotator:ann"), "pass")
    elsewhere = Annotation(Identity(SERVER, Target("trace", "t3"), "correctness", "annotator:ann"), "pass")
    changes = (SetAnnotation(row.identity, row), SetAnnotation(elsewhere.identity, elsewhere), SetItem(4, ItemState.FLAGGED))
    store.commit(Step("ann", queue.id, "answer", "", 1, "", changes))
    last, positions = store.changed_since(queue.id, first)
    assert (last, positions) == (first + 3, {2, 4})
    assert store.changed_since(queue.id, last) == (last, set())
    store.undo("ann", queue.id)
    assert store.changed_since(queue.id, last)[1] == {2, 4}


def test_who_gave_a_label(store: SqliteStore) -> None:
    filled(store, 4)
    rows = [Annotation(Identity(SERVER, Target("span", "s1"), name, "x"), label) for name, label in (("tone", "rude"), ("quality", None))]
    store.keep_read(server_rows(*rows), store.clock())
    seen = statements(store)
    assert store.gave("tone", "rude")
    assert not any(store.gave(name, label) for name, label in (("tone", "rud"), ("quality", "rude"), ("quality", ""), ("none", "rude")))
    assert scans(store, seen) == []
