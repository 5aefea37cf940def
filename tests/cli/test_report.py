"""`annotator report`, and the review that settles what it lists."""

import re
import shlex
from pathlib import Path

import pytest

from annotator.cli.main import main
from tests.cli.program import Program, trace_lines
from tests.end_to_end.workplace import Workplace

CONFIG_KEYS = {
    "name", "level", "people", "units", "agreement", "alpha", "pairs", "recheck", "fails", "failure_rate", "weighted", "tied",
    "probability_unknown", "judges", "more",
}  # fmt: skip
JUDGE_KEYS = {
    "judge", "annotator_kind", "true_positives", "false_positives", "false_negatives", "true_negatives", "tpr", "tnr", "precision",
    "accuracy", "kappa", "judge_rate", "corrected_rate", "uncorrected", "weighted", "table", "more",
}  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Twelve traces that ann and ben judged, who differ on two, and a judge, who differs from both on one."""
    program = Program(tmp_path_factory.mktemp("report"))
    (program.folder / "traces.jsonl").write_text(trace_lines(12))
    program.run("pull", "traces.jsonl", "--as", "ann").done()
    ids = [record["id"] for record in program.run("list", "--json").done().records]
    rows = ["span_id,name,label,score,annotator_kind,identifier"]
    for n, id_ in enumerate(ids):
        truth = "fail" if n % 3 == 0 else "pass"
        other = {"fail": "pass", "pass": "fail"}[truth]
        rows.append(f"{id_},correctness,{truth},,HUMAN,annotator:ann")
        rows.append(f"{id_},correctness,{other if n in (1, 3) else truth},,HUMAN,annotator:ben")
        rows.append(f"{id_},correctness,{other if n == 5 else truth},,LLM,gpt judge")
    (program.folder / "rows.csv").write_text("\n".join(rows))
    program.run("import", "rows.csv", "--as", "ann").done()
    return program


def test_the_report_reads_at_80_columns(program: Program) -> None:
    lines = program.run("report", "--width", "0.1", "--between", "ann", "ben").done().lines
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert re.search(r"^correctness +12  0\.83 \(\S+\) +0\.6[23] \(\S+\) +0\.64 \(\S+\)$", text, re.M), text
    assert "CONFUSION  correctness: rows ann, columns ben" in text
    assert re.search(r"^  fail +3 +1$\n^  pass +1 +7$", text, re.M), text
    assert "more verdicts until the interval is that narrow" in text
    assert "JUDGE  gpt judge on correctness against people" in text


def test_the_example_of_the_help_runs(program: Program) -> None:
    printed = " ".join(program.run("report", "--help").done().out.split())
    example = re.search(r"example: annotator (report\b.*)", printed)
    assert example
    assert "AGREEMENT OF PEOPLE" in program.run(*shlex.split(example[1])).done().out


def test_json_has_everything_and_keeps_its_shape(program: Program) -> None:
    made = program.run("report", "--json", "--by", "kind", "--seed", "7").done().json
    assert set(made) == {"at", "queues", "filter", "by", "only_what_rules_take", "groups", "between", "disagreements"}
    assert made["at"].endswith("+00:00")
    assert [(group["group"], group["items"]) for group in made["groups"]] == [(None, 12), ("CHAIN", 12)]
    [config] = made["groups"][0]["configs"]
    assert set(config) == CONFIG_KEYS
    assert set(config["alpha"]) == {"value", "low", "high", "n"}
    [judge] = config["judges"]
    assert set(judge) == JUDGE_KEYS
    # on two items ann and ben say one thing each: people say nothing there
    assert [judge[key] for key in list(judge)[2:6]] == [3, 1, 0, 6]
    assert config["tied"] == 2
    assert [one["position"] for one in made["disagreements"]] == [2, 4, 6]
    assert {row["who"]: row["label"] for row in made["disagreements"][0]["said"]} == {
        "ann": "pass", "ben": "fail", "gpt judge": "pass",
    }  # fmt: skip
    again = program.run("report", "--json", "--by", "kind", "--seed", "7").done().json
    assert again["groups"] == made["groups"]


def test_a_filter_narrows_it(program: Program) -> None:
    made = program.run("report", "--json", "llm.correctness = fail").done().json
    assert made["groups"][0]["items"] == 5
    assert made["filter"] == "llm.correctness = fail"


def test_nothing_to_report_is_said(program: Program) -> None:
    assert "Nobody annotated any of them." in program.run("report", "flagged").done().out
    assert "Nobody judged an item again" in program.run("report", "--recheck").done().out


def test_mistakes_are_two_lines(program: Program) -> None:
    program.run("report", "--width", "2").error(2, "--width 2 is not between 0 and 1.")
    program.run("report", "--between", "ann", "bne").error(2, "Nobody called 'bne'", "ben")
    program.run("report", "--queue", "other").error(2, "There is no queue 'other'.")
    program.run("report", "--most", "-1").error(2, "--most -1 is below 0.")


@pytest.mark.parametrize(
    ("options", "refusal", "near"),
    [
        (["--fail", "fial"], "There is no label 'fial'.", "fail"),
        (["--fail", "fail", "--fail", "FAIL"], "There is no label 'FAIL'.", "fail"),
        (["--judge", "gtp judge"], "No judge called 'gtp judge'", "gpt judge"),
        (["--judge", "ann"], "No judge called 'ann'", "gpt judge"),
        (["--human", "bne"], "Nobody called 'bne'", "ben"),
        (["--config", "corectness"], "There is no annotation config 'corectness'.", "correctness"),
    ],
)
def test_names_that_are_not_there_are_refused_with_the_nearest(program: Program, options: list[str], refusal: str, near: str) -> None:
    program.run("report", *options).error(2, refusal, near)


def test_names_that_are_there_are_taken(program: Program) -> None:
    named = program.run("report", "--fail", "fail", "--judge", "gpt judge", "--human", "ann", "--config", "correctness").done().out
    assert "JUDGE  gpt judge on correctness" in named
    assert "Nobody annotated any of them." in program.run("report", "--judge", "gpt judge", "flagged").done().out


def test_without_the_extra_its_name_is_said(program: Program, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.cli.report.find_spec", lambda name: None if name == "scipy" else object())
    assert main(["report", "--store", str(program.store)]) == 2
    assert "pip install 'annotator[report]'" in capsys.readouterr().err


def test_disagreements_open_as_a_queue_and_are_settled_in_rows_of_their_own(tmp_path: Path) -> None:
    work = Workplace(tmp_path, "ann")
    (tmp_path / "traces.jsonl").write_text(trace_lines(4))
    values = "values = [{label = 'good', score = 1}, {label = 'bad', score = 0}]"
    rubric = work.rubric(f"name = 'tone'\n[[config]]\nname = 'tone'\ntype = 'categorical'\n{values}\n")
    work.run("pull", "traces.jsonl", "--rubric", rubric)
    ids = [item["id"] for item in work.items()]
    for name in ("ann", "ben"):
        for n, id_ in enumerate(ids):
            work.run("annotate", id_, f"tone={'bad' if n == 2 and name == 'ben' else 'good'}", "--as", name)
    command = re.search(r"annotator review (--adjudicate .*)", work.run("report"))
    assert command
    with work.review(*shlex.split(command[1]), "--queue", "traces") as terminal:
        terminal.wait_for(lambda lines: " 1 / 1 " in lines[0] and any("1 good" in line for line in lines))
        terminal.send("2")
        terminal.wait_for("last  1 bad")
        terminal.leave()
    item = next(item for item in work.items() if item["id"] == ids[2])
    said = {row["identifier"]: row["label"] for row in item["annotations"]}
    assert said == {"annotator:ann": "good", "annotator:ben": "bad", "annotator:ann:adjudicated": "bad"}
    after = work.run("report", "--queue", "traces")
    assert "tone  0 items to settle, 1 adjudicated" in after and "--adjudicate" not in after
    assert "no item matches" in work.run("list", "--queue", "traces", "disagreement"), "it is not offered again"
