"""Cells as terminal text: where the cursor goes, which style is on, what is erased rather than written."""

import re

from annotator.ui.picture.cells import BLANK, CLUSTER, INKS, PIECE, SHOWN_INKS, TAIL, Cells, Row

SHORTEST_ERASE = 4
"""Cells; erasing to the edge takes 3 bytes."""
SHORTEST_JUMP = 12
"""Cells; erasing and stepping over takes up to 10 bytes."""

_RUNS = re.compile(f"({INKS})(?:\\1| )*|({SHOWN_INKS})\\2*| +")
_BLANKS = re.compile(f" {{{SHORTEST_JUMP},}}")


def _jump(blanks: re.Match[str]) -> str:
    count = len(blanks[0])
    return f"\x1b[{count}X\x1b[{count}C"


def move(x: int, y: int) -> str:
    """The cursor to a place, wherever it was."""
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


class Encoder:
    """One frame's bytes. It begins with no style on and the cursor anywhere, and `end` leaves no style on."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._out: list[str] = []
        self._code = ""
        self._shows = False
        """The style that is on shows on a blank."""
        self._at = (-1, -1)

    def write(self, row: Row, first: int, last: int, y: int) -> int:
        """The cells from column `first` to before `last` of row `y`; the column up to which the row is right then."""
        look = row.look[first:last]
        written = first + len(look.rstrip(BLANK))
        to_edge = not row.look[last:].strip(BLANK)
        erased = (len(row.look) if to_edge else last) - written
        if erased < (SHORTEST_ERASE if to_edge else SHORTEST_JUMP):
            erased, written = 0, last
        self._go(first, y)
        for run in _RUNS.finditer(row.look, first, written):
            ink = run[1] or run[2]
            if ink:
                self._turn_on(self._cells.codes[ink], bool(run[2]))
            elif self._shows:
                self._turn_on("", False)
            self._put(row.text[run.start() : run.end()], run.start(), y, bool(run[2]))
        if erased:
            if self._shows:
                self._turn_on("", False)
            self._out.append("\x1b[K" if to_edge else f"\x1b[{erased}X")
        self._at = (written, y) if written < len(row.text) else (-1, y)
        return written + erased if erased else last

    def scroll(self, top: int, bottom: int, count: int) -> None:
        """Shift the rows from `top` to before `bottom` up by `count`, down where it is negative; what comes in is blank."""
        if self._shows:
            self._turn_on("", False)
        number = "" if abs(count) == 1 else str(abs(count))
        self._out.append(f"\x1b[{top + 1};{bottom}r{move(0, top)}\x1b[{number}{'M' if count > 0 else 'L'}\x1b[r")
        self._at = (-1, -1)

    def end(self) -> str:
        self._turn_on("", False)
        return "".join(self._out)

    def _go(self, x: int, y: int) -> None:
        at_x, at_y = self._at
        if at_y == y and 0 <= at_x <= x:
            if x > at_x:
                self._out.append(f"\x1b[{x - at_x}C" if x - at_x > 1 else "\x1b[C")
        else:
            self._out.append("\r\n" if not x and at_y == y - 1 and at_y >= 0 else move(x, y))

    def _turn_on(self, code: str, shows: bool) -> None:
        if code != self._code:
            self._out.append(f"\x1b[0;{code}m" if code and self._code else f"\x1b[{code}m")
            self._code = code
        self._shows = shows

    def _put(self, text: str, x: int, y: int, shows: bool) -> None:
        """After each piece of disputed width the cursor is put where it belongs."""
        if not text.isascii() or TAIL in text:
            done, out = 0, []
            for piece in PIECE.finditer(text):
                out.append(text[done : piece.start()])
                done = piece.end()
                characters = CLUSTER.sub(lambda cell: self._cells.cluster(cell[0]), piece[0])
                out.append(f"\x1b[{len(piece[0])}X{characters}{move(x + done, y)}")
            text = ("".join(out) + text[done:]).replace(TAIL, "")
        self._out.append(text if shows else _BLANKS.sub(_jump, text))
