"""Answers, states, texts, undo and redo, as keys on a terminal; what the store holds afterwards."""

from pathlib import Path

import pytest

from tests.screen.scene import (
    COMMENT,
    DOWN,
    ENTER,
    ESC,
    GRADE,
    LEFT,
    PASS_FAIL,
    QUALITY,
    RIGHT,
    SHIFT_TAB,
    TAB,
    Scene,
    answer,
    current,
    field_text,
    notes,
    place,
    press,
    rubric_row,
    shows,
    traces,
)  # fmt: skip

REQUIRED = "required = true\n"
FAILURE = '[[config]]\nname = "failure"\ntype = "categorical"\nwhen = "correctness = fail"\nvalues = ["facts", "tone"]\n'


def text(lines: list[str]) -> str:
    return "\n".join(lines)


def test_skip_defer_and_flag_are_different_states_with_and_without_a_reason(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(7))
    with scene.open() as terminal:
        press(terminal, "s", "d", "f", "S", "no access", ENTER, "D", "ask Bo", ENTER)
        assert shows(7)(press(terminal, "F", "odd", ENTER))
        lines = press(terminal, "1")
        assert shows(2)(lines), "what was put off comes back at the end"
        assert "deferred" in lines[-2]
        assert shows(5)(press(terminal, "2"))
        assert "deferred: ask Bo" in terminal.text()
        lines = press(terminal, "1")
        assert "End of the queue" in text(lines)
        assert "3 done, 2 skipped, 0 deferred, 2 flagged, 0 to do" in text(lines)
        for row in ("1  skipped", "3  flagged", "4  skipped  no access", "6  flagged  odd"):
            assert row in text(lines)
    found = [(item["state"], item["reason"]) for item in scene.listed()]
    states = ["skipped", "done", "flagged", "skipped", "done", "flagged", "done"]
    assert found == list(zip(states, ["", "", "", "no access", "", "odd", ""], strict=True))
    assert scene.answers() == [None, "fail", None, None, "pass", None, "pass"]


def test_the_end_lists_what_was_passed_over_and_a_resize_does_not_leave_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(4), rubric=PASS_FAIL + GRADE)
    with scene.open() as terminal:
        lines = press(terminal, "1", "j", "1", "4", "s", "j")
        assert "End of the queue" in text(lines)
        assert "1 done, 1 skipped, 0 deferred, 0 flagged, 2 to do" in text(lines)
        assert "1  todo" in text(lines) and "4  todo" in text(lines)
        terminal.resize(100, 30)
        assert "End of the queue" in text(terminal.read_until_quiet())
        assert shows(4)(press(terminal, "k"))
        assert shows(1)(press(terminal, "1", "1"))
        assert "1/2 answered" in terminal.text()
        assert current(terminal.lines()) == "grade"
    assert scene.states() == ["todo", "done", "skipped", "done"]
    assert scene.answers() == ["pass", "pass", None, "pass"], "half a verdict is kept"


def test_a_condition_is_asked_after_its_answer_only_and_withdrawn_with_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + FAILURE)
    with scene.open() as terminal:
        assert "if fail" in rubric_row(terminal.lines(), "failure")
        assert current(press(terminal, "2")) == "failure"
        assert shows(2)(press(terminal, "1"))
        assert shows(3)(press(terminal, "1")), "nothing is asked after a pass"
        press(terminal, "k", "k")
        assert shows(1)(press(terminal, SHIFT_TAB))
        lines = press(terminal, "1") if current(terminal.lines()) == "correctness" else press(terminal, TAB, "1")
        assert shows(1)(lines), "an answer to an item that is done stays"
        assert "taken back: failure" in lines[-2]
        assert scene.answers() == ["pass", "pass", None] and scene.answers("failure") == [None, None, None]
        press(terminal, "u")
        assert scene.answers() == ["fail", "pass", None] and scene.answers("failure") == ["facts", None, None]
        press(terminal, "r")
    assert scene.answers() == ["pass", "pass", None] and scene.answers("failure") == [None, None, None]
    assert scene.states() == ["done", "done", "todo"]


