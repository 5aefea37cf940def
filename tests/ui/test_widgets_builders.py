"""What each region looks like: pure functions from small records to lines."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text.line import Line
from annotator.text.shape.tree import TreeRow
from annotator.ui.widgets.key_bar import key_line
from annotator.ui.widgets.notice import notice_line, notice_lines
from annotator.ui.widgets.rubric_bar import CriterionRow, Option, rubric_lines
from annotator.ui.widgets.span_tree import tree_lines
from annotator.ui.widgets.top_bar import TopState, progress_bar, top_line
from annotator.ui.widgets.verdict_strip import StripEntry, strip_line

TOP = TopState("support-bot", "refunds", 12, 200, 11, 184.0, 61.0, 3, 2, "phoenix ok", "good", "loading 1,200 traces")
FAILURES = ("wrong amount", "ignored policy", "tool error", "tone", "other")


def widths(lines: Sequence[Line]) -> list[int]:
    return [cell_len(line.plain) for line in lines]


def test_top_line_says_everything_where_there_is_room() -> None:
    plain = top_line(TOP, 160).plain
    for words in ("support-bot · refunds", "12 / 200", "184/h · 61 min left", "loading 1,200 traces", "! 2 parked", "↑3", "phoenix ok"):
        assert words in plain
    assert cell_len(plain) == 160


@given(st.integers(50, 220))
def test_top_line_never_hides_position_unsent_parked_and_server(width: int) -> None:
    plain = top_line(TOP, width).plain
    assert cell_len(plain) == width
    for words in ("12 / 200", "! 2 parked", "↑3", "phoenix ok"):
        assert words in plain


def test_top_line_stays_put_while_the_position_grows() -> None:
    places = {top_line(TOP._replace(position=position), 120).plain.index(" / 200") for position in (1, 12, 123)}
    assert len(places) == 1


@pytest.mark.parametrize(
    ("done", "bar"), [(0, "▕          ▏"), (1, "▕▏         ▏"), (100, "▕█████     ▏"), (199, "▕█████████▉▏"), (200, "▕██████████▏")]
)
def test_progress_bar(done: int, bar: str) -> None:
    assert "".join(piece.text for piece in progress_bar(done, 200, 10)) == bar


ENTRIES = [TreeRow(str(at), min(at, 30), "llm", f"step {at}", "0.9s", "✗" if at == 3 else "", False) for at in range(50)]


def test_tree_marks_the_current_span_by_a_sign() -> None:
    lines = tree_lines(ENTRIES[:5], "2", 36, 10)
    assert [line.plain.startswith(" ▸") for line in lines] == [False, False, True, False, False]
    assert "✗" in lines[3].plain


@given(st.integers(0, 49), st.integers(1, 60), st.integers(0, 60), st.integers(24, 60))
def test_tree_always_shows_the_current_span_and_its_name(current: int, height: int, top: int, width: int) -> None:
    lines = tree_lines(ENTRIES, str(current), width, height, top)
    assert len(lines) == min(height, 50)
    assert max(widths(lines)) <= width
    (shown,) = [line for line in lines if line.block == current]
    assert f"step {current}" in shown.plain and shown.plain.startswith(" ▸")


def test_tree_counts_what_is_out_of_view() -> None:
    lines = tree_lines(ENTRIES, "25", 36, 10, 20)
    assert (lines[0].plain.strip(), lines[-1].plain.strip()) == ("▲ 21 more", "▼ 21 more")


def rows(chosen: str = "", typing: str = "", score: float | None = 70.0) -> list[CriterionRow]:
    correctness = Option("1", "pass", chosen == "pass"), Option("2", "fail")
    return [
        CriterionRow("correctness", "CATEGORICAL", correctness, current=True, hint="required"),
        CriterionRow("failure", "CATEGORICAL", tuple(Option(str(at), label) for at, label in enumerate(FAILURES, 1)), hint="if fail"),
        CriterionRow("confidence", "CONTINUOUS", bounds=(0, 100), score=score, typing=typing, hint="0 to 100"),
        CriterionRow("comment", "FREEFORM", value_text="two\nlines", answered=True, hint="c to write"),
    ]


def test_rubric_at_120_columns() -> None:
    lines = [line.plain.rstrip() for line in rubric_lines(rows("pass"), 120)]
    assert lines[0].startswith(" ▸ correctness [1 pass]  2 fail ") and lines[0].endswith("required")
    assert "1 wrong amount   2 ignored policy   3 tool error   4 tone   5 other" in lines[1]
    assert "├" in lines[2] and "●" in lines[2] and "┤  70 " in lines[2]
    assert lines[3].startswith(" ✓ comment") and "two lines" in lines[3]


@given(st.integers(40, 200))
def test_rubric_never_loses_a_digit(width: int) -> None:
    lines = rubric_lines(rows(), width)
    assert max(widths(lines)) <= width
    failure = " ".join(line.plain for line in lines if line.block == 1)
    assert [word for word in failure.split() if word.isdigit()] == ["1", "2", "3", "4", "5"]


@given(st.integers(40, 200), st.sampled_from(["", "pass"]), st.sampled_from(["", "7", "-0.5"]), st.sampled_from([None, 0.0, 70.0, 100.0]))
def test_rubric_height_does_not_depend_on_answers(width: int, chosen: str, typing: str, score: float | None) -> None:
    assert len(rubric_lines(rows(chosen, typing, score), width)) == len(rubric_lines(rows(), width))


def test_rubric_shows_the_number_being_typed_and_no_dot_without_a_score() -> None:
    line = rubric_lines(rows(typing="8", score=None), 120)[2].plain
    assert "8▏" in line and "●" not in line


def test_rubric_opens_a_list_for_labels_without_a_digit() -> None:
    options = tuple(Option(str((at + 1) % 10) if at < 10 else "", f"label {at}", at == 11) for at in range(12))
    row = CriterionRow("topic", "CATEGORICAL", options, more=("l", "list …"))
    plain = " ".join(line.plain for line in rubric_lines([row], 100))
    assert "label 10" not in plain and "[l label 11" in plain
    unchosen = row._replace(options=tuple(option._replace(chosen=False) for option in options))
    assert "l list …" in " ".join(line.plain for line in rubric_lines([unchosen], 100))


def test_a_retired_label_keeps_its_place_without_a_key() -> None:
    options = Option("1", "good"), Option("", "bad", retired=True), Option("3", "odd")
    (line,) = rubric_lines([CriterionRow("tone", "CATEGORICAL", options)], 80)
    assert " 1 good   - bad   3 odd" in line.plain


def test_strip_keeps_whole_entries_newest_first() -> None:
    entries = [StripEntry(11, "fail wrong amount"), StripEntry(10, "pass"), StripEntry(9, "skip", "skipped")]
    assert strip_line(entries, 80).plain == " last  11 fail wrong amount · 10 pass · 9 skip"
    assert strip_line(entries, 40).plain == " last  11 fail wrong amount · 10 pass"
    assert strip_line([], 36).plain == " last  nothing yet"


def test_keys_give_way_from_the_end_but_help_stays() -> None:
    hints = [("1-2", "answer"), ("n", "note"), ("u", "undo"), ("?", "help")]
    assert key_line(hints, 80).plain.rstrip() == " 1-2 answer  n note  u undo  ? help"
    assert key_line(hints, 30).plain.rstrip() == " 1-2 answer  n note  ? help"
    assert key_line(hints, 12).plain.rstrip() == " ? help"


def test_a_notice_has_a_sign_beside_its_colour() -> None:
    assert notice_line("undid: correctness fail", "good", 80).plain == " ✓ undid: correctness fail"
    assert notice_line("a paste\noutside a field", "warn", 12).plain == " ! a paste …"
    assert notice_line("", "error", 80).plain == ""


def test_a_refusal_keeps_its_next_step_in_a_second_row() -> None:
    refusal = "The key is not accepted. Make a new one in Phoenix under Settings."
    assert [line.plain for line in notice_lines(refusal, "warn", 40)] == [
        " ! The key is not accepted. Make a new",
        "   one in Phoenix under Settings.",
    ]
    assert notice_lines(refusal, "warn", 30)[1].plain == "   Make a new one in Phoenix …"
    assert len(notice_lines(refusal, "warn", 80)) == len(notice_lines("", "good", 40)) == 1
