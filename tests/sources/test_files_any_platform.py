"""Whatever stands in a platform's record: no exception, and no text of it is lost between its spans and what is said to be none."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.span import Span
from annotator.reading import read
from tests.platforms import parts

WORDS = st.integers(0, 10**6).map("word{}".format)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
ENCODED = VALUES | VALUES.map(json.dumps)
MLFLOW_NAMES = (
    "attributes events status links name start_time_unix_nano end_time_unix_nano parent_span_id resource kind context "
    "parent_id start_time end_time status_code status_message mlflow.spanInputs mlflow.spanOutputs mlflow.spanType "
    "mlflow.chat.messages mlflow.chat.tools mlflow.chat.tokenUsage mlflow.llm.cost mlflow.linkedPrompts trace_metadata tags "
    "assessments request_preview state request_time "
)
MLFLOW = MLFLOW_NAMES.split()
LANGFUSE_NAMES = (
    "name type input output metadata level statusMessage startTime endTime model modelParameters usageDetails costDetails "
    "usage promptName promptVersion sessionId userId tags toolDefinitions parentObservationId attributes scope "
    "resourceAttributes trace scores "
)
LANGFUSE = LANGFUSE_NAMES.split()
LANGSMITH_NAMES = (
    "name run_type inputs outputs extra metadata error events tags start_time end_time status serialized feedback_stats "
    "messages generations parent_run_id invocation_params prompt_tokens total_cost child_runs session_name documents output "
    "tool_calls "
)
LANGSMITH = LANGSMITH_NAMES.split()


def fields(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a format's fields with anything in them."""
    return st.dictionaries(
        st.sampled_from(names) | WORDS, ENCODED | st.dictionaries(st.sampled_from(names), ENCODED, max_size=3), max_size=6
    )


@st.composite
def records(draw: st.DrawFn) -> Any:
    """One record with up to three spans, each with an id of its own."""
    platform = draw(st.sampled_from(["mlflow", "langfuse", "langsmith", "batch"]))
    names = {"mlflow": MLFLOW, "langfuse": LANGFUSE}.get(platform, LANGSMITH)
    listed = [draw(fields(names)) for _ in range(draw(st.integers(0, 3)))]
    if platform == "mlflow":
        ids = [{"span_id": f"{n:016x}", "trace_id": "ab" * 16} for n in range(1, 4)]
        held = [{**span, **one} for span, one in zip(listed, ids, strict=False)]
        return {"info": {**draw(fields(MLFLOW)), "trace_id": "tr-" + "ab" * 16}, "data": {**draw(fields(["request"])), "spans": held}}
    if platform == "langfuse":
        held = [{"type": "GENERATION", **span, "id": f"o-{n}", "traceId": "t"} for n, span in enumerate(listed)]
        return {"trace": {**draw(fields(LANGFUSE)), "id": "t"}, "observations": held, "scores": draw(st.lists(VALUES, max_size=2))}
    runs = [{"run_type": "llm", **run, "id": f"run-{n}", "trace_id": "t"} for n, run in enumerate(listed)]
    return runs if platform == "langsmith" else {"post": runs[:1], "patch": runs[1:]}


def without_nothing(value: Any) -> Any:
    """The value without fields that hold nothing."""
    if isinstance(value, dict):
        return {key: without_nothing(inner) for key, inner in value.items() if inner not in (None, "", 0, [], {})}
    return [without_nothing(inner) for inner in value] if isinstance(value, list) else value


def words(value: Any) -> set[str]:
    """Every word in a value, wherever it stands."""
    return set(re.findall(r"word[0-9]+", json.dumps(without_nothing(value))))


def held(span: Span) -> str:
    header = (span.name, span.kind, span.parent_id, span.session_id, span.status_message)
    events = [(event.name, dict(event.attributes)) for event in span.events]
    return json.dumps([header, dict(span.attributes), events, dict(span.extra)])


@settings(max_examples=150, deadline=None)
@given(records())
def test_no_text_of_a_record_is_lost(record: Any) -> None:
    found = parts(record)
    spans = [part for part in found if isinstance(part, Span)]
    for span in spans:
        assert (span.trace_id, span.span_id) != ("", "")
        read(span)
    if len(spans) == len(found):
        assert words(record) <= words([held(span) for span in spans])


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(ENCODED, lambda inner: st.dictionaries(st.sampled_from(MLFLOW + LANGFUSE + LANGSMITH), inner, max_size=5), max_leaves=10)
)
def test_anything_is_a_span_or_said_to_be_none(record: Any) -> None:
    marks: list[dict[str, Any]] = [
        {"spans": [record], "info": record},
        {"observations": [record], "id": record},
        {"id": "o", "traceId": record, "type": "SPAN", "metadata": record},
        {"post": [record], "patch": [record]},
        {"run_type": record, "id": "r", "child_runs": [record], "events": record, "extra": record, "dotted_order": record},
        {"trace": record, "spans": record},
    ]
    for mark in marks:
        for part in parts(mark):
            if isinstance(part, Span):
                read(part)
            else:
                assert part
