"""How to judge is said on demand, and data in it stays data; undo on the screen leaves a queue's rubric alone."""

from pathlib import Path

import pytest

from tests.screen.scene import ESC, Scene, press

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


def test_a_rubric_under_review_is_not_moved_and_undo_leaves_it(tmp_path: Path) -> None:
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
        lines = press(terminal, "u")
        assert any("That moved the queue to another rubric." in line for line in lines), lines
        assert any("1 pass" in line and "3 failed" in line for line in lines), "the digit of a label that is gone retires"
    assert scene.answers() == ["failed", None, None]
