"""The rubric's form on a terminal: configs made and edited with keys, saved to the file and taken by the queue, and taken back."""

from pathlib import Path

from annotator.config.rubric_file import load_rubric, parse_rubric
from tests.screen.scene import DOWN, ENTER, ESC, REPEAT_GAP, UP, Scene, current, place, press, rubric_row, shows

F4 = "\x1bOS"
RUBRIC = """# of the team
name = "refunds"
version = "3" # bump it
owner = "quality"

[[config]]
name = "correctness"
type = "categorical"
optimization_direction = "maximize"
values = [{ label = "pass", score = 1 }, { label = "fail", score = 0 }]
"""


def of_queue(scene: Scene) -> str:
    return parse_rubric("", scene.run("rubric", "show", "--toml")).tag


def test_made_refused_saved_and_taken_back(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    with scene.open((80, 24)) as terminal:
        press(terminal, "2", "k")
        lines = press(terminal, F4)
        assert lines[0].startswith(" refunds") and any("1 correctness" in line for line in lines) and len(lines) == 24
        lines = press(terminal, "+")
        assert "✗ 1 mistake" in lines[0] and any("a name is empty" in line for line in lines)
        assert "nothing is saved" in press(terminal, "s")[-2]
        lines = press(terminal, ENTER, *"correctness")
        assert any("there are two configs named 'correctness'" in line for line in lines), "said while one types"
        lines = press(terminal, "2")
        assert "✗" not in lines[0] and lines[0].endswith("2 changes")
        lines = press(terminal, ENTER, "\x1b[6~", "\x1b[6~")
        assert any("compatible  correctness2: is added" in line for line in lines), "at the end of the page"
        press(terminal, ESC)
        lines = press(terminal, "s")
        assert lines[0].startswith(" Save refunds@4") and any("is changed where the rubric changed" in line for line in lines)
        lines = press(terminal, "s")
        assert place(lines) == 1 and "2 fail" in rubric_row(lines, "correctness") and "1 pass" in rubric_row(lines, "correctness2")
        assert "refunds@4" in " ".join(lines[-3:]) and current(lines) == "correctness2"
        text = (tmp_path / "rubric.toml").read_text()
        assert text.startswith(RUBRIC.replace('"3"', '"4"')) and load_rubric(tmp_path / "rubric.toml").tag == "refunds@4"
        lines = press(terminal, "1", "u", "u")
        assert place(lines) == 1 and not rubric_row(lines, "correctness2") and "2 fail" in rubric_row(lines, "correctness")
        assert "undid: 1 judged by refunds@4" in " ".join(lines)
        assert rubric_row(press(terminal, "r"), "correctness2"), "done again"
    assert scene.answers() == ["fail", None, None] and of_queue(scene) == "refunds@4"
    with scene.open(first=2) as terminal:
        press(terminal, "u")
        assert not rubric_row(terminal.lines(), "correctness2"), "also when it was opened again"
    assert of_queue(scene) == "refunds@3"


def test_what_breaks_answers_is_kept_from_the_queue(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    with scene.open() as terminal:
        press(terminal, "2", F4, *[DOWN] * 4, ENTER, *[DOWN] * 4)
        terminal.wait_for("fail")
        press(terminal, "x")
        lines = terminal.wait_for("1 answer would not fit any more: correctness = fail on 1")
        lines = press(terminal, "s")
        assert any("annotator rubric migrate" in line for line in lines) and any("keeps refunds@3" in line for line in lines)
        lines = press(terminal, "s")
        assert "2 fail" in rubric_row(lines, "correctness") and "--moves MOVES --queue" in " ".join(lines[-2:])
    assert load_rubric(tmp_path / "rubric.toml").tag == "refunds@4" and of_queue(scene) == "refunds@3"
    assert scene.answers() == ["fail", None, None]


def test_nothing_typed_is_lost_and_a_changed_file_is_kept(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    file = tmp_path / "rubric.toml"
    with scene.open() as terminal:
        press(terminal, F4, DOWN, DOWN, ENTER, "2", ENTER)
        assert "not saved" in press(terminal, ESC)[-2]
        lines = press(terminal, ESC)
        assert place(lines) == 1 and "the rubric is not saved" in " ".join(lines)
        lines = press(terminal, F4)
        assert any("quality2" in line for line in lines), "the draft"
        press(terminal, ENTER, "3")
        press(terminal, ESC)
        assert any("quality23" in line for line in press(terminal, ENTER)), "what was left with Esc"
        press(terminal, ENTER)
        file.write_text("# theirs\n" + RUBRIC.replace("refunds", "other"))
        lines = press(terminal, "s")
        assert any("holds something else" in line for line in lines)
        assert "again replaces it" in press(terminal, "s")[-2] and file.read_text().startswith("# theirs")
        file.write_text("# theirs, newer\n")
        assert "changed meanwhile" in press(terminal, "s")[-2] and file.read_text() == "# theirs, newer\n"
        press(terminal, "s", "s")
        assert load_rubric(file).owner == "quality23" and (tmp_path / "rubric.toml.bak").read_text() == "# theirs, newer\n"
        press(terminal, F4, UP, "1", "j", "\x04", ESC)
        assert place(terminal.lines()) == 1
    assert scene.answers() == [None] * 3, "no key of the form judged"


def test_a_rubric_that_is_reviewed_elsewhere_stays(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=RUBRIC)
    with scene.open() as terminal, scene.open():
        press(terminal, F4, DOWN, DOWN, ENTER, "2", ENTER)
        terminal.send("s" * 5)
        terminal.wait_for("s is held down: ignored")
        terminal.read_for(REPEAT_GAP)
        assert "is reviewed elsewhere too" in press(terminal, "s")[-2]
        assert (tmp_path / "rubric.toml").read_text() == RUBRIC
    assert of_queue(scene) == "refunds@3"
    with scene.open() as terminal:
        press(terminal, F4, DOWN, DOWN, ENTER, "2", ENTER, "s", "s")
        terminal.wait_for(shows(1))
        press(terminal, F4, ESC, "1")
    assert of_queue(scene) == "refunds@4" and scene.answers() == ["pass", None, None]
