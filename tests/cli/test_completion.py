"""Words that a shell offers, asked by a real bash."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program

BASH = shutil.which("bash")
SCRIPTS = Path(sys.executable).parent
ASK = """
eval "$(register-python-argcomplete annotator)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_WORDS=($1) COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
[[ $1 == *" " ]] && COMP_CWORD=${#COMP_WORDS[@]}
_python_argcomplete annotator "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program(tmp_path_factory.mktemp("completed"))
    (program.folder / "traces.csv").write_text("input,output\nHow heavy is it?,3.4 kg\n")
    program.run("pull", "traces.csv", "--as", "mira").done()
    return program


def offered(program: Program, typed: str) -> list[str]:
    """What stands behind Tab."""
    assert BASH is not None
    env = program.environment | {"PATH": f"{SCRIPTS}:/usr/bin:/bin"}
    words = [BASH, "-c", ASK, "bash", typed]
    done = subprocess.run(words, cwd=program.folder, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return [word.strip() for word in done.stdout.splitlines()]


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("annotator re", ["review", "report"]),
        ("annotator review --queue ", ["traces"]),
        ("annotator queue rename tr", ["traces", "traces.csv"]),
        ("annotator review --keymap v", ["vim"]),
        ("annotator export --format p", ["parquet", "phoenix-dataset", "pytest"]),
        ("annotator review tra", ["traces.csv"]),
    ],
)
def test_a_shell_completes(pulled: Program, typed: str, words: list[str]) -> None:
    assert offered(pulled, typed) == words


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_nothing_is_made_for_a_completion(tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert offered(program, "annotator review --queue ") == [""]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script(shell: str) -> None:
    made = subprocess.run(
        [SCRIPTS / "register-python-argcomplete", "--shell", shell, "annotator"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "annotator" in made.stdout
