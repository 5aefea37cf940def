"""From the start of the program to the first frame with something to judge, and the memory it then has."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.clocked import Clocked
from tests.benchmarks.programs import Stage, installed
from tests.benchmarks.table import Figures, Row, figures

READY = "correctness"
"""The rubric; it is painted with the trace, in one frame."""
MINIMAL = "minimal Textual app"
ROOM = 25
"""MB that a review may take beyond it."""


class Starts:
    """One program, started again and again."""

    def __init__(self, start: Callable[[], Clocked], sentinel: str) -> None:
        self._start, self._sentinel = start, sentinel
        self._figures: list[tuple[float, float, float]] = []

    def once(self) -> None:
        with self._start() as program:
            ms = program.first(self._sentinel)
            cpu = program.cpu()
            program.settle()
            self._figures.append((ms, cpu, program.rss()))

    def column(self, index: int) -> Figures:
        """0 ms, 1 ms of processor time, 2 MB; without the first round, which warms the caches."""
        return figures(row[index] for row in self._figures[1:])


def measure(stage: Stage, recorded: Path, few: Path, many: Path, spans: int, rounds: int) -> list[Row]:
    """Resumed queues: of recorded traces, of a hundred made-up spans, and of many."""
    stores = {"recorded traces": recorded, "100 spans": few, f"{spans:,} spans": many}
    ours = {name: Starts(partial(stage.annotator, store), READY) for name, store in stores.items()}
    minimal, visidata = Starts(stage.minimal, "hello"), Starts(lambda: stage.visidata(100), "row17")
    programs = [*ours.values(), minimal, *([visidata] if installed("vd") else [])]
    for _ in range(rounds + 1):
        for program in programs:
            program.once()
    rows = [Row(f"first frame, {name}", "ms", one.column(0), MINIMAL, minimal.column(0), 1.4) for name, one in ours.items()]
    rows += [Row(f"first frame, {name}", "ms of cpu", one.column(1), MINIMAL, minimal.column(1), 1.4) for name, one in ours.items()]
    if visidata in programs:
        peer = "visidata, 100 rows"
        rows += [Row(f"first frame, {name}", "ms", one.column(0), peer, visidata.column(0), 0.8) for name, one in ours.items()]
    room = figures(mb + ROOM for mb in minimal.column(2).values)
    return rows + [Row(f"memory, {name}", "MB", one.column(2), f"{MINIMAL} + {ROOM} MB", room, 1) for name, one in ours.items()]
