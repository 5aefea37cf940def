"""Frames that send what differs leave the terminal as Textual's own whole frames would: thousands of them, on a real terminal emulator."""

import random
from collections.abc import Iterator

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.text.line import Line, Piece
from annotator.ui.picture.cells import TAIL, Full, Row
from annotator.ui.picture.changes import shift, spans
from annotator.ui.picture.encode import Encoder
from annotator.ui.picture.picture import Picture
from annotator.ui.styles import DARK, LIGHT, NO_COLOR, TERMINAL, Palette
from annotator.ui.widgets.lines import strip_of
from tests.terminal import Emulation

WORDS = ("a", "verdict", "the answer", "  ", "─" * 9, "日本語", "名前と", "한국", "é", "┃", "ok " * 6, " " * 14, "Грейс", "x" * 30)
DISPUTED = ("❤️", "👨‍👩‍👧", "שלום", "e\u0301", "กำ", "✅")
FRAMES = 150
"""For each seed."""
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20))]


class Emulated:
    """A terminal emulator."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = Emulation(width, height)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed("\x1b[?7l")
        self.screen.dirty.update(range(height))
        self._rows: dict[int, list[tuple[object, ...]]] = {}

    def cells(self) -> list[list[tuple[object, ...]]]:
        """What is to be seen; the ink of a blank shows nowhere."""
        for y in self.screen.dirty:
            row = self.screen.buffer[y]
            self._rows[y] = [
                (cell.data, cell.bg, cell.underscore, cell.reverse, cell.strikethrough)
                if cell.data == " "
                else (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, cell.underscore, cell.reverse, cell.strikethrough)
                for cell in (row[x] for x in range(self.screen.columns))
            ]
        self.screen.dirty.clear()
        return [self._rows[y] for y in range(self.screen.lines)]


def pictures(chance: random.Random, words: tuple[str, ...]) -> Iterator[tuple[list[Strip], bool]]:
    """Screens one after another, as people change them: a tree beside a text that scrolls, single rows, other items, other sizes."""
    width, height = chance.choice([(80, 24), (120, 40), (33, 9)])
    split = width // 3
    look, styles = TERMINAL, sorted(TERMINAL)

    def line(room: int) -> Line:
        pieces: list[Piece] = []
        while chance.random() < 0.8 and sum(len(piece.text) for piece in pieces) < room:
            pieces.append(Piece(chance.choice(words), chance.choice(styles)))
        return Line(tuple(pieces))

    text = [line(width - split) for _ in range(4 * height)]
    tree = [line(split) for _ in range(height)]
    top = 0
    for _ in range(FRAMES):
        resized = False
        match chance.random():
            case kind if kind < 0.5:
                top = min(max(0, top + chance.choice([1, 1, 1, -1, 2, -3, height, -height])), 3 * height)
            case kind if kind < 0.7:
                tree[chance.randrange(height)] = line(split)
            case kind if kind < 0.9:
                text[min(len(text) - 1, top + chance.randrange(height))] = line(width - split)
            case kind if kind < 0.94:
                text, tree = [line(width - split) for _ in text], [line(split) if chance.random() < 0.3 else Line() for _ in tree]
            case kind if kind < 0.97:
                look = chance.choice([TERMINAL, DARK, LIGHT, NO_COLOR])
            case _:
                width, height = chance.choice([(80, 24), (120, 40), (33, 9), (200, 60)])
                split, resized, top = width // 3, True, 0
                text, tree = [line(width - split) for _ in range(4 * height)], [line(split) for _ in range(height)]
        rows = zip(tree, text[top : top + height], strict=True)
        yield [_joined(left, right, split, width, look) for left, right in rows], resized


def _joined(left: Line, right: Line, split: int, width: int, look: Palette) -> Strip:
    return Strip.join([strip_of(left, split, look), strip_of(right, width - split, look)])


class Stock:
    """What Textual's bytes for a row draw on an empty one; each row is drawn once."""

    def __init__(self) -> None:
        self.console = Console(color_system="256", force_terminal=True)
        self.drawn: dict[str, list[tuple[object, ...]]] = {}

    def cells(self, rows: list[Strip]) -> list[list[tuple[object, ...]]]:
        return [self.row(row) for row in rows]

    def row(self, row: Strip) -> list[tuple[object, ...]]:
        sent = row.render(self.console)
        if sent not in self.drawn:
            emulated = Emulated(row.cell_length, 1)
            emulated.stream.feed(sent)
            self.drawn[sent] = emulated.cells()[0]
        return self.drawn[sent]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_frame_leaves_the_screen_as_whole_frames_would(seed: int) -> None:
    chance = random.Random(seed)
    picture = Picture(ColorSystem.EIGHT_BIT)
    emulated, stock, scrolls = Emulated(1, 1), Stock(), 0
    for rows, resized in pictures(chance, WORDS):
        width, height = rows[0].cell_length, len(rows)
        if resized or (emulated.screen.columns, emulated.screen.lines) != (width, height):
            emulated = Emulated(width, height)
            emulated.stream.feed("\x1b[2;3r\x1b[31m" + "#" * 7)
            picture.forget()
        elif chance.random() < 0.02:
            emulated.stream.feed("\x1b[H\x1b[7m" + "noise of another program " * 20)
            picture.forget()
        cells = {y: picture.cells.row(row) for y, row in enumerate(rows)}
        sent = picture.frame(cells, width, height, (width // 3, width))
        emulated.stream.feed(sent)
        assert emulated.cells() == stock.cells(rows)
        scrolls += int(sent.count("\x1b[r") > sent.count("\x1b[2J"))
        assert picture.frame(cells, width, height, (width // 3, width)) == "", "what is shown is not sent again"
    assert scrolls > FRAMES / 20


@pytest.mark.parametrize("seed", SEEDS)
def test_with_characters_of_disputed_width_it_is_what_a_frame_from_nothing_leaves(seed: int) -> None:
    chance = random.Random(1000 + seed)
    picture = Picture(ColorSystem.EIGHT_BIT)
    emulated = Emulated(1, 1)
    drawn: dict[Row, list[tuple[object, ...]]] = {}

    def anew(row: Row) -> list[tuple[object, ...]]:
        if row not in drawn:
            alone = Emulated(len(row.text), 1)
            encoder = Encoder(picture.cells)
            encoder.write(row, 0, len(row.text), 0)
            alone.stream.feed(encoder.end())
            drawn[row] = alone.cells()[0]
        return drawn[row]

    for rows, _ in pictures(chance, WORDS + DISPUTED):
        width, height = rows[0].cell_length, len(rows)
        if (emulated.screen.columns, emulated.screen.lines) != (width, height):
            emulated = Emulated(width, height)
            picture.forget()
        cells = {y: picture.cells.row(row) for y, row in enumerate(rows)}
        emulated.stream.feed(picture.frame(cells, width, height, (width // 3, width)))
        assert emulated.cells() == [anew(row) for row in cells.values()]


def row(text: str, look: str = "") -> Row:
    return Row(text, look or "".join(" " if cell == " " else "a" for cell in text))


def test_spans_cut_no_wide_character_and_go_to_the_edge_from_a_disputed_one() -> None:
    cluster = chr(0xF0000)
    assert spans(row("abcdefgh"), row("abcdefgh")) == []
    assert spans(row("abcdefgh"), row("aXcdefYh")) == [(1, 7)], "four cells are written sooner than stepped over"
    assert spans(row("abcdefghi"), row("aXcdefgYi")) == [(1, 2), (7, 8)]
    assert spans(row(f"日{TAIL}b"), row(f"本{TAIL}b")) == [(0, 2)]
    assert spans(row("abcdefghij"), row(f"a{cluster}cdefghij")) == [(1, 10)]
    assert spans(row(f"a{cluster}cdefghij"), row("abcdefghij")) == [(1, 2)]
    assert spans(row(f"a{cluster}  {cluster}fghij"), row(f"a{cluster}   fghij")) == [(1, 10)], (
        "a terminal may have put the second one further left"
    )
    assert spans(row(f"a{cluster}cdefghij"), row(f"a{cluster}cdefghiX")) == [(9, 10)]


def test_a_shift_is_what_several_rows_agree_on() -> None:
    old = [row(f"row {y}  ") for y in range(9)]
    up = [row(f"row {y}  ") for y in range(2, 9)] + [row("new row"), row("another")]
    assert shift(old, up, range(9), 0, 7) == (0, 9, 2)
    assert shift(up, old, range(9), 0, 7) == (0, 9, -2)
    assert shift(old, old, range(9), 0, 7) is None
    same = [row("alike  ")] * 9
    assert shift(same, [*same[1:], row("new row")], range(9), 0, 7) is None, "rows that look alike tell nothing"


def test_a_scrolled_line_costs_the_line() -> None:
    rows = [Strip([Segment(f"line {n} of a text with no line like another {n * n}", Style(color="green"))]) for n in range(40)]
    wide = [row.adjust_cell_length(120) for row in rows]
    picture = Picture(ColorSystem.EIGHT_BIT)
    for top in (0, 1):
        shown = {y: picture.cells.row(wide[top + y]) for y in range(30)}
        sent = picture.frame(shown, 120, 30, (0, 120))
    assert len(sent) < 60 + len(rows[30].text)


def test_more_characters_than_there_is_room_for_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.ui.picture.cells._LAST_CLUSTER", 0xF0001)
    picture = Picture(ColorSystem.EIGHT_BIT)
    picture.cells.row([Segment("❤️✅")])
    with pytest.raises(Full):
        picture.cells.row([Segment("👨‍👩‍👧")])
    picture.restart()
    assert not picture.known
    assert picture.cells.row([Segment("👨‍👩‍👧")]).text
