"""A place in a text, pointed at from below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text.cells import width_of
from annotator.text.pointing import pointed


@pytest.mark.parametrize(
    ("text", "at", "row", "caret"),
    [
        ("status < 3", 7, "status < 3", "       ^"),
        ("todo and", 8, "todo and", "        ^"),
        ('name = "表" x', 11, 'name = "表" x', "            ^"),
        ("a\nb\tc", 4, "a b c", "    ^"),
        ("a\x1bb", 2, "a\\x1bb", "     ^"),
    ],
)
def test_the_caret_is_below_the_character(text: str, at: int, row: str, caret: str) -> None:
    assert pointed(text, at, 80) == (row, caret)


def test_of_a_long_text_the_place_is_in_view() -> None:
    text = " and ".join(f"name{n} = {n}" for n in range(40))
    row, caret = pointed(text, text.index("name30"), 60)
    assert row[caret.index("^") :].startswith("name30") and row.startswith("…") and len(row) <= 60


@given(st.text(max_size=60), st.data(), st.integers(20, 60))
def test_both_rows_fit(text: str, data: st.DataObject, width: int) -> None:
    row, caret = pointed(text, data.draw(st.integers(0, len(text))), width)
    assert width_of(row) <= width and len(caret) <= width and "\n" not in row
