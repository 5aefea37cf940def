"""What the terminal shows, kept row by row, so that a frame sends what differs."""

from collections.abc import Mapping, Sequence

from rich.color import ColorSystem

from annotator.ui.picture.cells import Cells, Row, blank
from annotator.ui.picture.changes import FEWEST_MOVED, shift, shifted, spans
from annotator.ui.picture.encode import Encoder

SURELY_SHORTER = 24
"""Bytes for each changed row: where scrolling costs less, drawing the rows where they are is not tried."""
CLEAR = "\x1b[m\x1b[r\x1b[2J"


class Picture:
    """Of one terminal. What is written to it otherwise, or a lost byte, makes it wrong: then `forget`."""

    def __init__(self, colours: ColorSystem) -> None:
        self.cells = Cells(colours)
        self.rows: list[Row] = []
        self.known = False
        """False: the next frame has to have every row."""
        self._composed: str | None = None

    def take(self) -> str | None:
        """The frame that was composed and has not been taken; None where what is being written comes from elsewhere."""
        composed, self._composed = self._composed, None
        return composed

    def forget(self) -> None:
        """Nothing is known of what the terminal shows. From any thread, or a signal."""
        self.known = False

    def restart(self) -> None:
        """Forget, and make room for other characters and styles."""
        self.cells = Cells(self.cells.colours)
        self.forget()

    def fits(self, width: int, height: int) -> bool:
        """Whether a frame of that size may leave rows out."""
        return self.known and len(self.rows) == height and height > 0 and len(self.rows[0].text) == width

    def frame(self, rows: Mapping[int, Row], width: int, height: int, columns: tuple[int, int]) -> str:
        """The bytes after which the terminal shows these rows; "" where it does. `columns`: where a scrolled text would stand."""
        cleared = not self.fits(width, height)
        if cleared:
            self.rows, self.known = [blank(width)] * height, True
        changed = sorted(y for y, row in rows.items() if row != self.rows[y])
        after = list(self.rows)
        for y in changed:
            after[y] = rows[y]
        moved = shift(self.rows, after, changed, *columns) if len(changed) >= FEWEST_MOVED and not cleared else None
        sent = _scrolled(self.rows, after, changed, moved, Encoder(self.cells)) if moved is not None else ""
        if moved is None or len(sent) > SURELY_SHORTER * len(changed):
            drawn = _drawn(self.rows, after, changed, Encoder(self.cells))
            sent = drawn if moved is None else min(sent, drawn, key=len)
        self.rows = after
        self._composed = CLEAR + sent if cleared else sent
        return self._composed


def _drawn(before: Sequence[Row], after: Sequence[Row], changed: Sequence[int], encoder: Encoder) -> str:
    for y in changed:
        done = 0
        if before[y] == after[y]:
            continue
        for first, last in spans(before[y], after[y]):
            if last > done:
                done = encoder.write(after[y], max(first, done), last, y)
    return encoder.end()


def _scrolled(before: Sequence[Row], after: Sequence[Row], changed: Sequence[int], moved: tuple[int, int, int], encoder: Encoder) -> str:
    top, bottom, count = moved
    encoder.scroll(top, bottom, count)
    return _drawn(shifted(before, top, bottom, count), after, sorted({*changed, *range(top, bottom)}), encoder)
