"""What Phoenix leaves out of a listing is what no filter here lets through: every filter gives the same items with and without it."""

import itertools
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.domain.annotation import Target
from annotator.domain.queue import Selection, SourceRef, TargetRule
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Capabilities, Page, ServerSettings, Wanted
from annotator.domain.span import Span
from annotator.filter.parsing import parse
from annotator.filter.printing import to_text
from annotator.sources.phoenix import Phoenix
from annotator.sources.phoenix.pushdown import Narrowed
from annotator.sources.phoenix.traces import list_traces
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.everyone import pull
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling, Progress
from annotator.workflow.judge import Judge
from tests.phoenix_server import PhoenixServer
from tests.workflow.project import make

TRACES, MANY = 150, 2000
STRIDE = 7
"""Of the conditions, so many are left to the large project."""
TARGETS: tuple[TargetRule, ...] = get_args(TargetRule)
ABOUT_SPANS = [
    "status = error", "status != ok", "status in (error, unset)", "kind = llm", "kind != agent", "kind in (tool, retriever)", "latency",
    "name = answer", "name != answer", """name = "it's \\"quoted\\"\"""", "name = Straße", "name ~ STRASSE", "name ~ step",
    'name = "plan\\\\act"',
    "latency > 2s", "latency >= 1500ms", "latency < 30ms", "latency <= 2s",
    "start >= 2026-11-09T00:00:00Z", "start < 2026-11-04T12:00:00Z", "since 2026-11-18T00:00:00Z", "until 2026-11-02T00:00:00Z",
]  # fmt: skip
ABOUT_CONTENT = [
    'session = "s 3"', "session = 2", 'session in ("s 1", "s 2", 3)', "session", 'session != "s 3"', "user = u3", "user", "user != u3",
    "model = gpt-4o", "model", "tokens > 1000", "tokens", "tokens < 500", "text ~ REFUND", 'text ~ "document 1"',
    'attribute["metadata.tier"] = gold',
    "attribute.metadata.n = 3", "attribute.metadata.n > 3", 'attribute["metadata.note"] = "a/b <c>"', 'attribute["tag.tags"] = red',
    "attribute.metadata", "attribute.user.id = u1", "attribute.nothing = 1",
]  # fmt: skip
ABOUT_ROWS = [
    "quality = pass", "quality != pass", "quality in (pass, fail)", '''quality = "it's"''', "quality > 0.4", "quality = 0.5",
    "quality.score < 1",
    "quality ~ AI",
    "mine.quality = fail", "others.quality = fail", "human.quality = pass", "llm.quality = fail", "code.tone", "mine", "others", "llm",
    "annotation",
    "unannotated", "quality.explanation ~ because", "disagreement", "disagreement.quality", "mine.quality != others.quality",
    "llm.quality = human.quality", "state = todo", "state = done",
]  # fmt: skip
SINGLE = [*ABOUT_SPANS, *ABOUT_CONTENT, *ABOUT_ROWS]
WITHIN = [one for one in SINGLE if not one.startswith("state")]


@dataclass
class Recorded:
    """A listing of everything, as Phoenix gave it once; it leaves nothing out."""

    phoenix: Phoenix
    kept: dict[str, list[Page]] = field(default_factory=dict)
    capabilities = Capabilities(annotations=True)
    stamp = ""

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        assert wanted is None
        listing = "session" if selection.target == "session" else "trace"
        if listing not in self.kept:
            self.kept[listing] = list(self.phoenix.pages(replace(selection, filter="")))
        return iter(self.kept[listing])

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        return self.phoenix.spans(trace_ids)


class Compared:
    """A project on a real server, and two stores: one is filled by what the server leaves, the other by everything."""

    def __init__(self, folder: Path, server: PhoenixServer, traces: int) -> None:
        self.project = f"filters{secrets.token_hex(3)}"
        make(server, self.project, traces)
        self.phoenix = Phoenix(ServerSettings(server.url), self.project)
        self.phoenix.user()
        self.everything = Recorded(self.phoenix)
        self.source = SourceRef(server.url, self.project, server.url)
        self.stores = [open_store(folder / f"{name}.db") for name in ("narrowed", "whole")]
        self.names = itertools.count()
        self.brought = 0
        """Traces that the server left in the last listing."""

    def items(self, target: TargetRule, text: str) -> tuple[list[Target], list[Target]]:
        """Narrowed, and whole."""
        selection = Selection(target, filter=text, order="newest")
        narrowed, whole = self.stores
        known = list(whole.trace_ids(whole.add_source(self.source)))
        if not known:
            self._fill(whole, self.everything, Selection("document", order="newest"))
            source_id = whole.add_source(self.source)
            pull(whole, self.phoenix, self.source.server, source_id, list(whole.trace_ids(source_id)))
        done = self._fill(narrowed, self.phoenix, selection)
        self.brought = done[1].traces
        return done[0], self._fill(whole, self.everything, selection)[0]

    def _fill(self, store: SqliteStore, source: Any, selection: Selection) -> tuple[list[Target], Progress]:
        queue = store.create(f"queue {next(self.names)}", self.source, selection, BUILT_IN)
        sink = self.phoenix if source is self.phoenix else None
        done = fill(Filling(store, source, queue, "annotator:ann", sink, annotator="ann"))
        return [item.target for item in store.items(queue.id, limit=100_000)], done

    def fill_from_phoenix(self, selection: Selection) -> list[Target]:
        return self._fill(self.stores[0], self.phoenix, selection)[0]

    def close(self) -> None:
        self.phoenix.close()
        for store in self.stores:
            store.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> Iterator[Compared]:
    compared = Compared(tmp_path_factory.mktemp("small"), phoenix, TRACES)
    yield compared
    compared.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> Iterator[Compared]:
    compared = Compared(tmp_path_factory.mktemp("large"), phoenix, MANY)
    yield compared
    compared.close()


