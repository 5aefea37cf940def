"""What an item says when it leaves: whose verdict counts, sessions and documents, and nothing that the config hides."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.exported import Exported
from annotator.domain.imported import Import, Written
from annotator.domain.queue import NewItem, Queue, Selection, SourceRef, TargetRule
from annotator.domain.rubric import BUILT_IN, Criterion, Rubric
from annotator.domain.source import Page
from annotator.domain.span import Span, SpanHeader, Trace
from annotator.domain.step import SetAnnotation
from annotator.filter.facts import Reviewer
from annotator.formats.dspy import Examples
from annotator.formats.lines import EvalItems, FineTuning
from annotator.formats.record import columns, dumped, flat, to_json
from annotator.formats.regression import Cases
from annotator.store.store import SqliteStore, open_store
from annotator.text.redact import Redaction
from annotator.workflow.datasets import example_of
from annotator.workflow.exporting import MISSING, Exporting, Wanted
from annotator.workflow.outcome import judging_of
from tests.recorded import FOLDER, traces
from tests.redaction.planted import PATTERN, WORD, Planter

SETS = sorted(path.name.removesuffix(".phoenix-spans.jsonl.gz") for path in FOLDER.glob("*.phoenix-spans.jsonl.gz"))
LOCATION = SourceRef("/traces.jsonl")
ANN, BOB = "annotator:ann", "annotator:bob"


def span(number: int, session: str | None = None, **more: Any) -> Span:
    inner = {"input.value": f"question {number}", "output.value": f"answer {number}"} | more
    return Span(f"t{number}", f"s{number}", None, "answer", "CHAIN", "OK", number, number + 1, session, attributes=inner)


class Scene:
    """A queue over some spans, and rows of people."""

    def __init__(self, folder: Path, *spans: Span, rule: TargetRule = "root", rubric: Rubric = BUILT_IN, redacted: bool = False) -> None:
        self.store: SqliteStore = open_store(folder / "annotator.db", redactor=Redaction([PATTERN]) if redacted else None)
        self.source_id = self.store.add_source(LOCATION)
        self.queue: Queue = self.store.create("queue", LOCATION, Selection(target=rule), rubric)
        self.store.add_page(self.source_id, Page(spans=spans))

    def add(self, target: Target, trace_id: str, span_id: str) -> None:
        self.store.add_items(self.queue.id, [NewItem(target, trace_id, span_id)])

    def say(self, target: Target, identifier: str, label: str | None, name: str = "correctness", kind: str = "HUMAN", **more: Any) -> None:
        row = Annotation(Identity("", target, name, identifier), label, annotator_kind=kind, **more)
        written = {row.identity: Written("", more.pop("at", 1.0))}
        self.store.keep_imported(Import("x", ""), [SetAnnotation(row.identity, row)], written)

    def exported(self, **wanted: Any) -> list[Exported]:
        return list(Exporting(self.store, self.queue, Wanted(**wanted), self.store.redactor).items())


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, span(1))
    scene.add(Target("span", "s1"), "t1", "s1")
    yield scene
    scene.store.close()


S1 = Target("span", "s1")


@pytest.mark.parametrize(
    "said, outcome, answer",
    [
        ([], None, None),
        ([("judge", "fail", "LLM")], None, None),
        ([(ANN, "pass", "HUMAN"), ("judge", "fail", "LLM")], "pass", "pass"),
        ([(ANN, "pass", "HUMAN"), (BOB, "pass", "HUMAN")], "pass", "pass"),
        ([(ANN, "pass", "HUMAN"), (BOB, "fail", "HUMAN")], "disputed", None),
        ([(ANN, "pass", "HUMAN"), (BOB, "fail", "HUMAN"), (f"{BOB}:adjudicated", "fail", "HUMAN")], "fail", "fail"),
        ([(ANN, "pass", "HUMAN"), (f"{ANN}:recheck", "fail", "HUMAN")], "pass", "pass"),
        ([(ANN, "maybe", "HUMAN")], "between", "maybe"),
    ],
)
def test_whose_verdict_counts(one: Scene, said: list[tuple[str, str, str]], outcome: str | None, answer: str | None) -> None:
    for identifier, label, kind in said:
        one.say(S1, identifier, label, kind=kind)
    found = one.exported()
    assert [item.outcome for item in found] == ([] if outcome is None else [outcome]), "what a model says is no judgement"
    assert [item.answers["correctness"].label if item.answers else None for item in found] == ([] if outcome is None else [answer])


def test_mine_counts_first_and_alone(one: Scene) -> None:
    one.say(S1, ANN, "pass")
    one.say(S1, BOB, "fail")
    me = Reviewer("bob", BOB)
    [found] = one.exported(me=me)
    assert (found.outcome, found.answers["correctness"].label, len(found.annotations)) == ("disputed", "fail", 2)
    [found] = one.exported(me=me, mine=me)
    assert (found.outcome, [known.row.identity.identifier for known in found.annotations]) == ("fail", [BOB])
    assert one.exported(mine=Reviewer("carol", "annotator:carol")) == []


def test_why_it_is_there_leaves_with_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, span(1), redacted=True)
    scene.store.add_items(scene.queue.id, [NewItem(S1, "t1", "s1", f"slow: {WORD}-1", "slow", 0.25)])
    scene.say(S1, ANN, "pass")
    [found] = scene.exported()
    for said in (to_json(found), flat(found, ())):
        assert (said["rule"], said["weight"]) == ("slow", 4.0) and said["why"].startswith("slow: ") and WORD not in said["why"]
    scene.store.close()


def test_which_labels_are_a_pass() -> None:
    def judging(direction: Any, *values: Value) -> Any:
        made = judging_of(Rubric((Criterion(CategoricalConfig("x", values, None, direction)),)))
        return made and (set(made.good), set(made.bad))

    scored = (Value("a", 1.0), Value("b", 0.5), Value("c", 0.0))
    assert judging("MAXIMIZE", *scored) == judging(None, *scored) == ({"a"}, {"c"})
    assert judging("MINIMIZE", *scored) == ({"c"}, {"a"})
    assert judging(None, Value("Correct"), Value("incorrect"), Value("unsure")) == ({"Correct"}, {"incorrect"})
    assert judging(None, Value("red"), Value("blue")) is None
    assert judging(None, Value("red", 1.0), Value("blue", 1.0)) is None


def test_a_session_is_a_conversation(tmp_path: Path) -> None:
    scene = Scene(tmp_path, span(1, "s"), span(2, "s"), span(3, "s"), rule="session")
    scene.add(Target("session", "s"), "t3", "s3")
    scene.say(Target("session", "s"), ANN, "pass")
    scene.say(Target("span", "s2"), BOB, "fail")
    [found] = scene.exported()
    said = to_json(found)
    assert [(message["role"], message["content"]) for message in said["messages"]] == [
        ("user", "question 1"), ("assistant", "answer 1"), ("user", "question 2"), ("assistant", "answer 2"), ("user", "question 3"),
    ]  # fmt: skip
    assert (said["input"], said["output"], said["outcome"]) == ("question 3", "answer 3", "pass")
    assert [(row["target"], row["id"]) for row in said["annotations"]] == [("session", "s"), ("span", "s2")], "of all its traces"
    scene.store.close()


def test_a_session_of_which_a_turn_is_not_here_is_left_out(tmp_path: Path) -> None:
    scene = Scene(tmp_path, span(2, "s"), rule="session")
    scene.store.add_page(scene.source_id, Page(headers=(SpanHeader("t1", "s1", None, "answer", "CHAIN", "OK", 1, 2, "s"),)))
    scene.add(Target("session", "s"), "t2", "s2")
    scene.say(Target("session", "s"), ANN, "pass")
    exporting = Exporting(scene.store, scene.queue, Wanted())
    assert list(exporting.items()) == [] and exporting.left == {MISSING: 1}
    scene.store.close()


def test_a_document_is_one_of_its_span(tmp_path: Path) -> None:
    documents = {f"retrieval.documents.{place}.document.content": f"document {place}" for place in range(2)}
    scene = Scene(tmp_path, span(1, **documents), rule="document")
    for place in range(2):
        scene.add(Target("document", "s1", place), "t1", "s1")
        scene.say(Target("document", "s1", place), ANN, "pass" if place else "fail")
    found = scene.exported()
    assert [(one.recorded.output, one.outcome, len(one.annotations)) for one in found] == [
        ("document 0", "fail", 1),
        ("document 1", "pass", 1),
    ]
    assert [Cases(io.BytesIO()).write(one) for one in found] == ["documents, which answer nothing"] * 2
    assert [one.wanted for one in found] == [None, None]
    assert [example_of(one).id for one in found] == ["document:s1:0", "document:s1:1"]
    assert [example_of(one).span_id for one in found] == ["s1", "s1"]
    scene.store.close()


def test_several_answers_are_no_right_one(tmp_path: Path) -> None:
    choices = {f"llm.output_messages.{place}.message.content": f"choice {place}" for place in range(2)}
    roles = {f"llm.output_messages.{place}.message.role": "assistant" for place in range(2)}
    scene = Scene(tmp_path, replace(span(1, **choices, **roles), kind="LLM"))
    scene.add(S1, "t1", "s1")
    scene.say(S1, ANN, "pass")
    writers = (FineTuning(io.BytesIO()), Cases(io.BytesIO()), Examples(io.BytesIO()))
    assert [[writer.write(one) for writer in writers] for one in scene.exported()] == [["several answers"] * 3]
    scene.say(S1, ANN, None, name="expected_output", explanation="the first")
    [one] = scene.exported()
    assert [writer.write(one) for writer in writers] == ["", "", ""] and one.wanted == "the first"
    scene.store.close()


@pytest.mark.parametrize("name", SETS)
def test_nothing_hidden_leaves_and_recorded_chats_are_chats(name: str, tmp_path: Path) -> None:
    planter = Planter(shortest=12)
    planted = [planter.trace(Trace(trace.trace_id, trace.spans)) for trace in traces(name)]
    scene = Scene(tmp_path, *(one for trace in planted for one in trace.spans), redacted=True)
    for trace in planted:
        top = trace.root or trace.spans[0]
        target = Target("span", top.span_id)
        scene.add(target, trace.trace_id, top.span_id)
        scene.say(target, ANN, "pass", explanation=f"{WORD}-1 says so", metadata={"evidence": [{"quote": f"{WORD}-2"}]})
        scene.say(target, ANN, None, name="expected_output", explanation=f"better: {WORD}-3")
    found = scene.exported()
    assert len(found) == len(planted)
    assert all(WORD in dumped(to_json(item)) for item in Exporting(scene.store, scene.queue, Wanted(), None).items())
    configs = ("correctness",)
    for item in found:
        lines = [writer.value(item) for writer in (EvalItems(io.BytesIO()), FineTuning(io.BytesIO()), Cases(io.BytesIO()))]
        cells = flat(item, configs)
        assert list(cells) == list(columns(configs))
        example = example_of(item)
        everything = [to_json(item), cells, *lines, example.input, example.output, example.metadata]
        assert WORD not in dumped(everything).lower()
        for message in to_json(item)["messages"]:
            assert message["role"] in ("system", "developer", "user", "assistant", "tool")
            assert isinstance(message["content"], str | list) or (message["role"] == "assistant" and message["content"] is None)
    scene.store.close()
