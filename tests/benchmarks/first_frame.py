"""From the start of the program to the first frame with something to judge, and the memory it then has."""

from pathlib import Path

from tests.benchmarks.programs import Stage, installed
from tests.benchmarks.table import Row, figures

READY = "correctness"
"""The rubric; it is painted with the trace, in one frame."""


def measure(stage: Stage, store: Path, large: Path, large_spans: int, rounds: int) -> list[Row]:
    """A resumed queue of about 2,000 spans, and one of many more; the first round warms the caches and does not count."""
    starts = {
        "annotator": (lambda: stage.annotator(store), READY),
        "large": (lambda: stage.annotator(large), READY),
        "minimal": (stage.minimal, "hello"),
    }
    if installed("vd"):
        starts["visidata"] = (lambda: stage.visidata(100), "row17")
    times: dict[str, list[float]] = {name: [] for name in starts}
    memory: dict[str, list[float]] = {name: [] for name in starts}
    for _ in range(rounds + 1):
        for name, (start, sentinel) in starts.items():
            with start() as program:
                times[name].append(program.first(sentinel))
                program.settle()
                memory[name].append(program.rss())
    first = {name: figures(values[1:]) for name, values in times.items()}
    used = {name: figures(values[1:]) for name, values in memory.items()}
    rows = [
        Row("first frame, 2,000 spans", "ms", first["annotator"], "minimal Textual app", first["minimal"], 1.4),
        Row(f"first frame, {large_spans:,} spans", "ms", first["large"], "minimal Textual app", first["minimal"], 1.4),
    ]
    if "visidata" in first:
        rows.append(Row("first frame, 2,000 spans", "ms", first["annotator"], "visidata, 100 rows", first["visidata"], 0.8))
    rows.append(Row("memory, 2,000 spans", "MB", used["annotator"], "minimal Textual app", used["minimal"]))
    rows.append(Row(f"memory, {large_spans:,} spans", "MB", used["large"], "minimal Textual app", used["minimal"], 2))
    return rows
