"""Bytes that look like keys and are none: Escape and a key in one read, sequences in pieces, pastes, keys typed ahead."""

from pathlib import Path

import pytest

from tests.screen.scene import COMMENT, CTRL_J, ENTER, ESC, GRADE, PASS_FAIL, Scene, answer, current, notes, place, press, shows, traces
from tests.terminal import Terminal

SPLIT = (
    (b"\x1b", b"[", b"5~"),
    (b"\x1b", b"[", b"C"),
    (b"\x1b", b"[5", b"~"),
    (b"\x1b", b"O", b"F"),
    (b"\x1b", b"[1;2", b"D"),
)
PASTE = "\x1b[200~{}\x1b[201~"
IN_PIECES = "a key sequence came in pieces and was ignored"


def in_pieces(terminal: Terminal, *pieces: bytes, gap: float = 0.2) -> list[str]:
    """Send the pieces of one sequence as a slow line would."""
    for piece in pieces:
        terminal.send(piece)
        terminal.read_for(gap)
    return terminal.read_until_quiet()


def test_escape_and_a_key_in_one_read_leave_the_field_and_act(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "n", "draft", b"\x1b1")
        assert shows(2)(terminal.lines())
        press(terminal, "n", "other", b"\x1bu")
        assert shows(1)(terminal.lines()) and "undid: 1 pass" in terminal.text()
        assert "draft" in "\n".join(press(terminal, "n")), "the draft was kept"
        press(terminal, ENTER, "2")
        assert "other" in "\n".join(press(terminal, "n")), "the draft of the second item was kept, too"
    first, second, _ = scene.listed()
    assert (answer(first, "correctness"), notes(first)) == ("fail", ["draft"])
    assert second["annotations"] == []


def test_escape_and_a_key_in_one_read_outside_a_field_are_the_key(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, b"\x1b2")
        assert shows(2)(terminal.lines())
        press(terminal, b"\x1bq", b"\x1b\x1b", b"\x1b\r")
        assert shows(2)(terminal.lines())
    assert scene.answers() == ["fail", None, None]
    assert scene.states() == ["done", "todo", "todo"]


@pytest.mark.parametrize("opened_by", ["", "n", "i", ":", "?"])
def test_sequences_in_pieces_are_no_commands_and_no_labels(tmp_path: Path, opened_by: str) -> None:
    """What Esc may close, it closes; what comes after it never acts."""
    scene = Scene(tmp_path, traces(3, 3), rubric=GRADE)
    with scene.open() as terminal:
        for pieces in SPLIT[:2] if opened_by else SPLIT:
            if opened_by:
                press(terminal, opened_by)
            lines = in_pieces(terminal, *pieces)
            assert shows(1)(lines) and IN_PIECES in "\n".join(lines), f"{pieces}\n{terminal.text()}"
            assert "▸ llm reply" in "\n".join(lines), "the span is the same"
    assert all(item["annotations"] == [] and item["state"] == "todo" for item in scene.listed())


@pytest.mark.parametrize("pause", [0.2, 0.35])
def test_a_bracket_typed_after_escape_is_the_key(tmp_path: Path, pause: float) -> None:
    with Scene(tmp_path, traces(2, 3), rubric=GRADE).open() as terminal:
        press(terminal, "]", "]")
        assert "▸   tool lookup_2" in terminal.text()
        for key, there in ((b"[", "▸   tool lookup_1"), (b"[", "▸ llm reply")):
            press(terminal, "}")  # a mark, which is what Escape takes away
            assert there in "\n".join(in_pieces(terminal, b"\x1b", key, gap=pause))
        assert shows(2)(in_pieces(terminal, b"\x1b", b"[", b"j", gap=pause)), "and a key after it is a key"


def test_a_sequence_split_after_its_bracket_is_no_command(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=GRADE)
    with scene.open() as terminal:
        for pieces in [(b"\x1b[", b"A"), (b"\x1b[", b"5~"), (b"\x1bO", b"H")]:
            assert shows(1)(in_pieces(terminal, *pieces))
        press(terminal, "5")
        assert shows(2)(terminal.lines()), "a key after that is a key"
    assert scene.answers("grade") == ["great", None, None]


