"""`annotator demo` on a machine that knows nothing of it: no network, no question, a throw-away store."""

import re
from pathlib import Path

from tests.screen.scene import ENTER, Scene, current, place, press, rubric_row
from tests.terminal import Terminal


def test_the_demo_is_a_review_of_real_samples_and_leaves_nothing_behind(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [])
    scene.file.unlink()
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "TMPDIR": str(tmp_path)}
    with Terminal(scene.command("demo"), env=scene.environment | nowhere, cwd=tmp_path) as terminal:
        terminal.wait_for(lambda lines: place(lines) == 1 and "1 pass" in rubric_row(lines, "correctness"))
        lines = terminal.read_until_quiet()
        assert "ANSWER" in "\n".join(lines) or "OUTPUT" in "\n".join(lines)
        total = re.search(r"1 / (\d+)", lines[0])
        assert total and int(total[1]) >= 12
        assert place(press(terminal, "1")) == 2, "the last required answer moves on"
        assert current(press(terminal, "2")) == "failure" and place(terminal.lines()) == 2
        assert place(press(terminal, "3")) == 3
        assert "tool error" in "\n".join(terminal.lines()[-4:])
        lines = press(terminal, "c", "a comment", ENTER, "\t", "7", "0", ENTER)
        assert place(lines) == 3 and "a comment" in rubric_row(lines, "comment")
        assert place(press(terminal, "u", "u", "u")) == 2
        for number in range(int(total[1])):
            assert "Traceback" not in "\n".join(press(terminal, "j")), number
        assert "End of the queue" in terminal.text()
        terminal.leave()
    assert list(tmp_path.rglob("*.db*")) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
