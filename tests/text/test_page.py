"""Lines that are found as they are looked at are the lines that there are."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text.block import Block, Weight
from annotator.text.cells import wrap
from annotator.text.line import Line
from annotator.text.lines.find import find, match
from annotator.text.lines.layout import UNWRAPPED, lay_out
from annotator.text.lines.page import Page
from annotator.text.lines.rows import BEGINNING, Rows, first_rows

TEXTS = st.text(st.sampled_from("ab  \n中😀é\u0301\u200d\ufe0f👍🏽|"), max_size=300) | st.text(max_size=80)
KINDS = st.sampled_from(("user", "system", "call", "result", "document", "facts"))
WEIGHTS: st.SearchStrategy[Weight] = st.sampled_from(("question", "answer", "step", "background", "error"))


@st.composite
def stories(draw: st.DrawFn) -> list[Block]:
    count = draw(st.integers(1, 8))
    found = [
        Block(
            f"k{place}", "s", draw(KINDS), "TITLE", draw(TEXTS).replace("\r", ""), head=draw(st.sampled_from(("", "a head"))),
            detail=draw(st.sampled_from(("", "one\ntwo"))), weight=draw(WEIGHTS), summary="in short",
        )
        for place in range(count)
    ]  # fmt: skip
    if draw(st.booleans()):
        found.insert(draw(st.integers(0, count)), Block("steps", "", "group", "", weight="background", summary="steps"))
    return found


@given(TEXTS, st.integers(2, 40), st.lists(st.integers(0, 60)))
def test_rows_found_in_any_order_are_the_rows_of_the_text(text: str, width: int, looked: list[int]) -> None:
    rows, every = Rows(text, width), list(wrap(text, width))
    for index in looked:
        before = rows.known
        if index < len(every):
            assert rows[index] == every[index]
        rows.reach(index)
        assert before <= rows.known <= len(every)
        assert len(rows) >= rows.known + (not rows.complete)
    rows.reach(len(every) + 1)
    assert rows.complete and [rows[index] for index in range(len(rows))] == every


@given(TEXTS, st.integers(2, 40), st.data())
def test_an_offset_is_in_its_row(text: str, width: int, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    rows = Rows(text, width)
    row = rows.reach_offset(offset)
    start, end = rows[row]
    assert start <= offset or row == 0
    assert offset < end or not text[end : offset + 1].strip(), "what lies between two rows is white space"


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(20, 60), st.integers(4, 30), st.booleans(), st.data())
def test_lines_looked_at_in_any_order_are_the_lines_of_the_page(
    blocks: list[Block], width: int, height: int, wrapped: bool, data: st.DataObject
) -> None:
    folds = data.draw(st.dictionaries(st.sampled_from([block.key for block in blocks]), st.booleans()))
    every = list(lay_out(blocks, width, height, folds, wrapped=wrapped))
    page = lay_out(blocks, width, height, folds, wrapped=wrapped)
    for start in data.draw(st.lists(st.integers(0, len(every) + 3), max_size=6)):
        assert page[start : start + 5] == every[start : start + 5]
        assert page.known <= len(every) and len(page) >= page.known
    for index in range(len(blocks)):
        first = page.first_line(index)
        assert page.shows(index) == (first is not None)
        assert first == next((number for number, line in enumerate(every) if line.block == index), None)
    assert page[-1] == every[-1] and len(page) == len(every) and page.complete
    if wrapped:
        assert all(cell_len(line.plain) <= width for line in every)


@settings(max_examples=60, deadline=None)
@given(stories(), st.data())
def test_the_current_match_is_in_its_line(blocks: list[Block], data: st.DataObject) -> None:
    query = data.draw(st.sampled_from(("a", "b", "ab", "中", "é", "two")))
    found = find(blocks, query)
    if not found:
        return
    current = data.draw(st.integers(0, len(found) - 1))
    assert match(blocks, query, current) == found[current] and match(blocks, query, len(found)) is None
    page = lay_out(blocks, 40, 12, {}, query, current)
    line = page.match_line
    assert line is not None
    marked = [number for number, one in enumerate(page) if any(piece.style == "selected" for piece in one.pieces)]
    assert marked and marked[0] == line


def large(text: str) -> list[Block]:
    return [
        Block("q", "s", "user", "USER", "Why?", weight="question", summary="Why?"),
        Block("a", "s", "assistant", "ANSWER", text, weight="answer", summary="Because"),
        Block("f", "s", "facts", "", "model", weight="background", summary="model", note=True),
    ]


def test_a_large_text_is_wrapped_no_further_than_it_is_looked_at() -> None:
    blocks = large("word " * 1_000_000)
    page = lay_out(blocks, 80, 30, {"a": False})
    assert page[:30][0].plain == "USER" and page.known < 200 and not page.complete
    exact = 4 + 1_000_000 // 16 + 2
    assert abs(len(page) - exact) < exact // 10, "an estimate"
    seen = page[10_000:10_010]
    assert page.known < 12_000
    while not page.grow(0.005):
        assert page[10_000:10_010] == seen, "lines keep their numbers"
    assert len(page) == exact and page[-1].plain.strip() == "model"


def test_a_shortened_large_text_is_not_wrapped_to_its_end() -> None:
    text = "word " * 1_000_000
    beginning, rows = first_rows(Block("a", "s", "assistant", "ANSWER", text), 10, 80)
    assert len(rows) == 10 and len(beginning) == BEGINNING
    blank = " " * 200_000 + "word"
    assert first_rows(Block("a", "s", "assistant", "ANSWER", "a" + blank), 10, 80)[1][-1][1] == len(blank) + 1, "blanks hide nothing"


def test_lines_that_are_not_wrapped() -> None:
    text = "\n".join(f"line {number} " + "x" * number for number in range(100)) + "\n" + "y" * 5000
    page = lay_out(large(text), 40, 30, {"a": False}, wrapped=False)
    lines = [line.plain for line in page if line.block == 1]
    assert lines[1:101] == text.split("\n")[:100], "a line of text is a line"
    assert [len(line) for line in lines[101:]] == [UNWRAPPED, UNWRAPPED, 1000], "but for very long ones"


def test_matches_are_marked_wherever_they_are() -> None:
    blocks = large("Word and word " * 200_000)
    found = find(blocks, "WORD")
    assert len(found) == 400_000 and found[399_999] == (1, 14 * 199_999 + 9) and found[-1] == found[399_999]
    page = lay_out(blocks, 80, 30, {}, "WORD", 399_999)
    line = page.match_line
    assert line is not None and line > 30_000
    assert [piece.text for piece in page[line].pieces if piece.style == "selected"] == ["word"]
    assert all(piece.style == "match" for piece in page[5].pieces if piece.text.lower() == "word")


def test_a_page_of_nothing() -> None:
    page = Page([], lambda index: (_ for _ in ()).throw(AssertionError(index)), None)
    assert len(page) == 0 and page.complete and page[:10] == [] and list(page) == []


def test_gaps_belong_to_no_block() -> None:
    lines = list(lay_out(large("Because."), 40, 30, {}))
    assert all(line == Line() for line in lines if line.block < 0)
    assert not any(one.block < 0 and other.block < 0 for one, other in pairwise(lines))
