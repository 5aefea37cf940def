"""Rows cut at the left and the right by cells, and the mark at the left edge."""

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from annotator.text.cells import width_of as cells
from annotator.text.line import Piece, line
from annotator.ui.widgets.row import crop_end, crop_start, width_of
from annotator.ui.widgets.trace_view import MARK, TraceView
from tests.ui.test_widgets_lines import run

PIECES = st.lists(st.text("ab 漢字é😀\u0301", max_size=12).map(Piece), max_size=4)


def joined(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@given(PIECES, st.integers(0, 30))
def test_what_is_cut_off_and_what_is_left_are_the_whole(pieces: list[Piece], width: int) -> None:
    whole = width_of(pieces)
    kept, rest = crop_end(pieces, width), crop_start(pieces, width)
    assert width_of(kept) <= width and joined(tuple(pieces)).startswith(joined(kept))
    assert width_of(rest) == max(0, whole - width)
    assert width_of(kept) >= min(whole, width) - 1, "at most the half of a wide character is missing"


@given(st.integers(0, 80))
def test_plain_text_is_cut_at_the_column(width: int) -> None:
    text = "0123456789" * 6
    assert joined(crop_start([Piece(text[:7]), Piece(text[7:])], width)) == text[width:]
    assert joined(crop_end([Piece(text[:7]), Piece(text[7:])], width)) == text[:width]


def test_the_mark_stays_on_the_chosen_block_or_the_nearest_in_view() -> None:
    view = TraceView()
    lines = [line(f"block {at // 4} line {at % 4}", block=at // 4) for at in range(80)]

    def marked() -> set[str]:
        rows = [view.render_line(y).text for y in range(view.size.height)]
        return {row.split("line")[0].strip(f" {MARK}") for row in rows if row.startswith(MARK)}

    async def steps(pilot: Pilot[None]) -> None:
        view.show(lines)
        assert view.marked == -1 and not marked()
        view.choose(1, 4)
        assert view.marked == 1 and marked() == {"block 1"}
        view.page(1)
        view.page(1)
        assert view.marked == view.visible_blocks()[0] > 1 and marked() == {f"block {view.marked}"}
        view.to_top()
        assert view.marked == 1, "back where it was chosen"
        view.choose(18, 72)
        assert view.top > 40 and marked() == {"block 18"}
        view.to_top()
        assert view.marked == view.visible_blocks()[-1]

    run(view, steps)


def test_sideways_goes_as_far_as_a_line_in_view_reaches() -> None:
    view = TraceView()
    text = "".join(f"{at:04}" for at in range(100))

    async def steps(pilot: Pilot[None]) -> None:
        view.show([line(text, block=0), line("short", block=1)])
        assert view.render_line(0).text.rstrip().endswith("›")
        while view.sideways(1):
            assert view.render_line(0).text[1] == "‹"
        assert "0099" in view.render_line(0).text and not view.render_line(0).text.rstrip().endswith("›")
        view.to_left()
        assert view.render_line(0).text.startswith("  0000") and not view.sideways(-1)
        assert all(cells(view.render_line(y).text) == view.size.width for y in range(2))

    run(view, steps)
