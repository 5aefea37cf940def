"""Sync: a drain of the outbox beside a bare client that posts bodies of the same bytes to the same real Phoenix, in turns."""

import json
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from annotator.domain.annotation import Annotation, Target, TargetKind
from annotator.domain.queue import NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import ServerRow, ServerSettings
from annotator.sources.phoenix.annotations import _body
from annotator.sources.phoenix.source import Phoenix
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.judge import Judge
from annotator.workflow.sync import BATCH, Drain, contact
from tests.benchmarks.table import Row, figures
from tests.phoenix_server import PhoenixServer, phoenix_span

TURN = 5
"""Batches before the other one has its turn."""
PEER = "bench:ann"
"""As long as our identifier, so that the bodies are."""


class Spent:
    """Seconds and processor milliseconds of a piece of work, all of it together."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        seconds, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - seconds
            self.cpu += (time.thread_time() - cpu) * 1000


class Watched(Phoenix):
    """Phoenix, and what reading before writing and writing take."""

    def __init__(self, settings: ServerSettings, project: str) -> None:
        super().__init__(settings, project)
        self.reading, self.writing = Spent(), Spent()

    def read(
        self, kind: TargetKind, ids: Collection[str], names: Collection[str] = (), identifiers: Collection[str] = ()
    ) -> Sequence[ServerRow]:
        with self.reading():
            return super().read(kind, ids, names, identifiers)

    def put(self, rows: Sequence[Annotation]) -> None:
        with self.writing():
            super().put(rows)


def measure(folder: Path, rows: int) -> list[Row]:
    """A drain of so many verdicts. Reading before writing is counted apart."""
    place = folder / "phoenix-sync"
    place.mkdir()
    phoenix = PhoenixServer(place)
    phoenix.start()
    try:
        with closing(open_store(folder / "sync.db")) as store:
            return _measure(store, judged(store, phoenix, "sync", rows), phoenix, "sync", rows)
    finally:
        phoenix.kill()


def judged(store: SqliteStore, phoenix: PhoenixServer, project: str, rows: int) -> Queue:
    """A queue of a project's spans, each with a verdict that waits for the server."""
    spans = [phoenix_span(span_id=f"{number:016x}", trace_id=f"{number:032x}") for number in range(1, rows + 1)]
    phoenix.done("POST", "/v1/projects", {"name": project})
    for start in range(0, rows, 1000):
        phoenix.done("POST", f"{phoenix.project_path(project)}/spans", {"data": spans[start : start + 1000]})
    ids = [span["context"] for span in spans]
    queue = store.create(project, SourceRef(phoenix.url, project, phoenix.url), Selection(), BUILT_IN)
    store.add_items(queue.id, [NewItem(Target("span", one["span_id"]), one["trace_id"], one["span_id"]) for one in ids])
    account = contact(store, phoenix.url, "ann", Phoenix(ServerSettings(phoenix.url), project).user())
    judge = Judge(store, queue, account.annotator, account.identifier)
    for start in range(0, rows, 100):
        with store.together():
            for item in store.items(queue.id, start, 100):
                judge.answer(item, queue.rubric.criteria[0], ("pass", "fail")[item.position % 2])
    return queue


def _measure(store: SqliteStore, queue: Queue, phoenix: PhoenixServer, project: str, rows: int) -> list[Row]:
    entries = store.due(phoenix.url, time.time() + 10, rows, 0.0)
    bodies = [_bytes([entry.row for entry in entries[start : start + BATCH] if entry.row]) for start in range(0, rows, BATCH)]
    ours: list[Spent] = []
    theirs: list[Spent] = []
    sink = Watched(ServerSettings(phoenix.url), project)
    reading: list[float] = []
    putting: list[float] = []
    with httpx.Client() as client:
        while bodies:
            now, bodies = bodies[:TURN], bodies[TURN:]
            sink.reading, sink.writing = Spent(), Spent()
            ours.append(_drained(store, sink, phoenix.url, len(now)))
            theirs.append(_posted(client, phoenix.url, now))
            ours[-1].seconds -= sink.reading.seconds
            reading.append(sink.reading.seconds)
            putting.append(sink.writing.cpu)
    counts = store.outbox_counts()
    if counts.waiting or counts.parked:
        raise RuntimeError(f"not all arrived: {counts}")
    what, peer = f"sync, {TURN * BATCH} of {rows:,} rows", "httpx, the same bytes"
    peer_cpu = figures(spent.cpu for spent in theirs)
    return [
        Row(what, "s", figures(spent.seconds for spent in ours), peer, figures(spent.seconds for spent in theirs), 1 / 0.9),
        Row(f"reading before writing, {what}", "s", figures(reading)),
        Row(f"processor of the requests, {what}", "ms", figures(putting), peer, peer_cpu, 2.0),
        Row(f"processor with the outbox, {what}", "ms", figures(spent.cpu for spent in ours), peer, peer_cpu),
    ]


def _drained(store: SqliteStore, sink: Phoenix, server: str, batches: int) -> Spent:
    """So many batches of what is due."""
    left, spent = batches, Spent()

    def stopped() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with spent():
        done = Drain(store, lambda project: sink, server, time.time, settle=0.0, stopped=stopped).run()
    if done.error or done.sent != batches * BATCH:
        raise RuntimeError(f"the drain sent {done.sent} rows: {done.error}")
    return spent


def _posted(client: httpx.Client, server: str, bodies: Sequence[bytes]) -> Spent:
    spent = Spent()
    with spent():
        for body in bodies:
            answer = client.post(
                f"{server}/v1/span_annotations?sync=true", content=body, headers={"Content-Type": "application/json"}, timeout=60
            )
            answer.raise_for_status()
    return spent


def _bytes(rows: Sequence[Annotation]) -> bytes:
    """What we send for these rows, under another identifier."""
    bodies: list[dict[str, Any]] = [_body(row) | {"identifier": PEER} for row in rows]
    return json.dumps({"data": bodies}, ensure_ascii=False).encode()
