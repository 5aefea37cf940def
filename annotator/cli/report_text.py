"""A report for people, in 80 columns."""

import math
from collections.abc import Iterator, Sequence
from shlex import quote

from annotator.cli.report_tables import confusion, judge_lines, more_words, short, unsure
from annotator.domain.annotation import Annotation
from annotator.filter.printing import name_text
from annotator.text.cells import crop, width_of
from annotator.text.escape import one_line
from annotator.text.facts import counted
from annotator.workflow.report.figures import ConfigFigures, PairFigures
from annotator.workflow.report.rated import Rater
from annotator.workflow.report.whole import Report, Section

NAME, COLUMN = 20, 16
"""Cells of the first column, and of a figure with its interval."""
Cells = Sequence[str]


def lines(made: Report, width: int, most: int) -> Iterator[str]:
    """`most`: disagreements that are listed."""
    everything = made.sections[0]
    yield crop(_head(made, everything), width)
    if not everything.configs:
        yield "Nobody annotated any of them."
        return
    yield from _agreement(made, width)
    yield from _failures(made, width)
    for one in everything.configs:
        for pair in one.pairs if len(one.pairs) == 1 and not made.sides and one.level == "nominal" else ():
            yield from confusion(one.name, pair.one, pair.other, pair.table, width)
    for side in made.sides:
        yield from confusion(side.name, side.one, side.other, side.table, width)
    for section in made.sections:
        yield from judge_lines(section, made.by or "", width)
    if any(one.repeated for one in everything.configs):
        yield from ("", *recheck(made, width))
    yield from _disputed(made, width, most)


def recheck(made: Report, width: int) -> Iterator[str]:
    """How far people agree with themselves."""
    yield _row(("AGREEMENT, REPEATED", "items", "same", "kappa"), width)
    found = [(one, pair) for one in made.sections[0].configs for pair in one.repeated]
    for one, pair in found:
        yield from _pair_rows(f"{pair.other} on {one.name}", pair, width)
    if not found:
        yield "Nobody judged an item again: no identifier ends in :recheck."


def _head(made: Report, everything: Section) -> str:
    names = ", ".join(one_line(name) for name in made.queues)
    only = f"  only {one_line(made.filter)}" if made.filter else ""
    return f"{names}{only}  {counted(everything.items, 'item')}  {made.at:%Y-%m-%d %H:%M} UTC"


def _row(cells: Cells, width: int) -> str:
    name, items, *figures = cells
    name = crop(one_line(name), NAME)
    start = name + " " * (NAME - width_of(name)) + f" {items:>6}"
    return crop((start + "".join(f"  {one:<{COLUMN}}" for one in figures)).rstrip(), width)


def _agreement(made: Report, width: int) -> Iterator[str]:
    yield ""
    yield _row(("AGREEMENT OF PEOPLE", "items", "same", "kappa", "alpha"), width)
    for section in made.sections:
        yield from _group(section, made.by or "", width)
        for one in section.configs:
            units, reliability = one.reliability.units, one.reliability
            if not units:
                yield _row((one.name, "0", "nobody judged what another did"), width)
                continue
            kappa = _kappa(one.pairs[0]) if len(one.pairs) == 1 else ""
            same = short(reliability.agreement) if one.level == "nominal" else "scores"
            yield _row((one.name, f"{units:,}", same, kappa, _alpha(one)), width)
            shown = {"same": reliability.agreement} if one.level == "nominal" else {}
            yield from unsure(shown | ({"kappa": one.pairs[0].kappa} if kappa else {}) | {"alpha": reliability.alpha})
            if one.more and not math.isnan(reliability.alpha.value):
                yield f"· alpha: {more_words(one.more['alpha'], 'item', reliability.alpha)}"
            for pair in one.pairs if len(one.pairs) > 1 and one.level == "nominal" else ():
                yield from _pair_rows(f"· {pair.one} / {pair.other}", pair, width)


def _alpha(one: ConfigFigures) -> str:
    alpha = one.reliability.alpha
    return "all the same" if math.isnan(alpha.value) else short(alpha)


def _pair_rows(name: str, pair: PairFigures, width: int) -> Iterator[str]:
    yield _row((name, f"{pair.agreement.n:,}", short(pair.agreement), _kappa(pair)), width)
    yield from unsure({"kappa": pair.kappa})


def _kappa(pair: PairFigures) -> str:
    return "" if not pair.kappa.n else "all the same" if math.isnan(pair.kappa.value) else short(pair.kappa)


def _group(section: Section, by: str, width: int) -> Iterator[str]:
    if section.group:
        yield crop(f"{by} {one_line(section.group)}: {counted(section.items, 'item')}", width)


def _failures(made: Report, width: int) -> Iterator[str]:
    if not any(one.failure.n for section in made.sections for one in section.configs):
        return
    yield ""
    yield _row(("FAILURE RATE", "items", "people say", "failing is"), width)
    for name in made.partial:
        yield crop(f"· of what the rules of {one_line(name)} can take, not of all that is there", width)
    for section in made.sections:
        yield from _group(section, made.by or "", width)
        for one in section.configs:
            if one.failure.n:
                yield _row((one.name, f"{one.failure.n:,}", short(one.failure), one_line(one.fails)), width)
                if one.weighted:
                    yield "· weighted by how likely each item was to come into the queue"
                if one.alone:
                    yield "· of these items alone: how likely they were to come is not known"
                if one.unknown:
                    yield f"· left out: {counted(one.unknown, 'item')}, of which it is not known how likely they were to come"
                if one.more:
                    yield f"· {more_words(one.more['failure_rate'], 'verdict', one.failure)}"
                if one.tied:
                    yield f"· left out: {counted(one.tied, 'item')} on which as many say one thing as another"


def _disputed(made: Report, width: int, most: int) -> Iterator[str]:
    if not made.disputed:
        return
    levels = {one.name: one.level for one in made.sections[0].configs}
    yield ""
    yield f"DISAGREEMENTS  {len(made.disputed):,}"
    for name in dict.fromkeys(one.rated.name for one in made.disputed):
        some = [one for one in made.disputed if one.rated.name == name]
        settled = sum(bool(one.settled) for one in some)
        left = len(some) - settled
        said = f", {settled:,} adjudicated" if settled else ""
        yield crop(f"{one_line(name)}  {counted(left, 'item')} to settle{said}", width)
        if left:
            yield one_line(f"  annotator review --adjudicate --filter {_filter(name)}")
    shown = sorted(made.disputed, key=lambda one: (bool(one.settled), levels.get(one.rated.name) == "interval"))[:most]
    for one in shown:
        target = one.rated.target
        place = "" if target.position is None else f" document {target.position + 1}"
        ruled = f"; adjudicated: {_said(one.settled)}" if one.settled else ""
        yield crop(one_line(f"{target.id}{place}  {one.rated.name}: {_said(one.said)}{ruled}"), width)
    if len(made.disputed) > len(shown):
        yield f"… and {len(made.disputed) - len(shown):,} more: --most N, or --json"


def _filter(name: str) -> str:
    return quote(f"disagreement.{name_text(name)}")


def _said(rows: Sequence[tuple[Rater, Annotation]]) -> str:
    return ", ".join(f"{rater.who} {row.label if row.label is not None else f'{row.score:g}'}" for rater, row in rows)
