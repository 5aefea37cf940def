"""What a line shows of its block's text, and marks on it, at any size and fold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.text.block import Block
from annotator.text.lines.highlight import has_sign, highlighted
from annotator.text.lines.layout import lay_out
from tests.recorded import traces
from tests.text.shown import blocks
from tests.text.test_page import stories


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(20, 90), st.integers(3, 40), st.dictionaries(st.sampled_from(["k0", "k1", "k2", "steps"]), st.booleans()))
def test_a_line_shows_the_characters_that_it_says(story: list[Block], width: int, height: int, folds: dict[str, bool]) -> None:
    page = lay_out(story, width, height, folds)
    for number, line in enumerate(page):
        spot = page.spot(number)
        if spot is None or spot.lead is None:
            continue
        text = story[spot.block].text[spot.start : spot.end]
        shown = "".join(piece.text for piece in line.pieces[spot.lead :])
        assert spot.block == line.block
        # Where a row says how much is hidden its text gives way to that.
        assert shown.startswith(text) or (line.pieces[-1].style == "faint" and line.pieces[-1].text.startswith(" "))
    assert page.spot(len(page)) is None and page.spot(-1) is None


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(20, 90), st.data())
def test_marks_change_the_look_of_their_characters_alone(story: list[Block], width: int, data: st.DataObject) -> None:
    opened = {block.key: False for block in story}
    page = lay_out(story, width, 20, opened)
    index = data.draw(st.integers(0, len(story) - 1))
    text = story[index].text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    marked = ""
    for number, line in enumerate(page):
        spot = page.spot(number)
        after = highlighted(line, spot, {index: [(start, end, "evidence")]})
        assert after.plain == line.plain and after.block == line.block
        pieces = [piece.text for piece in after.pieces if piece.style == "evidence"]
        marked += "".join(pieces)
        assert has_sign(line, spot, {index: [(start, end, "evidence")]}) or not pieces
    kept = [char for char in text[start:end] if not char.isspace()]
    if story[index].kind != "group":
        assert [char for char in marked if not char.isspace()] == kept


def test_every_offset_of_an_open_block_has_a_line() -> None:
    story = blocks(max(traces("langchain-langgraph"), key=lambda trace: len(trace.spans)))
    page = lay_out(story, 70, 20, {block.key: False for block in story})
    for index, block in enumerate(story):
        if block.kind == "group":
            continue
        for offset in range(0, block.text_size, 7):
            number = page.line_at(index, offset)
            spot = page.spot(number) if number is not None else None
            assert spot is not None and spot.block == index and spot.start <= offset