def test_a_bracketed_paste_is_text_in_a_field_and_nothing_outside(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        lines = press(terminal, PASTE.format("1\r2\ru"))
        assert "a paste of 5 characters outside a text field was ignored" in "\n".join(lines)
        assert "ignored" in "\n".join(press(terminal, PASTE.format("\x1b[31mred\x1b[0m 2")))
        press(terminal, "n", "ab", PASTE.format("1 first\r\n2 second\nthird \x1b[31m\x07"), "cd", ENTER)
        assert shows(1)(terminal.lines())
    first, second, _ = scene.listed()
    assert notes(first) == ["ab1 first\n2 second\nthird [31mcd"]
    assert [row["name"] for row in first["annotations"]] == ["note"] and second["annotations"] == []


def test_an_unbracketed_paste_outside_a_field_is_nothing(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        lines = press(terminal, "12 pasted lines, 21 of them,\r1 and more\r2\r")
        assert "outside a text field was ignored" in "\n".join(lines)
        terminal.read_for(0.15)  # what comes within 100 ms is still the paste
        press(terminal, "n", "so ", "this is a longer text that was pasted\rin two lines")
        terminal.read_for(0.15)
        press(terminal, ENTER)
        assert shows(1)(terminal.lines())
    assert [row["explanation"] for row in scene.listed()[0]["annotations"]] == ["so this is a longer text that was pasted\nin two lines"]
    assert set(scene.answers()) == {None}


def test_of_several_digits_in_one_read_the_first_judges(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(8))
    with scene.open() as terminal:
        lines = press(terminal, "12121")
        assert shows(2)(lines)
        assert "ignored" in lines[-2]
        press(terminal, "2")
    assert scene.answers() == ["pass", "fail", *[None] * 6]


def test_of_several_digits_in_one_read_those_for_the_item_that_is_drawn_judge(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + GRADE)
    with scene.open() as terminal:
        assert shows(2)(press(terminal, "2515"))
    assert scene.answers() == ["fail", None, None]
    assert scene.answers("grade") == ["great", None, None]


def test_keys_typed_ahead_with_a_field_go_where_they_belong(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert shows(2)(press(terminal, b"n2 wrong\r1"))
        press(terminal, b"n1\x1b2")
        assert shows(3)(terminal.lines()), "the field is left by the Esc in the read"
    first, second, _ = scene.listed()
    assert (notes(first), answer(first, "correctness")) == (["2 wrong"], "pass")
    assert (notes(second), answer(second, "correctness")) == ([], "fail")


def test_a_text_typed_ahead_is_not_kept_on_an_item_that_was_not_drawn(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=COMMENT + "required = true\n")
    with scene.open() as terminal:
        lines = press(terminal, b"first\rsecond\r")
        assert place(lines) == 2
        assert scene.answers("comment") == ["first", None, None]
        assert "second" in "\n".join(lines), "what was typed stays"
        press(terminal, ENTER)
    assert scene.answers("comment") == ["first", "second", None]


def test_a_list_takes_the_keys_that_were_typed_ahead(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(12))
    with scene.open() as terminal:
        assert shows(11)(press(terminal, b"i11\r"))
        assert shows(11)(press(terminal, b":auot\x7f\x7fto\r"))
        assert "waits for Enter" in terminal.text()
        assert shows(11)(press(terminal, b"1"))
    assert scene.answers()[10] == "pass"


def test_newlines_and_editing_in_a_field(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "n", "one twoo", "\x7f", CTRL_J, "three", "\x1b[D\x1b[D", "\x17", ENTER)
        assert place(terminal.lines()) == 1
    assert notes(scene.listed()[0]) == ["one two\nee"]


def test_tab_and_escape_alone_change_nothing(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + GRADE)
    with scene.open() as terminal:
        assert current(press(terminal, ESC)) == "correctness"
        assert "no part is marked" in terminal.text()
        press(terminal, "\x00", "\x1c", "é", "日", "\x1b[1;5A", "\x1b[15~")
        assert shows(1)(terminal.lines())
    assert all(item["annotations"] == [] for item in scene.listed())
