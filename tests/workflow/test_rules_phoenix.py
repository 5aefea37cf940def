"""Rules over a real Phoenix: triggers on annotations of others, and what the server leaves out of the listing for them."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import Rule, Selection
from annotator.domain.rubric import BUILT_IN
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from tests.phoenix_server import PhoenixServer
from tests.workflow.test_narrowing import Compared

TRACES = 80
TRIGGERS = (
    Rule("judge fails", "llm.quality = fail"),
    Rule("low score", "llm.quality < 0.4"),
    Rule("judge and people", "llm.quality != human.quality"),
    Rule("tool", "any(kind = tool and status = error)"),
    Rule("slow", "latency > 3500ms"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> Iterator[Compared]:
    compared = Compared(tmp_path_factory.mktemp("rules"), phoenix, TRACES)
    compared.items("root", "status = error")
    yield compared
    compared.close()


def working(project: Compared, rules: tuple[Rule, ...], whole: bool = False, **more: Any) -> Filling:
    """`whole`: by a source that leaves nothing out."""
    store, source = (project.stores[1], project.everything) if whole else (project.stores[0], project.phoenix)
    selection = Selection(order="newest", rules=rules, **more)
    queue = store.create(f"rules {secrets.token_hex(4)}", project.source, selection, BUILT_IN)
    return Filling(store, source, queue, "annotator:ann", None if whole else project.phoenix, annotator="ann")


def came(work: Filling) -> dict[Target, tuple[str, float | None]]:
    return {item.target: (item.rule, item.inclusion) for item in work.store.items(work.queue.id, limit=1000)}


def test_triggers_joined_are_their_filters_joined_and_the_server_leaves_out_the_rest(project: Compared) -> None:
    work = working(project, TRIGGERS)
    brought = fill(work).traces
    alone = {rule.name: set(project.items("root", rule.when)[0]) for rule in TRIGGERS}
    assert all(alone.values()) and set(came(work)) == set().union(*alone.values()) and brought < TRACES
    assert all(rule == next(name for name, found in alone.items() if target in found) for target, (rule, _) in came(work).items())
    assert {inclusion for _, inclusion in came(work).values()} == {1.0}


@pytest.mark.parametrize(
    "rules",
    [
        (TRIGGERS[0], TRIGGERS[3], Rule("sample", rate=0.3)),
        (
            Rule("some", "llm.quality = fail or status = error", rate=0.5),
            Rule("tools", "any(kind = tool)", cap=6),
            Rule("text", "text ~ refund", 0.4),
        ),
    ],
)
def test_what_the_server_leaves_out_changes_nothing(project: Compared, rules: tuple[Rule, ...]) -> None:
    narrowed, whole = working(project, rules, seed=5), working(project, rules, whole=True, seed=5)
    fill(narrowed)
    fill(whole)
    assert came(narrowed) == came(whole) and len({rule for rule, _ in came(whole).values()}) == len(rules)


def test_an_annotation_that_comes_later(project: Compared, phoenix: PhoenixServer) -> None:
    rules = (Rule("thumbs down", 'user_feedback = "thumbs-down"'), Rule("sample", rate=0.2))
    work = working(project, rules)
    fill(work)
    before = came(work)
    everything = working(project, (Rule("all"),))
    fill(everything)
    there = next(target.id for target in before)
    new = next(target.id for target in came(everything) if target not in before)
    row = {"name": "user_feedback", "annotator_kind": "HUMAN", "identifier": "app", "metadata": {}}
    rows = [row | {"span_id": one, "result": {"label": "thumbs-down", "score": 0, "explanation": None}} for one in (there, new)]
    assert phoenix.call("POST", "/v1/span_annotations?sync=true", {"data": rows})[0] == 200
    fill(Filling(work.store, work.source, work.store.queue(work.queue.id), work.identifier, work.sink, annotator="ann"))
    after = came(work)
    assert set(after) - set(before) == {Target("span", new)} and after[Target("span", new)] == ("thumbs down", 1.0)
    assert after[Target("span", there)] == ("sample", 1.0)
