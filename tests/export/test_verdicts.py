"""The answers of an export are those of one verdict, in every format: no answer of one person stands beside another's."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Target
from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.domain.exported import Exported
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.filter.facts import Reviewer
from annotator.formats.dspy import Examples
from annotator.formats.lines import EvalItems, FineTuning
from annotator.formats.record import flat
from annotator.formats.regression import Cases
from annotator.formats.tables import Parquet
from annotator.workflow.datasets import example_of
from tests.cli.program import Program
from tests.export.scene import root, spans
from tests.export.test_items import Scene, span

CORRECTNESS = Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0))))
FAILURE = Criterion(CategoricalConfig("failure", (Value("tone"), Value("wrong answer"))), when=Condition("correctness", "fail"))
DEPTH = Criterion(FreeformConfig("depth"), required=False, when=Condition("failure", "tone"))
REMARK = Criterion(FreeformConfig("remark"), required=False)
EXPECTED = Criterion(FreeformConfig("expected_output"), required=False)
RUBRIC = Rubric((CORRECTNESS, FAILURE, DEPTH, REMARK, EXPECTED))
S1 = Target("span", "s1")
MIRA, JOE, ANN = "annotator:mira", "annotator:joe", "annotator:ann"
SETTLED = f"{MIRA}:adjudicated"
AS_MIRA, AS_JOE, AS_ANN = (Reviewer(one.partition(":")[2], one) for one in (MIRA, JOE, ANN))
FAILED = {"correctness": "fail", "failure": "tone"}
FILE = """[[config]]
name = "correctness"
type = "categorical"
values = [{ label = "pass", score = 1 }, { label = "fail", score = 0 }]
[[config]]
name = "failure"
type = "categorical"
when = "correctness = fail"
values = [{ label = "tone" }, { label = "wrong answer" }]
"""
TEXTS = ("depth", "remark", "expected_output")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, span(1), rubric=RUBRIC)
    scene.add(S1, "t1", "s1")
    yield scene
    scene.store.close()


def told(scene: Scene, identifier: str, answers: dict[str, str]) -> None:
    for name, answer in answers.items():
        text = {"explanation": answer} if name in TEXTS else {"explanation": f"{identifier} says {name}"}
        scene.say(S1, identifier, None if name in TEXTS else answer, name=name, **text)


def exported(scene: Scene, me: Reviewer) -> tuple[Exported, dict[str, Any]]:
    """The item, and its labels and texts; a table and the evals say the same."""
    [found] = scene.exported(me=me)
    answers = {name: row.explanation if name in TEXTS else row.label for name, row in found.answers.items()}
    names = tuple(criterion.name for criterion in RUBRIC.criteria)
    cells = flat(found, names)
    columns = {name: cells[f"{name}.explanation" if name in TEXTS else f"{name}.label"] for name in names}
    assert {name: value for name, value in columns.items() if value is not None} == answers
    item = EvalItems(io.BytesIO()).value(found)
    assert not isinstance(item, str)
    assert item["item"]["labels"] == {name: answer for name, answer in answers.items() if name not in TEXTS}
    assert item["item"]["outcome"] == (found.outcome or None)
    return found, answers


@pytest.mark.parametrize(
    "said, me, outcome, answers",
    [
        ({MIRA: {"correctness": "pass"}, JOE: FAILED}, AS_MIRA, "disputed", {"correctness": "pass"}),
        ({MIRA: {"correctness": "pass"}, JOE: FAILED}, AS_JOE, "disputed", FAILED),
        ({MIRA: {"correctness": "pass"}, JOE: FAILED}, AS_ANN, "disputed", {}),
        ({MIRA: {"correctness": "pass"}, JOE: FAILED, SETTLED: {"correctness": "pass"}}, AS_JOE, "pass", {"correctness": "pass"}),
        (
            {MIRA: {"correctness": "pass"}, JOE: FAILED, SETTLED: {"correctness": "fail", "failure": "wrong answer"}}, AS_MIRA,
            "fail", {"correctness": "fail", "failure": "wrong answer"},
        ),
        ({JOE: FAILED, SETTLED: {"correctness": "fail"}}, AS_JOE, "fail", {"correctness": "fail"}),
        ({MIRA: {"correctness": "pass"}, JOE: FAILED | {"remark": "rude"}, SETTLED: {"correctness": "pass"}}, AS_JOE, "pass",
         {"correctness": "pass"}),
        ({MIRA: FAILED, JOE: FAILED}, AS_ANN, "fail", FAILED),
        ({MIRA: FAILED, JOE: FAILED | {"failure": "wrong answer"}}, AS_ANN, "fail", {"correctness": "fail"}),
        ({MIRA: FAILED, JOE: FAILED | {"failure": "wrong answer"}}, AS_JOE, "fail", FAILED | {"failure": "wrong answer"}),
        ({MIRA: FAILED | {"depth": "very"}, JOE: {"correctness": "fail", "failure": "wrong answer"}}, AS_ANN, "fail",
         {"correctness": "fail"}),
        ({MIRA: FAILED | {"depth": "very"}, JOE: FAILED}, AS_JOE, "fail", FAILED),
        ({MIRA: FAILED | {"depth": "very"}, JOE: FAILED | {"depth": "a bit"}}, AS_ANN, "fail", FAILED),
        ({MIRA: FAILED | {"depth": "very"}}, AS_ANN, "fail", FAILED | {"depth": "very"}),
        ({MIRA: {"correctness": "pass", "failure": "tone"}}, AS_MIRA, "pass", {"correctness": "pass"}),
        ({MIRA: {"correctness": "pass", "failure": "tone"}, JOE: {"correctness": "fail"}}, AS_JOE, "disputed", {"correctness": "fail"}),
        ({MIRA: {"failure": "tone"}, JOE: {"correctness": "fail"}}, AS_ANN, "fail", {"correctness": "fail"}),
        ({MIRA: {"remark": "hm"}, JOE: {"correctness": "pass"}, ANN: {"correctness": "pass"}}, AS_MIRA, "pass",
         {"correctness": "pass", "remark": "hm"}),
        ({MIRA: {"correctness": "pass", "remark": "a"}, JOE: {"correctness": "pass", "remark": "b"}}, AS_ANN, "pass",
         {"correctness": "pass"}),
        ({MIRA: FAILED, f"{MIRA}:recheck": {"correctness": "pass"}}, AS_MIRA, "fail", FAILED),
        ({SETTLED: {"correctness": "pass"}, f"{JOE}:adjudicated": FAILED}, AS_MIRA, "disputed", {}),
    ],
)  # fmt: skip
def test_answers_are_of_one_verdict(
    one: Scene, said: dict[str, dict[str, str]], me: Reviewer, outcome: str, answers: dict[str, str]
) -> None:
    for identifier, given in said.items():
        told(one, identifier, given)
    found, labels = exported(one, me)
    assert (found.outcome, labels) == (outcome, answers)


def formats(found: Exported) -> dict[str, Any]:
    """What every format but the tables and the evals says should have been answered, or why it leaves the item out."""
    tuned, case, taught = (writer.value(found) for writer in (FineTuning(io.BytesIO()), Cases(io.BytesIO()), Examples(io.BytesIO())))
    return {
        "ft": tuned if isinstance(tuned, str) else tuned["messages"][-1]["content"],
        "pytest": case if isinstance(case, str) else (case["expected"], case["wrong"], case["why"]),
        "dspy": taught if isinstance(taught, str) else taught["output"],
        "data set": example_of(found).output["output"],
    }


@pytest.mark.parametrize(
    "settled, me, said",
    [
        ({}, AS_ANN, ("people differ", "people differ", "people differ", "answer 1")),
        ({}, AS_MIRA, ("people differ", "people differ", "people differ", "answer 1")),
        ({}, AS_JOE, ("better", ("better", None, f"{JOE} says correctness; {JOE} says failure; better"), "better", "better")),
        ({"correctness": "pass"}, AS_JOE, ("answer 1", ("answer 1", None, f"{SETTLED} says correctness"), "answer 1", "answer 1")),
        ({"correctness": "fail"}, AS_MIRA, ("better", ("better", "answer 1", f"{SETTLED} says correctness"), "better", "better")),
    ],
)  # fmt: skip
def test_what_should_be_answered_is_of_a_verdict_that_stands(
    one: Scene, settled: dict[str, str], me: Reviewer, said: tuple[Any, ...]
) -> None:
    told(one, MIRA, {"correctness": "pass"})
    told(one, JOE, FAILED | {"expected_output": "better"})
    told(one, SETTLED, settled)
    found, _ = exported(one, me)
    assert tuple(formats(found).values()) == said
    assert len(found.annotations) == 4 + len(settled), "everybody's rows are there all the same"


def test_parquet_says_the_same(one: Scene) -> None:
    import pyarrow.parquet

    told(one, MIRA, {"correctness": "pass"})
    told(one, JOE, FAILED)
    stream = io.BytesIO()
    table = Parquet(stream, ("correctness", "failure"))
    table.write(exported(one, AS_MIRA)[0])
    table.end()
    [row] = pyarrow.parquet.read_table(io.BytesIO(stream.getvalue())).to_pylist()
    assert (row["outcome"], row["correctness.label"], row["failure.label"]) == ("disputed", "pass", None)


def test_people_of_one_store(tmp_path: Path) -> None:
    program = Program(tmp_path)
    (tmp_path / "rubric.toml").write_text(FILE, "utf-8")
    (tmp_path / "traces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in spans()[:2]), "utf-8")
    program.run("pull", "traces.jsonl", "--rubric", "rubric.toml").done()
    program.run("annotate", root(1), "correctness=pass", "--as", "mira").done()
    program.run("annotate", root(1), "correctness=fail", "failure=tone", "--as", "joe").done()

    def cells(*who: str) -> tuple[str, ...]:
        [row] = csv.DictReader(io.StringIO(program.run("export", "--format", "csv", *who).out))
        return row["outcome"], row["correctness.label"], row["failure.label"]

    assert cells("--as", "mira") == ("disputed", "pass", "")
    assert cells("--as", "joe") == ("disputed", "fail", "tone")
    assert cells("--as", "ann") == cells() == ("disputed", "", ""), "where nobody is named, two people are not one"
    assert cells("--as", "mira", "--mine") == ("pass", "pass", "")
    row = {"span_id": root(1), "name": "correctness", "label": "pass", "score": 1, "identifier": SETTLED}
    program.run("import", "-", "--kind", "HUMAN", stdin=json.dumps(row)).done()
    assert cells() == cells("--as", "joe") == ("pass", "pass", "")


def test_a_condition_on_documents_holds_in_the_same_verdict(tmp_path: Path) -> None:
    relevance = Criterion(CategoricalConfig("relevance", (Value("relevant", 1.0), Value("irrelevant", 0.0))), target="document")
    missing = Criterion(CategoricalConfig("missing", (Value("much"), Value("little"))), when=Condition("relevance", "irrelevant"))
    documents = {f"retrieval.documents.{place}.document.content": f"document {place}" for place in range(2)}
    scene = Scene(tmp_path, span(1, **documents), rubric=Rubric((relevance, CORRECTNESS, missing)))
    scene.add(S1, "t1", "s1")
    first = Target("document", "s1", 0)
    for who, label in ((MIRA, "relevant"), (JOE, "irrelevant")):
        scene.say(S1, who, "pass")
        scene.say(first, who, label, name="relevance")
    scene.say(S1, JOE, "much", name="missing")
    expected = {AS_MIRA: {"correctness": "pass"}, AS_JOE: {"correctness": "pass", "missing": "much"}, AS_ANN: {"correctness": "pass"}}
    for me, answers in expected.items():
        [found] = scene.exported(me=me)
        assert {name: row.label for name, row in found.answers.items()} == answers
    scene.store.close()
