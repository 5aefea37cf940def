"""Spans that make a real Phoenix answer 500, as they come over OTLP: the rest of the project still loads."""

import secrets
from typing import Any

import pytest

from annotator.domain.queue import Selection
from annotator.domain.source import ServerSettings
from annotator.domain.span import Span
from annotator.errors import ServerFailure
from annotator.sources.phoenix import Phoenix
from tests.faults.proxy import fault_proxy
from tests.phoenix_server import PhoenixServer
from tests.sources.broken_server import JSON, TEXT, broken

START = 1795228944074301000
FAR = 2**64 - 1
"""As an end it makes `/spans/otlpv1` fail; an integer as the kind makes `/spans` fail."""


def otlp_span(trace_id: str, kind: Any, end: int = START + 1_000_000, **more: Any) -> dict[str, Any]:
    value = {"intValue": str(kind)} if isinstance(kind, int) else {"stringValue": kind}
    attributes = [{"key": "openinference.span.kind", "value": value}, {"key": "input.value", "value": {"stringValue": "what was asked"}}]
    times = {"startTimeUnixNano": str(START), "endTimeUnixNano": str(end)}
    return {"traceId": trace_id, "spanId": secrets.token_hex(8), "name": "a", "attributes": attributes, **times, **more}


def seeded(phoenix: PhoenixServer, spans: list[dict[str, Any]]) -> tuple[str, Phoenix]:
    """A new project that holds these spans."""
    project = f"p{secrets.token_hex(4)}"
    phoenix.seed_otlp(project, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    return project, Phoenix(ServerSettings(phoenix.url), project)


def trace_ids(count: int) -> list[str]:
    return [secrets.token_hex(16) for _ in range(count)]


def by_id(server: Phoenix, ids: list[str]) -> dict[str, Span]:
    return {span.span_id: span for spans in server.spans(ids) for span in spans}


def test_a_span_with_an_integer_kind_loads_with_the_rest(phoenix: PhoenixServer) -> None:
    ids = trace_ids(30)
    sent = [otlp_span(trace_id, 7 if n == 11 else "LLM") for n, trace_id in enumerate(ids)]
    sent += [otlp_span(ids[11], "TOOL"), otlp_span(ids[12], 9)]
    project, server = seeded(phoenix, sent)
    assert phoenix.call("GET", f"{phoenix.project_path(project)}/spans?limit=1000")[0] == 500
    read = by_id(server, ids)
    assert read.keys() == {span["spanId"] for span in sent}
    assert {span.attributes["input.value"] for span in read.values()} == {"what was asked"}
    odd = read[sent[11]["spanId"]]
    assert odd.attributes["openinference.span.kind"] == 7
    assert (odd.start_ns, odd.end_ns, odd.trace_id) == (START, START + 1_000_000, ids[11])
    listed = [header for page in server.pages(Selection()) for header in page.headers]
    assert {(header.span_id, header.start_ns, header.end_ns) for header in listed} == {
        (span.span_id, span.start_ns, span.end_ns) for span in read.values()
    }


def test_each_of_the_two_endpoints_helps_out_where_the_other_fails(phoenix: PhoenixServer) -> None:
    ids = trace_ids(6)
    sent = [otlp_span(ids[0], 7), otlp_span(ids[1], "LLM", FAR), *(otlp_span(trace_id, "CHAIN") for trace_id in ids[2:])]
    read = by_id(seeded(phoenix, sent)[1], ids)
    assert read.keys() == {span["spanId"] for span in sent}


def test_what_neither_endpoint_gives_leaves_out_one_span_alone(phoenix: PhoenixServer) -> None:
    ids = trace_ids(40)
    unreadable = otlp_span(ids[3], 7, FAR)
    sent = [*(otlp_span(trace_id, "LLM") for trace_id in ids), unreadable, *(otlp_span(ids[3], 5, name=f"{n}") for n in range(4))]
    _, server = seeded(phoenix, sent)
    read = by_id(server, ids)
    assert read.keys() == {span["spanId"] for span in sent} - {unreadable["spanId"]}
    assert unreadable["spanId"] in {header.span_id for page in server.pages(Selection()) for header in page.headers}


def test_a_server_that_fails_with_everything_is_said_at_once() -> None:
    projects = (200, JSON, b'{"data":[{"id":"UDox","name":"p"}],"next_cursor":null}')
    with broken(projects, (500, TEXT, b"Internal Server Error")) as server:
        client = server.client()
        with pytest.raises(ServerFailure) as caught:
            list(client.spans(trace_ids(500)))
        assert caught.value.status == 500 and len(server.seen) == 4
        with pytest.raises(ServerFailure):
            list(client.pages(Selection()))
        assert len(server.seen) == 6
    with broken(projects, (503, TEXT, b"")) as server, pytest.raises(ServerFailure):
        list(server.client().spans(trace_ids(2)))
    assert len(server.seen) == 2


def test_a_listing_that_fails_with_the_spans_is_made_without_them(phoenix: PhoenixServer) -> None:
    ids = trace_ids(5)
    sent = [*(otlp_span(trace_id, "LLM") for trace_id in ids[:4]), otlp_span(ids[0], 7), otlp_span(ids[4], 7, FAR)]
    project, _ = seeded(phoenix, sent)
    with fault_proxy(phoenix.port) as proxy:
        proxy.decide = lambda request: "500" if "include_spans=true" in request.target else ""
        [page] = Phoenix(ServerSettings(proxy.url), project).pages(Selection())
    assert {header.span_id for header in page.headers} == {span["spanId"] for span in sent[:5]}
    assert [bad.reason for bad in page.bad] == [f"the server fails with every span of trace {ids[4]} (500)"]
    assert page.read == page.total == 5
