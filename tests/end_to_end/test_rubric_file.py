"""A rubric in a file and the annotation configs of a real server: there and back, labels in use, and moving them."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from annotator.config.rubric_file import parse_rubric
from annotator.domain.rubric import Rubric
from annotator.workflow.rubric_changes import held
from tests.end_to_end.workplace import Workplace, content, seed, small, span_ids
from tests.phoenix_server import PhoenixServer

RUBRIC = """name = "refunds"
version = "1"
owner = "quality"
instructions = "Read."

[[config]]
name = "corr/ectness é質 {tag}"
type = "categorical"
description = "is \\"it\\" right?"
optimization_direction = "maximize"
key = "y"
values = [
    {{ label = "right ✓", score = 1, description = "d", example = "e", counterexample = "c" }},
    {{ label = "it's \\"wrong\\"", score = -0.5 }},
    {{ label = "so/so" }},
]

[[config]]
name = "open {tag}"
type = "continuous"
step = 0.5

[[config]]
name = "half {tag}"
type = "continuous"
upper_bound = 7.25
optimization_direction = "minimize"

[[config]]
name = "why {tag}"
type = "freeform"
threshold = 3
lower_bound = -1
when = "corr/ectness é質 {tag} = so/so"
"""
PLAIN = """name = "plain"
version = "{version}"
[[config]]
name = "{name}"
type = "categorical"
values = [{{ label = "right", score = 1 }}, {{ label = "{wrong}", score = 0 }}]
[[config]]
name = "whole {name}"
type = "categorical"
target = "trace"
values = ["{wrong}", "fine"]
"""


@pytest.fixture
def tag(phoenix: PhoenixServer) -> Iterator[str]:
    """In the names of configs, which are taken away in the end."""
    made = secrets.token_hex(4)
    yield made
    for config in configs(phoenix, made):
        phoenix.done("DELETE", f"/v1/annotation_configs/{config['id']}")


def configs(phoenix: PhoenixServer, tag: str) -> list[dict[str, Any]]:
    found = phoenix.done("GET", "/v1/annotation_configs?limit=1000")["data"]
    return [config for config in found if tag in config["name"]]


def held_of(rubric: Rubric) -> list[object]:
    return [held(criterion.config) for criterion in rubric.criteria]


def test_there_and_back(phoenix: PhoenixServer, work: Workplace, tag: str) -> None:
    project = seed(phoenix, small(1))
    file = work.rubric(RUBRIC.format(tag=tag))
    where = ("--to", phoenix.url, "--project", project)
    assert "4 to make, 0 to change, 4 to assign" in work.run("rubric", "push", file, *where, "--dry-run")
    assert configs(phoenix, tag) == []
    assert "asks first" in work.run("rubric", "push", file, *where, code=2)
    assert "done: 4 to make" in work.run("rubric", "push", file, *where, "--yes")
    ids = {config["name"]: config["id"] for config in configs(phoenix, tag)}
    assert len(ids) == 4
    assert "has it already" in work.run("rubric", "push", file, *where, "--yes")
    own = parse_rubric(file, RUBRIC.format(tag=tag))
    fresh = parse_rubric("", work.run("rubric", "pull", phoenix.url, "--project", project))
    assert held_of(fresh) == held_of(own)
    assert "no difference" in work.run("rubric", "diff", phoenix.url, file, "--project", project)
    assert "as the server has it" in work.run("rubric", "pull", phoenix.url, "--project", project, "--out", file)

    wider = RUBRIC.format(tag=tag).replace("7.25", "8").replace('{ label = "so/so" }', '{ label = "so/so" }, { label = "odd" }')
    file = work.rubric(wider.replace('"is \\"it\\" right?"', '"is it?"'))
    said = work.run("rubric", "push", file, *where, "--yes")
    assert "label 'odd' is added" in said and "upper_bound 7.25 is 8" in said and "0 to make, 2 to change, 0 to assign" in said
    assert {config["name"]: config["id"] for config in configs(phoenix, tag)} == ids, "by id: none is made twice"
    older = work.rubric(RUBRIC.format(tag=tag))
    assert "label 'odd' is added" in work.run("rubric", "pull", phoenix.url, "--project", project, "--out", older, "--yes")
    with open(older, encoding="utf-8") as stream:
        kept = parse_rubric(older, stream.read())
    assert held_of(kept) == held_of(parse_rubric("", wider.replace('"is \\"it\\" right?"', '"is it?"')))
    assert (kept.owner, kept.instructions, kept.criteria[0].key) == ("quality", "Read.", "y")
    assert kept.criteria[0].config.values[0].example == "e" and kept.criteria[1].config.step == 0.5  # type: ignore[union-attr]
    assert str(kept.criteria[3].when).endswith("= so/so")


def rows(phoenix: PhoenixServer, project: str, ids: list[str], traces: list[str]) -> list[str]:
    found = [*phoenix.annotations(project, ids), *phoenix.annotations(project, traces, kind="trace")]
    return sorted(json.dumps(content(row) | {"on": row.get("span_id") or row["trace_id"]}, sort_keys=True) for row in found)


def test_labels_in_use_are_moved_and_taken_back(phoenix: PhoenixServer, work: Workplace, tag: str) -> None:
    spans = small(3)
    project, ids = seed(phoenix, spans), span_ids(spans)
    traces = [span["context"]["trace_id"] for span in spans]
    old = work.rubric(PLAIN.format(version=1, name=tag, wrong="it's wrong"))
    where = ("--to", phoenix.url, "--project", project)
    work.run("rubric", "push", old, *where, "--yes")
    work.run("pull", phoenix.url, "--project", project, "--rubric", old)
    for id_, label in zip(ids, ("right", "it's wrong", "it's wrong"), strict=True):
        work.run("annotate", id_, f"{tag}={label}", "--explanation", "why")
    work.run("annotate", ids[0], f"whole {tag}=it's wrong", "--target", "trace")
    work.run("push")
    others = [
        {"span_id": ids[0], "name": tag, "annotator_kind": kind, "identifier": kind, "result": {"label": label}}
        for kind, label in (("HUMAN", "it's wrong"), ("LLM", "right"))
    ]
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": others})
    before = rows(phoenix, project, ids, traces)
    assert len(before) == 6

    new = work.folder / "new.toml"
    new.write_text(PLAIN.format(version=2, name=tag, wrong="incorrect"))
    refused = work.run("rubric", "push", str(new), *where, "--yes", code=2)
    assert f"{tag} = it's wrong on 3 on the server, {tag} = it's wrong on 2 here, whole {tag} = it's wrong on 1 on the server" in refused
    assert "annotator rubric migrate" in refused
    assert "it's wrong on 2" in work.run("rubric", "migrate", str(new), code=2)
    moves = work.folder / "moves.toml"
    moves.write_text(f'[moves.{tag}]\n"it\'s wrong" = "incorrect"\n[moves."whole {tag}"]\n"it\'s wrong" = "incorrect"\n')
    assert "done" in work.run("rubric", "migrate", str(new), "--moves", str(moves), "--yes")
    work.run("push")
    mine = [row for row in phoenix.annotations(project, ids) if row["identifier"] == "annotator:rita"]
    assert sorted((row["result"]["label"], row["result"]["score"], row["result"]["explanation"]) for row in mine) == [
        ("incorrect", 0.0, "why"), ("incorrect", 0.0, "why"), ("right", 1.0, "why"),
    ]  # fmt: skip
    moved = next(row for row in mine if row["result"]["label"] == "incorrect")
    assert moved["metadata"]["rubric"] == "plain@2"
    assert moved["metadata"]["migrated_from"] == {"label": "it's wrong", "score": 0.0, "rubric": "plain@1"}
    refused = work.run("rubric", "push", str(new), *where, "--yes", code=2)
    assert f"orphan: {tag} = it's wrong on 1 on the server." in refused, "somebody else's is left"
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [others[0] | {"result": {"label": "incorrect"}}]})
    assert "0 to make, 2 to change" in work.run("rubric", "push", str(new), *where, "--yes")

    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [others[0]]})
    assert "taken back: move 3 answers to plain@2" in work.run("rubric", "migrate", "--undo")
    work.run("push")
    assert rows(phoenix, project, ids, traces) == before
    assert "plain@1" in work.run("rubric", "show")
