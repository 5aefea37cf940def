"""MLflow's traces as spans."""

import json
from typing import Any

from annotator.domain.span import SpanEvent
from tests.platforms import mlflow_2, mlflow_traces, parts, spans


def test_a_recorded_trace_is_read_whole() -> None:
    failed, *agent = spans(*mlflow_traces())
    assert (failed.kind, failed.status_code, failed.events[0].attributes["exception.type"]) == ("LLM", "ERROR", "InternalServerError")
    assert [(span.name, span.kind) for span in agent] == [
        ("geo", "AGENT"),
        ("retrieve", "RETRIEVER"),
        ("Completions", "LLM"),
        ("area", "TOOL"),
        ("Completions", "LLM"),
    ]
    root = agent[0]
    assert (root.trace_id, root.span_id, root.parent_id) == ("798bdfcd5258936c38f611dade924927", "1698b73363d011b1", None)
    assert {span.parent_id for span in agent[1:]} == {root.span_id}
    assert {span.session_id for span in agent} == {"ml-s1"}
    assert root.start_ns == 1795228985110062167
    assert root.attributes["mlflow.spanType"] == "AGENT"
    assert root.attributes["mlflow.spanInputs"] == '{"q": "How large is Portugal?"}'
    assert root.attributes["mlflow.trace_info.tags"]["team"] == "maps"
    assert not [key for span in agent[1:] for key in span.attributes if key.startswith("mlflow.trace_info")]


def test_schema_2_is_read_like_schema_3() -> None:
    top, model = spans(mlflow_2())
    assert (top.trace_id, top.span_id, top.parent_id, top.kind) == ("ab" * 16, "01" * 8, None, "CHAIN")
    assert (model.parent_id, model.kind, model.status_code, model.status_message) == ("01" * 8, "LLM", "ERROR", "slow")
    assert (top.start_ns, top.end_ns) == (1700000000000000001, 1700000001500000000)
    assert model.events == (SpanEvent("exception", 1700000000200000000, {"exception.type": "Slow"}),)
    assert {span.session_id for span in (top, model)} == {"s-2"}
    assert top.attributes["mlflow.trace_info.request"] == '{"q": "2+2?"}'


def test_every_way_that_mlflow_writes_a_trace() -> None:
    trace = mlflow_traces()[1]
    whole = spans(trace)
    data_alone: dict[str, Any] = trace["data"]
    ids = [span.span_id for span in whole]
    assert [span.span_id for span in spans(data_alone)] == ids
    assert spans([trace]) == spans({"traces": [trace]}) == whole
    assert [span.span_id for span in spans({"trace": {"trace_info": trace["info"], "spans": data_alone["spans"]}})] == ids
    row = {"trace_id": trace["info"]["trace_id"], "trace": json.dumps(trace), "spans": data_alone["spans"], "request": "x", "state": "OK"}
    assert [span.span_id for span in spans(row)] == ids
    hexes = [
        {**span, "trace_id": "tr-" + whole[0].trace_id, "span_id": hex_id} for span, hex_id in zip(data_alone["spans"], ids, strict=True)
    ]
    assert {span.trace_id for span in spans({"info": trace["info"], "data": {"spans": hexes}})} == {whole[0].trace_id}


def test_a_trace_without_spans_is_a_span() -> None:
    record = mlflow_2()
    record["data"]["spans"] = []
    [span] = spans(record)
    assert (span.trace_id, span.name, span.kind, span.status_code) == ("ab" * 16, "sum", "UNKNOWN", "OK")
    assert (span.start_ns, span.end_ns) == (1700000000000000000, 1700000001500000000)


def test_what_is_no_span_is_named_and_the_rest_loads() -> None:
    record = mlflow_2()
    record["data"]["spans"][0:0] = [3, {"context": {"trace_id": "x"}}]
    found = parts(record)
    assert [part for part in found if isinstance(part, str)] == ["spans[0]: not an object", "spans[1]: a span without a span id"]
    assert len(found) == 4
    assert parts({"trace": "{oops", "spans": []}) == [
        "trace: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ]
