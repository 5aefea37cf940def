"""Traces in the shapes of MLflow, Langfuse and LangSmith, and where recorded ones are."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.message import Reading
from annotator.domain.span import Span
from annotator.reading import read
from annotator.sources.files.shapes import Part, formats, spans_in

RECORDED = Path(__file__).parent / "traces"
PUBLIC = Path(__file__).parents[2] / "shared" / "traces" / "public"


def parts(*records: Any) -> list[Part]:
    """What the records of one file hold, in order."""
    known = formats()
    return [part for record in records for part in spans_in(record, known)]


def spans(*records: Any) -> list[Span]:
    """The spans of records that are all well."""
    found = parts(*records)
    assert not [part for part in found if isinstance(part, str)]
    return [part for part in found if isinstance(part, Span)]


def readings(*records: Any) -> dict[str, Reading]:
    """What each span says, by name."""
    return {span.name: read(span) for span in spans(*records)}


def mlflow_traces() -> list[dict[str, Any]]:
    """Recorded with MLflow 3.17: a failed call, then an agent with a retriever, a tool and two calls."""
    with gzip.open(RECORDED / "mlflow.traces.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def public(name: str) -> Any:
    """A published file, which stands beside the checkout where it stands at all."""
    path = PUBLIC / name
    if not path.exists():
        pytest.skip("the published traces are not here")
    return json.loads(path.read_text(encoding="utf-8"))


def mlflow_2(trace_id: str = "0x" + "ab" * 16) -> dict[str, Any]:
    """A trace of MLflow 2.x."""
    common = {"status_message": "", "events": [], "links": []}
    asked = {"messages": [{"role": "user", "content": "2+2?"}], "temperature": 0.1}
    answered = {"choices": [{"message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}]}
    return {
        "info": {
            "request_id": "tr-" + "ab" * 16,
            "experiment_id": "0",
            "timestamp_ms": 1700000000000,
            "execution_time_ms": 1500,
            "status": "OK",
            "request_metadata": {"mlflow.trace.session": "s-2", "mlflow.trace_schema.version": "2", "build": "77"},
            "tags": {"mlflow.traceName": "sum", "team": "maths"},
            "assessments": [
                {
                    "assessment_name": "correct",
                    "source": {"source_type": "LLM_JUDGE", "source_id": "judge"},
                    "feedback": {"value": True},
                    "rationale": "It is 4.",
                },
                {"assessment_name": "answer", "expectation": {"value": "four"}},
                {"assessment_name": "clarity", "feedback": {"value": 0.5, "error": {"error_code": "TIMEOUT", "error_message": "too slow"}}},
            ],
        },
        "data": {
            "request": '{"q": "2+2?"}',
            "response": '"4"',
            "spans": [
                {
                    **common,
                    "name": "sum",
                    "context": {"span_id": "0x" + "01" * 8, "trace_id": trace_id},
                    "parent_id": None,
                    "start_time": 1700000000000000001,
                    "end_time": 1700000001500000000,
                    "status_code": "OK",
                    "attributes": {"mlflow.spanType": '"CHAIN"', "mlflow.spanInputs": '{"q": "2+2?"}', "mlflow.spanOutputs": '"4"'},
                },
                {
                    **common,
                    "name": "model",
                    "context": {"span_id": "0x" + "02" * 8, "trace_id": trace_id},
                    "parent_id": "0x" + "01" * 8,
                    "start_time": 1700000000100000000,
                    "end_time": 1700000001000000000,
                    "status_code": "ERROR",
                    "status_message": "slow",
                    "attributes": {
                        "mlflow.spanType": '"CHAT_MODEL"',
                        "mlflow.spanInputs": json.dumps(asked),
                        "mlflow.spanOutputs": json.dumps(answered),
                        "mlflow.chat.tools": json.dumps([{"type": "function", "function": {"name": "add", "description": "Adds."}}]),
                    },
                    "events": [{"name": "exception", "timestamp": 1700000000200000000, "attributes": {"exception.type": "Slow"}}],
                },
            ],
        },
    }


def observation(name: str, kind: str, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    """An observation of Langfuse as its API gives it."""
    return {
        "id": f"o-{name}",
        "traceId": "t-1",
        "projectId": "p",
        "type": kind,
        "name": name,
        "parentObservationId": f"o-{parent}" if parent else None,
        "startTime": "2025-08-01T13:22:00.147Z",
        "endTime": None if kind == "EVENT" else "2025-08-01T13:22:01.147Z",
        "level": "DEFAULT",
        "statusMessage": None,
        **fields,
    }


def langfuse_trace(*observations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A trace of Langfuse with its observations, as the API gives it."""
    return {
        "id": "t-1",
        "name": "shop",
        "timestamp": "2025-08-01T13:22:00.100Z",
        "sessionId": "s-3",
        "userId": "u-3",
        "tags": ["prod"],
        "metadata": {"tier": 2},
        "public": False,
        "environment": "default",
        "input": None,
        "output": None,
        "observations": list(observations),
        **fields,
    }


RUN = "2c1c9a6e-6f0e-4f5b-8b54-2f4f6f9d5a01"


def run(number: int, name: str, kind: str, **fields: Any) -> dict[str, Any]:
    """A run of LangSmith as its API lists it; number 0 is the root."""
    run_id = f"{RUN[:-2]}{number:02}"
    return {
        "id": run_id,
        "name": name,
        "run_type": kind,
        "trace_id": f"{RUN[:-2]}00",
        "parent_run_id": f"{RUN[:-2]}00" if number else None,
        "start_time": f"2025-03-01T10:00:{number:02}.123456",
        "end_time": "2025-03-01T10:00:40",
        "session_id": "aaaa0000-0000-4000-8000-000000000000",
        "session_name": "shop",
        "status": "success",
        "error": None,
        "extra": {"metadata": {"thread_id": "th-9", "user_id": "u-5"}},
        "events": [{"name": "start", "time": "2025-03-01T10:00:00.1"}],
        "prompt_tokens": 0,
        "completion_tokens": 0,
        **fields,
    }


def lc(kind: str, /, **fields: Any) -> dict[str, Any]:
    """An object that LangChain serialised."""
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": fields}
