"""A diff by words says everything that changed, and nothing else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.block import Block
from annotator.text.lines.layout import lay_out
from annotator.text.markup.worddiff import MOST_LINES, SKIPPED, word_diff
from annotator.text.trace.beside import expected_block

TEXT = st.text(st.sampled_from("ab  \n.,é中"), max_size=60)


def sides(diff: str) -> tuple[str, str]:
    """The two texts of a diff in which nothing was left out; ¶ is a line end, which the line end after it draws."""
    diff = diff.replace("¶-]\n", "¶-]").replace("¶+}\n", "¶+}")
    old = re.sub(r"\[-(.*?)-\]", r"\1", re.sub(r"\{\+.*?\+\}", "", diff))
    new = re.sub(r"\{\+(.*?)\+\}", r"\1", re.sub(r"\[-.*?-\]", "", diff))
    return old.replace("¶", "\n"), new.replace("¶", "\n")


@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_the_diff(old: str, new: str) -> None:
    diff = word_diff(old, new)
    if old == new:
        assert diff == ""
    elif SKIPPED not in diff:
        assert sides(diff) == (old, new)


def test_words_that_changed_are_marked_in_their_line() -> None:
    assert word_diff("I refunded 116.91 EUR;\nin 3 to 5 days.", "I refunded 216.91 EUR;\nin 3 days.") == (
        "I refunded[- 116.91-]{+ 216.91+} EUR;\nin 3[- to 5-] days."
    )
    assert word_diff("a\nb", "a\n\nb") == "a\n{+¶+}\nb"
    assert word_diff("", "all new") == "{+all new+}"


def test_what_did_not_change_is_left_out_far_from_a_change() -> None:
    lines = [f"line {number}" for number in range(40)]
    diff = word_diff("\n".join(lines), "\n".join([*lines[:20], "line twenty", *lines[21:]]))
    assert diff.split("\n") == [SKIPPED, "line 18", "line 19", "line[- 20-]{+ twenty+}", "line 21", "line 22", SKIPPED]


def test_texts_without_anything_in_common_are_replaced_whole() -> None:
    old, new = ("\n".join(f"{sign} {number}" for number in range(MOST_LINES + 5)) for sign in ("x", "y"))
    diff = word_diff(old, new)
    assert diff.startswith("[-x 0¶-]\n[-x 1¶-]\n") and diff.endswith(f"{{+y+}} {MOST_LINES + 4}")


def test_the_signs_are_coloured_and_say_the_same_without_colours() -> None:
    block = expected_block("s", "you get 5 EUR", "you get 7 EUR\x1b")
    page = lay_out([Block("a", "s", "assistant", "ANSWER", "you get 5 EUR", weight="answer"), block], 80, 24, {})
    pieces = [piece for line in page for piece in line.pieces]
    assert [piece.text for piece in pieces if piece.style == "removed"] == ["[- 5 EUR-]"]
    assert "".join(piece.text for piece in pieces if piece.style in ("added", "escape")) == "{+ 7 EUR\\x1b+}"
    assert block.detail == "you get 7 EUR\\x1b"


def test_where_nothing_was_answered_the_text_stands_alone() -> None:
    block = expected_block("s", "", "an answer", who="rita")
    assert (block.body, block.head, block.detail) == ("an answer", "should have been (rita)", "")
