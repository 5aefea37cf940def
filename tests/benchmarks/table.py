"""Figures beside a peer's, as rows of one table."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Measurements of one thing: p50 is what is compared, p90 and p99 are shown where there are enough."""

    values: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.values)

    def at(self, percent: int) -> float:
        return sorted(self.values)[min(len(self.values) - 1, len(self.values) * percent // 100)]

    def __str__(self) -> str:
        if len(self.values) < 3:
            return number(self.p50)
        if len(self.values) < 50:
            return f"{number(self.p50)} ({number(min(self.values))}-{number(max(self.values))})"
        return f"{number(self.p50)} / {number(self.at(90))} / {number(self.at(99))}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `goal` is the ratio to the peer that is aimed at; None where the figure only informs."""

    what: str
    unit: str
    ours: Figures
    peer: str = ""
    theirs: Figures | None = None
    goal: float | None = None


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def figures(values: Iterable[float]) -> Figures:
    return Figures(tuple(values))


def table(rows: Sequence[Row]) -> str:
    """`p50`, `p50 (min-max)` below 50 values, `p50 / p90 / p99` from 50 on."""
    cells = [("figure", "unit", "annotator", "peer", "peer's figure", "ratio", "goal")]
    for row in rows:
        ratio = f"{row.ours.p50 / row.theirs.p50:.2f}" if row.theirs else ""
        goal = f"<= {row.goal:g}" if row.goal is not None and row.theirs else ""
        cells.append((row.what, row.unit, str(row.ours), row.peer, str(row.theirs or ""), ratio, goal))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
