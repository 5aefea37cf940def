"""The last verdicts, newest first, so that a slip is noticed."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from annotator.text.cells import crop as shorten
from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import crop, width_of

STYLES: dict[str, Style] = {"todo": "dim", "done": "dim", "skipped": "faint", "deferred": "faint", "flagged": "warn"}
LONGEST = 28
"""Cells of one verdict's text."""


NAMED = 2
"""Others that are named beside a verdict; of more, how many."""
LONGEST_NAME = 16


class StripEntry(NamedTuple):
    """One item that was judged. `text` says what was decided, also for the states that are no verdict (`skip`)."""

    position: int
    text: str
    state: Literal["todo", "done", "skipped", "deferred", "flagged"] = "done"
    others: tuple[tuple[str, bool], ...] = ()
    """Who else answered, and whether they agree, those who do not first."""


def strip_line(entries: Sequence[StripEntry], width: int, focus: str = "") -> Line:
    """` last  11 fail wrong amount · 10 pass · …`: as many whole ones as fit, the newest one in any case.

    `focus`: what is judged where that is not what the item is about; it comes first, and is never cropped for a verdict.
    """
    if focus:
        shown = [Piece(" judging ", "accent"), Piece(f" {shorten(focus, width - 12)} ", "selected")]
        room = width - width_of(shown) - 1
        return Line((*shown, Piece(" "), *strip_line(entries, room).pieces)) if room > LONGEST else Line(tuple(shown))
    pieces = [Piece(" last ", "faint")]
    if not entries:
        return Line((*crop(pieces, width), Piece(" nothing yet", "faint")))
    for at, entry in enumerate(entries):
        style: Style = "text" if not at else STYLES[entry.state]
        group = [Piece(" · " if at else " ", "faint"), Piece(f"{entry.position:,} ", "faint"), Piece(shorten(entry.text, LONGEST), style)]
        group += _others(entry)
        if at and width_of(pieces) + width_of(group) > width:
            break
        pieces += group
    return Line(crop(pieces, width))


def _others(entry: StripEntry) -> list[Piece]:
    """`= alice`, `≠ judge`."""
    named = entry.others[:NAMED]
    found = [Piece(f" {'=' if agrees else '≠'} {shorten(who, LONGEST_NAME)}", "good" if agrees else "warn") for who, agrees in named]
    more = len(entry.others) - len(named)
    return [*found, *([Piece(f" +{more}", "faint")] if more else [])]
