"""`annotator export --format phoenix-dataset` against the real server: made twice it is the same, and a changed verdict replaces."""

import json
import secrets
import shlex
from typing import Any

import pytest

from annotator.cli.export import EXAMPLES
from annotator.domain.annotation import Target
from annotator.domain.splits import parse_splits
from tests.end_to_end.workplace import Workplace, seed
from tests.export.scene import RUBRIC, spans
from tests.phoenix_server import PhoenixServer

IDS = {key: secrets.token_hex(len(key) // 2) for row in spans() for key in row["context"].values()}


def own(row: dict[str, Any]) -> dict[str, Any]:
    """The scene's spans under ids that no other test has."""
    context = {name: IDS[value] for name, value in row["context"].items()}
    return {**row, "context": context, "parent_id": row["parent_id"] and IDS[row["parent_id"]]}


def root(n: int) -> str:
    return IDS[f"bbbb{n:04x}{'0' * 8}"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> tuple[Workplace, str]:
    """Four items of a project, judged and pushed, and a name for a data set."""
    folder = tmp_path_factory.mktemp("dataset")
    place, project = Workplace(folder), seed(phoenix, [own(row) for row in spans()], "dataset")
    place.run("pull", phoenix.url, "--project", project, "--rubric", place.rubric(RUBRIC))
    for n, label in ((1, "pass"), (2, "fail"), (3, "pass"), (4, "fail")):
        place.run("annotate", root(n), f"correctness={label}", "--explanation", f"because of {n}")
    place.run("annotate", root(2), "expected_output=four")
    place.run("annotate", root(4), "--note", "look here")
    place.run("push")
    return place, f"golden {secrets.token_hex(4)}"


def examples(phoenix: PhoenixServer, name: str) -> dict[str, Any]:
    """What the server has, by example id."""
    [found] = [one for one in phoenix.done("GET", "/v1/datasets?limit=1000")["data"] if one["name"] == name]
    listed = phoenix.done("GET", f"/v1/datasets/{found['id']}/examples")["data"]["examples"]
    assert len({one["id"] for one in listed}) == len(listed) == found["example_count"]
    return {one["id"]: one for one in listed}


def splits(phoenix: PhoenixServer, name: str) -> dict[str, str]:
    """By example id the split that the server has it in; it does not know a split in which no example ever was."""
    [found] = [one for one in phoenix.done("GET", "/v1/datasets?limit=1000")["data"] if one["name"] == name]
    dealt: dict[str, str] = {}
    for split in ("train", "test"):
        status, answer = phoenix.call("GET", f"/v1/datasets/{found['id']}/examples?split={split}")
        assert status == 200 or "not found" in answer
        dealt |= {one["id"]: split for one in answer["data"]["examples"]} if status == 200 else {}
    return dealt


def test_a_data_set_made_twice_has_no_duplicates(place: tuple[Workplace, str], phoenix: PhoenixServer) -> None:
    person, name = place
    export = ("export", "--format", "phoenix-dataset", "--dataset", name)
    assert "4 new, 0 changed, 0 unchanged" in person.run(*export, "--split", "train=0.5,test=0.5")
    first = examples(phoenix, name)
    assert "0 new, 0 changed, 4 unchanged" in person.run(*export, "--split", "train=0.5,test=0.5")
    assert examples(phoenix, name) == first
    dealt = splits(phoenix, name)
    asked = parse_splits("train=0.5,test=0.5")
    assert dealt == {f"span:{root(n)}": asked.of(Target("span", root(n))) for n in (1, 2, 3, 4)}
    assert "0 new, 0 changed, 4 unchanged" in person.run(*export)
    assert splits(phoenix, name) == dealt, "without --split they stay"

    assert {one: example["source"]["span_id"] for one, example in first.items()} == {f"span:{root(n)}": root(n) for n in (1, 2, 3, 4)}
    second = first[f"span:{root(2)}"]
    assert second["output"] == {"output": "four"} and second["input"]["input"] == "What is 2 + 2?"
    assert [message["role"] for message in second["input"]["messages"]] == ["system", "user"]
    assert second["metadata"]["annotator"]["recorded_output"] == "five"
    [verdict] = second["metadata"]["annotations"]["correctness"]
    assert set(verdict) == {"label", "score", "explanation", "metadata", "annotator_kind", "user_id", "username", "email"}
    assert (verdict["label"], verdict["score"], verdict["explanation"]) == ("fail", 0.0, "because of 2")
    assert (verdict["annotator_kind"], verdict["username"]) == ("HUMAN", "rita")
    assert first[f"span:{root(4)}"]["metadata"]["annotations"]["note"][0]["explanation"] == "look here"

    # A changed verdict changes its example; the others, and one that somebody else added, stay.
    body = {"action": "append", "name": name, "inputs": [{"a": 1}], "outputs": [{}], "metadata": [{}]}
    phoenix.done("POST", "/v1/datasets/upload?sync=true", body)
    person.run("annotate", root(1), "correctness=fail", "--explanation", "on second thought")
    assert "0 new, 1 changed, 3 unchanged" in person.run(*export)
    after = examples(phoenix, name)
    assert len(after) == 5
    [changed] = after[f"span:{root(1)}"]["metadata"]["annotations"]["correctness"]
    assert (changed["label"], changed["explanation"]) == ("fail", "on second thought")
    same = [f"span:{root(n)}" for n in (2, 3, 4)]
    assert [after[one] for one in same] == [first[one] for one in same]
    assert splits(phoenix, name) == dealt


def test_the_shape_is_that_of_the_server_itself(place: tuple[Workplace, str], phoenix: PhoenixServer) -> None:
    """Beside what its own "add to data set" makes of the span."""
    person, _ = place
    name = f"own {secrets.token_hex(4)}"
    person.run("export", "--format", "phoenix-dataset", "--dataset", name, "correctness.explanation = 'because of 4'")
    [ours] = examples(phoenix, name).values()
    theirs_name = f"theirs {secrets.token_hex(4)}"
    made = phoenix.done("POST", "/v1/datasets/upload?sync=true", {"action": "create", "name": theirs_name, "inputs": [], "outputs": []})
    mutation = "mutation($i: AddSpansToDatasetInput!) { addSpansToDataset(input: $i) { dataset { id } } }"
    variables = {"i": {"datasetId": made["data"]["dataset_id"], "spanIds": [ours["source"]["span_node_id"]]}}
    phoenix.done("POST", "/graphql", {"query": mutation, "variables": variables})
    [theirs] = examples(phoenix, theirs_name).values()
    for annotation, rows in theirs["metadata"]["annotations"].items():
        [row], [mine] = rows, ours["metadata"]["annotations"][annotation]
        assert set(mine) == set(row)
        for key in ("label", "score", "explanation", "annotator_kind", "user_id", "email"):
            assert mine[key] == row[key], (annotation, key)
    assert theirs["metadata"]["span_kind"] == ours["metadata"]["span_kind"]


def test_the_example_of_the_help_runs(place: tuple[Workplace, str], phoenix: PhoenixServer) -> None:
    person, _ = place
    [example] = [line for line in EXAMPLES.splitlines() if "phoenix-dataset" in line]
    words = shlex.split(example.partition("annotator ")[2])
    assert "data set golden: " in person.run(*words)
    assert {f"span:{root(n)}" for n in (1, 2, 3, 4)} <= examples(phoenix, "golden").keys()


def test_another_server_is_not_the_queues(place: tuple[Workplace, str]) -> None:
    person, name = place
    said = person.run("export", "--format", "phoenix-dataset", "--dataset", name, "--to", "http://127.0.0.1:1", code=2)
    assert "belongs to" in said


def test_a_server_that_is_away_is_said(place: tuple[Workplace, str]) -> None:
    """Nothing was there to be half done: it is one request for all or for 200."""
    person, _ = place
    store = person.folder / "away.db"
    traces = person.folder / "away.jsonl"
    traces.write_text("".join(json.dumps(own(row)) + "\n" for row in spans()))
    person.run("pull", str(traces), "--store", str(store), "--rubric", person.rubric(RUBRIC))
    person.run("annotate", root(1), "correctness=pass", "--store", str(store))
    said = person.run("export", "--format", "phoenix-dataset", "--to", "http://127.0.0.1:1", "--store", str(store), code=3)
    assert "cannot be reached" in said
