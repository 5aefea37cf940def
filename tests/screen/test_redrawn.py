"""What is on the screen after many frames is what it would be drawn anew: each step is compared with the whole screen that Ctrl+L sends."""

import random
from pathlib import Path

import pytest

from tests.screen.parts import agent, picture, saying
from tests.screen.scene import CTRL_L, ESC, PASS_FAIL, QUALITY, Scene, press
from tests.terminal import Terminal

KEYS = [
    "\x1b[B", "\x1b[B", "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~", "j", "k", "1", "2", "u", "z", "Z", "[", "]", "?", ESC, "/", "T", "\t",
    "n", "\x1b[C", "x", "\r", ESC, "t", "\x1b[B", "=", "i",
]  # fmt: skip
SIZES = [(120, 40), (80, 24), (200, 60), (40, 12)]
STEPS = 30
RESIZED = 0.1


def odd(number: int) -> dict[str, object]:
    """A conversation with wide characters, and with some that terminals do not agree about."""
    text = "\n\n".join(f"{line} 日本語の文 と 한국어 ❤️ 👨‍👩‍👧 קצר e\u0301 {'word ' * (line % 30)}✅ {line * 31}" for line in range(60))
    return saying(number, text)


def anew(terminal: Terminal) -> None:
    """The frame that Ctrl+L sends draws what is there."""
    lines, cells = terminal.lines(), terminal.cells()
    press(terminal, CTRL_L)
    assert terminal.lines() == lines
    assert terminal.cells() == cells


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20))])
def test_a_walk_through_the_program(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    spans = [odd(1), *agent(2), *picture(3), odd(4), *agent(5)]
    with Scene(tmp_path, spans, rubric=PASS_FAIL + QUALITY).open() as terminal:
        for _ in range(STEPS):
            if chance.random() < RESIZED:
                terminal.resize(*chance.choice(SIZES))
                terminal.read_until_quiet()
            else:
                press(terminal, *chance.choices(KEYS, k=chance.choice([1, 1, 2, 5])))
            anew(terminal)
