"""What a large trace costs beside a small one: from the start to its first words, in memory, for each page, and for the keys meanwhile."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.first_frame import Starts
from tests.benchmarks.heavy import MB, START, agent, busy, following, many, nested, one, prose, queued, structured, twice, wide
from tests.benchmarks.keys import PAGE_DOWN, PAGE_UP, Keys, interleave
from tests.benchmarks.programs import Stage
from tests.benchmarks.table import Figures, Row, figures

SIZE = 5 * MB
ALLOWED = 20
"""MB over twice its size that a trace may take in memory."""
FIRST_KEYS = 15
"""Keys pressed while the next item is prepared."""
SMALL = "a small span"


def shapes() -> dict[str, tuple[Iterator[dict[str, Any]], int]]:
    """Name to spans and the bytes that count as their size; 0 where what is on the screen is small."""
    return {
        "5 MB of words": (one(prose(SIZE)), SIZE),
        "5 MB in one line": (one(prose(SIZE, "")), SIZE),
        "5 MB of Chinese": (one(wide(SIZE)), SIZE),
        "5 MB with emoji": (one(prose(SIZE, word="said 👍🏽 naïvely")), SIZE),
        "5 MB of JSON": (one(structured(SIZE)), SIZE),
        "5 MB, recorded twice": (twice(prose(SIZE)), 2 * SIZE),
        "300 levels": (nested(300), 0),
        "100 MB of traces": (many(100 * MB), 0),
    }


def measure(stage: Stage, folder: Path, rounds: int, count: int) -> list[Row]:
    small, few, spans = queued(folder, "small", one(START)), queued(folder, "few", agent(15)), queued(folder, "spans", agent(1_500))
    stores: dict[str, Path] = {}
    sizes: dict[str, int] = {}
    for number, (name, (rows, size)) in enumerate(shapes().items()):
        stores[name], sizes[name] = queued(folder, f"shape{number}", rows), size
    large = {name: store for name, store in stores.items() if sizes[name]}
    return [
        *_starts(stage, small, stores, sizes, rounds),
        *_spans(stage, few, spans, rounds),
        *_pages(stage, queued(folder, "paged", one(prose(60_000))), large, count),
        *_meanwhile(stage, folder, rounds),
    ]


def _starts(stage: Stage, small: Path, stores: dict[str, Path], sizes: dict[str, int], rounds: int) -> list[Row]:
    empty = _shown(stage, small)
    programs = {name: _shown(stage, store) for name, store in stores.items()}
    for _ in range(rounds + 1):
        for program in (empty, *programs.values()):
            program.once()
    rows = []
    for column, unit in enumerate(("ms", "ms of cpu")):
        for name, program in programs.items():
            rows.append(Row(f"first words, {name}", unit, program.column(column), SMALL, empty.column(column), 1.3))
    for name, program in programs.items():
        over = figures(ours - theirs for ours, theirs in zip(program.column(2).values, empty.column(2).values, strict=True))
        rows.append(Row(f"memory over {SMALL}, {name}", "MB", over, "2 x size + 20 MB", Figures((2 * sizes[name] / MB + ALLOWED,)), 1))
    return rows


def _spans(stage: Stage, few: Path, spans: Path, rounds: int) -> list[Row]:
    ten, thousand = _shown(stage, few), _shown(stage, spans)
    for _ in range(rounds + 1):
        for program in (ten, thousand):
            program.once()
    units = ("ms", "ms of cpu", "MB")
    return [
        Row(f"{'memory' if unit == 'MB' else 'first words'}, 1,500 spans", unit, thousand.column(column), "15 spans", ten.column(column), 2)
        for column, unit in enumerate(units)
    ]


def _pages(stage: Stage, paged: Path, stores: dict[str, Path], count: int) -> list[Row]:
    """Down and up between the pages of what is unfolded."""
    with ExitStack() as opened:
        programs: dict[str, Keys] = {}
        for name, store in {"": paged, **stores}.items():
            program = opened.enter_context(stage.annotator(store))
            program.first(START)
            program.settle()
            program.press("Z", 30)
            program.settle()
            programs[name] = Keys(program, [PAGE_DOWN, PAGE_DOWN, PAGE_UP, PAGE_UP])
        interleave(programs.values(), count)
        small = programs.pop("")
    return [Row(f"page, {name}", "ms", keys.ms, "60 kB of words", small.ms, 2) for name, keys in programs.items()]


def _meanwhile(stage: Stage, folder: Path, rounds: int) -> list[Row]:
    """Keys from the first frame on, while the next item is prepared; then that item is shown."""
    stores = {
        "a small trace": queued(folder, "then", following(one(prose(60_000)), agent(15))),
        "1,500 spans": queued(folder, "then1500", following(one(prose(60_000)), agent(1_500))),
        "20 MB in 200 spans": queued(folder, "then20", following(one(prose(60_000)), busy(20 * MB))),
        "20 MB in one": queued(folder, "then1", following(one(prose(60_000)), one(prose(20 * MB)))),
    }
    pressed: dict[str, list[float]] = {name: [] for name in stores}
    shown: dict[str, list[float]] = {name: [] for name in stores}
    for _ in range(rounds + 1):
        for name, store in stores.items():
            with stage.annotator(store) as program:
                program.first(START)
                keys = Keys(program, ["z", "\x1b[B", "\x1b[A", "z"])
                keys.press(FIRST_KEYS)
                pressed[name] += [update.ms for update in keys.updates]
                program.settle()
                shown[name].append(program.press("j", 30).ms)
    small = "a small trace"
    return [
        *(Row(f"key while {name} comes", "ms", figures(pressed[name]), small, figures(pressed[small])) for name in stores if name != small),
        *(Row(f"next item, {name}", "ms", figures(shown[name]), small, figures(shown[small]), 2) for name in stores if name != small),
    ]


def _shown(stage: Stage, store: Path) -> Starts:
    return Starts(lambda: stage.annotator(store), START)
