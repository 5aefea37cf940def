"""A store of a million spans: the next item in any order and under any filter beside a bare look-up by rowid, and what opening asks."""

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Queue, Selection
from annotator.store.store import SqliteStore, open_store
from annotator.workflow.judge import Judge
from tests.benchmarks.stored import ANNOTATOR, IDENTIFIER, fill_many
from tests.benchmarks.table import Figures, Row, figures

FILTERS = (None, (ItemState.TODO,), (ItemState.FLAGGED,), (ItemState.SKIPPED, ItemState.DEFERRED))
JUDGED = 2_000
"""Items that are in another state, far apart."""


def measure(folder: Path, spans: int, count: int = 500) -> list[Row]:
    """Rows for queues in the order of the source and at random."""
    rows = []
    for order in ("listed", "random"):
        path = folder / f"scale-{order}.db"
        queue, seconds = fill_many(path, spans, Selection(order="random" if order == "random" else "listed"))
        with closing(open_store(path)) as store, closing(sqlite3.connect(path)) as bare:
            _judge(store, queue)
            rows += _stepping(store, queue, bare, order, spans, count)
            if order == "listed":
                rows += _asking(store, path, queue, spans, seconds)
        for file in folder.glob(f"{path.name}*"):
            file.unlink()
    return rows


def _judge(store: SqliteStore, queue: Queue) -> None:
    """Some items in every state."""
    judge = Judge(store, queue, ANNOTATOR, IDENTIFIER)
    items, states = store.counts(queue.id).items, cycle((ItemState.FLAGGED, ItemState.SKIPPED, ItemState.DEFERRED, ItemState.DONE))
    for start in range(0, JUDGED, 50):
        with store.together():
            for place in range(start, start + 50):
                item = store.at(queue.id, 1 + place * items // JUDGED)
                if item is not None:
                    judge.move(item, next(states))


def _stepping(store: SqliteStore, queue: Queue, bare: sqlite3.Connection, order: str, spans: int, count: int) -> list[Row]:
    """In turns: a step from anywhere, and a row of the items' table by its rowid."""
    places = random.Random(7)
    items = store.counts(queue.id).items
    rows = []
    for states in FILTERS:
        ours, theirs = [], []
        for _ in range(count):
            place = places.randint(1, items)
            ours.append(_timed(partial(store.step, queue.id, place, 1, states)))
            theirs.append(_timed(lambda: bare.execute("SELECT * FROM item WHERE id = ?", (places.randint(1, items),)).fetchone()))
        which = "any" if states is None else " or ".join(state.value for state in states)
        what = f"next item, {which}, {order} order, {spans:,} spans"
        rows.append(Row(f"p90 {what}", "µs", _p90(ours), "a row by its rowid", _p90(theirs), 10))
    return rows


def _p90(values: list[float]) -> Figures:
    return figures([figures(values).at(90)])


def _asking(store: SqliteStore, path: Path, queue: Queue, spans: int, seconds: float) -> list[Row]:
    """What is asked at opening and after each key."""

    def opened() -> None:
        open_store(path).close()

    judge = Judge(store, queue, ANNOTATOR, IDENTIFIER)
    asked: dict[str, Callable[[], object]] = {
        "open": opened,
        "counts": partial(store.counts, queue.id),
        "last verdicts": partial(store.last_verdicts, queue.id, ANNOTATOR, 5),
        "50 lines of the list": partial(store.listed, queue.id, spans // 8, 50),
        "undo": judge.undo,
    }
    rows = [Row(f"{name}, {spans:,} spans", "µs", figures(_timed(ask) for _ in range(60))) for name, ask in asked.items()]
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    return [*rows, Row(f"{spans:,} spans filled", "s", figures([seconds])), Row(f"store of {spans:,} spans", "MB", figures([size / 1e6]))]


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1e6
