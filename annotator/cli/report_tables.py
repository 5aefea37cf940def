"""Parts of a report for people: figures, confusion tables, judges."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from annotator.text.cells import crop, width_of
from annotator.text.escape import one_line
from annotator.text.facts import counted
from annotator.workflow.report.figures import JudgeFigures, Value
from annotator.workflow.report.intervals import Figure
from annotator.workflow.report.whole import Section

LABELS = 8
"""Labels of which a table is drawn; of more, and of scores, the pairs that are frequent are listed."""
LABEL, LEAST = 14, 5
"""Cells of a label at most and at least."""
SHOWN = 10
MEANING = (
    ("tpr", "TPR", "of what people fail, the judge fails"),
    ("tnr", "TNR", "of what people pass, the judge passes"),
    ("precision", "precision", "of what the judge fails, people fail"),
    ("accuracy", "accuracy", "judged alike"),
    ("kappa", "kappa", "agreement beyond chance"),
    ("judge_rate", "failure rate", "as the judge says of all that it judged"),
    ("corrected", "corrected", "failure rate that follows from the above"),
)


def short(one: Figure) -> str:
    """0.78 (.66–.88), or 0.78 where no interval is known; 'not known' where it cannot be told."""
    if math.isnan(one.value):
        return "not known"
    if math.isnan(one.low):
        return f"{one.value:.2f}"
    return f"{one.value:.2f} ({_limit(one.low)}–{_limit(one.high)})"


def _limit(value: float) -> str:
    text = f"{value:.2f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text.removesuffix(".00") if abs(value) == 1 else text


def unsure(figures: Mapping[str, Figure]) -> Iterator[str]:
    """A line about those of the figures that are known without an interval; resampling found none."""
    names = [name for name, one in figures.items() if not math.isnan(one.value) and math.isnan(one.low)]
    if names:
        yield f"· {', '.join(names)}: interval not known: too few that differ"


def more_words(more: int | None, noun: str, figure: Figure) -> str:
    if math.isnan(figure.width):
        return f"how many more {noun}s make the interval that narrow cannot be told"
    if more is None:
        return "no number of verdicts makes the interval that narrow"
    return f"{counted(more, f'more {noun}')} until the interval is that narrow" if more else "the interval is that narrow"


def confusion(name: str, one: str, other: str, table: Mapping[tuple[Value, Value], int], width: int) -> Iterator[str]:
    """Rows are what the one said, columns what the other did."""
    yield ""
    yield crop(f"CONFUSION  {one_line(name)}: rows {one_line(one)}, columns {one_line(other)}", width)
    labels = sorted({label for pair in table for label in pair}, key=str)
    if len(labels) > LABELS or not all(isinstance(label, str) for label in labels):
        for (first, second), count in Counter(table).most_common(SHOWN):
            yield crop(f"  {count:>6,}  {_label(first)} / {_label(second)}", width)
        return
    longest = min(LABEL, max(width_of(_label(label)) for label in labels))
    room = max(LEAST, min(longest, (width - longest - 2) // len(labels) - 2))
    names = [crop(_label(label), room) for label in labels]
    yield " " * (longest + 2) + "".join("  " + " " * (room - width_of(label)) + label for label in names)
    for label in labels:
        head = crop(_label(label), longest)
        yield "  " + head + " " * (longest - width_of(head)) + "".join(f"  {table.get((label, column), 0):>{room},}" for column in labels)


def _label(label: Value) -> str:
    return one_line(label) if isinstance(label, str) else f"{label:g}"


def judge_lines(section: Section, by: str, width: int) -> Iterator[str]:
    """Every judge of every config."""
    for one in section.configs:
        for judge in one.judges:
            both, theirs, ours, neither = judge.found.counts
            yield ""
            where = f", {by} {one_line(section.group)}" if section.group else ""
            yield crop(f"JUDGE  {one_line(judge.who)} on {one_line(one.name)} against people{where}", width)
            yield crop(f"  {counted(sum(judge.found.counts), 'item')}; failing is {one_line(one.fails)}", width)
            yield crop(f"  both say so {both:,}, only the judge {theirs:,}, only people {ours:,}, neither {neither:,}", width)
            yield from _judge(judge, width)


def _judge(judge: JudgeFigures, width: int) -> Iterator[str]:
    for key, name, meaning in MEANING:
        said = (judge.found.uncorrected if key == "corrected" else "") or meaning
        yield crop(f"  {name:<12}  {short(getattr(judge.found, key)):<16}  {said}", width)
    if judge.found.weighted:
        yield "· these are weighted by how likely each item was to come into the queue"
    yield from unsure({name: getattr(judge.found, key) for key, name, _ in MEANING})
    for key, name, _ in MEANING:
        if key in judge.more:
            yield crop(f"· {name}: {more_words(judge.more[key], 'verdict', getattr(judge.found, key))}", width)
