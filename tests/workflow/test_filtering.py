"""What a filter says of items in a store."""

import json
from collections.abc import Iterator

import pytest

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.queue import NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.domain.span import Span, SpanHeader
from annotator.domain.step import SetAnnotation, SetItem, Step
from annotator.filter.facts import Reviewer
from annotator.filter.parsing import parse
from annotator.store.store import SqliteStore, open_store
from annotator.store.traces import Traces
from annotator.workflow.filtering import Sieve, sampled, state_of, vocabulary_of
from tests.server_rows import server_rows
from tests.workflow.scene import SECOND

SERVER = "http://server"
ANN = Reviewer("ann", "annotator:ann")
RICH = {
    "input.value": "Where is my REFUND?",
    "session.id": "s-1",
    "metadata": json.dumps({"tier": "gold", "deep": {"list": [{"x": 7}]}}),
    "my.flag": True,
    "my.count": 3,
    "my.text": "3",
    "tag.tags": ["red", "green"],
    "a.b.c": 1,
}


def rich(trace: str = "t1") -> list[Span]:
    """An agent that asked a model, which cost 120 tokens, and a tool, which failed."""
    call = json.dumps({"order": "A-17"})
    model = {
        "llm.model_name": "gpt-4o", "llm.token_count.total": 120, "user.id": "ann-user",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look_up",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": call,
    }  # fmt: skip
    nested = {"llm.token_count.prompt": 5, "llm.token_count.completion": 2}
    return [
        Span(trace, f"{trace}a", None, "answer", "AGENT", "OK", 100 * SECOND, 103 * SECOND, None, "", RICH),
        Span(trace, f"{trace}b", f"{trace}a", "ask", "LLM", "OK", 100 * SECOND, 101 * SECOND, None, "", model),
        Span(trace, f"{trace}c", f"{trace}b", "inner", "LLM", "OK", 100 * SECOND, 101 * SECOND, None, "", nested),
        Span(trace, f"{trace}d", f"{trace}a", "look up", "TOOL", "ERROR", 101 * SECOND, None, None, "", {"output.value": "no such order"}),
    ]


def row(
    target: str, name: str, who: str, label: str | None, score: float | None = None, kind: str = "HUMAN", text: str | None = None
) -> Annotation:
    return Annotation(Identity(SERVER, Target("span", target), name, who), label, score, text, kind)


