"""How to judge is said on demand, and data in it stays data; a queue's rubric is not moved under a review but by its own undo."""

from pathlib import Path

import pytest

from tests.screen.scene import ESC, Scene, press, rubric_row

F2 = "\x1bOQ"
RUBRIC = """name = "refunds"
version = "2"
instructions = "Read \\u001b[31mthis\\u202e.\\nThen judge."
[[config]]
name = "correctness"
type = "categorical"
instructions = "Not the tone."
values = [{ label = "pass", score = 1, description = "right", example = "refunds\\n30 EUR" }, { label = "fail", score = 0 }]
"""


def test_instructions_and_examples(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    with scene.open() as terminal:
        before = terminal.lines()
        lines = [line.strip() for line in press(terminal, F2)]
        assert lines[0].startswith("How to judge")
        assert "Read \\x1b[31mthis\\u202e." in lines and "Then judge." in lines and "Not the tone." in lines
        assert "yes: refunds" in lines and "30 EUR" in lines and "1  pass (1)  right" in lines
        press(terminal, "1", "u")
        assert press(terminal, ESC) == before, "no key judged behind it"
    assert scene.answers() == [None] * 3


def test_a_rubric_under_review_is_moved_by_its_own_undo_alone(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    newer = tmp_path / "newer.toml"
    newer.write_text(RUBRIC.replace('"2"', '"3"').replace('"fail"', '"failed"'))
    moves = tmp_path / "moves.toml"
    moves.write_text('[moves.correctness]\nfail = "failed"\n')
    move = ("rubric", "migrate", str(newer), "--moves", str(moves), "--yes")
    with scene.open() as terminal:
        press(terminal, "2")
        with pytest.raises(AssertionError, match="is being reviewed"):
            scene.run(*move)
        assert scene.answers() == ["fail", None, None]
    scene.run(*move)
    assert scene.answers() == ["failed", None, None]
    (tmp_path / "rubric.toml").write_text(newer.read_text())
    with scene.open(first=2) as terminal:
        with scene.open(first=2):
            lines = press(terminal, "u")
            assert any("reviewed elsewhere too" in line for line in lines), lines
            assert "1 pass" in rubric_row(lines, "correctness") and "3 failed" in rubric_row(lines, "correctness"), "its digit retires"
        assert "2 fail" in rubric_row(press(terminal, "u"), "correctness")
        assert scene.answers() == ["fail", None, None]
        assert "3 failed" in rubric_row(press(terminal, "r"), "correctness")
    assert scene.answers() == ["failed", None, None]
