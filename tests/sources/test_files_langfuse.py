"""Langfuse's traces and observations as spans."""

from typing import Any

import pytest

from tests.platforms import langfuse_trace, observation, parts, public, spans


def test_a_trace_with_one_root_gives_it_what_the_trace_says() -> None:
    scores = [{"name": "good", "value": 1, "observationId": "o-model"}, {"name": "tone", "stringValue": "warm"}]
    root, model = spans(langfuse_trace(observation("agent", "AGENT"), observation("model", "GENERATION", "agent"), scores=scores))
    assert (root.trace_id, root.span_id, root.parent_id, root.kind, root.session_id) == ("t-1", "o-agent", None, "AGENT", "s-3")
    assert (model.parent_id, model.kind, model.session_id) == ("o-agent", "LLM", "s-3")
    assert (root.start_ns, root.end_ns) == (1754054520147000000, 1754054521147000000)
    assert root.attributes["langfuse.trace.tags"] == ["prod"]
    assert (root.attributes["langfuse.scores"], model.attributes["langfuse.scores"]) == ([scores[1]], [scores[0]])
    assert "langfuse.trace.name" not in model.attributes


@pytest.mark.parametrize("names", [["a", "b"], []])
def test_a_trace_with_several_roots_or_none_stands_above_them(names: list[str]) -> None:
    top, *rest = spans(langfuse_trace(*[observation(name, "SPAN") for name in names], latency=2.5))
    assert (top.span_id, top.parent_id, top.name, top.kind) == ("t-1", None, "shop", "CHAIN")
    assert top.duration_ns == 2_500_000_000
    assert [(span.name, span.parent_id) for span in rest] == [(name, "t-1") for name in names]


def test_every_way_that_langfuse_writes_a_trace() -> None:
    whole = langfuse_trace(observation("agent", "AGENT"), observation("model", "GENERATION", "agent"))
    trace = {key: value for key, value in whole.items() if key != "observations"}
    ids = ["o-agent", "o-model"]
    for record in (
        {"trace": trace, "observations": whole["observations"]},
        {"observations": whole["observations"], "scores": []},
        {"data": whole["observations"], "meta": {"page": 1}},
        whole["observations"],
        {"data": [whole], "meta": {}},
    ):
        assert [span.span_id for span in spans(record)] == ids
    snake = {"id": "o-1", "trace_id": "t-1", "type": "generation", "name": "model", "parent_observation_id": "", "session_id": "s"}
    snake |= {"start_time": "2025-08-01 13:22:00.147", "end_time": "2025-08-01 13:22:01", "level": "ERROR", "status_message": "boom"}
    [span] = spans(snake)
    assert (span.kind, span.parent_id, span.status_code, span.status_message, span.session_id) == ("LLM", None, "ERROR", "boom", "s")
    assert span.start_ns == 1754054520147000000
    [alone] = spans(trace)
    assert (alone.span_id, alone.session_id, alone.end_ns) == ("t-1", "s-3", None)
    [listed] = spans({**trace, "observations": ["o-agent"], "scores": ["s-1"]})
    assert (listed.attributes["langfuse.trace.observations"], listed.attributes["langfuse.scores"]) == (["o-agent"], ["s-1"])


def test_a_span_of_opentelemetry_gets_its_own_attributes_back() -> None:
    metadata: dict[str, Any] = {
        "attributes": {"llm.model_name": "m", "openinference.span.kind": "LLM", "langfuse.x": 1},
        "resourceAttributes": {"service.name": "shop"},
        "scope": {"name": "lib"},
        "tier": 2,
    }
    [span] = spans(observation("model", "SPAN", metadata=metadata))
    assert span.kind == "LLM"
    assert span.attributes["llm.model_name"] == "m"
    assert span.attributes["langfuse.observation.metadata"] == {"tier": 2, "attributes": {"langfuse.x": 1}}
    assert span.extra == {"resource": {"attributes": {"service.name": "shop"}}, "scope": {"name": "lib"}}


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("SPAN", {}, "CHAIN"),
        ("SPAN", {"output": {"type": "tool", "tool_call_id": "c", "content": "x"}}, "TOOL"),
        ("SPAN", {"metadata": {"attributes": {"gen_ai.operation.name": "execute_tool"}, "scope": {}}}, "TOOL"),
        ("SPAN", {"metadata": {"attributes": {"gen_ai.tool.name": "x"}, "scope": {}}}, "TOOL"),
        ("RETRIEVER", {}, "RETRIEVER"),
        ("EVENT", {}, "CHAIN"),
        ("EVALUATOR", {}, "EVALUATOR"),
    ],
)
def test_kinds(kind: str, fields: dict[str, Any], expected: str) -> None:
    [span] = spans(observation("x", kind, **fields))
    assert span.kind == expected
    assert span.end_ns is not None


def test_what_is_no_observation_is_named_and_the_rest_loads() -> None:
    found = parts(langfuse_trace(3, observation("a", "SPAN"), {"type": "SPAN"}))  # type: ignore[arg-type]
    assert [part for part in found if isinstance(part, str)] == [
        "observations[0]: not an object",
        "observations[2]: an observation without an id",
    ]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("google-gemini-2025-08-01", 1),
        ("langgraph-2025-08-22", 9),
        ("llamaindex-2025-06-05", 2),
        ("openai-agents-2025-09-30", 5),
        ("openai-assistants-2024-05-29", 5),
    ],
)
def test_published_exports_are_whole_traces(name: str, count: int) -> None:
    found = spans(public(f"langfuse-exports/{name}.json"))
    ids = {span.span_id for span in found}
    assert len(found) == len(ids) == count
    assert len({span.trace_id for span in found}) == 1
    assert [span.parent_id for span in found if span.parent_id not in ids] == [None]
