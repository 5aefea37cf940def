"""The rubric's form on a real server: what is saved is pushed in the background when a person agrees, and answers say the new version."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from annotator.config.rubric_file import parse_rubric
from tests.end_to_end.workplace import Workplace, seed, small, span_ids
from tests.phoenix_server import PhoenixServer
from tests.screen.scene import DOWN, ENTER, ESC, press, rubric_row

F4 = "\x1bOS"
RUBRIC = """name = "plain"
version = "1"
owner = "q"
[[config]]
name = "{name}"
type = "categorical"
optimization_direction = "maximize"
values = [{{ label = "right", score = 1 }}, {{ label = "wrong", score = 0 }}]
"""


@pytest.fixture
def tag(phoenix: PhoenixServer) -> Iterator[str]:
    """In the names of configs, which are taken away in the end."""
    made = f"q{secrets.token_hex(4)}"
    yield made
    for config in configs(phoenix, made):
        phoenix.done("DELETE", f"/v1/annotation_configs/{config['id']}")


def configs(phoenix: PhoenixServer, tag: str) -> list[dict[str, Any]]:
    return [config for config in phoenix.done("GET", "/v1/annotation_configs?limit=1000")["data"] if tag in config["name"]]


def test_saved_pushed_and_pulled(phoenix: PhoenixServer, work: Workplace, tag: str) -> None:
    spans = small(2)
    project, ids = seed(phoenix, spans), span_ids(spans)
    file = work.rubric(RUBRIC.format(name=tag))
    with work.review(phoenix.url, "--project", project, "--rubric", file) as terminal:
        terminal.wait_for("question 1")
        terminal.read_until_quiet(0.3)
        press(terminal, F4, "p")
        terminal.wait_for("1 to make, 0 to change, 1 to assign")
        press(terminal, "p")
        terminal.wait_for("pushed: 1 to make")
        made = configs(phoenix, tag)
        assert [[value["label"] for value in one["values"]] for one in made] == [["right", "wrong"]]
        press(terminal, ESC, *[DOWN] * 4, ENTER, "a", ENTER, *"unsure", ENTER, "s", "s")
        terminal.wait_for("label 'unsure' is added")
        terminal.wait_for("0 to make, 1 to change, 0 to assign")
        press(terminal, "p")
        terminal.wait_for("pushed: 0 to make, 1 to change")
        press(terminal, ESC, ESC, ESC, ESC)
        terminal.wait_for("question 1")
        assert "3 unsure" in rubric_row(terminal.lines(), tag)
        press(terminal, "3")
        terminal.wait_for("question 2")
    work.run("push")
    assert [[value["label"] for value in one["values"]] for one in configs(phoenix, tag)] == [["right", "wrong", "unsure"]]
    assert [one["id"] for one in configs(phoenix, tag)] == [made[0]["id"]], "by its id"
    (row,) = phoenix.annotations(project, ids)
    assert (row["result"]["label"], row["metadata"]["rubric"]) == ("unsure", "plain@2")
    pulled = parse_rubric("", work.run("rubric", "pull", phoenix.url, "--project", project))
    assert [criterion.name for criterion in pulled.criteria] == [tag]
    assert "as the server has it" in work.run("rubric", "pull", phoenix.url, "--project", project, "--out", file)


def test_labels_in_use_are_not_orphaned(phoenix: PhoenixServer, work: Workplace, tag: str) -> None:
    spans = small(1)
    project, ids = seed(phoenix, spans), span_ids(spans)
    file = work.rubric(RUBRIC.format(name=tag))
    work.run("rubric", "push", file, "--to", phoenix.url, "--project", project, "--yes")
    with work.review(phoenix.url, "--project", project, "--rubric", file) as terminal:
        terminal.wait_for("question 1")
        terminal.read_until_quiet(0.3)
        other = {"span_id": ids[0], "name": tag, "annotator_kind": "HUMAN", "identifier": "x", "result": {"label": "wrong"}}
        press(terminal, F4, *[DOWN] * 4, ENTER, *[DOWN] * 4, "x")
        phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [other]})
        press(terminal, "s", "s")
        terminal.wait_for(f"{tag} = wrong on 1 on the server")
        press(terminal, "p", ESC)
    assert [[value["label"] for value in one["values"]] for one in configs(phoenix, tag)] == [["right", "wrong"]]
