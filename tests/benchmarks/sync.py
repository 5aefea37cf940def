"""Sync: a drain of the outbox beside a bare client that posts bodies of the same bytes to the same real Phoenix, in turns; and keys."""

import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from annotator.domain.annotation import Annotation, TargetKind
from annotator.domain.source import ServerRow, ServerSettings
from annotator.sources.phoenix.annotations import _body
from annotator.sources.phoenix.source import Phoenix
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.sync import BATCH, Drain
from tests.benchmarks.imports import words
from tests.benchmarks.programs import Stage
from tests.benchmarks.served import PROJECT, judged, served, walk
from tests.benchmarks.table import Row, figures
from tests.phoenix_server import PhoenixServer

TURN = 5
"""Batches before the other one has its turn."""
PEER = "benchmark:ann"
"""As long as our identifier, so that the bodies are."""
POST = """
import sys, httpx
with httpx.Client() as client, open(sys.argv[2], "rb") as bodies:
    for body in bodies:
        client.post(sys.argv[1], content=body, headers={"Content-Type": "application/json"}, timeout=60).raise_for_status()
"""


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


def measure(stage: Stage, folder: Path, rows: int, keys: int) -> list[Row]:
    """A drain of so many verdicts, reading before writing counted apart; and the keys while another person's are sent."""
    with served(folder / "phoenix-sync", rows) as phoenix:
        judged(folder / "sync.db", phoenix, rows, "ann")
        with closing(open_store(folder / "sync.db")) as store:
            entries = store.due(phoenix.url, time.time() + 10, rows, 0.0)
            bodies = [_bytes([entry.row for entry in entries[start : start + BATCH] if entry.row]) for start in range(0, rows, BATCH)]
            found = _measure(store, phoenix.url, bodies)
        return found + _meanwhile(stage, folder, phoenix, rows, bodies, keys)


def _meanwhile(stage: Stage, folder: Path, phoenix: PhoenixServer, rows: int, bodies: Sequence[bytes], keys: int) -> list[Row]:
    """The next item while verdicts are sent, and while another program sends as many to the same server."""
    store = folder / "keys.db"
    judged(store, phoenix, rows, "bob")
    with stage.annotator(store, "--as", "bob") as program:
        program.first(words(0))
        busy = walk(program, 1, keys)
    with closing(open_store(store)) as looking:
        if not looking.outbox_counts().waiting:
            raise RuntimeError("all rows were sent before all keys were pressed: fewer keys, or more rows")
    file = folder / "bodies"
    file.write_bytes(b"\n".join(bodies))
    with subprocess.Popen([sys.executable, "-c", POST, f"{phoenix.url}/v1/span_annotations?sync=true", str(file)]) as peer:
        with stage.annotator(store, "--as", "bob", "--offline") as program:
            program.first(words(0))
            idle = walk(program, 1, keys)
        peer.kill()
    return [Row(f"next item while {rows:,} rows are sent", "ms", figures(busy), "another program sends them", figures(idle), 1.5)]


def _measure(store: SqliteStore, server: str, bodies: Sequence[bytes]) -> list[Row]:
    rows = len(bodies) * BATCH
    ours: list[Spent] = []
    theirs: list[Spent] = []
    sink = Watched(ServerSettings(server), PROJECT)
    reading: list[float] = []
    putting: list[float] = []
    with httpx.Client() as client:
        for start in range(0, len(bodies), TURN):
            now = bodies[start : start + TURN]
            sink.reading, sink.writing = Spent(), Spent()
            ours.append(_drained(store, sink, server, len(now)))
            theirs.append(_posted(client, server, now))
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
