"""The store: a verdict's commit beside a bare write to the disk, and an import beside a bare loop."""

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from annotator.domain.queue import Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN, Rubric
from annotator.sources.files import Files
from annotator.store.store import open_store
from annotator.workflow.fill import Filling, fill
from annotator.workflow.judge import Judge
from tests.benchmarks.table import Figures, Row, figures

ANNOTATOR, IDENTIFIER = "ann", "annotator:ann"


def fill_store(path: Path, traces: Path, rubric: Rubric = BUILT_IN) -> tuple[Queue, float]:
    """A queue of a file's traces, and the seconds it took."""
    with closing(open_store(path)) as store:
        started = time.perf_counter()
        queue = store.create(traces.stem, SourceRef(str(traces)), Selection(), rubric)
        fill(Filling(store, Files(str(traces)), queue, IDENTIFIER))
        return store.queue(queue.id), time.perf_counter() - started


def bare_import(path: Path, traces: Path) -> float:
    """Seconds for the least that an import does: parse each line, compress it, insert it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in ("PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "CREATE TABLE span (name TEXT, payload BLOB)"):
            db.execute(statement)
        started = time.perf_counter()
        with traces.open("rb") as lines:
            rows = []
            for line in lines:
                span = json.loads(line)
                rows.append((span["name"], zlib.compress(json.dumps(span["attributes"]).encode(), 3)))
                if len(rows) == 100:
                    _insert(db, rows)
                    rows = []
            _insert(db, rows)
        return time.perf_counter() - started


def _insert(db: sqlite3.Connection, rows: list[tuple[str, bytes]]) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO span (name, payload) VALUES (?, ?)", rows)
    db.execute("COMMIT")


def importing(folder: Path, traces: Path, rounds: int) -> list[Row]:
    """A file's traces into a new queue."""
    with traces.open("rb") as lines:
        count = sum(1 for _ in lines)
    ours, bare = [], []
    for turn in range(rounds):
        ours.append(fill_store(folder / f"import{turn}.db", traces)[1])
        bare.append(bare_import(folder / f"bare{turn}.db", traces))
    return [Row(f"import {count:,} spans", "µs a span", _each(ours, count), "json, zlib, insert", _each(bare, count))]


def _each(seconds: list[float], count: int) -> Figures:
    return figures(1e6 * one / count for one in seconds)


def committing(folder: Path, path: Path, queue: Queue, count: int) -> list[Row]:
    """An answer, from the key's meaning to the disk: read, checked, journaled, committed."""
    with closing(open_store(path)) as store, (folder / "raw").open("wb", buffering=0) as raw:
        judge = Judge(store, queue, ANNOTATOR, IDENTIFIER)
        criterion = queue.rubric.criteria[0]
        items = store.items(queue.id, limit=count)
        ours, bare = [], []
        for turn, item in enumerate(items):
            ours.append(_timed(partial(judge.answer, item, criterion, ("pass", "fail")[turn % 2])))
            bare.append(_timed(partial(_write, raw.fileno())))
    return [Row("verdict to disk", "µs", figures(ours), "write and fdatasync, 4 KB", figures(bare), 1.5)]


def _write(file: int) -> None:
    os.write(file, b"x" * 4096)
    os.fdatasync(file)


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1e6