ROWS = (
    row("t1a", "correctness", "annotator:ann", "fail", 0.0),
    row("t1a", "correctness", "annotator:bob", "pass", 1.0),
    row("t1a", "quality", "judge", None, 0.4, "LLM", "a typo"),
    row("t1a", "quality", "annotator:ann", None, 0.4),
    row("t1a", "note", "annotator:ann:1", None, text="look again"),
    row("t1b", "correctness", "script", "weak", 0.2, "CODE"),
    row("t2a", "note", "annotator:ann:2", None, text="only a note"),
    row("t3a", "empty", "annotator:ann", None),
    row("t3a", "correctness", "annotator:bob", "pass", 1.0),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """One for all tests, which only read: a new one takes 0.1 s."""
    opened = open_store(tmp_path_factory.mktemp("filtering") / "annotator.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def queue(store: SqliteStore) -> Queue:
    """t1: rich and judged; t2: bare, flagged, noted; t3: its payload is not here."""
    queue = store.create("queue", SourceRef(SERVER, "p", SERVER), Selection(), BUILT_IN)
    bare = Span("t2", "t2a", None, "hello", "CHAIN", "UNSET", None, None, None, "", {})
    store.add_page(queue.source_id, Page(spans=(*rich(), bare)))
    store.set_loaded(queue.source_id, ["t1", "t2"])
    store.add_page(queue.source_id, Page(headers=(SpanHeader("t3", "t3a", None, "far", "LLM", "OK", 200 * SECOND, 201 * SECOND),)))
    store.add_items(queue.id, [NewItem(Target("span", f"t{n}a"), f"t{n}", f"t{n}a") for n in (1, 2, 3)])
    mine = [one for one in ROWS if one.identity.identifier.startswith("annotator:ann")]
    store.keep_read(server_rows(*(one for one in ROWS if one not in mine)), store.clock())
    changes = tuple(SetAnnotation(one.identity, one) for one in mine)
    store.commit(Step("ann", queue.id, "answer", "", 1, "", (*changes, SetItem(2, ItemState.FLAGGED))))
    return queue


def looked(store: SqliteStore, queue: Queue, text: str, reviewer: Reviewer = ANN) -> list[bool | None]:
    """Of t1, t2 and t3."""
    (batch,) = Sieve(store, queue, parse(text, now=300), reviewer).through()
    return [matches for _, matches in batch]


YES, ALL, NONE = [True, False, False], [True, True, True], [False, False, False]
FIRST = [True, False, None]
"""t3 is not known while its payload is not here."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flagged", [False, True, False]),
        ("todo", [True, False, True]),
        ("state in (flagged, todo)", ALL),
        ("status = ok", [True, False, True]),
        ("status != ok", [False, True, False]),
        ("kind in (agent, chain)", [True, True, False]),
        ('name ~ "HELL"', [False, True, False]),
        ("name = Hello", NONE),
        ("latency > 2s", YES),
        ("latency >= 1s", [True, False, True]),
        ("latency", [True, False, True]),
        ("latency != 1s", YES),
        ("not latency = 1s", [True, True, False]),
        ("since 150s", [False, False, True]),
        ("until 1m", [True, False, True]),
        ("start > 1970-01-01T00:03:00Z", [False, False, True]),
        ("session = s-1", FIRST),
        ("session", FIRST),
        ("user = ann-user", FIRST),
        ("model = gpt-4o", [False, False, None]),
        ("any(model = gpt-4o)", FIRST),
        ("tokens = 120", FIRST),
        ("tokens > 0", FIRST),
        ("any(tokens = 7)", FIRST),
        ("text ~ refund", FIRST),
        ("text ~ A-17", [False, False, None]),
        ("any(text ~ A-17)", FIRST),
        ('any(text ~ "no such")', FIRST),
        ("attribute.metadata.tier = gold", FIRST),
        ("attribute.metadata.deep.list.0.x >= 7", FIRST),
        ("attribute.my.flag = true", FIRST),
        ("attribute.my.flag = 1", [False, False, None]),
        ("attribute.my.count = 3", FIRST),
        ('attribute.my.count = "3"', [False, False, None]),
        ("attribute.my.text = 3", [False, False, None]),
        ('attribute.my.text = "3"', FIRST),
        ("attribute.my.text > 2", [False, False, None]),
        ("attribute.my.text != 3", FIRST),
        ("attribute.nothing != 3", [False, False, None]),
        ("attribute.tag.tags = green", FIRST),
        ("attribute.a.b", FIRST),
        ("attribute.a.b.c in (1, 2)", FIRST),
        ("correctness = fail", YES),
        ("correctness = pass", [True, False, True]),
        ("correctness != pass", YES),
        ("mine.correctness = pass", NONE),
        ("others.correctness = pass", [True, False, True]),
        ("human.correctness", [True, False, True]),
        ("llm.quality < 0.5", YES),
        ("human.quality.score in (0.4, 1)", YES),
        ("quality ~ typo", NONE),
        ("quality.explanation ~ TYPO", YES),
        ("quality.label", NONE),
        ("note ~ again", YES),
        ("note", [True, True, False]),
        ("annotation", [True, False, True]),
        ("mine", YES),
        ("unannotated", [False, True, True]),
        ("others", [True, False, True]),
        ("code", NONE),
        ("any(code)", YES),
        ("any(correctness = weak)", YES),
        ("any(correctness = weak and kind = agent)", NONE),
        ("any(correctness = weak) and kind = agent", YES),
        ("any(status = error)", YES),
        ("not any(status = error)", [False, True, True]),
        ("others.correctness != mine.correctness", YES),
        ("others.quality != mine.quality", NONE),
        ("others.quality = mine.quality", YES),
        ("others.correctness > mine.correctness", YES),
        ("disagreement", YES),
        ("disagreement.quality", NONE),
        ("empty", NONE),
        ("kind = llm or text ~ refund", [True, False, True]),
        ("kind = chain and text ~ refund", NONE),
        ("text ~ refund and kind = chain", NONE),
        ("not text ~ refund", [False, True, None]),
    ],
)
def test_what_matches(store: SqliteStore, queue: Queue, text: str, expected: list[bool | None]) -> None:
    assert looked(store, queue, text) == expected


def test_mine_is_everybodys_on_this_machine_where_nobody_is_named(store: SqliteStore, queue: Queue) -> None:
    assert looked(store, queue, "mine", Reviewer()) == YES
    assert looked(store, queue, "mine", Reviewer("bob", "annotator:bob")) == [True, False, True]
    assert looked(store, queue, "mine", Reviewer("eve", "annotator:eve")) == NONE


def test_a_document_is_its_content(store: SqliteStore) -> None:
    queue = store.create("documents", SourceRef("file"), Selection(), BUILT_IN)
    keys = {f"retrieval.documents.{n}.document.content": text for n, text in enumerate(("about apples", "about pears"))}
    store.add_page(queue.source_id, Page(spans=(Span("t", "s", None, "search", "RETRIEVER", "OK", 1, 2, None, "", keys),)))
    store.add_items(queue.id, [NewItem(Target("document", "s", n), "t", "s") for n in (0, 1)])
    assert looked(store, queue, "text ~ pears") == [False, True]
    assert looked(store, queue, "any(text ~ pears)") == [True, True]


def test_only_headers_and_rows_are_read_for_what_needs_no_payload(
    store: SqliteStore, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Traces, "trace")
    assert looked(store, queue, "status = ok and (disagreement or latency < 2s)") == [True, False, True]
    monkeypatch.delattr(Traces, "headers_of")
    assert looked(store, queue, "correctness = fail and todo") == YES


def test_the_state_that_a_filter_asks_for() -> None:
    assert state_of(parse("latency > 2s and flagged")) == ItemState.FLAGGED
    assert state_of(parse("done")) == ItemState.DONE
    assert state_of(parse("done or status = error")) is None
    assert state_of(parse("not done")) is None


def test_words_come_from_rubrics_and_from_what_was_recorded(store: SqliteStore, queue: Queue) -> None:
    known = sampled(vocabulary_of(store, [queue]), store, queue)
    assert known.names[0] == "correctness" and {"quality", "note"} <= set(known.names)
    assert known.labels == {"correctness": ("pass", "fail")}
    assert {"AGENT", "TOOL"} <= set(known.kinds) and "look up" in known.spans
    assert (known.users, known.models) == (("ann-user",), ("gpt-4o",))
    assert "my.flag" in known.attributes and not any(".0." in key for key in known.attributes)
