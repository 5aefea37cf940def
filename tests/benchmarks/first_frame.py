"""From the start of the program to the first frame with something to judge, and the memory it then has."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.clocked import Clocked
from tests.benchmarks.programs import Stage, installed
from tests.benchmarks.table import Figures, Row, figures

READY = "correctness"
"""The rubric; it is painted with the trace, in one frame."""
MINIMAL = "minimal Textual app"


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


def measure(stage: Stage, store: Path, large: Path, large_spans: int, rounds: int) -> list[Row]:
    """A resumed queue of about 2,000 spans, and one of many more."""
    ours = Starts(lambda: stage.annotator(store), READY)
    many = Starts(lambda: stage.annotator(large), READY)
    minimal = Starts(stage.minimal, "hello")
    programs = [ours, many, minimal]
    if installed("vd"):
        programs.append(Starts(lambda: stage.visidata(100), "row17"))
    for _ in range(rounds + 1):
        for program in programs:
            program.once()
    size = f"{large_spans:,} spans"
    rows = [
        Row("first frame, 2,000 spans", "ms", ours.column(0), MINIMAL, minimal.column(0), 1.4),
        Row(f"first frame, {size}", "ms", many.column(0), MINIMAL, minimal.column(0), 1.4),
        Row("first frame, 2,000 spans", "ms of cpu", ours.column(1), MINIMAL, minimal.column(1), 1.4),
        Row("memory, 2,000 spans", "MB", ours.column(2), MINIMAL, minimal.column(2)),
        Row(f"memory, {size}", "MB", many.column(2), MINIMAL, minimal.column(2), 2),
    ]
    if len(programs) > 3:
        rows.insert(2, Row("first frame, 2,000 spans", "ms", ours.column(0), "visidata, 100 rows", programs[3].column(0), 0.8))
    return rows
