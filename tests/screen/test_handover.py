"""The hand-over on the screen: what I did, in a window, saved where it says."""

from pathlib import Path

from tests.screen.scene import ESC, PASS_FAIL, Scene, press, shows

F3 = "\x1bOR"


def test_the_hand_over_is_read_copied_and_saved_and_no_key_judges_behind_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    with scene.open() as terminal:
        press(terminal, "1")
        terminal.wait_for(shows(2))
        press(terminal, "f")
        terminal.wait_for(shows(3))
        terminal.send(F3)
        lines = terminal.wait_for("# Hand-over: traces")
        assert any("1 done, 1 flagged" in line for line in lines) and any("question 002" in line for line in lines)
        press(terminal, "1", "2")
        terminal.send("c")
        terminal.wait_for(lambda lines: "copied the hand-over" in lines[0])
        terminal.send("s")
        terminal.wait_for(lambda lines: "saved ~/handover-traces-" in lines[0])
        press(terminal, ESC)
        terminal.wait_for(shows(3))
    [saved] = tmp_path.glob("handover-traces-*.md")
    assert saved.read_text().startswith("# Hand-over: traces\n") and "### Flagged (1)" in saved.read_text()
    assert scene.answers() == ["pass", None, None]
