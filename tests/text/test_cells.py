import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size, split_graphemes

from annotator.text.cells import MARKS, NARROW, WIDE, _fitting, crop, wrap

TEXTS = st.text(alphabet=st.sampled_from("ab cd  \n東京🙂\u0301\u2764\ufe0fé-"), max_size=120) | st.text(alphabet="ab \n", max_size=120)


@given(TEXTS, st.integers(2, 30))
def test_rows_fit_and_lose_only_white_space(text: str, width: int) -> None:
    rows = list(wrap(text, width))
    assert all(cell_len(text[start:end]) <= width for start, end in rows)
    assert "".join(text[start:end] for start, end in rows).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert [start for start, _ in rows] == sorted(start for start, _ in rows)


def test_breaks_at_words_and_inside_long_ones() -> None:
    text = "one two three\nabcdefghijkl m"
    assert [text[start:end] for start, end in wrap(text, 8)] == ["one two", "three", "abcdefgh", "ijkl m"]
    indented = '{\n  "a": 1\n}'
    assert [indented[start:end] for start, end in wrap(indented, 20)] == ["{", '  "a": 1', "}"]


def test_wide_characters() -> None:
    text = "東京特許許可局"
    assert [text[start:end] for start, end in wrap(text, 5)] == ["東京", "特許", "許可", "局"]
    assert crop(text, 6) == "東京…" and crop("abc", 3) == "abc" and crop("abcd", 3) == "ab…" and crop("abc", 0) == ""


@pytest.mark.parametrize("char", ["東", "\U0002d4ef", "👨\u200d👩", "\u2764\ufe0f"])
def test_what_is_too_wide_for_the_only_cell_is_cut(char: str) -> None:
    """The second one is of no settled width."""
    assert crop(f"{char}  never ended", 2) == "…" and crop(f"{char}  never ended", 3) == f"{char}…"


@given(TEXTS, st.integers(0, 20))
def test_crop_fits(text: str, width: int) -> None:
    line = text.replace("\n", " ")
    assert cell_len(crop(line, width)) <= width


def slow_fitting(text: str, start: int, width: int) -> int:
    """By every grapheme, with no look at runs."""
    window = text[start : start + width + MARKS]
    used = 0
    for first, _, cells in split_graphemes(window)[0]:
        used += cells
        if used > width and first:
            return start + first
    return start + len(window)


MIXED = st.lists(
    st.sampled_from(
        (
            "a", "b", " ", "e\u0301", "\u0301", "\u200d", "\ufe0f", "\u2764", "😀", "👍🏽", "👨\u200d👩", "中", "🇩", "\u1100", "\u0e33",
            "\U0002d4ef",
        )
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300)
@given(MIXED, st.integers(2, 16), st.data())
def test_runs_of_settled_width_end_where_graphemes_do(text: str, width: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    assert _fitting(text, start, len(text), width) == slow_fitting(text, start, width)


@pytest.mark.parametrize(("ranges", "cells"), [(NARROW, 1), (WIDE, 2)])
def test_settled_characters_have_their_width(ranges: str, cells: int) -> None:
    for first, last in re.findall("(.)-(.)", ranges):
        assert {get_character_cell_size(chr(point)) for point in range(ord(first), ord(last) + 1)} == {cells}, (first, last)