def test_a_score_out_of_bounds_or_that_is_none_is_said_and_not_stored(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=QUALITY)
    with scene.open() as terminal:
        for typed, said in (("101", "101 is outside 0 to 100"), ("-1", "-1 is outside 0 to 100"), ("1.2.3", "'1.2.3' is not a number")):
            lines = press(terminal, *typed, ENTER)
            assert said in text(lines) and shows(1)(lines)
            assert typed in rubric_row(lines, "quality"), "what was typed stays"
            press(terminal, ESC)
        assert scene.answers("quality") == [None, None, None]
        press(terminal, "9", "\x7f", "12,5", ENTER)
        assert shows(2)(terminal.lines())
        assert " 50▏" in rubric_row(press(terminal, RIGHT), "quality"), "the first step starts at the middle"
        assert " 51▏" in rubric_row(press(terminal, RIGHT), "quality")
        assert " 41▏" in rubric_row(press(terminal, "\x1b[1;2D"), "quality")
        assert " 100▏" in rubric_row(press(terminal, "\x1b[F"), "quality")
        assert " 99▏" in rubric_row(press(terminal, LEFT), "quality")
        assert " 0▏" in rubric_row(press(terminal, "\x1b[H"), "quality")
        press(terminal, ENTER)
    assert scene.answers("quality") == [12.5, 0, None]


def test_a_required_text_opens_its_field_and_an_optional_one_has_a_key(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + COMMENT + REQUIRED)
    with scene.open() as terminal:
        assert "─ comment ─" in text(press(terminal, "1"))
        lines = press(terminal, ENTER)
        assert "comment is empty" in text(lines) and shows(1)(lines)
        press(terminal, ESC, ENTER, "good 12", ENTER)
        assert shows(2)(terminal.lines())
    assert answer(scene.listed()[0], "comment") == "good 12"
    (tmp_path / "optional").mkdir()
    scene = Scene(tmp_path / "optional", rubric=PASS_FAIL + COMMENT)
    with scene.open() as terminal:
        assert "c to write" in rubric_row(terminal.lines(), "comment")
        assert "─ comment ─" in text(press(terminal, "c"))
        press(terminal, "a word", ENTER)
        assert shows(1)(terminal.lines()) and "a word" in rubric_row(terminal.lines(), "comment")
        assert shows(2)(press(terminal, "2"))
    assert (scene.answers()[0], scene.answers("comment")[0]) == ("fail", "a word")


def test_more_than_ten_labels_are_reached_by_a_list(tmp_path: Path) -> None:
    words = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima")
    labels = [f"topic {word}" for word in words]
    scene = Scene(tmp_path, traces(6), rubric=f'[[config]]\nname = "topic"\ntype = "categorical"\nvalues = {labels}\n')
    with scene.open() as terminal:
        assert shows(2)(press(terminal, "0"))
        assert "topic kilo" in text(press(terminal, "l"))
        assert shows(3)(press(terminal, "lima", ENTER))
        assert "topic lima" in text(press(terminal, ENTER)), "Enter opens the list, too"
        assert shows(3)(press(terminal, ESC))
        assert shows(4)(press(terminal, "l", DOWN, DOWN, ENTER))
        assert "nothing matches" in text(press(terminal, "l", "none such", ENTER))
        assert shows(4)(press(terminal, ESC))
    assert scene.answers("topic") == ["topic juliett", "topic lima", "topic charlie", None, None, None]


def test_undo_and_redo_go_on_after_a_restart(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(5), rubric=PASS_FAIL + FAILURE)
    with scene.open() as terminal:
        press(terminal, "1", "2", "2", "n", "why", ENTER, "s")
        assert shows(4)(terminal.lines())
        terminal.kill()
        terminal.exit_code()
    with scene.open(first=4) as terminal:
        for item, said in ((3, "undid: 3 skip"), (3, "undid: 3 note"), (2, "undid: 2 fail tone")):
            assert shows(item)(press(terminal, "u")) and said in terminal.text()
        assert current(terminal.lines()) == "failure", "undo returns to its config"
        assert scene.states() == ["done", "todo", "todo", "todo", "todo"]
        assert notes(scene.listed()[2]) == []
        terminal.kill()
        terminal.exit_code()
    with scene.open(first=2) as terminal:
        press(terminal, "r", "r")
        assert notes(scene.listed()[2]) == ["why"]
        assert "did again: 3 skip" in text(press(terminal, "r"))
        assert "nothing to redo" in text(press(terminal, "r"))
        assert scene.states() == ["done", "done", "skipped", "todo", "todo"]
        press(terminal, "u", "u", "u", "u", "u")
        assert "nothing to undo" in text(press(terminal, "u"))
        assert scene.states() == ["todo"] * 5
        press(terminal, "1")
        assert "nothing to redo" in text(press(terminal, "r")), "a new judgement ends what could be redone"
    assert scene.answers() == ["pass", None, None, None, None]


