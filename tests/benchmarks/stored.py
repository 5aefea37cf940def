"""The store: a verdict's commit beside a bare write to the disk."""

import os
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.queue import Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN, Rubric
from annotator.sources.files import Files
from annotator.store.store import open_store
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.judge import Judge
from tests.benchmarks.material import Many
from tests.benchmarks.table import Row, figures
from tests.server_rows import server_rows

ANNOTATOR, IDENTIFIER = "ann", "annotator:ann"


def fill_store(path: Path, traces: Path, rubric: Rubric = BUILT_IN) -> tuple[Queue, float]:
    """A queue of a file's traces, and the seconds it took."""
    with closing(open_store(path)) as store:
        started = time.perf_counter()
        queue = store.create(traces.stem, SourceRef(str(traces)), Selection(), rubric)
        fill(Filling(store, Files(str(traces)), queue, IDENTIFIER))
        return store.queue(queue.id), time.perf_counter() - started


def fill_many(path: Path, spans: int, selection: Selection = Selection()) -> tuple[Queue, float]:  # noqa: B008
    """A queue of so many made-up spans, by default one item for each trace of four, and the seconds it took."""
    with closing(open_store(path)) as store:
        started = time.perf_counter()
        queue = store.create(path.stem, SourceRef(f"/made-up/{spans}"), selection, BUILT_IN)
        fill(Filling(store, Many(spans), queue, IDENTIFIER))
        return store.queue(queue.id), time.perf_counter() - started


def add_others(path: Path, queue: Queue, items: int, each: int) -> None:
    """So many rows of other people, models and programs on each of the first items."""
    with closing(open_store(path)) as store:
        for item in store.items(queue.id, limit=items):
            spans = store.headers(queue.source_id, item.trace_id)
            store.keep_read(server_rows(*(
                Annotation(
                    Identity("", Target("span", spans[number % len(spans)].span_id), f"quality {number % 9}", f"annotator:person {number}"),
                    ("pass", "fail")[number % 3 == 0], number % 3 / 2, "because it says so", ("HUMAN", "LLM", "CODE")[number % 3],
                )
                for number in range(each)
            )), store.clock())  # fmt: skip


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