def check(compared: Compared, target: TargetRule, text: str) -> None:
    narrowed, whole = compared.items(target, text)
    assert narrowed == whole, f"--target {target} --filter {text!r}"


def forms(text: str) -> list[str]:
    """A filter of one condition, and what else can be made of it."""
    return [text, f"not ({text})", *([f"any({text})", f"not any({text})"] if text in WITHIN else [])]


EVERY = [form for text in SINGLE for form in forms(text)]
TURNED = [(TARGETS[place % len(TARGETS)], text) for place, text in enumerate(EVERY)]
"""Every form of every condition, the targets in turn."""


@pytest.mark.parametrize("target", TARGETS)
def test_every_condition_alone(small: Compared, target: TargetRule) -> None:
    for wanted, text in TURNED[::STRIDE]:
        if wanted == target:
            check(small, target, text)


@pytest.mark.soak
@pytest.mark.parametrize(("target", "text"), TURNED)
def test_two_thousand_traces(large: Compared, target: TargetRule, text: str) -> None:
    check(large, target, text)


def combined(leaf: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[str]:
    """Conditions joined and turned round, so often within each other."""
    if not depth:
        return leaf
    inner = combined(leaf, depth - 1)
    both = st.tuples(inner, st.sampled_from(("and", "or")), inner).map(lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})")
    return st.one_of(inner, inner.map(lambda one: f"not ({one})"), both)


OF_ANY = combined(st.sampled_from(WITHIN), 2).map(lambda one: f"any({one})")
COMBINED = combined(st.one_of(st.sampled_from(SINGLE), OF_ANY), 2)
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=8, **SLOW)  # type: ignore[arg-type]
@given(target=st.sampled_from(TARGETS), text=COMBINED)
def test_conditions_joined(small: Compared, target: TargetRule, text: str) -> None:
    check(small, target, to_text(parse(text)))


@pytest.mark.soak
@settings(max_examples=100, **SLOW)  # type: ignore[arg-type]
@given(target=st.sampled_from(TARGETS), text=COMBINED)
def test_conditions_joined_over_two_thousand_traces(large: Compared, target: TargetRule, text: str) -> None:
    check(large, target, to_text(parse(text)))


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("root", "name = answer"), ("span", "kind = llm and latency > 2s"), ("root", "any(status = error and kind = tool)"),
        ("root", "any(llm.quality = fail)"), ("root", "not unannotated"), ("trace", "quality = pass and status = error"),
        ("root", 'attribute["metadata.tier"] = gold'), ("root", 'session = "s 3"'), ("document", "start >= 2026-11-19T00:00:00Z"),
        ("root", 'any(attribute["metadata.tier"] = gold and status = error) or name = Straße'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["20.26.1", "20.11.0", "13.16.0"])
def test_most_of_what_does_not_match_is_left_out(small: Compared, target: TargetRule, text: str, version: str) -> None:
    """By a trace filter, and by queries of spans on servers that have none."""
    client = small.phoenix._client
    real, client.older_than = client.older_than, lambda *than: tuple(map(int, version.split("."))) < than  # type: ignore[method-assign]
    try:
        check(small, target, text)
    finally:
        client.older_than = real  # type: ignore[method-assign]
    unspoken = version != "20.26.1" and ("quality" in text or "unannotated" in text) and (target == "trace" or "unannotated" in text)
    assert small.brought < TRACES * 0.9 or unspoken


def test_a_verdict_that_is_not_sent_counts_as_given(small: Compared) -> None:
    """Phoenix does not know of it, and must not leave its trace out, or bring it in."""
    store = small.stores[0]
    queue = store.create("unsent", small.source, Selection(filter="unannotated", limit=1), BUILT_IN)
    work = Filling(store, small.phoenix, queue, "annotator:ann", small.phoenix, annotator="ann")
    fill(work)
    [item] = store.items(queue.id)
    Judge(store, queue, "ann", "annotator:ann").answer(item, BUILT_IN.criteria[0], "fail")
    try:
        assert small.fill_from_phoenix(Selection(filter="mine.correctness = fail")) == [item.target]
        assert item.target not in small.fill_from_phoenix(Selection(filter="unannotated"))
    finally:
        store.undo("ann", queue.id)


def test_a_filter_that_the_server_refuses_is_left_out(small: Compared) -> None:
    project = f"/v1/projects/{small.project}"
    listed = list(list_traces(small.phoenix._client, project, Selection(), None, Narrowed("nothing of the sort > 3")))
    assert len({header.trace_id for page in listed for header in page.headers}) == TRACES


def test_sessions_come_whole_over_several_pages(small: Compared) -> None:
    pages = list(small.phoenix.pages(Selection("session", order="newest")))
    sessions = [{header.session_id for header in page.headers} for page in pages]
    assert len(pages) == 2 and not sessions[0] & sessions[1] and None not in sessions[0] | sessions[1]
    traces = {header.trace_id for page in pages for header in page.headers}
    assert len(traces) + pages[-1].sessionless == TRACES == pages[-1].read + pages[-1].sessionless