def test_drafts_are_kept_after_escape_each_on_its_item(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        lines = press(terminal, "n", "first draft", ESC)
        assert "the draft is kept" in text(lines) and field_text(lines) is None
        press(terminal, "j", "n", "other", ESC, "k")
        assert field_text(press(terminal, "n")) == "first draft"
        press(terminal, "!", ENTER)
        assert field_text(press(terminal, "n")) == "", "a saved note leaves no draft"
        assert "Enter save" in terminal.lines()[-1]
        press(terminal, ESC, "j")
        assert field_text(press(terminal, "n")) == "other"
    assert [notes(item) for item in scene.listed()] == [["first draft!"], [], []]


def test_explain_means_the_answer_just_given_and_names_its_item(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert "there is no answer to explain yet" in text(press(terminal, "e"))
        assert "─ explain correctness of item 1 ─" in text(press(terminal, "2", "e"))
        assert shows(2)(press(terminal, "wrong sum", ENTER))
        press(terminal, "k")
        assert "─ explain correctness ─" in text(press(terminal, "e"))
        assert "wrong sum" in terminal.text()
        press(terminal, "s", ENTER, "1")
    row = scene.listed()[0]["annotations"]
    assert [(one["label"], one["score"], one["explanation"]) for one in row] == [("pass", 1, "wrong sums")]


def test_repeat_gives_the_verdict_given_last(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(5), rubric=PASS_FAIL + FAILURE + COMMENT)
    with scene.open() as terminal:
        assert "there is no earlier verdict to repeat" in text(press(terminal, "."))
        press(terminal, "c", "mine alone", ENTER, "2", "2")
        assert shows(3)(press(terminal, "."))
        assert shows(4)(press(terminal, "."))
        assert shows(3)(press(terminal, "u"))
    assert scene.answers() == ["fail", "fail", None, None, None]
    assert scene.answers("failure") == ["tone", "tone", None, None, None]
    assert scene.answers("comment") == ["mine alone", None, None, None, None]


def test_auto_advance_can_be_switched_off(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert "the next item waits for Enter" in text(press(terminal, "a"))
        assert shows(1)(press(terminal, "1"))
        assert shows(1)(press(terminal, "2"))
        assert shows(2)(press(terminal, ENTER))
        press(terminal, "a")
        assert shows(3)(press(terminal, "1"))
    assert scene.answers() == ["fail", "pass", None]


def test_without_a_required_config_enter_finishes_the_item(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + "required = false\n" + COMMENT)
    with scene.open() as terminal:
        press(terminal, "1")
        assert shows(1)(terminal.lines())
        assert shows(2)(press(terminal, ENTER))
        assert shows(3)(press(terminal, ENTER))
    assert scene.states() == ["done", "done", "todo"]
    assert scene.answers() == ["pass", None, None]


def test_a_digit_on_an_item_that_is_done_replaces_and_stays(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "1", "k")
        assert shows(1)(press(terminal, "2"))
        assert "[2 fail]" in rubric_row(terminal.lines(), "correctness")
        assert shows(2)(press(terminal, ENTER))
    assert scene.answers() == ["fail", None, None]


def test_tab_chooses_the_config_that_a_digit_answers(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + GRADE + COMMENT)
    with scene.open() as terminal:
        assert current(terminal.lines()) == "correctness"
        assert current(press(terminal, TAB)) == "grade"
        assert current(press(terminal, TAB)) == "comment"
        assert current(press(terminal, TAB)) == "correctness"
        assert current(press(terminal, SHIFT_TAB, SHIFT_TAB)) == "grade"
        assert current(press(terminal, "5")) == "correctness", "the first open one is next"
        assert shows(2)(press(terminal, "2"))
    assert (scene.answers()[0], scene.answers("grade")[0]) == ("fail", "great")


@pytest.mark.parametrize(("key", "label"), [("y", "pass"), ("x", "fail")])
def test_a_rubric_has_keys_of_its_own(tmp_path: Path, key: str, label: str) -> None:
    rubric = PASS_FAIL.replace('"pass",', '"pass", key = "y",').replace('"fail",', '"fail", key = "x",')
    scene = Scene(tmp_path, rubric=rubric)
    with scene.open() as terminal:
        assert "y pass   x fail" in rubric_row(terminal.lines(), "correctness")
        assert terminal.lines()[-1].startswith(" y x answer")
        assert place(press(terminal, key)) == 2
    assert scene.answers() == [label, None, None]
