"""The generated pytest file runs without annotator: it fails where a bad output comes again, and passes where the right one comes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.export.scene import ANSWERED, ASKED

ALONE = "import sys\nsys.modules['annotator'] = None  # importing it is an error\n"
RIGHT = {ASKED[1]: "two", ASKED[2]: "four", ASKED[3]: "In Bergen.", ASKED[4]: "eight"}
RECORDED = {ASKED[n]: answer for n, answer in ANSWERED.items()}


def ran(scene: Program, folder: Path, app: str, *more: str, stdout: bool = False) -> dict[str, str]:
    """By the number of the question how its test ended, in a folder of its own, with nothing but pytest to import."""
    test = folder / "test_golden.py"
    if stdout:
        test.write_text(scene.run("export", "--format", "pytest", "--function", "app:answer", *more).out, "utf-8")
    else:
        scene.run("export", "--format", "pytest", "--function", "app:answer", "--out", str(test), *more).done()
    (folder / "app.py").write_text(app, "utf-8")
    (folder / "conftest.py").write_text(ALONE, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest", "-rA", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    words = [line.split() for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED", "ERROR"))]
    found = {word[1].partition("span:bbbb")[2][:4].lstrip("0"): word[0] for word in words}
    assert found, done.stdout + done.stderr
    assert done.returncode == (0 if set(found.values()) == {"PASSED"} else 1), done.stdout
    return found


def app(answers: dict[str, str]) -> str:
    return f"ANSWERS = {json.dumps(answers)}\ndef answer(text):\n    return ANSWERS[text]\n"


@pytest.mark.parametrize("stdout", [False, True])
def test_the_right_answers_pass_and_the_recorded_bad_ones_fail(scene: Program, tmp_path: Path, stdout: bool) -> None:
    (tmp_path / "right").mkdir()
    (tmp_path / "same").mkdir()
    assert ran(scene, tmp_path / "right", app(RIGHT), stdout=stdout) == dict.fromkeys("1234", "PASSED")
    again = ran(scene, tmp_path / "same", app(RECORDED), stdout=stdout)
    assert again == {"1": "PASSED", "2": "FAILED", "3": "PASSED", "4": "FAILED"}


def test_a_wrong_answer_of_another_kind_fails_where_the_right_one_is_known(scene: Program, tmp_path: Path) -> None:
    other = app(dict.fromkeys(ASKED.values(), "I do not know"))
    assert ran(scene, tmp_path, other) == {"1": "FAILED", "2": "FAILED", "3": "FAILED", "4": "PASSED"}


def test_comparisons(scene: Program, tmp_path: Path) -> None:
    more = {question: f"Well: {answer}  Yes." for question, answer in RIGHT.items()}
    for name, answers, comparison, wanted in (
        ("contains", more, "contains", ["PASSED"] * 4),
        ("text", more, "text", ["FAILED", "FAILED", "FAILED", "PASSED"]),
        ("exact", RIGHT, "exact", ["PASSED", "PASSED", "FAILED", "PASSED"]),  # two blanks were recorded, one is answered
    ):
        (tmp_path / name).mkdir()
        found = ran(scene, tmp_path / name, app(answers), "--compare", comparison)
        assert [found[number] for number in "1234"] == wanted, name


def test_a_function_may_take_the_messages_and_wait(scene: Program, tmp_path: Path) -> None:
    lines = (
        f"ANSWERS = {json.dumps(RIGHT)}",
        "async def answer(messages):",
        "    assert messages[0]['role'] == 'system'",
        "    return ANSWERS[next(one['content'] for one in messages if one['role'] == 'user')]",
    )
    assert ran(scene, tmp_path, "\n".join(lines), "--argument", "messages") == dict.fromkeys("1234", "PASSED")
