"""How many keys a judgement takes, from an open item until the next one shows; what the store holds afterwards."""

from pathlib import Path

from tests.screen.scene import ENTER, GRADE, PASS_FAIL, QUALITY, Scene, answer, notes, place, press, shows
from tests.terminal import Terminal


def keys_until(terminal: Terminal, number: int, keys: list[str]) -> int:
    """Type one key after the other until item `number` shows; how many it took. All of them are needed."""
    for count, key in enumerate(keys, 1):
        if shows(number)(press(terminal, key)):
            assert count == len(keys), f"{keys[count:]} were not needed"
            return count
    raise AssertionError(f"{keys} did not bring item {number}\n{terminal.text()}")


def test_pass_or_fail_takes_one_key_and_so_does_its_undo(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert keys_until(terminal, 2, ["1"]) == 1
        assert keys_until(terminal, 3, ["2"]) == 1
        assert scene.answers() == ["pass", "fail", None]
        assert keys_until(terminal, 2, ["u"]) == 1
        assert "undid: 2 fail" in terminal.text()
    assert scene.answers() == ["pass", None, None]
    assert scene.states() == ["done", "todo", "todo"]


def test_a_note_and_one_of_five_labels_take_three_keys_and_the_text(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=GRADE)
    text = "cites a source that is not there"
    with scene.open() as terminal:
        assert keys_until(terminal, 2, ["n", *text, ENTER, "4"]) == 3 + len(text)
        assert place(terminal.lines()) == 2
    first, second, _ = scene.listed()
    assert (answer(first, "grade"), notes(first)) == ("good", [text])
    assert second["annotations"] == []


def test_a_score_of_85_of_100_takes_three_keys(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=QUALITY)
    with scene.open() as terminal:
        assert keys_until(terminal, 2, ["8", "5", ENTER]) == 3
        assert keys_until(terminal, 1, ["u"]) == 1
        assert scene.answers("quality") == [None, None, None]
        assert "did again: 1 85" in "\n".join(press(terminal, "r"))
        assert place(terminal.lines()) == 1
    assert scene.answers("quality") == [85, None, None]


def test_three_configs_take_their_keys_and_none_to_go_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL + GRADE + QUALITY)
    with scene.open() as terminal:
        assert keys_until(terminal, 2, ["2", "5", "7", ENTER]) == 4
    first = scene.listed()[0]
    assert [answer(first, name) for name in ("correctness", "grade", "quality")] == ["fail", "great", 7]
