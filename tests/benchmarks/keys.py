"""From a key to the last byte of what it draws, and how many bytes that is. One key at a time, each after a quiet gap."""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.clocked import QUIET, Clocked, Update
from tests.benchmarks.programs import VISIDATA_ROWS, Stage, installed
from tests.benchmarks.table import Figures, Row, figures

DOWN, RIGHT, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[C", "\x1b[6~", "\x1b[5~"
FORWARD, SCROLL = "\x06", "\x05"
BLOCK = 20
"""Keys to one program before the next one has its turn."""
READ = 0.15
"""Seconds without a byte after which others' rows have been read, too."""
MOVED = 0.95
"""Share of the answers that move on: on a busy machine a key may come before the item that it is for is drawn, and is ignored."""


class Keys:
    """A program, the keys to press on it in turn, and what they cost."""

    def __init__(self, program: Clocked, keys: str | list[str], quiet: float = QUIET) -> None:
        self.program, self.quiet = program, quiet
        self.keys = [keys] if isinstance(keys, str) else keys
        self.updates: list[Update] = []

    def press(self, count: int) -> None:
        for _ in range(count):
            self.updates.append(self.program.press(self.keys[len(self.updates) % len(self.keys)], quiet=self.quiet))

    @property
    def ms(self) -> Figures:
        return figures(update.ms for update in self.updates)

    @property
    def frame(self) -> Figures:
        return figures(update.frame for update in self.updates)

    @property
    def bytes(self) -> Figures:
        return figures(update.bytes for update in self.updates)


def interleave(programs: Iterable[Keys], count: int) -> None:
    programs = list(programs)
    for _ in range(0, count, BLOCK):
        for program in programs:
            program.press(BLOCK)


def position(program: Clocked) -> int:
    """The item that the top line names."""
    found = re.search(r"(\d[\d,]*) / \d", program.text())
    if not found:
        raise RuntimeError(f"no position:\n{program.text()}")
    return int(found[1].replace(",", ""))


def next_item(stage: Stage, store: Path, count: int) -> list[Row]:
    """A verdict, until the next item is drawn."""
    ours, theirs, vim = _next(stage, store, count)
    return _against(ours, "verdict to next item", ours.ms, theirs, vim)


def among_others(stage: Stage, store: Path, count: int, others: int) -> list[Row]:
    """The same with so many rows of others on each item, shown from the start: the item, and what they said beside it."""
    ours, theirs, vim = _next(stage, store, count, options=("--open",), quiet=READ)
    what = f"next item of {others} others' rows"
    return [*_against(ours, what, ours.frame, theirs, vim), Row(f"{what}, with their marks", "ms", ours.ms)]


def next_document(stage: Stage, store: Path, count: int, each: int) -> list[Row]:
    """A document judged, until the next one is in focus; `each`: documents of an item."""
    ours, theirs, vim = _next(stage, store, count, each, "relevance")
    return _against(ours, "document judged to next", ours.ms, theirs, vim)


def _against(ours: Keys, what: str, ms: Figures, theirs: Keys | None, vim: Keys | None) -> list[Row]:
    return [
        Row(what, "ms", ms, "visidata, page", theirs.ms if theirs else None, 0.5),
        Row(what, "bytes", ours.bytes, "vim, page", vim.bytes if vim else None, 2.5),
    ]


def _next(
    stage: Stage,
    store: Path,
    count: int,
    each: int = 1,
    sentinel: str = "correctness",
    options: tuple[str, ...] = (),
    quiet: float = QUIET,
) -> tuple[Keys, Keys | None, Keys | None]:
    """Answers that move on, and the peers' pages. `each`: answers that an item takes."""
    with ExitStack() as open_programs:
        program = _annotator(open_programs, stage, store, sentinel, *options)
        begun = position(program)
        ours = Keys(program, ["1", "2"], quiet)
        theirs = _visidata(open_programs, stage)
        vim = _vim(open_programs, stage)
        interleave([one for one in (ours, theirs, vim) if one], count)
        moved = position(program) - begun
    if not MOVED * len(ours.updates) <= moved * each <= len(ours.updates):
        raise RuntimeError(f"{len(ours.updates)} answers moved {moved} items")
    return ours, theirs, vim


def scrolling(stage: Stage, store: Path, count: int) -> list[Row]:
    """One line, one page of a long trace."""
    with ExitStack() as open_programs:
        program = _annotator(open_programs, stage, store, "correctness")
        program.press("Z")
        program.settle()
        line = Keys(program, DOWN)
        theirs, by_line = _neomutt(open_programs, stage), _vim(open_programs, stage, SCROLL)
        stock = Keys(_ready(open_programs, stage.scroll_view(20_000), "line17"), DOWN)
        interleave([one for one in (line, theirs, by_line, stock) if one], count)
        page = Keys(program, [PAGE_DOWN])
        vim, visidata = _vim(open_programs, stage), _visidata(open_programs, stage)
        interleave([one for one in (page, vim, visidata) if one], min(count, 2 * BLOCK))
    return [
        Row("scroll one line", "ms", line.ms, "neomutt, j", theirs.ms if theirs else None),
        Row("scroll one line", "bytes", line.bytes, "vim, ^E", by_line.bytes if by_line else None),
        Row("scroll one line", "ms", line.ms, "Textual ScrollView", stock.ms),
        Row("scroll one line", "bytes", line.bytes, "Textual ScrollView", stock.bytes, 0.2),
        Row("scroll one page", "ms", page.ms, "visidata, page", visidata.ms if visidata else None, 0.5),
        Row("scroll one page", "bytes", page.bytes, "vim, page", vim.bytes if vim else None, 2.5),
    ]


def score(stage: Stage, store: Path, count: int) -> list[Row]:
    """An arrow key on a continuous config."""
    with ExitStack() as open_programs:
        program = _annotator(open_programs, stage, store, "confidence")
        ours, theirs = Keys(program, RIGHT), _neomutt(open_programs, stage)
        interleave([one for one in (ours, theirs) if one], count)
    return [
        Row("score, one step", "ms", ours.ms, "neomutt, j", theirs.ms if theirs else None, 2),
        Row("score, one step", "bytes", ours.bytes, "neomutt, j", theirs.bytes if theirs else None, 3),
    ]


def _annotator(open_programs: ExitStack, stage: Stage, store: Path, sentinel: str, *options: str) -> Clocked:
    return _ready(open_programs, stage.annotator(store, *options), sentinel)


def _visidata(open_programs: ExitStack, stage: Stage) -> Keys | None:
    return Keys(_ready(open_programs, stage.visidata(VISIDATA_ROWS), "row17", 1.5), FORWARD) if installed("vd") else None


def _neomutt(open_programs: ExitStack, stage: Stage) -> Keys | None:
    return Keys(_ready(open_programs, stage.neomutt(2000), "letter 00007"), "j") if installed("neomutt") else None


def _vim(open_programs: ExitStack, stage: Stage, key: str = FORWARD) -> Keys | None:
    return Keys(_ready(open_programs, stage.vim(20_000), "line17"), key) if installed("vim") else None


def _ready(open_programs: ExitStack, program: Clocked, sentinel: str, quiet: float = 0.5) -> Clocked:
    open_programs.enter_context(program)
    program.first(sentinel)
    program.settle(quiet)
    return program
