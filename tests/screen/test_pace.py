"""Fast fingers and stuck keys: a verdict lands on the item that was drawn when its key came."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.screen.scene import ENTER, QUALITY, Scene, press, shows, traces, type_at, waited
from tests.terminal import Terminal

EARLY = b"before the item was on the screen"
LABELS = {"1": "pass", "2": "fail"}


@pytest.mark.parametrize(("count", "gap"), [(100, 0.12), (60, 0.11)])
def test_alternating_verdicts_typed_fast_land_on_their_items(tmp_path: Path, count: int, gap: float) -> None:
    scene = Scene(tmp_path, traces(count + 1, 3))
    keys = ["12"[number % 2] for number in range(count)]
    with scene.open() as terminal:
        terminal.mark()
        before = waited(terminal)
        sent = type_at(terminal, keys, gap)
        terminal.read_until_quiet()
        stalled = waited(terminal) - before > gap or longest(sent) > 1.5 * gap
        assert EARLY not in terminal.bytes_since_mark or stalled, "a key came before its item, and the processor was free"
    answers = [answer for answer in scene.answers() if answer is not None]
    if len(answers) < count and stalled:
        assert EARLY in terminal.bytes_since_mark, "no key is dropped in silence"
        pytest.skip(f"the machine was too busy: {len(answers)} of {count} keys came when their item was drawn")
    assert answers == [LABELS[key] for key in keys]


def test_the_same_verdict_typed_fast_is_no_held_key(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(13))
    with scene.open() as terminal:
        type_at(terminal, ["1"] * 12, 0.2)
        terminal.wait_for(shows(13))
    assert scene.answers() == ["pass"] * 12 + [None]


def longest(sent: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(sent))


def hold(terminal: Terminal, key: str, count: int) -> int:
    """How many presses such a key is, 30 ms apart. Two are parted by 100 ms, less what reading varies: a sender that stalled makes more
    than one of them, and so does a reader that got no processor for 70 ms.
    """
    before = waited(terminal, "task/*")
    sent = type_at(terminal, [key] * count, 0.03)
    stalled = waited(terminal, "task/*") - before
    return 1 + sum(later - earlier >= 0.08 for earlier, later in pairwise(sent)) + int(stalled / 0.07)


def test_a_held_key_judges_one_item_and_it_is_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(60))
    with scene.open() as terminal:
        presses = hold(terminal, "1", 40)
        assert "1 is held down: ignored" in "\n".join(terminal.read_until_quiet())
    answers = scene.answers()
    assert 1 <= answers.count("pass") <= presses
    assert answers == ["pass"] * answers.count("pass") + [None] * answers.count(None)


def test_a_key_held_as_keyboards_repeat_judges_only_items_that_were_drawn(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(60))
    with scene.open() as terminal:
        press(terminal, "2")
        terminal.read_for(0.45)
        assert shows(2)(terminal.lines())
        presses = hold(terminal, "2", 30)
        terminal.read_until_quiet()
    answers = scene.answers()
    assert 2 <= answers.count("fail") <= 1 + presses
    assert answers == ["fail"] * answers.count("fail") + [None] * answers.count(None)


def test_a_held_undo_takes_back_no_verdict_that_nobody_looked_at(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(20))
    with scene.open() as terminal:
        type_at(terminal, ["1"] * 12, 0.2)
        terminal.wait_for(shows(13))
        presses = hold(terminal, "u", 30)
        assert "u is held down: ignored" in "\n".join(terminal.read_until_quiet())
    assert 12 - presses <= scene.answers().count("pass") < 12


def test_a_held_enter_commits_one_score(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(5), rubric=QUALITY)
    with scene.open() as terminal:
        press(terminal, "8", "5")
        presses = hold(terminal, ENTER, 30)
        terminal.read_until_quiet()
    answers = scene.answers("quality")
    assert answers[0] == 85
    assert answers.count(None) == 4 and presses >= 1


def test_a_held_enter_chooses_one_label_of_a_long_list(tmp_path: Path) -> None:
    labels = ", ".join(f'"label {number}"' for number in range(1, 15))
    scene = Scene(tmp_path, traces(30), rubric=f'[[config]]\nname = "topic"\ntype = "categorical"\nvalues = [{labels}]\n')
    with scene.open() as terminal:
        presses = hold(terminal, ENTER, 30)
        terminal.read_until_quiet()
    assert sum(answer is not None for answer in scene.answers("topic")) <= presses


def test_a_held_state_key_moves_one_item(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(20))
    with scene.open() as terminal:
        presses = hold(terminal, "s", 15)
        terminal.read_until_quiet()
    assert 1 <= 20 - scene.queue()["todo"] <= presses
