from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text.cells import crop, wrap

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


@given(TEXTS, st.integers(0, 20))
def test_crop_fits(text: str, width: int) -> None:
    line = text.replace("\n", " ")
    assert cell_len(crop(line, width)) <= width
