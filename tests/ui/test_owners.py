"""What a frame renders by the owners of its rows is what Textual's compositor renders."""

import asyncio

from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from annotator.text.line import Line, Piece
from annotator.ui.owners import Owners
from annotator.ui.widgets.lines import Lines


class Page(App[None]):
    """Panes beside each other, one of them padded, and a window over them; nothing at the bottom."""

    CSS = """
    Screen { layers: below above; background: transparent; }
    #top { height: 1; }
    #middle { height: 6; }
    #left { width: 12; }
    #side { width: 1fr; padding: 0 1; }
    #window { layer: above; width: 20; height: 3; offset: 8 3; background: blue; }
    """

    def __init__(self) -> None:
        super().__init__(ansi_color=True)

    def compose(self) -> ComposeResult:
        yield pane("top")
        with Horizontal(id="middle"):
            yield pane("left")
            yield pane("side")
        yield pane("window")


def pane(name: str) -> Lines:
    return Lines(lambda width, height: [Line((Piece(f"{name} {y} 日本 ", "accent"), Piece("·" * width))) for y in range(height)], id=name)


def cells(strip: Strip) -> list[tuple[object, ...]]:
    """What is seen of each character: a blank has no ink, and the terminal's own background is none."""
    found: list[tuple[object, ...]] = []
    for text, style, _ in strip:
        style = style or Style()
        behind = style.bgcolor if style.bgcolor is not None and not style.bgcolor.is_default else None
        found += [(character, behind) if character == " " else (character, behind, style.color, bool(style.bold)) for character in text]
    return found


def test_every_row_is_what_the_compositor_makes_of_it() -> None:
    app = Page()

    async def main() -> None:
        async with app.run_test(size=(50, 9)) as pilot:
            for shown in (True, False):
                app.screen.query_one("#window").display = shown
                await pilot.pause()
                compositor = app.screen._compositor
                owners = Owners(compositor.visible_widgets, 50)
                drawn = owners.draw((y, 0, 50) for y in range(9))
                for y, strip in enumerate(compositor.render_strips()):
                    assert [first for first, _, _ in drawn[y]] == sorted({first for first, _, _ in drawn[y]})
                    row = Strip.join([one for _, _, one in drawn[y]])
                    assert cells(row) == cells(strip)

    asyncio.run(main())


def test_a_span_draws_the_widgets_that_it_touches() -> None:
    app = Page()

    async def main() -> None:
        async with app.run_test(size=(50, 9)):
            owners = Owners(app.screen._compositor.visible_widgets, 50)
            assert [(first, last) for first, last, _ in owners.draw([(1, 2, 3)])[1]] == [(0, 12)]
            assert [(first, last) for first, last, _ in owners.draw([(1, 2, 3), (1, 4, 14)])[1]] == [(0, 12), (12, 50)]
            assert [(first, last) for first, last, _ in owners.draw([(4, 0, 50)])[4]] == [(0, 8), (8, 28), (28, 50)]

    asyncio.run(main())
