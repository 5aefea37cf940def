"""The base widget: what it draws, what it repaints, and that cells draw what Textual's strips draw, in fewer bytes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pyte
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from annotator.text.line import Line, Piece, line
from annotator.ui.picture.cells import Cells
from annotator.ui.picture.encode import Encoder
from annotator.ui.styles import DARK, LIGHT, NO_COLOR, TERMINAL, Palette, palette
from annotator.ui.widgets.lines import Lines, strip_of

STYLES = st.sampled_from(sorted(TERMINAL))
TEXTS = st.text(st.sampled_from("ab 12─●日本…é\u0301"), max_size=12)
LINES = st.lists(st.builds(Piece, TEXTS, STYLES), max_size=6).map(lambda pieces: Line(tuple(pieces)))
PALETTES = st.sampled_from([TERMINAL, DARK, LIGHT, NO_COLOR])


def on_terminal(*written: str, columns: int = 40) -> list[tuple[object, ...]]:
    """The cells of a row of a terminal that held other text before; the colour of the ink in a blank cell shows nowhere."""
    screen = pyte.Screen(columns, 2)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l" + "#" * columns)
    for text in written:
        stream.feed("\x1b[1H" + text)
    row = screen.buffer[0]
    cells = [row[x] for x in range(columns)]
    return [
        (cell.data.replace("\u0301", ""), cell.bg, cell.underscore, cell.reverse)
        if cell.data == " "
        else (cell.data, cell.fg, cell.bg, cell.bold, cell.underscore, cell.reverse)
        for cell in cells
    ]


def lean(strip: Strip, width: int) -> str:
    """The first cells of the strip, written over anything."""
    cells = Cells(ColorSystem.EIGHT_BIT)
    encoder = Encoder(cells)
    encoder.write(cells.row(strip), 0, width, 0)
    return encoder.end()


NARROW = st.text(st.sampled_from("ab 12─●"), max_size=20)
NARROW_LINES = st.lists(st.builds(Piece, NARROW, STYLES), max_size=6).map(lambda pieces: Line(tuple(pieces)))


@given(NARROW_LINES, PALETTES)
@example(line(Piece("a" + " " * 20 + "b", "dim"), " " * 13, Piece("c", "error")), TERMINAL)
@example(line("a", Piece("      ", "selected"), "b", Piece(" " * 14, "selected")), TERMINAL)
@example(line(Piece(" " * 40, "tool")), NO_COLOR)
def test_lean_bytes_draw_what_stock_bytes_draw(row: Line, look: Palette) -> None:
    strip = strip_of(row, 40, look)
    stock = strip.render(Console(color_system="256", force_terminal=True))
    assert on_terminal(lean(strip, 40)) == on_terminal(stock)
    assert len(lean(strip, 40)) <= len(stock) + 8
    assert on_terminal(lean(strip, 30))[:30] == on_terminal(stock)[:30]


@given(LINES, st.integers(1, 30), PALETTES)
def test_a_strip_is_exactly_as_wide_as_asked(row: Line, width: int, look: Palette) -> None:
    strip = strip_of(row, width, look)
    assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip)


def test_control_characters_never_reach_the_terminal() -> None:
    assert strip_of(line("a\x1b[31m\x9bb\x07"), 12, TERMINAL).text == "a�[31m�b�   "


class Recording(Lines):
    """Keeps the regions that it was asked to repaint."""

    def __init__(self) -> None:
        super().__init__()
        self.regions: list[Region] = []

    def mark(self, regions: Sequence[Region]) -> None:
        self.regions += regions
        super().mark(regions)


class Page(App[None]):
    """One widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__(ansi_color=True)
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def run(widget: Widget, steps: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (40, 10)) -> None:
    """Mount the widget alone on a screen and take the steps."""

    async def main() -> None:
        async with Page(widget).run_test(size=size) as pilot:
            await steps(pilot)

    asyncio.run(main())


def test_show_repaints_only_rows_that_changed() -> None:
    widget = Recording()

    async def steps(pilot: Pilot[None]) -> None:
        widget.show([line("one"), line("two"), line("three")])
        await pilot.pause()
        widget.regions.clear()
        widget.show([line("one"), line("twp"), line("three")])
        assert widget.regions == [Region(0, 1, 40, 1)]
        widget.show([line("one"), line("tw", Piece("p", "dim")), line("three")])
        assert len(widget.regions) == 2, "another style"
        await pilot.pause()
        assert [widget.render_line(y).text.rstrip() for y in range(4)] == ["one", "twp", "three", ""]
        assert not widget.can_focus and not widget.allow_select

    run(widget, steps)


def test_draw_builds_again_after_a_resize() -> None:
    widget = Lines(lambda width, height: [line(f"{width} by {height}")])

    async def steps(pilot: Pilot[None]) -> None:
        assert widget.render_line(0).text.strip() == "40 by 10"
        await pilot.resize_terminal(60, 5)
        await pilot.pause()
        assert widget.render_line(0).text.strip() == "60 by 5"

    run(widget, steps)


def test_every_style_has_a_look_in_every_palette() -> None:
    assert TERMINAL.keys() == DARK.keys() == LIGHT.keys() == NO_COLOR.keys()
    assert palette("dark", {}) is DARK
    assert palette("dark", {"NO_COLOR": "1"}) is NO_COLOR
    assert palette("terminal", {"NO_COLOR": ""}) is TERMINAL
    assert all(look.color is None and look.bgcolor is None for look in NO_COLOR.values())
    assert all(style.bgcolor is None for name, style in TERMINAL.items() if name != "match")
