from hypothesis import given
from hypothesis import strategies as st

from annotator.text.escape import one_line, visible


@given(st.text(alphabet=st.characters(), max_size=60))
def test_nothing_hidden_is_left(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    for char in shown.replace("\n", ""):
        assert char.isprintable() or char in "\u00a0\u3000" or ord(char) > 0x5FF


def test_forms() -> None:
    assert visible("\x1b[31m\x07\x7f\x9b\r") == r"\x1b[31m\x07\x7f\x9b\x0d"
    assert visible("a\u202eb\u200bc\ufeff") == r"a\u202eb\u200bc\ufeff"
    assert visible("x\U000e0041\ud800") == r"x\U000e0041\ud800"
    assert visible("a\tb\r\nc\nd") == "a    b\nc\nd"
    assert visible("\u2764\ufe0f is \u2764\ufe0f\ufe0f") == "\u2764\ufe0f is \u2764\ufe0f\\ufe0f"
    assert one_line(" a\n\tb  \x00 ") == r"a b \x00"


def test_plain_text_is_returned_as_it_is() -> None:
    text = "Grüße, 東京, مرحبا\n" * 3
    assert visible(text) is text
