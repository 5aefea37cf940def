"""What a person said that is shown in the trace itself: what the answer should have been, and what verdicts rest on."""

from collections.abc import Sequence
from typing import NamedTuple

from annotator.domain.evidence import Evidence
from annotator.text.block import Block
from annotator.text.escape import one_line, visible
from annotator.text.facts import counted
from annotator.text.markup.syntax import MARKED
from annotator.text.markup.worddiff import word_diff

SHOWN = 400
"""Characters of a quote in the list of evidence."""


class Cited(NamedTuple):
    """Evidence, and whose it is."""

    verdict: str
    """correctness fail."""
    evidence: Evidence
    found: bool
    """It is in the trace as it is here."""


def expected_block(span_id: str, real: str, expected: str, who: str = "", key: str = "expected") -> Block:
    """A diff by words against what was answered; the text itself when it is opened."""
    wanted = visible(expected.strip("\n"))
    diff = word_diff(visible(real.strip("\n")), wanted) if real.strip() else ""
    head = " ".join(part for part in ("should have been", f"({who})" if who else "") if part)
    if not diff:
        return Block(key, span_id, "expected", "EXPECTED", wanted, head, summary=f"{head}  {one_line(wanted[:SHOWN])}")
    changes = counted(sum(1 for _ in MARKED.finditer(diff)), "change")
    return Block(
        key, span_id, "expected", "EXPECTED", diff, head, wanted, "worddiff", summary=f"{head}  {changes}: {one_line(wanted[:SHOWN])}"
    )


def evidence_block(span_id: str, cited: Sequence[Cited]) -> list[Block]:
    """A line each; none where there is none."""
    if not cited:
        return []
    lines = [_line(one) for one in cited]
    lost = sum(not one.found for one in cited)
    summary = f"{counted(len(cited), 'quote')}" + (f", {lost} not found here any more" if lost else "") + f": {lines[0]}"
    return [Block("evidence", span_id, "evidence", "EVIDENCE", "\n".join(lines), weight="background", summary=summary)]


def _line(one: Cited) -> str:
    quote = one_line(one.evidence.quote)
    quote = quote if len(quote) <= SHOWN else quote[: SHOWN - 1] + "…"
    lost = "" if one.found else "   ✗ not found here any more"
    return f'{one_line(one.verdict)}   "{quote}"   {one_line(one.evidence.attribute)}{lost}'


def inserted(blocks: tuple[Block, ...], beside: tuple[Block, ...]) -> tuple[Block, ...]:
    """After the answer, where there is one, else before the facts."""
    if not beside:
        return blocks
    last = max((place for place, block in enumerate(blocks) if block.weight == "answer" or block.kind == "finish"), default=len(blocks) - 2)
    return (*blocks[: last + 1], *beside, *blocks[last + 1 :])
