"""Terminals disagree about the width of emoji and joined scripts; the columns behind them stay where they belong all the same."""

from collections.abc import Callable

import pyte
import pyte.screens
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from wcwidth import wcwidth

from annotator.text.cells import crop
from annotator.text.escape import visible
from annotator.text.line import line
from annotator.ui.picture.cells import Cells
from annotator.ui.picture.encode import Encoder
from annotator.ui.styles import TERMINAL
from annotator.ui.widgets.lines import strip_of

WIDTH = 24
EMOJI = ["❤️", "👨‍👩‍👧", "🇩🇪", "👍🏽", "✅", "⌚", "☺", "กำ", "שלום", "ﷺ", "e\u0301\u0301", "日本", "a b", "𝒳", "\u1160", "क्षि"]
TERMINALS: dict[str, Callable[[str], int]] = {
    "narrow": lambda char: 1 if ord(char) > 0x2000 and wcwidth(char) > 0 and not 0x3000 <= ord(char) < 0xFF70 else wcwidth(char),
    "wide": lambda char: 2 if ord(char) > 0x2600 and wcwidth(char) > 0 else wcwidth(char),
    "marks take a cell": lambda char: max(1, wcwidth(char)) if ord(char) > 0x2FF else wcwidth(char),
    "usual": wcwidth,
}


@pytest.mark.parametrize("terminal", TERMINALS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(pieces=st.lists(st.sampled_from(EMOJI), max_size=5))
def test_the_column_behind_stays(terminal: str, pieces: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = crop(visible(" ".join(pieces)), WIDTH)
    row = line(f"│{text}{' ' * (WIDTH - cell_len(text))}│end")
    with monkeypatch.context() as patched:
        patched.setattr(pyte.screens, "wcwidth", TERMINALS[terminal])
        screen = pyte.Screen(80, 3)
        stream = pyte.Stream(screen)
        stream.feed("\x1b[2;6H" + "#" * (WIDTH + 5))
        cells = Cells(ColorSystem.EIGHT_BIT)
        encoder = Encoder(cells)
        encoder.write(cells.row([Segment("#####"), *strip_of(row, WIDTH + 5, TERMINAL)]), 5, 5 + WIDTH + 5, 1)
        stream.feed(encoder.end())
        shown = [screen.buffer[1][x].data for x in range(80)]
    assert shown[5] == "│"
    assert shown[5 + WIDTH + 1 : 5 + WIDTH + 5] == ["│", "e", "n", "d"]
    assert "#" not in shown[5:], "nothing of what stood there before is left"
