"""The top line: which queue, how far, how fast, and what has not reached the server."""

from typing import NamedTuple

from annotator.text.cells import crop as shorten
from annotator.text.line import Line, Piece, Style
from annotator.ui.widgets.row import joined, width_of

EIGHTHS = " ▏▎▍▌▋▊▉█"
GAP = "   "
SHORTEST_NAME = 8
"""Cells of the queue's name that are kept before anything else is dropped."""


class TopState(NamedTuple):
    """What the top line says. `pace` is items per hour; `server` a few words such as `phoenix ok`, `offline`, `files`, `read-only`."""

    queue: str
    project: str = ""
    position: int = 0
    total: int = 0
    done: int = 0
    pace: float | None = None
    minutes_left: float | None = None
    unsent: int = 0
    parked: int = 0
    server: str = ""
    server_style: Style = "dim"
    loading: str = ""
    passed: int = 0
    """Items that were left to others, who had judged them."""
    matches: int | None = None
    """Items that the filter lets through; None without one."""
    looking: bool = False
    """More of them may be found."""


class _Room(NamedTuple):
    """What is shown; from the roomiest to the narrowest."""

    bar: int
    minutes: bool = True
    pace: bool = True
    project: bool = True
    loading: bool = True


_ROOMS = (
    _Room(24),
    _Room(16),
    _Room(10),
    _Room(10, minutes=False),
    _Room(10, minutes=False, pace=False),
    _Room(10, minutes=False, pace=False, project=False),
    _Room(0, minutes=False, pace=False, project=False),
    _Room(0, minutes=False, pace=False, project=False, loading=False),
)


def progress_bar(done: int, total: int, width: int) -> list[Piece]:
    """A bar of `width` cells between two thin walls, in eighths of a cell. Anything done shows, and only all of it fills the bar."""
    eighths = min(width * 8, done * width * 8 // total) if total else 0
    if done:
        eighths = max(1, eighths)
    if done < total:
        eighths = min(eighths, width * 8 - 1)
    full, part = divmod(eighths, 8)
    filled = "█" * full + (EIGHTHS[part] if part else "")
    return [Piece("▕", "faint"), Piece(filled, "accent"), Piece(" " * (width - len(filled))), Piece("▏", "faint")]


def time_left(minutes: float) -> str:
    if minutes < 1:
        return "<1 min left"
    return f"{minutes:.0f} min left" if minutes < 120 else f"{minutes / 60:.1f} h left"


def _middle(state: TopState, room: _Room) -> list[Piece]:
    total = f"{state.total:,}"
    groups: list[list[Piece]] = [[Piece(f"{state.position:,}".rjust(len(total)), "strong"), Piece(f" / {total}", "dim")]]
    if room.bar:
        groups.append(progress_bar(state.done, state.total, room.bar))
    speed = []
    if room.pace and state.pace is not None:
        speed.append(f"{state.pace:.0f}/h")
        if room.minutes and state.minutes_left is not None:
            speed.append(time_left(state.minutes_left))
    if speed:
        groups.append([Piece(" · ".join(speed), "dim")])
    return joined(groups, "  ", "text")


def _right(state: TopState, room: _Room) -> list[Piece]:
    groups: list[list[Piece]] = []
    if room.loading and state.loading:
        groups.append([Piece(state.loading, "dim")])
    if room.loading and state.passed:
        groups.append([Piece(f"{state.passed:,} left to others", "dim")])
    if state.matches is not None:
        more = "…" if state.looking else ""
        groups.append([Piece(f"filter {state.matches:,}{more}", "accent")])
    if state.parked:
        groups.append([Piece(f"! {state.parked:,} parked", "error")])
    if state.unsent:
        groups.append([Piece(f"↑{state.unsent:,}", "warn")])
    if state.server:
        groups.append([Piece(state.server, state.server_style)])
    return joined(groups, "  ", "text")


def _left(state: TopState, room: _Room, width: int) -> list[Piece]:
    name = shorten(state.queue, width)
    pieces = [Piece(name, "strong")]
    rest = width - width_of(pieces) - 3
    if room.project and state.project and rest > 3:
        pieces.append(Piece(f" · {shorten(state.project, rest)}", "dim"))
    return pieces


def top_line(state: TopState, width: int) -> Line:
    """One row of `width` cells. Position, filter, unsent, parked server always stay; minutes, pace, project and bar give way."""
    for room in _ROOMS:
        middle, right = _middle(state, room), _right(state, room)
        whole = len(state.queue) + (3 + len(state.project) if room.project and state.project else 0)
        needed = SHORTEST_NAME if room is _ROOMS[-1] else min(whole, 32)
        space = width - 2 - width_of(middle) - width_of(right) - 2 * len(GAP)
        if space >= needed:
            break
    left = _left(state, room, max(0, space))
    gap = max(0, space - width_of(left))
    return Line((Piece(" "), *left, Piece(GAP + " " * gap), *middle, Piece(GAP), *right, Piece(" ")))
