"""What a source lists and does not give, and events without their spans, while a queue is filled."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import Selection
from annotator.domain.source import BadLine
from annotator.domain.span import NOTICE
from annotator.store.store import SqliteStore
from annotator.workflow.fill import fill
from annotator.workflow.loading import load
from tests.fake_server import FakeServer
from tests.workflow.scene import filling, span, targets, traces
from tests.workflow.test_fill import file_work


def test_a_file_is_read_to_its_end_also_when_the_queue_is_full(store: SqliteStore, tmp_path: Path) -> None:
    work = file_work(store, tmp_path / "t.jsonl", [span("a", "t"), *traces(150), span("b", "t", "a", 200)], Selection(limit=1))
    assert fill(work).items == 1
    trace = store.trace(work.queue.source_id, "t")
    assert trace is not None and {one.span_id for one in trace.spans} == {"a", "b"}


def test_what_was_listed_and_then_not_given_is_said(store: SqliteStore) -> None:
    server = FakeServer([span("a", "t"), span("b", "t", "a", 1), *traces(2)])
    said: list[BadLine] = []
    work = replace(filling(store, server), unread=said.append)
    fill(work)
    server.forget(Target("span", "b"))
    list(load(work, lambda: 0))
    assert [bad.reason for bad in said] == ["the source did not give span b of trace t, which it listed"]
    trace = store.trace(work.queue.source_id, "t")
    assert trace is not None and [NOTICE in one.extra for one in trace.spans] == [False, True]


def log_line(span_id: str, trace_id: str) -> str:
    record = {"traceId": trace_id, "spanId": span_id, "eventName": "gen_ai.user.message", "body": {"stringValue": f"of {span_id}"}}
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}) + "\n"


@pytest.mark.parametrize("order", ["listed", "newest"])
def test_log_records_without_their_span_become_items_and_are_said(store: SqliteStore, tmp_path: Path, order: Any) -> None:
    work = file_work(store, tmp_path / "t.jsonl", [span("a", "t")], Selection(order=order))
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write(log_line("a", "t") + log_line("b", "u") + log_line("c", "v") + log_line("d", "v"))
    done = fill(work)
    assert targets(store, work.queue) == ["a", "b", "c"]
    assert [(bad.line, bad.reason) for bad in done.bad] == [
        (0, "3 log records are of spans of 2 traces that did not come, and shown in their place: give the file with the spans too")
    ]
    trace = store.trace(work.queue.source_id, "v")
    assert trace is not None and [one.events[0].attributes["body"] for one in trace.spans] == ["of c", "of d"]
